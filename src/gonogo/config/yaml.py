"""YAML → `Node`, from libyaml's event stream with our own builder.

The builder keeps the place of every key and value, refuses duplicate keys, further documents, directives, merge by
alias bomb, keys that aren't text, and tags outside the core schema. Scalars are typed by `scalars`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

import yaml
from yaml import CLoader

from gonogo.config.complaints import Complaints, shorten
from gonogo.config.nodes import Absent, Mark, Node, Scalar
from gonogo.config.scalars import CORE, tagged, typed
from gonogo.model.errors import InputError, Problem


@dataclass(frozen=True)
class Limits:
    """What a document may cost its reader. `values` counts aliases as if they were written out."""

    bytes: int
    depth: int
    values: int


RELEASE_FILE = Limits(bytes=1 << 20, depth=50, values=10_000)

_UNPRINTABLE = re.compile(r"[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029]")
_DIRECTIVE = re.compile(r"^%", re.MULTILINE)
_REMEDIES = {
    "block scalar": "put text that begins with > or | in quotes",
    "mapping values are not allowed": "put text that holds ': ' in quotes",
    "did not find expected ',' or": "close the bracket, and put a comma between its elements",
    "unexpected end of stream": "close the quote",
    "undefined alias": "text that begins with * goes in quotes",
    "expected alphabetic or numeric character": "text that begins with * or & goes in quotes",
    "could not find expected ':'": "write it as key: value",
    "did not find expected key": "check the indentation against the lines above",
    "did not find expected '-' indicator": "check the indentation against the lines above",
    "escape": "in single quotes a backslash is just a backslash",
}


def read_yaml(content: bytes, file: str, limits: Limits = RELEASE_FILE, *, number_keys: bool = False) -> Node:
    """The one document of a file. `file` is the name that problems carry. With `number_keys` a key may be a whole
    number, kept as its text. Raises InputError."""
    if len(content) > limits.bytes:
        raise InputError(Problem(f"larger than {limits.bytes} bytes", file, "is this the right file?"))
    text = _decode(content, file)
    complaints = Complaints(file)
    directive = _DIRECTIVE.search(text)
    if directive:
        mark = Mark(text.count("\n", 0, directive.start()) + 1, 1)
        complaints.stop(mark, "a line that begins with % is a YAML directive; none is understood", "take it out")
    builder = _Builder(complaints, limits, number_keys)
    try:
        for event in yaml.parse(text, Loader=CLoader):
            builder.take(event)
    except yaml.MarkedYAMLError as error:
        _syntax(error, text, complaints)
    except yaml.YAMLError as error:
        complaints.stop(Mark(1, 1), f"not YAML: {error}")
    if builder.root is None:
        complaints.stop(Mark(1, 1), "the file is empty")
    complaints.raise_if_any()
    return builder.root


def _decode(content: bytes, file: str) -> str:
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise _binary(content, error.start, file) from None
    found = _UNPRINTABLE.search(text.removeprefix("\ufeff"))
    if found:
        bom = text.startswith("\ufeff")
        raise _binary(content, len(text[: found.start() + bom].encode()), file)
    return text.removeprefix("\ufeff")


def _binary(content: bytes, offset: int, file: str) -> InputError:
    line = content.count(b"\n", 0, offset) + 1
    message = f"not UTF-8 text: byte 0x{content[offset]:02x} at offset {offset}"
    return InputError(Problem(message, f"{file}:{line}", "save it as UTF-8, or name the right file"))


def _syntax(error: yaml.MarkedYAMLError, text: str, complaints: Complaints) -> None:
    at = error.problem_mark or error.context_mark
    mark = Mark(at.line + 1, at.column + 1) if at else Mark(1, 1)
    message = error.problem or "not YAML"
    if error.context and error.context_mark:
        message += f" {error.context} that begins in line {error.context_mark.line + 1}"
    whole = f"{error.problem} {error.context}"
    remedy = next((remedy for sign, remedy in _REMEDIES.items() if sign in whole), "")
    if "cannot start any token" in whole and at:
        here = text[at.index : at.index + 1]
        remedy = "indent with spaces, not tabs" if here == "\t" else f"put text that begins with {here} in quotes"
    elif "tab character" in whole:
        remedy = "indent with spaces, not tabs"
    complaints.stop(mark, f"not YAML: {message}", remedy)


@dataclass(slots=True)
class _Open:
    """A mapping or list whose end hasn't come yet."""

    node: Node
    anchor: str | None
    key: str | None = None
    key_mark: Mark | None = None
    keys: dict[str, Mark] = field(default_factory=dict)


class _Builder:
    def __init__(self, complaints: Complaints, limits: Limits, number_keys: bool) -> None:
        self.complaints = complaints
        self.limits = limits
        self.number_keys = number_keys
        self.root: Node | None = None
        self.open: list[_Open] = []
        self.anchors: dict[str, Node] = {}
        self.values = 0
        self.documents = 0

    def take(self, event: Any) -> None:
        mark = Mark(event.start_mark.line + 1, event.start_mark.column + 1)
        match event:
            case yaml.ScalarEvent():
                self._scalar(event, mark)
            case yaml.MappingStartEvent():
                self._begin(event, Node({}, mark), "map")
            case yaml.SequenceStartEvent():
                self._begin(event, Node([], mark), "seq")
            case yaml.MappingEndEvent() | yaml.SequenceEndEvent():
                closed = self.open.pop()
                if closed.anchor:
                    self.anchors[closed.anchor] = closed.node
                self._place(closed.node)
            case yaml.AliasEvent():
                self._alias(event, mark)
            case yaml.DocumentStartEvent():
                self.documents += 1
                if self.documents > 1:
                    self.complaints.stop(mark, "a second document begins here", "keep one document in the file")

    def _scalar(self, event: Any, mark: Mark) -> None:
        if _CONTROL.search(event.value):
            self.complaints.add(mark, "text with a control character in it", "take the escape sequence out")
        value = self._value(event, mark)
        top = self.open[-1] if self.open else None
        if top and isinstance(top.node.value, dict) and top.key is None:
            self._key(top, event.value, value, mark)
            return
        node = Node(value, mark)
        self._count(1, mark)
        if event.anchor:
            self.anchors[event.anchor] = node
        self._place(node)

    def _value(self, event: Any, mark: Mark) -> Scalar:
        if event.tag is None:
            return typed(event.value) if event.implicit[0] else str(event.value)
        if not event.tag.startswith(CORE):
            self._unknown_tag(event.tag, mark)
            return str(event.value)
        try:
            return tagged(event.value, event.tag)
        except ValueError as error:
            self.complaints.add(mark, shorten(str(error)), "leave the tag out")
            return str(event.value)

    def _unknown_tag(self, tag: str, mark: Mark) -> None:
        self.complaints.add(mark, f"the tag {shorten(tag)!r} is not understood", "leave it out")

    def _key(self, top: _Open, text: str, value: Scalar, mark: Mark) -> None:
        if not isinstance(value, str) and not (self.number_keys and type(value) is int):
            what = "nothing" if value is Absent.NOTHING and not text else shorten(text)
            self.complaints.add(mark, f"a key must be text, not {what}", f'put it in quotes: "{shorten(text)}"')
        if text in top.keys:
            first = top.keys[text].line
            self.complaints.add(mark, f"duplicate key {shorten(text)!r}, first in line {first}", "keep one of the two")
        top.keys.setdefault(text, mark)
        top.key, top.key_mark = text, mark

    def _begin(self, event: Any, node: Node, tag: str) -> None:
        self._refuse_as_key(node.mark)
        if event.tag and event.tag != CORE + tag:
            self._unknown_tag(event.tag, node.mark)
        self._count(1, node.mark)
        if len(self.open) >= self.limits.depth:
            self.complaints.stop(node.mark, f"nested deeper than {self.limits.depth} levels")
        if event.anchor:
            self.anchors.pop(event.anchor, None)
        self.open.append(_Open(node, event.anchor))

    def _alias(self, event: Any, mark: Mark) -> None:
        self._refuse_as_key(mark)
        node = self.anchors.get(event.anchor)
        if node is None:
            inside = any(level.anchor == event.anchor for level in self.open)
            why = "refers to what it is part of" if inside else "refers to no anchor above it"
            self.complaints.stop(mark, f"the alias *{shorten(event.anchor)} {why}")
        self._count(node.size, mark)
        if len(self.open) + node.height >= self.limits.depth:
            self.complaints.stop(mark, f"nested deeper than {self.limits.depth} levels by an alias")
        self._place(Node(node.value, mark, size=node.size, height=node.height))

    def _refuse_as_key(self, mark: Mark) -> None:
        top = self.open[-1] if self.open else None
        if top and isinstance(top.node.value, dict) and top.key is None:
            self.complaints.stop(mark, "a key must be text, not a list, mapping or alias", "put text in quotes")

    def _count(self, values: int, mark: Mark) -> None:
        self.values += values
        if self.values > self.limits.values:
            self.complaints.stop(
                mark, f"more than {self.limits.values} values, aliases written out", "is this the file?"
            )

    def _place(self, node: Node) -> None:
        """Put a finished value into what is open."""
        if not self.open:
            self.root = node
            return
        top = self.open[-1]
        top.node.size += node.size
        top.node.height = max(top.node.height, node.height + 1)
        if isinstance(top.node.value, list):
            top.node.value.append(node)
        elif isinstance(top.node.value, dict) and top.key is not None:
            node.key = top.key_mark
            top.node.value.setdefault(top.key, node)
            top.key = None
