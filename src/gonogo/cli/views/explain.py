"""An item of the catalog, told in full."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from gonogo.catalog.item import CatalogItem
from gonogo.catalog.where import Where
from gonogo.cli.explaining import Here, Setting
from gonogo.cli.output import Paint
from gonogo.model.items import OnFailure
from gonogo.model.units import format_duration
from gonogo.report.words import plain

_FAILURES = {
    OnFailure.ROLLBACK: "all traffic goes back to the version before",
    OnFailure.PAUSE: "the release stays where it is until a person has looked",
    OnFailure.PAGE: "a person is called",
    OnFailure.NOTE: "it is noted; where the item is required, its gate stays closed",
}


def lines(item: CatalogItem, asks: str, here: Here | None, note: str, paint: Paint) -> Iterator[str]:
    """`asks`: what the check asks of which source. `note`: why nothing is told about this repository."""
    yield paint("bold", f"{item.id}: {plain(item.title)}")
    yield f"  why       {plain(item.why)}"
    yield f"  asks      {plain(asks) or 'nothing outside gonogo'} ({item.check})"
    yield f"  rule      {'applies when ' + item.when.text if item.when else 'applies to every release'}"
    yield f"  tiers     {', '.join(f'{tier} {requirement}' for tier, requirement in sorted(item.tiers.items()))}"
    yield f"  stages    {', '.join(place(where) for where in item.stages)}; {_cadence(item)}"
    yield f"  failing   {_FAILURES[item.on_failure]}{' (unless its entry says otherwise)' if item.each else ''}"
    if item.within is not None:
        yield f"  waits     {_time(item.within)} at most for an answer"
    yield f"  remedy    {plain(item.remedy)}"
    yield from (f"  read      {plain(reference)}" for reference in item.references)
    if here is not None:
        yield from _here(here, paint)
    elif note:
        yield paint("dim", f"  here      {note}")


def place(where: Where) -> str:
    """`step from the 3rd weight` and the like."""
    if where.stage:
        return f"{where.kind} ({where.stage})"
    if where.first > 1:
        return f"{where.kind} (from weight {where.first} on)"
    return f"{where.kind} (from {format_duration(where.after)} on)" if where.after else str(where.kind)


def _cadence(item: CatalogItem) -> str:
    asked = "asked again and again" if item.cadence == "continuous" else "asked once"
    return f"{asked}, an answer counts for {_time(item.fresh_for)}" if item.fresh_for is not None else asked


def _time(value: float | str) -> str:
    return f"`{value.removeprefix('$')}`" if isinstance(value, str) else format_duration(value)


def _here(here: Here, paint: Paint) -> Iterator[str]:
    where = f"{here.environment}, tier {here.tier}"
    if here.requirement is None:
        yield f"  here      {where}: releases of this tier don't have it"
        return
    if here.applies is False:
        yield f"  here      {where}: doesn't apply, by its rule"
        return
    sure = "" if here.applies else f", if its rule holds ({', '.join(here.unknown)} is known when it is planned)"
    yield f"  here      {where}: {paint('bold', here.requirement)}{sure}"
    if not here.settings:
        yield "            nothing of the kind is configured"
    yield from (f"            {_setting(s)}" for s in here.settings)


def _setting(setting: Setting) -> str:
    shown = [f"{name} {_value(value)}" for name, value in setting.params.items()]
    if setting.within is not None:
        shown.append(f"within {format_duration(setting.within)}")
    lead = f"{setting.place}: " if setting.place else ""
    return f"{lead}{', '.join(shown) or 'no parameters'}; failing: {setting.on_failure}"


def _value(value: object) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return plain(msgspec.json.encode(value).decode() if not isinstance(value, str) else value) or "(empty)"


def document(item: CatalogItem, asks: str, here: Here | None) -> dict[str, Any]:
    return {
        "kind": "explain",
        "item": item.id,
        "title": item.title,
        "why": item.why,
        "check": item.check,
        "asks": asks,
        "rule": item.when.text if item.when else None,
        "tiers": {str(tier): requirement for tier, requirement in item.tiers.items()},
        "stages": [place(where) for where in item.stages],
        "cadence": item.cadence,
        "on_failure": item.on_failure,
        "within": item.within,
        "fresh_for": item.fresh_for,
        "remedy": item.remedy,
        "references": list(item.references),
        "here": msgspec.to_builtins(here) if here else None,
    }
