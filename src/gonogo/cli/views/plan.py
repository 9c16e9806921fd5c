"""A plan as text and as data."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from gonogo.checks.wording import counted
from gonogo.cli.output import Paint
from gonogo.model.items import Item
from gonogo.model.plan import Plan
from gonogo.model.stages import Stage
from gonogo.model.units import format_duration, format_percent
from gonogo.report.words import plain


def lines(plan: Plan, paint: Paint, *, saved: bool) -> Iterator[str]:
    title = f"{plan.target.service} {plan.version} to {plan.target.environment}"
    yield paint("bold", plain(title)) + f" · {plan.release}" + ("" if saved else " (not saved)")
    yield f"strategy: {plan.strategy} – {why(plan)}"
    for stage in plan.stages:
        yield ""
        yield from _stage(stage, paint)
    yield ""
    yield from _definition(plan)
    yield ""
    asked = sum(not i.not_applicable for s in plan.stages for i in s.items)
    yield f"{len(plan.stages)} stages, {asked} items to answer. Next: gonogo check -e {plan.target.environment}"


def document(plan: Plan, *, saved: bool) -> dict[str, Any]:
    return {"kind": "plan", "saved": saved, "why": why(plan), "plan": msgspec.to_builtins(plan)}


def why(plan: Plan) -> str:
    """The reason for the strategy."""
    if plan.world.live is None:
        return "nothing is live yet, so there is nothing to compare with: all traffic at once"
    steps = [s.wanted.canary.weight for s in plan.stages if s.kind == "step" and s.wanted and s.wanted.canary]
    if steps:
        weights = " → ".join(format_percent(w) for w in steps)
        return f"as the release file says: {weights}, each judged against {plan.world.live} before the next"
    return "as the release file says: all traffic at once"


def _stage(stage: Stage, paint: Paint) -> Iterator[str]:
    weight = stage.wanted.canary.weight if stage.wanted and stage.wanted.canary else None
    facts = [stage.title]
    if weight is not None and stage.kind == "step":
        facts.append(
            f"{counted(stage.wanted.canary.instances, 'instance')}" if stage.wanted and stage.wanted.canary else ""
        )
    if stage.deadline is not None:
        facts.append(f"at most {format_duration(stage.deadline)}")
    yield f"{paint('bold', stage.id)}  {' · '.join(facts)}"
    asked = [i for i in stage.items if not i.not_applicable]
    width = max((len(i.id) for i in asked), default=0)
    for item in asked:
        yield f"  {item.id:<{width}}  {plain(item.title)}{_marks(item, paint)}"
    if len(asked) < len(stage.items):
        yield paint("dim", f"  and {len(stage.items) - len(asked)} that don't apply")


def _marks(item: Item, paint: Paint) -> str:
    return paint("dim", f"  ({item.requirement})") if item.requirement == "advised" else ""


def _definition(plan: Plan) -> Iterator[str]:
    made = plan.definition
    yield f"artifact  {made.artifact[:19]}… from {plain(made.source)}"
    yield f"command   {plain(' '.join(made.command))}"
    yield f"runs      {counted(made.instances, 'instance')}, ready when {plain(made.ready)} answers 200"
    if made.environment:
        yield f"variables {', '.join(sorted(made.environment))}"
    yield f"commit    {plan.world.commit or 'none: not a git repository'}"
    yield f"live now  {plan.world.live or 'nothing'}"
