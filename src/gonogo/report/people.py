"""Sign-offs and waivers: who, how we know, what they saw, until when, and whether it still counts."""

from __future__ import annotations

from msgspec.structs import replace

from gonogo.model import events as e
from gonogo.report.reading import Reading
from gonogo.report.shape import PersonAnswer
from gonogo.report.words import moment


def people(reading: Reading) -> tuple[PersonAnswer, ...]:
    """Every one that was given, in order."""
    given: list[PersonAnswer] = []
    for r in reading.ours:
        match r.event:
            case e.Signed(item=item, statement=statement, saw=saw, until=until):
                given.append(PersonAnswer(item, r.actor.name, r.actor.how, r.at, statement, saw, until, False))
            case e.Waived(item=item, reason=reason, until=until):
                given.append(PersonAnswer(item, r.actor.name, r.actor.how, r.at, reason, "", until, True))
    return tuple(_judged(reading, one, given[place + 1 :]) for place, one in enumerate(given))


def _judged(reading: Reading, one: PersonAnswer, later: list[PersonAnswer]) -> PersonAnswer:
    return replace(one, lapsed=_lapsed(reading, one, later))


def _lapsed(reading: Reading, one: PersonAnswer, later: list[PersonAnswer]) -> str:
    plan, state = reading.plan, reading.state
    if any((other.item, other.by) == (one.item, one.by) for other in later):
        return "replaced by a later answer"
    if one.until is not None and state.at >= one.until:
        return f"ended at {moment(one.until)}"
    subjects = {plan.world.commit, plan.world.artifact, plan.subject("plan")}
    if not one.waiver and one.saw not in subjects:
        return "what was seen has changed since"
    return ""
