"""A YAML document as a tree that knows where each key and value stands in the file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, NamedTuple


class Mark(NamedTuple):
    """A place in a file, both counted from 1; columns are characters."""

    line: int
    column: int


class Absent(Enum):
    """Stands where a value should. Not None, so that no optional field takes it for an answer."""

    NOTHING = "nothing"
    """`key:` without a value, or null."""
    UNSET = "unset"
    """Named a variable that isn't set; already complained about."""


class Resolved(str):
    """Text whose `${NAME}` has been replaced. `written` is how the file has it, the only form that may be shown."""

    __slots__ = ("written",)
    written: str

    def __new__(cls, value: str, written: str) -> Resolved:
        made = super().__new__(cls, value)
        made.written = written
        return made


Scalar = str | int | float | bool | Absent
Path = tuple[str | int, ...]
"""Keys and indices from the root of a document to a value."""


@dataclass(slots=True, eq=False)
class Node:
    value: Scalar | list[Node] | dict[str, Node]
    mark: Mark
    key: Mark | None = None
    """Where its key stands, if it is a value of a mapping."""
    size: int = 1
    """Values in it, itself included and aliases written out."""
    height: int = 0
    """Levels below it."""
    broken: bool = False
    """Complained about; nothing may be concluded from it."""

    @property
    def place(self) -> Mark:
        """Where to send a reader: the key for mappings, lists and missing values, else the value itself."""
        if self.key and isinstance(self.value, dict | list | Absent):
            return self.key
        return self.mark

    @property
    def dubious(self) -> bool:
        """Whether it, or anything in it, was complained about."""
        if self.broken or not isinstance(self.value, dict | list):
            return self.broken
        children = self.value.values() if isinstance(self.value, dict) else self.value
        return any(child.dubious for child in children)

    def get(self, *path: str | int) -> Node | None:
        """The node at the end of the path; None where there is none."""
        nodes = self.along(path)
        return nodes[-1] if len(nodes) == len(path) + 1 else None

    def along(self, path: Sequence[str | int]) -> list[Node]:
        """The nodes the path goes through, this one first, as far as it exists."""
        nodes = [self]
        for step in path:
            here = nodes[-1].value
            following = here.get(str(step)) if isinstance(here, dict) else None
            if isinstance(here, list) and isinstance(step, int) and step < len(here):
                following = here[step]
            if following is None:
                break
            nodes.append(following)
        return nodes


def plain(node: Node) -> Any:
    """Dictionaries, lists and scalars, without places."""
    if isinstance(node.value, dict):
        return {key: plain(child) for key, child in node.value.items()}
    if isinstance(node.value, list):
        return [plain(child) for child in node.value]
    return node.value


def sound(node: Node) -> Node | None:
    """The tree without what was complained about: a mapping loses the key, a list goes whole."""
    if node.broken:
        return None
    if isinstance(node.value, dict):
        kept = {key: child for key, old in node.value.items() if (child := sound(old)) is not None}
        return Node(kept, node.mark, node.key)
    if isinstance(node.value, list):
        return None if node.dubious else node
    return node
