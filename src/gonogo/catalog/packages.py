"""Where catalogs come from: the one that ships, packages that are installed beside it, and a user's own folders."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from importlib.machinery import ModuleSpec
from pathlib import Path

import msgspec

from gonogo.model.errors import InputError, Problem

GROUP = "gonogo.catalog"
BUILT_IN = Path(__file__).parent


class Source(msgspec.Struct, frozen=True):
    """A folder of items and who it belongs to."""

    folder: Path
    owner: str


class Entry(msgspec.Struct, frozen=True):
    """An entry point of the group: `acme = "acme_catalog"`, or `acme_catalog:items` for a folder in the package."""

    package: str
    """Name of the distribution that declares it."""
    name: str
    value: str


def sources(own: Sequence[Path] = (), entries: Iterable[Entry] | None = None) -> list[Source]:
    """The built-in folder, those of packages, and the user's own. Raises InputError for an entry point without a
    folder. No package is imported: a catalog is data."""
    found = [Source(BUILT_IN / "items", "gonogo")]
    problems: list[Problem] = []
    for entry in installed() if entries is None else entries:
        try:
            found.append(Source(_folder(entry), f"package {entry.package}"))
        except InputError as error:
            problems.extend(error.problems)
    if problems:
        raise InputError(*problems)
    return found + [Source(folder, "your own items") for folder in own]


def installed() -> list[Entry]:
    """Every catalog that an installed package declares, in the order of their names."""
    from importlib.metadata import entry_points

    found = [Entry(e.dist.name if e.dist else "?", e.name, e.value) for e in entry_points(group=GROUP)]
    return sorted(found, key=lambda e: (e.package, e.name))


def _folder(entry: Entry) -> Path:
    module, _, inside = entry.value.replace(" ", "").partition(":")
    where = f"entry point {entry.name} of package {entry.package}"
    spec = _spec(module)
    roots = list(spec.submodule_search_locations or ()) if spec else []
    if not roots:
        raise InputError(Problem(f"there is no package {module!r}", where, "name the package that holds the items"))
    folder = Path(roots[0], *inside.split(".")) if inside else Path(roots[0])
    if not folder.is_dir():
        raise InputError(Problem(f"{folder} is not a folder of catalog files", where))
    return folder


def _spec(module: str) -> ModuleSpec | None:
    """Where a package lies. Only the topmost package is looked for by name; what is below it is a folder in it, so
    that no code of a package runs."""
    from importlib.machinery import PathFinder

    path: list[str] | None = None
    spec = None
    for part in module.split("."):
        spec = PathFinder.find_spec(part, path)
        if spec is None:
            return None
        path = list(spec.submodule_search_locations or ())
    return spec
