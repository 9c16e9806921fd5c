"""The decision of a gate, with its reasons."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from gonogo.cli.output import Paint
from gonogo.cli.views import waivers as waiver_view
from gonogo.cli.views.check import verdict
from gonogo.cli.waivers import Waiver
from gonogo.model.items import Outcome
from gonogo.model.plan import Plan
from gonogo.model.stages import Decision, Stage
from gonogo.report.words import plain, spoken


def lines(
    plan: Plan, stage: Stage, decision: Decision, waivers: Sequence[Waiver], following: str, paint: Paint
) -> Iterator[str]:
    yield f"{plan.release} · {stage.id} · {stage.title}"
    yield from reasons(decision, paint)
    yield from waiver_view.lines(waivers, paint, "  ")
    yield f"{verdict(decision, paint)} · next: {following}"


def reasons(decision: Decision, paint: Paint) -> Iterator[str]:
    for reason in decision.reasons:
        style = "bad" if reason.outcome == Outcome.FAIL else "warn"
        yield f"  {paint(style, spoken(reason.outcome))}  {reason.item}: {plain(reason.text)}"


def document(plan: Plan, stage: Stage, decision: Decision, waivers: Sequence[Waiver], following: str) -> dict[str, Any]:
    return {
        "kind": "gate",
        "release": plan.release,
        "stage": stage.id,
        "decision": msgspec.to_builtins(decision),
        "waivers": waiver_view.documents(waivers),
        "next": following,
    }
