"""The next command to type."""

from __future__ import annotations

from gonogo.model.events import Result
from gonogo.model.items import Outcome
from gonogo.model.plan import Plan
from gonogo.model.stages import Decision
from gonogo.model.state import Direction, State


def after_gate(plan: Plan, decision: Decision) -> str:
    """To open this gate, or to go on."""
    if decision.go:
        return f"gonogo deploy -e {plan.target.environment}"
    people = {i.id for s in plan.stages for i in s.items if i.check == "sign-off"}
    waiting = [r.item for r in decision.reasons if r.outcome != Outcome.FAIL and r.item in people]
    others = [r for r in decision.reasons if r.item not in people]
    if waiting and not any(r.outcome == Outcome.FAIL for r in others):
        return f"gonogo sign-off {waiting[0]} {plan.release}"
    if any(r.outcome in (Outcome.FAIL, Outcome.UNAVAILABLE, Outcome.ERROR) for r in others):
        return f"put it right, then: gonogo check -e {plan.target.environment}"
    return f"gonogo deploy --wait -e {plan.target.environment}"


def of_state(state: State, *, driven: bool = False) -> str:
    """For a release that has started or ended."""
    name = state.release
    if state.closed:
        if state.closed.result is Result.DONE:
            return f"gonogo report {name}"
        if state.closed.result is Result.NOT_STARTED:
            return "put its command right, then: gonogo plan"
        return f"gonogo report {name}, and plan the fix: gonogo plan"
    if state.direction is Direction.BACK:
        if state.paused:
            return f"put right what keeps it, then: gonogo drive {name}"
        return f"gonogo status {name} --watch" if driven else f"gonogo drive {name}"
    if state.paused:
        return f"gonogo resume {name}, or gonogo abort {name}"
    return f"gonogo status {name} --watch" if driven else f"gonogo drive {name}, or gonogo abort {name}"
