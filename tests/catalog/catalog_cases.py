"""Fixtures of catalog items: what was seen, and what the item must say to it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec

from gonogo.catalog.fill import fill
from gonogo.catalog.item import CatalogItem
from gonogo.catalog.loader import BUILT_IN, load_catalog
from gonogo.catalog.yamlfile import read_file
from gonogo.checks.run import read_params
from gonogo.checks.table import CHECKS
from gonogo.model.items import Item, Outcome, Requirement
from gonogo.model.units import Instant

CATALOG = load_catalog()
FOLDER = BUILT_IN / "fixtures"


class Step(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    now: Instant
    raw: dict[str, Any]


class Case(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`facts` alone asks the item's rule; `raw` is judged by its check, after `history`, with the item's parameters
    filled from `settings` and `entry`."""

    case: str
    expect: Outcome
    says: str
    facts: dict[str, Any] | None = None
    settings: dict[str, Any] = {}
    entry: dict[str, Any] = {}
    history: tuple[Step, ...] = ()
    raw: dict[str, Any] | None = None
    now: Instant = Instant(1000)


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    cases: tuple[Case, ...]


def cases(id: str) -> tuple[Case, ...]:
    path = FOLDER / f"{id}.yaml"
    return msgspec.convert(read_file(path)[0], _File).cases if path.is_file() else ()


def planned(item: CatalogItem, settings: dict[str, Any], entry: dict[str, Any]) -> Item:
    """The item with a release's numbers in it."""
    params = fill(item.params, settings, entry)
    return Item(item.id, item.title, item.check, params, Requirement.REQUIRED)


def judged(item: CatalogItem, case: Case) -> tuple[Outcome, str]:
    """What the item's check says in the end. The memory goes through JSON between evaluations, as in a journal."""
    assert case.raw is not None
    check = CHECKS[item.check]
    params = read_params(check, planned(item, case.settings, case.entry))
    memory = check.memory()
    for step in (*case.history, Step(case.now, case.raw)):
        memory, result = check.evaluate(memory, msgspec.convert(step.raw, check.raw), params, step.now)
        memory = msgspec.json.decode(msgspec.json.encode(memory), type=check.memory)
    return result.outcome, result.summary


def repository_root() -> Path:
    return Path(__file__).parents[2]
