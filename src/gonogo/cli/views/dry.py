"""A dry run's walk: stages, what each wants of the world, and the actions between."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from gonogo.checks.wording import counted
from gonogo.cli.exits import Exit
from gonogo.cli.output import Paint
from gonogo.cli.views.check import verdict
from gonogo.cli.views.gate import reasons
from gonogo.journal.interface import Recorded
from gonogo.model import events as e
from gonogo.model.plan import Plan
from gonogo.model.stages import Decision
from gonogo.model.state import State, TargetState
from gonogo.model.units import format_duration, format_percent
from gonogo.report.words import action_text, line, plain
from gonogo.rollout.desired import desired

_LONGEST = 400

Told = Sequence[tuple[Recorded, State]]


def lines(
    plan: Plan, ending: State, target: TargetState, told: Told, stopped: Decision | None, paint: Paint
) -> Iterator[str]:
    yield paint("bold", f"dry run of {plan.release}: {plan.target.key}, {plain(plan.version)}, {plan.strategy}")
    began = told[0][0].at if told else 0.0
    for recorded, state in told:
        event = recorded.event
        at = f"+{format_duration(round(recorded.at - began))}"
        if isinstance(event, e.StageEntered):
            yield f"{at:>8}  {paint('bold', event.stage)}  {_wanted(plan, target, state)}"
        elif isinstance(event, e.Intended):
            yield f"{at:>8}    {action_text(event.action)}"
        elif isinstance(event, e.TurnedBack | e.Paused | e.LiveChanged):
            yield f"{at:>8}    {plain(line(recorded), _LONGEST)}"
    if stopped is not None:
        yield from reasons(stopped, paint)
        yield verdict(stopped, paint) + " · nothing was changed; this gate has to open first"
        return
    for stage in _ahead(plan, ending):
        yield f"{'':>8}  {paint('bold', stage.id)}  {stage.title}"
    walked = "turns back" if ending.way_back else "pauses here" if ending.paused else "gets through"
    yield f"{walked}, people's answers and a healthy version assumed; nothing was changed · next: gonogo deploy"


def _ahead(plan: Plan, ending: State) -> list[Any]:
    ids = [s.id for s in plan.stages]
    return list(plan.stages[ids.index(ending.stage) + 1 :]) if ending.stage in ids and not ending.paused else []


def _wanted(plan: Plan, target: TargetState, state: State) -> str:
    want = desired(plan, target, state)
    title = state.current.title if state.current else ""
    if want is None:
        return title
    each = [
        f"{r}: {counted(w.instances, 'instance')}, {format_percent(w.weight)}"
        for r, w in sorted(want.revisions.items())
    ]
    return f"{title} · {' · '.join(each)}"


def document(plan: Plan, ending: State, told: Told, stopped: Decision | None, code: Exit) -> dict[str, Any]:
    return {
        "kind": "dry-run",
        "release": plan.release,
        "stages": [r.event.stage for r, _ in told if isinstance(r.event, e.StageEntered)],
        "actions": [msgspec.to_builtins(r.event.action) for r, _ in told if isinstance(r.event, e.Intended)],
        "decision": msgspec.to_builtins(stopped) if stopped else None,
        "paused": ending.paused,
        "exit": int(code),
    }
