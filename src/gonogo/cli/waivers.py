"""Waivers: who may give one, for what and until when, and how those that were given stand."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

import msgspec

from gonogo.model.errors import InputError, Problem
from gonogo.model.events import Waived
from gonogo.model.items import Actor, Item, Requirement
from gonogo.model.plan import Plan
from gonogo.model.stages import Stage
from gonogo.model.state import State
from gonogo.model.units import Duration, Instant, format_duration, format_instant, parse_duration

LONGEST = Duration(30 * 86400)
FEWEST_WORDS = 3
_SEPARATED = (1, 2)
"""Tiers at which who deploys can't waive what is required."""
_HOW = "write it like 2d, 2026-03-01 or 2026-03-01T18:00+01:00"


class Waiver(msgspec.Struct, frozen=True):
    """One that was given, as it stands now."""

    item: str
    by: str
    how: str
    reason: str
    until: Instant
    trouble: str = ""
    """Why it waives nothing; empty while it does."""

    @property
    def who(self) -> str:
        return str(Actor(self.by, self.how))


class Asked(msgspec.Struct, frozen=True):
    """What is to be waived: an item, and the stages of the plan that have it."""

    item: Item
    stages: tuple[str, ...]


def standing(state: State, now: Instant) -> tuple[Waiver, ...]:
    """Every waiver of a release, in the order of its plan; those that waive nothing say why. One that has ended isn't
    told where another waives the same item."""
    asked = {i.id: i for i in _items(state.plan)} if state.plan else {}
    found: list[Waiver] = []
    for id in dict.fromkeys([*asked, *sorted(state.signatures)]):
        given = [s for s in state.signatures.get(id, ()) if s.waiver]
        made = [
            Waiver(id, s.by, s.how, s.statement, s.until or s.at, _trouble(asked.get(id), s.until, now)) for s in given
        ]
        counting = [w for w in made if not w.trouble]
        found += counting or made
    return tuple(found)


def about(waivers: Iterable[Waiver], stages: Sequence[Stage]) -> tuple[Waiver, ...]:
    """Those of the items that these stages have."""
    ids = {i.id for s in stages for i in s.items}
    return tuple(w for w in waivers if w.item in ids)


def asked(plan: Plan, id: str) -> Asked:
    """Raises InputError for an item the plan doesn't have, one that doesn't apply, and the mechanics of a rollout."""
    from gonogo.config.complaints import nearest
    from gonogo.plan.tailor import MECHANICS

    items = _items(plan)
    same = [i for i in items if i.id == id]
    open_ = [i for i in same if not i.not_applicable]
    if not same:
        ids = dict.fromkeys(i.id for i in items if not i.not_applicable and i.check not in MECHANICS)
        raise InputError(Problem(f"{plan.release} has no item {id!r}", remedy=nearest(id, ids)))
    if not open_:
        raise InputError(Problem(f"{id} doesn't apply to {plan.release}: {same[0].not_applicable}"))
    if open_[0].check in MECHANICS:
        said = f"{id} can't be waived: without it nobody knows where the traffic goes"
        remedy = "to skip the rest of a stage: gonogo promote --reason" if open_[0].check == "pause-elapsed" else ""
        raise InputError(Problem(said, remedy=remedy))
    strict = next((i for i in open_ if i.requirement is Requirement.REQUIRED), open_[0])
    stages = [s.id for s in plan.stages if any(i.id == id and not i.not_applicable for i in s.items)]
    return Asked(strict, tuple(stages) or ("the way back",))


def refuse(given: Waived, what: Asked, plan: Plan, state: State, by: Actor, now: Instant) -> None:
    """Raises InputError with everything that speaks against this waiver."""
    problems = [*_wording(given, now), *_person(what.item, plan, state, by)]
    if problems:
        raise InputError(*problems)


def until(text: str, now: Instant) -> Instant:
    """`2d` from now, or a date: its first moment, in UTC where it says no zone. Raises InputError."""
    try:
        return Instant(now + parse_duration(text))
    except (ValueError, OverflowError):
        pass
    try:
        when = datetime.fromisoformat(text)
        return Instant((when if when.tzinfo else when.replace(tzinfo=UTC)).timestamp())
    except (ValueError, OverflowError):
        raise InputError(Problem(f"--until {text!r} is neither a duration nor a date", remedy=_HOW)) from None


def _wording(given: Waived, now: Instant) -> Iterable[Problem]:
    if len(given.reason.split()) < FEWEST_WORDS:
        yield Problem(f"--reason {given.reason!r} doesn't say why", remedy="write a sentence; the report shows it")
    if given.until <= now:
        yield Problem("--until is in the past: a waiver has to end later than now", remedy=_HOW)
    elif given.until - now > LONGEST:
        most = f"a waiver lasts {LONGEST / 86400:.0f} days at most"
        yield Problem(f"--until is too far ahead: {most}", remedy="waive it anew when it ends, or change the release")


def _person(item: Item, plan: Plan, state: State, by: Actor) -> Iterable[Problem]:
    """Who has planned or started a release is deploying it."""
    if plan.tier == 1 and by.how == "unverified":
        yield Problem(
            f"{by.name} can't waive {item.id}: at tier 1 it takes a verified person", remedy=_who(plan, state)
        )
    if item.requirement is not Requirement.REQUIRED or plan.tier not in _SEPARATED:
        return
    if by.name.casefold() in _deployers(plan, state):
        why = f"it is required at tier {plan.tier}, and who deploys can't waive that"
        yield Problem(f"{by.name} can't waive {item.id}: {why}", remedy=_who(plan, state))
    elif plan.approvers and by.name.casefold() not in {name.casefold() for name in plan.approvers}:
        why = f"it is required at tier {plan.tier}, and that takes one of the approvers"
        yield Problem(f"{by.name} can't waive {item.id}: {why}", remedy=_who(plan, state))


def _who(plan: Plan, state: State) -> str:
    deployers = _deployers(plan, state)
    verified = "a verified person" if plan.tier == 1 else "anyone"
    if not plan.approvers:
        return f"who may: {verified} but {' and '.join(sorted(deployers))}"
    names = [name for name in plan.approvers if name.casefold() not in deployers]
    proved = ", once verified" if plan.tier == 1 else ""
    return (
        f"who may: {', '.join(names)}{proved}"
        if names
        else "every approver is deploying: ask for another in `approvers`"
    )


def _deployers(plan: Plan, state: State) -> set[str]:
    return {name.removesuffix(" (unverified)").casefold() for name in (plan.made_by, state.started_by) if name}


def _items(plan: Plan) -> list[Item]:
    return [*(i for s in plan.stages for i in s.items), *plan.return_items]


def _trouble(item: Item | None, until: Instant | None, now: Instant) -> str:
    if item is None:
        return "the plan has no such item any more"
    if until is None:
        return "it has no end"
    if now >= until:
        return f"it ended at {format_instant(until)}, {format_duration(round(now - until))} ago"
    return f"the item doesn't apply: {item.not_applicable}" if item.not_applicable else ""
