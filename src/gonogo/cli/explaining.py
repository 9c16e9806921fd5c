"""An item of the catalog as it would stand in this repository's release: whether it applies, with which numbers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from gonogo.catalog.fill import fill, names
from gonogo.catalog.item import CatalogItem
from gonogo.catalog.loader import Catalog
from gonogo.catalog.when import ask
from gonogo.inspect import git
from gonogo.model.items import OnFailure, Requirement
from gonogo.model.settings import Environment, ReleaseFile
from gonogo.model.units import Duration, format_duration, format_percent
from gonogo.plan import settings as values


class Setting(msgspec.Struct, frozen=True):
    """The item's parameters at one place of a release."""

    place: str
    """`at 10 %`, `soak until 2h`; empty where they are the same everywhere."""
    params: dict[str, Any]
    within: Duration | None
    on_failure: OnFailure


class Here(msgspec.Struct, frozen=True):
    """The item in one environment of a release file."""

    file: str
    environment: str
    tier: int
    requirement: Requirement | None
    """None: releases of this tier don't have it."""
    applies: bool | None
    """By its rule; None where that is known only of a planned release."""
    unknown: tuple[str, ...]
    """The facts that it takes to tell."""
    settings: tuple[Setting, ...]


def find_item(catalog: Catalog, id: str) -> CatalogItem:
    """By its id, or by that of one of the items it is repeated as (`error-limit-2`). Raises InputError that names the
    nearest."""
    base, _, number = id.rpartition("-")
    repeated = catalog.items.get(base) if number.isdecimal() else None
    if id not in catalog.items and repeated is not None and repeated.each:
        return repeated
    return catalog.item(id)


def here(item: CatalogItem, file: ReleaseFile, env: Environment) -> Here:
    folder = Path(file.path).parent
    top = git.root(folder)
    facts = values.facts(file, env, git=top is not None, first=False, strategy=env.strategy)
    del facts["release.first"]  # the journal knows it, and isn't asked
    ruling = ask(item.when, facts) if item.when else None
    applies = ruling.holds if ruling else True
    try:
        made = tuple(_settings(item, env, values.settings(file, env, str(top or folder))))
    except KeyError:
        # A number that this environment has switched off: the rule has said so.
        made = ()
    return Here(
        file=file.path,
        environment=env.name,
        tier=file.tier,
        requirement=item.tiers.get(file.tier),
        applies=applies,
        unknown=tuple(ruling.unknown) if ruling and ruling.holds is None else (),
        settings=made if applies is not False else (),
    )


def _settings(item: CatalogItem, env: Environment, common: dict[str, Any]) -> Iterator[Setting]:
    entries = values.entries(env)[item.each] if item.each else [None]
    for place, more in _places(item, env):
        for entry in entries:
            within = fill(item.within, common | more, entry)
            on_failure = OnFailure(entry["on_failure"]) if entry else item.on_failure
            yield Setting(place, fill(item.params, common | more, entry), within, on_failure)


def _places(item: CatalogItem, env: Environment) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every step or soak, where the parameters differ between them."""
    scopes = {name.partition(".")[0] for name in names([item.params, item.within])}
    if "step" in scopes:
        yield from ((f"at {format_percent(s.weight)}", values.of_step(s)) for s in env.steps)
    elif "soak" in scopes:
        for before, after in zip((Duration(0), *env.soak), env.soak, strict=False):
            yield f"soak until {format_duration(after)}", values.of_soak(Duration(after - before))
    else:
        yield "", {}
