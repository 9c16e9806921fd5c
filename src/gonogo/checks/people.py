"""People's answers: who signed, who is still needed, whose signature no longer counts and why."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from gonogo.checks.interface import Check, Context, Nothing
from gonogo.checks.wording import counted
from gonogo.model.items import CheckResult, Finding, Outcome
from gonogo.model.state import Direction, Signature
from gonogo.model.units import Duration, Instant, format_duration, format_instant

_UNVERIFIED = "unverified"


class SignOff(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    count: Annotated[int, msgspec.Meta(ge=1)] = 1
    about: Literal["artifact", "commit", "plan"] = "plan"
    """What a signature is bound to; when that changes, it lapses."""
    not_deployer: bool = True
    approvers: tuple[str, ...] = ()
    """Who may sign; empty: anyone."""
    who: str = ""
    """Who is meant, in words: `the incident commander`."""
    question: str = ""
    """What is asked of them."""
    max_age: Duration | None = None
    """A signature older than this no longer counts."""
    beside: tuple[str, ...] = ()
    """Items whose answers are shown with the question: what a machine has gathered for a person to judge."""
    back_only: bool = False
    """Whether it is asked only of a release that has turned back."""


class Beside(msgspec.Struct, frozen=True):
    """What a machine has said, for the person who is asked."""

    item: str
    outcome: str
    summary: str


class Said(msgspec.Struct, frozen=True):
    """What people have answered to one item, and what that has to be held against."""

    subject: str
    """What a signature must have seen to count."""
    tier: int
    deployers: tuple[str, ...]
    """Who made the plan, and who started the release."""
    signatures: tuple[Signature, ...] = ()
    """Sign-offs and waivers, oldest first."""
    beside: tuple[Beside, ...] = ()
    going_back: bool = False


async def collect(ctx: Context, params: SignOff) -> Said:
    deployers = tuple(dict.fromkeys(_plain(name) for name in (ctx.plan.made_by, ctx.state.started_by) if name))
    signatures = ctx.state.signatures.get(ctx.item.id, ())
    known = [ctx.state.evidence[id] for id in params.beside if id in ctx.state.evidence]
    beside = tuple(Beside(e.item, e.outcome.value, e.summary) for e in known)
    back = ctx.state.direction is Direction.BACK
    return Said(ctx.plan.subject(params.about), ctx.plan.tier, deployers, signatures, beside, back)


def evaluate(memory: Nothing, raw: Said, params: SignOff, now: Instant) -> tuple[Nothing, CheckResult]:
    if params.back_only and not raw.going_back:
        return memory, CheckResult(Outcome.NOT_APPLICABLE, "the release did not turn back")
    if not raw.subject:
        summary = f"there is no {params.about} to sign for: the plan has none"
        return memory, CheckResult(Outcome.UNAVAILABLE, summary)
    lapsed = tuple(
        Finding(f"{_kind(s)} by {s.by} does not count: {why}", where=s.by, remedy="ask for a new answer")
        for s in raw.signatures
        if (why := _objection(s, raw, params, now))
    )
    counting = _counting(raw, params, now)
    waiver = next((s for s in counting if s.waiver), None)
    if waiver is not None and waiver.until is not None:
        summary = f"waived by {waiver.by} until {format_instant(waiver.until)}: {waiver.statement}"
        return memory, CheckResult(Outcome.WAIVED, summary, lapsed)
    signed = [s for s in counting if not s.waiver]
    names = ", ".join(f"{s.by} (unverified)" if s.how == _UNVERIFIED else s.by for s in signed)
    if len(signed) >= params.count:
        return memory, CheckResult(Outcome.SIGNED, f"signed by {names}", lapsed)
    summary = f"needs {counted(params.count - len(signed), 'signature')} {_from(raw, params, signed)}"
    summary += f": {params.question}" if params.question else ""
    summary += f"; signed so far: {names}" if names else ""
    summary += f"; {'; '.join(f.message for f in lapsed)}" if lapsed else ""
    summary += "".join(f"; {one.item} says {one.outcome}: {one.summary}" for one in raw.beside)
    return memory, CheckResult(Outcome.PENDING, summary, lapsed)


def named(raw: Said, params: SignOff, now: Instant) -> list[str]:
    """Who gave the answer: the people whose signatures count, or the one whose waiver does."""
    counting = _counting(raw, params, now)
    return [s.by for s in counting if s.waiver][:1] or [s.by for s in counting]


def _counting(raw: Said, params: SignOff, now: Instant) -> list[Signature]:
    """The newest of each person's answers of a kind, where nothing speaks against it."""
    by_person = {(s.by.casefold(), s.waiver): s for s in raw.signatures if not _objection(s, raw, params, now)}
    return list(by_person.values())


def _objection(signature: Signature, raw: Said, params: SignOff, now: Instant) -> str:
    """Why a signature doesn't count; empty if it does. A waiver isn't bound to what it saw, but always ends."""
    person = signature.by.casefold()
    if signature.waiver and signature.until is None:
        return "it has no end"
    if signature.until is not None and now >= signature.until:
        return f"it ended at {format_instant(signature.until)}"
    if not signature.waiver and signature.saw != raw.subject:
        return f"the {params.about} has changed since"
    if not signature.waiver and params.max_age is not None and now - signature.at > params.max_age:
        return f"it is {format_duration(now - signature.at)} old, and counts for {format_duration(params.max_age)}"
    if raw.tier == 1 and signature.how == _UNVERIFIED:
        return "at tier 1 it takes a verified person"
    if params.not_deployer and person in {name.casefold() for name in raw.deployers}:
        return "who deploys can't approve"
    if params.approvers and person not in {name.casefold() for name in params.approvers}:
        return "not one of the approvers"
    return ""


def _from(raw: Said, params: SignOff, signed: list[Signature]) -> str:
    """Who could still sign."""
    done = {s.by.casefold() for s in signed}
    if params.not_deployer:
        done |= {name.casefold() for name in raw.deployers}
    open_ = [name for name in params.approvers if name.casefold() not in done]
    verified = params.who or ("a verified person" if raw.tier == 1 else "anyone")
    if params.approvers:
        return f"from {' or '.join(open_)}" if open_ else "and every approver has signed or is deploying"
    if params.not_deployer and raw.deployers:
        return f"from {verified} but {' and '.join(raw.deployers)}"
    return f"from {verified}"


def _kind(signature: Signature) -> str:
    return "the waiver" if signature.waiver else "the signature"


def _plain(actor: str) -> str:
    return actor.removesuffix(f" ({_UNVERIFIED})")


SIGN_OFF = Check(
    params=SignOff,
    raw=Said,
    memory=Nothing,
    collect=collect,
    evaluate=evaluate,
    live=True,
    asks="sign-offs and waivers in the journal",
)
