"""Just enough HCL to read jobs: blocks with labels, attributes as text, comments, strings and here-documents."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

_TOKEN = re.compile(
    r"(?P<space>[ \t\r]+)|(?P<comment>(?:#|//)[^\n]*|/\*.*?\*/)|(?P<newline>\n)"
    r"|(?P<heredoc><<-?(?P<mark>\w+)\n.*?\n[ \t]*(?P=mark)(?=\n|$))"
    r"|(?P<string>\"(?:[^\"\\]|\\.)*\")|(?P<word>[A-Za-z_][\w.-]*)|(?P<number>-?\d+(?:\.\d+)?)|(?P<sign>.)",
    re.DOTALL,
)
_DEEPEST = 50


@dataclass
class Block:
    type: str
    labels: tuple[str, ...]
    line: int
    attributes: dict[str, tuple[str, int]] = field(default_factory=dict)
    """Text of the value as written, without the quotes of a plain string, and its line."""
    blocks: list[Block] = field(default_factory=list)

    def all(self, type: str) -> list[Block]:
        return [block for block in self.blocks if block.type == type]


def parse(text: str) -> Block:
    """The file as one block. Raises ValueError, with a line, for braces that don't match."""
    root = Block("", (), 1)
    stack = [root]
    statement: list[tuple[str, str, int]] = []
    for kind, word, line in _tokens(text):
        if kind == "newline":
            if _inside(statement):
                continue
            _attribute(stack[-1], statement)
            statement = []
        elif word == "{" and kind == "sign" and not _has_value(statement):
            if not statement or len(stack) > _DEEPEST:
                raise ValueError(f"line {line}: a brace without a name, or too many of them")
            labels = tuple(w.strip('"') for _, w, _ in statement[1:])
            block = Block(statement[0][1], labels, statement[0][2])
            stack[-1].blocks.append(block)
            stack.append(block)
            statement = []
        elif word == "}" and kind == "sign" and not _inside(statement):
            _attribute(stack[-1], statement)
            statement = []
            if len(stack) == 1:
                raise ValueError(f"line {line}: a closing brace too many")
            stack.pop()
        else:
            statement.append((kind, word, line))
    _attribute(stack[-1], statement)
    if len(stack) > 1:
        raise ValueError(f"line {stack[-1].line}: the block {stack[-1].type!r} is not closed")
    return root


def _tokens(text: str) -> Iterator[tuple[str, str, int]]:
    line = 1
    for found in _TOKEN.finditer(text):
        kind = "heredoc" if found["heredoc"] else str(found.lastgroup)
        if kind not in ("space", "comment"):
            yield kind, found[0], line
        line += found[0].count("\n")


def _has_value(statement: list[tuple[str, str, int]]) -> bool:
    return any(word == "=" and kind == "sign" for kind, word, _ in statement)


def _inside(statement: list[tuple[str, str, int]]) -> bool:
    """Whether a bracket of a value is still open."""
    signs = [word for kind, word, _ in statement if kind == "sign"]
    return sum(word in "[{(" for word in signs) > sum(word in "]})" for word in signs)


def _attribute(block: Block, statement: list[tuple[str, str, int]]) -> None:
    if len(statement) < 3 or statement[1][1] != "=":
        return
    value = statement[2:]
    text = value[0][1][1:-1] if len(value) == 1 and value[0][0] == "string" else " ".join(word for _, word, _ in value)
    block.attributes.setdefault(statement[0][1].strip('"'), (text, statement[0][2]))
