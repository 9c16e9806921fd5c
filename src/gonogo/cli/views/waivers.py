"""Waivers as text and as data."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from gonogo.cli.output import Paint
from gonogo.cli.waivers import Asked, Waiver
from gonogo.model.items import Evidence, Outcome
from gonogo.model.plan import Plan
from gonogo.model.units import format_instant
from gonogo.report.words import plain, spoken


def lines(waivers: Sequence[Waiver], paint: Paint, indent: str = "") -> Iterator[str]:
    """Those that waive nothing come first, and are loud."""
    for w in sorted(waivers, key=lambda w: not w.trouble):
        if w.trouble:
            said = f"the waiver of {w.item} by {w.who} waives nothing: {plain(w.trouble)} ({plain(w.reason)})"
            yield indent + paint("bad", said)
        else:
            yield indent + paint("warn", "waived") + f"  {told(w)}"


def told(waiver: Waiver) -> str:
    return f"{waiver.item}: by {waiver.who} until {format_instant(waiver.until)}: {plain(waiver.reason)}"


def documents(waivers: Sequence[Waiver]) -> list[dict[str, Any]]:
    return [
        {"item": w.item, "by": {"name": w.by, "how": w.how}, "reason": w.reason, "until": w.until, "trouble": w.trouble}
        for w in waivers
    ]


def given_lines(
    plan: Plan, what: Asked, waiver: Waiver, answer: Evidence | None, following: str, paint: Paint
) -> Iterator[str]:
    """What `gonogo waive` has done."""
    item = what.item
    yield f"{item.id}: {plain(item.title)}"
    yield f"  {plan.release}: {plan.target.service} {plain(plan.version)} to {plan.target.environment}"
    yield f"  asked in {', '.join(what.stages)} ({item.requirement} at tier {plan.tier})"
    yield f"  because  {plain(item.why)}"
    known = answer is not None and answer.outcome is not Outcome.WAIVED
    yield (
        f"  before   {spoken(answer.outcome)}: {plain(answer.summary)}" if answer and known else "  before   no answer"
    )
    yield f"  instead  {plain(item.remedy)}"
    yield f"  reason   {plain(waiver.reason)}"
    yield paint("warn", f"waived by {waiver.who} until {format_instant(waiver.until)}") + f" · next: {following}"


def given_document(plan: Plan, what: Asked, waiver: Waiver, answer: Evidence | None) -> dict[str, Any]:
    return {
        "kind": "waive",
        "release": plan.release,
        "title": what.item.title,
        "stages": list(what.stages),
        "requirement": what.item.requirement,
        "before": {"outcome": answer.outcome, "summary": answer.summary} if answer else None,
        **documents([waiver])[0],
    }
