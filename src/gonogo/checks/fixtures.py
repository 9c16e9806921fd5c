"""Fixtures of catalog items: what was seen, and what the item must say to it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from gonogo.catalog.fill import fill
from gonogo.catalog.item import CatalogItem
from gonogo.catalog.read import read_file
from gonogo.catalog.when import ask
from gonogo.checks.run import read_params
from gonogo.checks.table import CHECKS
from gonogo.model.errors import InputError, Problem
from gonogo.model.items import Item, Outcome, Requirement
from gonogo.model.units import Instant

PATIENT = frozenset({"baseline-captured", "pause-elapsed", "ready", "settled", "sign-off", "weight-reached"})
"""Checks that wait instead of failing; the item's or the stage's time limit turns that into a failure."""


class Step(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    now: Instant
    raw: dict[str, Any]


class Case(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`facts` alone asks the item's rule; `raw` is judged by its check, after `history`, with the item's parameters
    filled from `settings` and `entry`."""

    case: str
    expect: Outcome
    says: str
    """Stands in the summary, or in the rule."""
    facts: dict[str, Any] | None = None
    settings: dict[str, Any] = {}
    entry: dict[str, Any] = {}
    history: tuple[Step, ...] = ()
    raw: dict[str, Any] | None = None
    now: Instant = Instant(1000)


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    cases: tuple[Case, ...]


def read_cases(path: Path) -> tuple[Case, ...]:
    """Raises InputError."""
    data, _ = read_file(path)
    try:
        return msgspec.convert(data, _File, str_keys=True).cases
    except msgspec.ValidationError as error:
        raise InputError(Problem(str(error).replace("`$.", "`"), str(path))) from None


def planned(item: CatalogItem, settings: dict[str, Any], entry: dict[str, Any]) -> Item:
    """The item with a release's numbers in it."""
    params = fill(item.params, settings, entry)
    return Item(item.id, item.title, item.check, params, Requirement.REQUIRED)


def judge(item: CatalogItem, case: Case) -> tuple[Outcome, str]:
    """What the item says to a case in the end. The memory goes through JSON between evaluations, as in a journal.

    Raises InputError for parameters, KeyError for a setting the case doesn't give, msgspec.ValidationError for raw
    answers of another form than the check's."""
    if case.raw is None:
        ruling = ask(item.when, case.facts or {}) if item.when else None
        refused = ruling is not None and ruling.holds is False
        return (
            (Outcome.NOT_APPLICABLE, ruling.text) if ruling and refused else (Outcome.PENDING, "the rule lets it apply")
        )
    check = CHECKS[item.check]
    params = read_params(check, planned(item, case.settings, case.entry))
    memory = check.memory()
    for step in (*case.history, Step(case.now, case.raw)):
        memory, result = check.evaluate(memory, msgspec.convert(step.raw, check.raw), params, step.now)
        memory = msgspec.json.decode(msgspec.json.encode(memory), type=check.memory)
    return result.outcome, result.summary


def missing_kinds(item: CatalogItem, cases: tuple[Case, ...]) -> Iterator[str]:
    """Which of the three kinds no case is of: one that opens, one that doesn't, one that doesn't apply."""
    expected = {case.expect for case in cases}
    shut = {Outcome.FAIL, Outcome.PENDING} if item.check in PATIENT else {Outcome.FAIL}
    if not expected & {Outcome.PASS, Outcome.SIGNED}:
        yield "one that passes"
    if not expected & shut:
        yield "one that fails"
    if Outcome.NOT_APPLICABLE not in expected:
        yield "one that doesn't apply"
