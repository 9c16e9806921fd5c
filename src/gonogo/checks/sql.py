"""SQL as far as migrations need it: statements with their words and lines, comments and texts left out."""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

from gonogo.checks.files import Unreadable

MOST_STATEMENTS = 20_000
_TOKEN = re.compile(
    r"(?P<space>\s+|--[^\n]*|\#[^\n]*)"
    r"|(?P<text>[eEnN]?'(?:[^'\\]|''|\\.)*'|'(?:[^']|'')*')"
    r"|(?P<name>\"(?:[^\"]|\"\")*\"|`[^`]*`|\[\w+\])"
    r"|(?P<dollar>\$(?P<tag>[A-Za-z_]\w*)?\$)"
    r"|(?P<word>[A-Za-z_][\w$]*|\d[\w.]*)"
    r"|(?P<sign>.)",
    re.DOTALL,
)


class Statement(msgspec.Struct, frozen=True):
    line: int
    words: tuple[str, ...]
    """Words in capitals, names without quotes, single signs; a text is `'`."""

    def starts(self, *words: str) -> bool:
        return self.words[: len(words)] == words

    def has(self, *words: str) -> bool:
        """Whether the words follow one another somewhere in it."""
        size = len(words)
        return any(self.words[at : at + size] == words for at in range(len(self.words) - size + 1))


def statements(text: str, first_line: int = 1) -> Iterator[Statement]:
    """Raises Unreadable for a text that is never closed, or for too many statements."""
    words: list[str] = []
    at, begun, count, line = 0, 0, 0, first_line
    while at < len(text):
        if text.startswith("/*", at):
            end = text.find("*/", at + 2)
            if end < 0:
                raise Unreadable(f"line {line}: a comment is never closed")
            line += text.count("\n", at, end)
            at = end + 2
            continue
        token = _TOKEN.match(text, at)
        assert token is not None
        end = token.end()
        if token["dollar"]:
            end = text.find(token["dollar"], token.end())
            if end < 0:
                raise Unreadable(f"line {line}: {token['dollar']} is never closed")
            end += len(token["dollar"])
        elif token["sign"] in ("'", '"', "`"):
            raise Unreadable(f"line {line}: a quote is never closed")
        word = _word(token)
        if word == ";":
            if words:
                count += 1
                yield Statement(begun, tuple(words))
            words = []
        elif word:
            begun = begun if words else line
            words.append(word)
        if count > MOST_STATEMENTS:
            raise Unreadable(f"more than {MOST_STATEMENTS} statements")
        line += text.count("\n", at, end)
        at = end
    if words:
        yield Statement(begun, tuple(words))


def _word(token: re.Match[str]) -> str:
    if token["space"]:
        return ""
    if token["text"] or token["dollar"]:
        return "'"
    if token["name"]:
        return token["name"][1:-1].upper()
    return (token["word"] or token["sign"]).upper()
