"""What a person's signature would be worth, by the rules of the check that counts it."""

from __future__ import annotations

import asyncio
from typing import NamedTuple

from msgspec.structs import replace

from gonogo.checks.interface import Context, Nothing
from gonogo.checks.people import SIGN_OFF, Said, SignOff
from gonogo.checks.run import read_params
from gonogo.config.complaints import nearest
from gonogo.journal.folds import apply_release
from gonogo.journal.interface import Recorded, release_stream
from gonogo.model.errors import InputError, Problem
from gonogo.model.events import Signed, Waived
from gonogo.model.items import Actor, CheckResult, Item
from gonogo.model.plan import Plan
from gonogo.model.stages import Stage
from gonogo.model.state import State, TargetState
from gonogo.model.units import Instant


class Asked(NamedTuple):
    """An item that wants a person's answer."""

    stage: Stage
    item: Item
    params: SignOff
    subject: str


def asked(plan: Plan, id: str) -> Asked:
    """Raises InputError for an item that isn't there, or that no signature answers."""
    places = [(s, i) for s in plan.stages for i in s.items if i.id == id]
    signed = [i.id for s in plan.stages for i in s.items if i.check == "sign-off" and not i.not_applicable]
    if not places:
        ids = dict.fromkeys(i.id for s in plan.stages for i in s.items)
        raise InputError(Problem(f"{plan.release} has no item {id!r}", remedy=nearest(id, signed or ids)))
    stage, item = places[0]
    if item.check != "sign-off":
        people = f"people sign here: {', '.join(signed)}" if signed else "this release asks nobody to sign"
        raise InputError(Problem(f"{id} is answered by a machine ({item.check}), not by a signature", remedy=people))
    if item.not_applicable:
        raise InputError(Problem(f"{id} doesn't apply to {plan.release}: {item.not_applicable}"))
    params: SignOff = read_params(SIGN_OFF, item)
    subject = plan.subject(params.about)
    if not subject:
        raise InputError(Problem(f"{id} is about the {params.about}, and the plan has none", remedy="plan again"))
    return Asked(stage, item, params, subject)


def refuse(
    given: Signed | Waived, what: Asked, plan: Plan, state: State, target: TargetState, by: Actor, now: Instant
) -> None:
    """Raises InputError with the reasons why this person's signature, or waiver, would not count."""
    alone = replace(state, signatures={})
    signed = apply_release(alone, Recorded(release_stream(state.release), state.n + 1, now, by, given, ""))
    result = answer(signed, what, plan, target, now)
    reasons = [f.message.partition(": ")[2] or f.message for f in result.findings]
    if reasons:
        verb = "waive" if isinstance(given, Waived) else "sign"
        who = f"who may: {', '.join(what.params.approvers)}" if what.params.approvers else ""
        raise InputError(*(Problem(f"{by.name} can't {verb} {what.item.id}: {why}", remedy=who) for why in reasons))


def answer(state: State, what: Asked, plan: Plan, target: TargetState, now: Instant) -> CheckResult:
    """The item's answer from the signatures there are."""
    ctx = Context(now, plan, what.stage, what.item, state, target, None, None, None, False)

    async def said() -> Said:
        collected: Said = await SIGN_OFF.collect(ctx, what.params)
        return collected

    result: CheckResult = SIGN_OFF.evaluate(Nothing(), asyncio.run(said()), what.params, now)[1]
    return result
