"""What was signed, and what it came to."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from gonogo.cli.output import Paint
from gonogo.model.items import Actor, CheckResult, Item
from gonogo.model.plan import Plan
from gonogo.report.words import plain


def lines(plan: Plan, item: Item, subject: str, by: Actor, result: CheckResult, paint: Paint) -> Iterator[str]:
    yield f"{item.id}: {plain(item.title)}"
    yield f"  {plan.release}: {plan.target.service} {plain(plan.version)} to {plan.target.environment}"
    yield f"  seen     {subject}"
    commit = plan.world.commit[:12] or "none"
    yield f"  artifact {plan.world.artifact[:19]}…, commit {commit}, planned by {plan.made_by}"
    rest = "" if result.summary == f"signed by {by}" else f" · {plain(result.summary)}"
    yield paint("good", f"signed by {by}") + f"{rest} · next: gonogo gate {plan.release}"


def document(plan: Plan, item: Item, subject: str, by: Actor, result: CheckResult) -> dict[str, Any]:
    return {
        "kind": "sign-off",
        "release": plan.release,
        "item": item.id,
        "saw": subject,
        "by": {"name": by.name, "how": by.how},
        "outcome": str(result.outcome),
        "summary": result.summary,
    }
