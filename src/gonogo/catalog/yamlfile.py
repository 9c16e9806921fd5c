"""Files of the catalog: YAML as plain data, with the place of each topmost key.

Values are typed as in a release file; besides, a key may be a number (`tiers: {1: required}`) and null is None.
Anchors, tags, duplicate keys, a second document and anything beyond the limits are refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from gonogo.config.nodes import Absent
from gonogo.config.scalars import typed
from gonogo.model.errors import InputError, Problem

LARGEST = 64 * 1024
DEEPEST = 20


def read_file(path: Path) -> tuple[Any, dict[str, str]]:
    """The document, and `file:line:column` of each key of its topmost mapping. Raises InputError."""
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST + 1)
    except OSError as error:
        raise InputError(Problem(f"can't be read: {error.strerror}", str(path))) from None
    if len(content) > LARGEST:
        raise InputError(Problem(f"larger than {LARGEST // 1024} KiB", str(path), "is this the right file?"))
    builder = _Builder(str(path))
    try:
        for event in yaml.parse(content, Loader=yaml.CSafeLoader):
            builder.take(event)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"{path}:{mark.line + 1}:{mark.column + 1}" if mark else str(path)
        raise InputError(Problem(f"not YAML: {getattr(error, 'problem', None) or error}", where)) from None
    if builder.problems:
        raise InputError(*builder.problems)
    return builder.document, builder.places


_NO_KEY: Any = object()


class _Builder:
    """Builds the document from the stream of events, without recursion."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.places: dict[str, str] = {}
        self.problems: list[Problem] = []
        self.document: Any = None
        self.documents = 0
        self.open: list[Any] = []
        self.keys: list[Any] = []
        """The key that waits for its value, for each open container."""

    def take(self, event: Any) -> None:
        match event:
            case yaml.ScalarEvent():
                self._refuse_marks(event)
                value = typed(event.value) if event.implicit[0] else event.value
                self._place(None if value is Absent.NOTHING else value, event)
            case yaml.MappingStartEvent():
                self._begin({}, event)
            case yaml.SequenceStartEvent():
                self._begin([], event)
            case yaml.MappingEndEvent() | yaml.SequenceEndEvent():
                self.open.pop()
                self.keys.pop()
            case yaml.AliasEvent():
                self._refuse(event, "anchors and aliases are not understood here")
                self._place(None, event)
            case yaml.DocumentStartEvent():
                self.documents += 1
                if self.documents == 2:
                    self._refuse(event, "a second document begins here")

    def _begin(self, container: Any, event: Any) -> None:
        self._refuse_marks(event)
        if len(self.open) >= DEEPEST:
            raise InputError(*self.problems, Problem(f"nested deeper than {DEEPEST} levels", self._where(event)))
        self._place(container, event)
        self.open.append(container)
        self.keys.append(_NO_KEY)

    def _place(self, value: Any, event: Any) -> None:
        """Put a value into what is open, or take it as the key of the next one."""
        if not self.open:
            if self.documents == 1:
                self.document = value
        elif isinstance(self.open[-1], list):
            self.open[-1].append(value)
        elif self.keys[-1] is _NO_KEY:
            self.keys[-1] = self._key(value, event)
        else:
            self.open[-1][self.keys[-1]] = value
            self.keys[-1] = _NO_KEY

    def _key(self, key: Any, event: Any) -> Any:
        if isinstance(key, dict | list):
            self._refuse(event, "a key must be text or a number, not a list or mapping")
            return ""
        if key in self.open[-1]:
            self._refuse(event, f"duplicate key {key!r}")
        if len(self.open) == 1:
            self.places.setdefault(str(key), self._where(event))
        return key

    def _refuse_marks(self, event: Any) -> None:
        if event.anchor:
            self._refuse(event, "anchors and aliases are not understood here")
        if event.tag and event.tag != "!":
            self._refuse(event, f"the tag {event.tag!r} is not understood here")

    def _refuse(self, event: Any, message: str) -> None:
        self.problems.append(Problem(message, self._where(event)))

    def _where(self, event: Any) -> str:
        return f"{self.path}:{event.start_mark.line + 1}:{event.start_mark.column + 1}"
