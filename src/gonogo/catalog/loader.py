"""Load the catalog: the items and templates that ship with gonogo, those of packages, and a user's own items."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Protocol, TypeVar

import msgspec

from gonogo.catalog.item import CatalogItem, read_item
from gonogo.catalog.packages import BUILT_IN, Entry, Source, sources
from gonogo.catalog.template import Template, read_template
from gonogo.catalog.where import BACK
from gonogo.config.complaints import nearest
from gonogo.model.errors import InputError, Problem

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


def load_catalog(own: Sequence[Path] = (), entries: Iterable[Entry] | None = None) -> Catalog:
    """`own` are folders of a user's items, in the same form; `entries` stand for the installed packages' entry points.
    Raises InputError with every problem of every file, and for an item that two of them define."""
    problems: list[Problem] = []
    items = _read(sources(own, entries), read_item, problems)
    templates = _read([Source(BUILT_IN / "templates", "gonogo")], read_template, problems)
    problems += _nowhere(items, templates)
    if problems:
        raise InputError(*problems)
    return Catalog(items, templates)


def _read(folders: Sequence[Source], read: Callable[[Path], N], problems: list[Problem]) -> dict[str, N]:
    found: dict[str, N] = {}
    places: dict[str, str] = {}
    for source in folders:
        for path in _paths(source.folder, problems):
            try:
                one = read(path)
            except InputError as error:
                problems.extend(error.problems)
                continue
            if one.id in found:
                message = f"{one.id!r} of {source.owner} is already defined by {places[one.id]}"
                problems.append(Problem(message, str(path), "give one of them another id"))
            found.setdefault(one.id, one)
            places.setdefault(one.id, f"{source.owner} in {path}")
    return found


def _paths(folder: Path, problems: list[Problem]) -> list[Path]:
    if not folder.is_dir():
        problems.append(Problem("is not a folder of catalog files", str(folder)))
        return []
    paths = sorted(folder.glob("*.yaml"))
    if len(paths) > MOST_FILES:
        problems.append(Problem(f"holds {len(paths)} files; at most {MOST_FILES} are read", str(folder)))
        return []
    return paths


def _nowhere(items: dict[str, CatalogItem], templates: dict[str, Template]) -> list[Problem]:
    """Items that name a stage which no template has."""
    known = {(s.kind, f"{t.id}/{s.id}") for t in templates.values() for s in t.stages}
    return [
        Problem(
            f"stages: no template has a {where.kind} stage {where.stage!r}",
            item.source,
            nearest(where.stage, sorted(place for kind, place in known if kind is where.kind)),
        )
        for item in items.values()
        for where in item.stages
        if where.stage not in ("", BACK) and (where.kind, where.stage) not in known
    ]
