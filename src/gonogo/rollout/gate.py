"""The one decision: may this stage be left? Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from msgspec.structs import replace

from gonogo.model.items import OPENING, Evidence, Item, Outcome, Requirement
from gonogo.model.plan import Plan
from gonogo.model.stages import Decision, Reason, Stage
from gonogo.model.state import State
from gonogo.model.units import Instant, format_duration

Answers = Mapping[str, Evidence]


def gate(items: Iterable[Item], answers: Answers, now: Instant) -> Decision:
    """Decide from each item's answer. Of required items, one that failed makes it `no_go`, one without an opening
    answer `undecided`; no answer at all is never a pass. Advised items close nothing, but one that says how long it may
    take is given that time."""
    reasons = []
    for item in items:
        given = answers.get(item.id)
        if item.requirement is not Requirement.REQUIRED:
            if item.within is not None and given is not None and given.outcome is Outcome.PENDING:
                reasons.append(Reason(item.id, given.summary, given.outcome))
            continue
        if given is None:
            reasons.append(Reason(item.id, "not answered yet", Outcome.PENDING))
        elif given.outcome not in OPENING:
            reasons.append(Reason(item.id, given.summary, given.outcome))
        elif not given.fresh(now):
            reasons.append(Reason(item.id, f"its answer is {format_duration(now - given.at)} old", Outcome.PENDING))
    if any(r.outcome == Outcome.FAIL for r in reasons):
        return Decision("no_go", tuple(reasons))
    return Decision("undecided" if reasons else "go", tuple(reasons))


def answers(stage: Stage, plan: Plan, state: State, collected: Answers, now: Instant) -> dict[str, Evidence]:
    """The answers that count for a stage now: what was just collected, else what the journal holds for this very
    stage and subject; a rule or a waiver answers before any evidence."""
    given: dict[str, Evidence] = {}
    for item in stage.items:
        answer = _by_rule(item, stage, state, now) or collected.get(item.id) or _journaled(item, stage, plan, state)
        if answer is not None:
            given[item.id] = _overdue(item, answer, state)
    return given


def _by_rule(item: Item, stage: Stage, state: State, now: Instant) -> Evidence | None:
    if item.not_applicable:
        return Evidence(item.id, Outcome.NOT_APPLICABLE, item.not_applicable, now, stage.id)
    for waiver in state.signatures.get(item.id, ()):
        if waiver.waiver and waiver.until is not None and now < waiver.until:
            return Evidence(item.id, Outcome.WAIVED, waiver.statement, waiver.at, stage.id, by=waiver.by)
    return None


def _journaled(item: Item, stage: Stage, plan: Plan, state: State) -> Evidence | None:
    known = state.evidence.get(item.id)
    if known is None or known.stage != stage.id or known.outcome is Outcome.WAIVED:
        return None
    subjects = {"", plan.world.commit, plan.world.artifact, state.revision}
    same = known.subject in subjects or (known.subject.startswith("plan:") and known.subject == plan.subject("plan"))
    return known if same else None


def _overdue(item: Item, answer: Evidence, state: State) -> Evidence:
    """`pending` for longer than the item allows is a failure. Only time in which somebody could see counts, so that
    neither a gap without a driver nor a platform out of sight makes one."""
    if item.within is None or answer.outcome is not Outcome.PENDING or state.attended <= item.within:
        return answer
    late = f"not answered within {format_duration(item.within)}: {answer.summary}"
    return replace(answer, outcome=Outcome.FAIL, summary=late)


def news(known: Evidence | None, answer: Evidence) -> bool:
    """Whether an answer says something the journal doesn't: another outcome, or the same for another stage or subject.
    A waiver stands there already."""
    if answer.outcome is Outcome.WAIVED:
        return False
    return known is None or (known.outcome, known.stage, known.subject) != (
        answer.outcome,
        answer.stage,
        answer.subject,
    )
