"""Load the catalog: the items and templates that ship with gonogo, and a user's own items beside them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol, TypeVar

import msgspec

from gonogo.catalog.item import CatalogItem, read_item
from gonogo.catalog.template import Template, read_template
from gonogo.config.complaints import nearest
from gonogo.model.errors import InputError, Problem

BUILT_IN = Path(__file__).parent
MOST_FILES = 2000


class Catalog(msgspec.Struct, frozen=True):
    items: dict[str, CatalogItem]
    templates: dict[str, Template]

    def item(self, id: str) -> CatalogItem:
        """Raises InputError that names the nearest item."""
        if id not in self.items:
            raise InputError(Problem(f"there is no item {id!r}", remedy=nearest(id, self.items)))
        return self.items[id]

    def template(self, id: str) -> Template:
        """Raises InputError that names the nearest template."""
        if id not in self.templates:
            raise InputError(Problem(f"there is no template {id!r}", remedy=nearest(id, self.templates)))
        return self.templates[id]


class _Named(Protocol):
    @property
    def id(self) -> str: ...


N = TypeVar("N", bound=_Named)


def load_catalog(own: Sequence[Path] = ()) -> Catalog:
    """`own` are folders of a user's items, in the same form. Raises InputError with every problem of every file."""
    problems: list[Problem] = []
    items = _read((BUILT_IN / "items", *own), read_item, problems)
    templates = _read((BUILT_IN / "templates",), read_template, problems)
    if problems:
        raise InputError(*problems)
    return Catalog(items, templates)


def _read(folders: Sequence[Path], read: Callable[[Path], N], problems: list[Problem]) -> dict[str, N]:
    found: dict[str, N] = {}
    places: dict[str, Path] = {}
    for folder in folders:
        if not folder.is_dir():
            problems.append(Problem("is not a folder of catalog files", str(folder)))
            continue
        paths = sorted(folder.glob("*.yaml"))
        if len(paths) > MOST_FILES:
            problems.append(Problem(f"holds {len(paths)} files; at most {MOST_FILES} are read", str(folder)))
            continue
        for path in paths:
            try:
                one = read(path)
            except InputError as error:
                problems.extend(error.problems)
                continue
            if one.id in found:
                problems.append(Problem(f"{one.id!r} is already defined in {places[one.id]}", str(path)))
            found.setdefault(one.id, one)
            places.setdefault(one.id, path)
    return found
