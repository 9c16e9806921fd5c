"""Which catalog items a release has to answer, with its own numbers in them. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from gonogo.catalog.fill import fill
from gonogo.catalog.item import CatalogItem
from gonogo.catalog.when import ask
from gonogo.model.items import Item, OnFailure, Requirement
from gonogo.model.stages import StageKind
from gonogo.model.units import Duration

MECHANICS = frozenset({"ready", "weight-reached", "settled", "pause-elapsed"})
"""Checks without which there would be no rollout to advise on: required in every mode."""


def tailor(
    items: Mapping[str, CatalogItem],
    kind: StageKind,
    *,
    tier: int,
    mode: str,
    facts: Mapping[str, Any],
    settings: Mapping[str, Any],
    entries: Mapping[str, list[dict[str, Any]]],
    step: int = 1,
    after: Duration | None = None,
    stage: str = "",
    named: bool = False,
) -> tuple[Item, ...]:
    """Items of one stage, in the catalog's order. One that a rule excludes stays, marked with that rule.

    `step` counts weights, `after` is a soak's time since going live, `stage` the template's place for it, and `named`
    says that only items which ask for that place belong there."""
    chosen = (i for i in items.values() if i.applies_to(kind, step, after, stage, named) and tier in i.tiers)
    return tuple(made for item in chosen for made in _made(item, tier, mode, facts, settings, entries))


def _made(
    item: CatalogItem,
    tier: int,
    mode: str,
    facts: Mapping[str, Any],
    settings: Mapping[str, Any],
    entries: Mapping[str, list[dict[str, Any]]],
) -> Iterator[Item]:
    ruling = ask(item.when, facts) if item.when else None
    if ruling is not None and ruling.holds is False:
        yield _item(item, item.id, {}, tier, mode, item.on_failure, None, f"applies only when {ruling.text}")
        return
    missing = ruling.unknown if ruling is not None and ruling.holds is None else ()
    if not item.each:
        within = fill(item.within, settings)
        params = fill(item.params, settings)
        yield _item(item, item.id, params, tier, mode, item.on_failure, within, missing=missing)
        return
    for number, entry in enumerate(entries[item.each], 1):
        id = item.id if number == 1 else f"{item.id}-{number}"
        within = fill(item.within, settings, entry)
        params = fill(item.params, settings, entry)
        yield _item(item, id, params, tier, mode, OnFailure(entry["on_failure"]), within, missing=missing)


def _item(
    item: CatalogItem,
    id: str,
    params: dict[str, Any],
    tier: int,
    mode: str,
    on_failure: OnFailure,
    within: Duration | None,
    not_applicable: str = "",
    missing: tuple[str, ...] = (),
) -> Item:
    requirement = item.tiers[tier]
    unknown = f" (Kept although it can't be told: {', '.join(missing)} unknown.)" if missing else ""
    if mode == "advise" and item.check not in MECHANICS:
        requirement = Requirement.ADVISED
    harmless = requirement is Requirement.ADVISED or mode == "advise"
    if harmless and on_failure in (OnFailure.ROLLBACK, OnFailure.PAUSE):
        on_failure = OnFailure.PAGE
    return Item(
        id=id,
        title=item.title,
        check=item.check,
        params=params,
        requirement=requirement,
        cadence=item.cadence,
        on_failure=on_failure,
        within=within,
        fresh_for=item.fresh_for,
        not_applicable=not_applicable,
        why=item.why + unknown,
        remedy=item.remedy,
    )
