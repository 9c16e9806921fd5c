"""Whether a user's own items are as good as those that ship: what `gonogo catalog check` says about them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from types import UnionType
from typing import Any, get_args

import msgspec

from gonogo.catalog.facts import ENTRIES, SETTINGS
from gonogo.catalog.item import CatalogItem
from gonogo.catalog.loader import Catalog, load_catalog
from gonogo.catalog.packages import BUILT_IN, Entry, sources
from gonogo.checks.fixtures import Case, judge, missing_kinds, planned, read_cases
from gonogo.checks.run import read_params
from gonogo.checks.table import CHECKS
from gonogo.config.complaints import nearest
from gonogo.model.errors import InputError, Problem
from gonogo.model.items import Cadence, Requirement

_SAMPLES: dict[Any, Any] = {float: 1.0, int: 1, str: "x", tuple: []}
_SHORTEST = 20
"""Characters that a reason or a remedy has at least."""


def check_catalog(paths: Sequence[Path], entries: Iterable[Entry] | None = None) -> list[Problem]:
    """Every problem of the items in these folders and in installed packages, in the order of the files: of form, of
    names, of parameters, of fixtures. Fixtures are `<id>.yaml` in the folder `fixtures`, in the items' folder or
    beside it. Empty where all is well."""
    entries = None if entries is None else tuple(entries)
    try:
        catalog = load_catalog(paths, entries)
        folders = sources(paths, entries)
    except InputError as error:
        return list(error.problems)
    own = [item for item in catalog.items.values() if Path(item.source).parent != BUILT_IN / "items"]
    problems = [problem for item in own for problem in check_item(item, catalog)]
    return problems + [p for source in folders[1:] for p in _without_item(source.folder, catalog)]


def check_item(item: CatalogItem, catalog: Catalog) -> Iterator[Problem]:
    """What is wrong with one item that could be loaded."""

    def wrong(message: str, remedy: str = "") -> Problem:
        return Problem(message, item.source, remedy)

    if item.check not in CHECKS:
        yield wrong(f"check: there is no check {item.check!r}", nearest(item.check, CHECKS))
        return
    for key in ("why", "remedy"):
        if len(getattr(item, key)) < _SHORTEST:
            yield wrong(f"{key}: says too little to help anybody")
    if not item.references or not all(r.startswith("https://") for r in item.references):
        yield wrong("references: names no page to read on", "give one or more https:// addresses")
    if CHECKS[item.check].live and item.cadence is not Cadence.CONTINUOUS:
        yield wrong(f"cadence: {item.check} follows what happens", "write cadence: continuous")
    try:
        params = sample_params(item)
    except InputError as error:
        yield from (wrong(problem.message, problem.remedy) for problem in error.problems)
        return
    for id in getattr(params, "beside", ()):
        if id not in catalog.items:
            yield wrong(f"check: beside: there is no item {id!r}", nearest(id, catalog.items))
    if Requirement.REQUIRED in item.tiers.values() and "return" in {w.kind for w in item.stages} and _person(item):
        yield wrong("tiers: a way back must not wait for a person", "make it advised, or ask before the release")
    yield from _fixtures(item)


def _person(item: CatalogItem) -> bool:
    return item.check == "sign-off"


def sample_params(item: CatalogItem) -> Any:
    """The check's parameters with something of the right type for each `$name`. Raises InputError."""
    settings = {name: _sample(kind) for name, kind in SETTINGS.items()} | {"release.smoke": [{"path": "/"}]}
    entry = {name: _sample(kind) for name, kind in ENTRIES.get(item.each, {}).items()} | {"relation": "over"}
    return read_params(CHECKS[item.check], planned(item, settings, entry))


def _sample(kind: type | UnionType) -> Any:
    return _SAMPLES[get_args(kind)[0] if isinstance(kind, UnionType) else kind]


def fixture_of(item: CatalogItem) -> Path | None:
    """Where an item's fixtures lie; None where there are none."""
    folder = Path(item.source).parent
    places = [home / "fixtures" / f"{item.id}.yaml" for home in (folder, folder.parent)]
    return next((place for place in places if place.is_file()), None)


def _fixtures(item: CatalogItem) -> Iterator[Problem]:
    path = fixture_of(item)
    if path is None:
        remedy = f"write fixtures/{item.id}.yaml with one case that passes, one that fails, one that doesn't apply"
        yield Problem("has no fixtures, so nothing shows that it can fail", item.source, remedy)
        return
    try:
        cases = read_cases(path)
    except InputError as error:
        yield from error.problems
        return
    yield from (Problem(f"has no case: {kind}", str(path)) for kind in missing_kinds(item, cases))
    for case in cases:
        if problem := judge_case(item, case):
            yield Problem(f"case {case.case!r}: {problem}", str(path))


def judge_case(item: CatalogItem, case: Case) -> str:
    """What is wrong with a case; empty where the item says what the case expects."""
    try:
        outcome, said = judge(item, case)
    except KeyError as error:
        return f"the item needs the setting {error}, and the case gives none"
    except (InputError, msgspec.ValidationError, TypeError) as error:
        return str(error)
    if outcome is not case.expect:
        return f"expected {case.expect}, got {outcome}: {said}"
    return "" if case.says in said else f"expected to read {case.says!r}, got: {said}"


def _without_item(folder: Path, catalog: Catalog) -> Iterator[Problem]:
    for path in sorted((folder / "fixtures").glob("*.yaml")):
        if path.stem not in catalog.items:
            yield Problem(f"there is no item {path.stem!r}", str(path), nearest(path.stem, catalog.items))
