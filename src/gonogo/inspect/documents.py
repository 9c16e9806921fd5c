"""YAML files of all kinds, read for what they say: several documents, any tag, each value with its line.

More lenient than the reader of release files, because these files belong to other tools; the same care against bombs:
limits on size and depth, and aliases that stay references."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import yaml
from yaml import CLoader

from gonogo.inspect.tree import Tree

DEEPEST = 100
MOST_VALUES = 200_000


class Node:
    """A scalar (as its text), a mapping or a list, with the line it begins in."""

    __slots__ = ("line", "value")

    def __init__(self, value: str | dict[str, Node] | list[Node], line: int) -> None:
        self.value = value
        self.line = line

    def get(self, *path: str) -> Node | None:
        node: Node | None = self
        for key in path:
            if node is None or not isinstance(node.value, dict):
                return None
            node = node.value.get(key)
        return node

    def text(self, *path: str) -> str:
        """The scalar at the path, or empty."""
        node = self.get(*path)
        return node.value if node and isinstance(node.value, str) else ""

    def items(self, *path: str) -> Iterator[tuple[str, Node]]:
        node = self.get(*path)
        return iter(node.value.items() if node and isinstance(node.value, dict) else ())

    def list(self, *path: str) -> list[Node]:
        node = self.get(*path)
        return node.value if node and isinstance(node.value, list) else []


def documents(tree: Tree, path: str) -> list[Node]:
    """The documents of a file. One that isn't YAML, or costs too much, is noted and counts as missed."""
    text = tree.text(path)
    if text is None:
        return []
    builder = _Builder()
    try:
        for event in yaml.parse(text, Loader=CLoader):
            builder.take(event)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        tree.note(f"{path}:{line}", f"not YAML: {error.problem}; not read further")
        tree.missed += 1
    except (yaml.YAMLError, _TooMuch) as error:
        tree.note(path, f"not read further: {str(error).splitlines()[0]}")
        tree.missed += 1
    return builder.roots


class _TooMuch(Exception):
    pass


class _Builder:
    """Stacks of open containers; no recursion, so depth can't exhaust the interpreter's stack."""

    def __init__(self) -> None:
        self.roots: list[Node] = []
        self.open: list[tuple[Node, str | None]] = []
        self.keys: list[tuple[str, int] | None] = []
        self.anchors: dict[str, Node] = {}
        self.values = 0

    def take(self, event: Any) -> None:
        kind = type(event)
        if kind is yaml.ScalarEvent:
            self.place(Node(event.value, event.start_mark.line + 1), event.anchor)
        elif kind is yaml.MappingStartEvent:
            self.begin(Node({}, event.start_mark.line + 1), event.anchor)
        elif kind is yaml.SequenceStartEvent:
            self.begin(Node([], event.start_mark.line + 1), event.anchor)
        elif kind is yaml.MappingEndEvent or kind is yaml.SequenceEndEvent:
            node, anchor = self.open.pop()
            self.keys.pop()
            if isinstance(node.value, dict):
                _merge(node.value)
            self.place(node, anchor)
        elif kind is yaml.AliasEvent:
            self.place(self.anchors.get(event.anchor, Node("", event.start_mark.line + 1)), None)
        elif kind is yaml.DocumentStartEvent:
            self.anchors.clear()

    def begin(self, node: Node, anchor: str | None) -> None:
        if len(self.open) >= DEEPEST:
            raise _TooMuch(f"nested deeper than {DEEPEST} levels")
        self.open.append((node, anchor))
        self.keys.append(None)

    def place(self, node: Node, anchor: str | None) -> None:
        self.values += 1
        if self.values > MOST_VALUES:
            raise _TooMuch(f"more than {MOST_VALUES} values")
        if anchor:
            self.anchors[anchor] = node
        if not self.open:
            self.roots.append(node)
            return
        top = self.open[-1][0].value
        if isinstance(top, list):
            top.append(node)
        elif isinstance(top, dict):
            key = self.keys[-1]
            if key is None:
                self.keys[-1] = (node.value if isinstance(node.value, str) else "", node.line)
                return
            # A mapping is found by its key's line; a scalar may stand further down, but the key names it.
            node = Node(node.value, key[1])
            top[key[0]] = node
            self.keys[-1] = None


def _merge(mapping: dict[str, Node]) -> None:
    """`<<: *common` fills in what isn't there."""
    merged = mapping.pop("<<", None)
    if merged is None:
        return
    sources = merged.value if isinstance(merged.value, list) else [merged]
    for source in sources:
        if isinstance(source, Node) and isinstance(source.value, dict):
            for key, node in source.value.items():
                mapping.setdefault(key, node)
