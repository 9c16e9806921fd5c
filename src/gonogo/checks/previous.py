"""The version before: is it there to return to, before traffic moves and for as long as it is kept?"""

from __future__ import annotations

from typing import Literal

import msgspec

from gonogo.checks.interface import Check, Context, Nothing, Unavailable
from gonogo.checks.judging import absent
from gonogo.checks.wording import counted
from gonogo.model.items import CheckResult, Finding, Outcome
from gonogo.model.units import Instant, format_instant
from gonogo.model.world import RevisionSeen


class Previous(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    when: Literal["before", "after"]
    """before: the live revision stands, so there is something to return to; after: the one before still does."""


class Standing(msgspec.Struct, frozen=True):
    revision: str
    """Empty where nothing was live before."""
    defined: bool = False
    """Whether the journal knows all it takes to run it again."""
    size: int = 0
    """Instances it is meant to have."""
    ready: int = 0
    kept_until: Instant | None = None
    """None where no end was set."""


async def collect(ctx: Context, params: Previous) -> Standing:
    revision = ctx.plan.world.live if params.when == "before" else ctx.state.stable
    if params.when == "after" and not ctx.state.started:
        raise Unavailable("the release has not started, so there is no version before it yet")
    if revision is None:
        return Standing("")
    if ctx.seen is None:
        raise Unavailable("the platform could not be looked at")
    record = ctx.target.revisions.get(revision)
    seen = ctx.seen.revisions.get(revision, RevisionSeen(0))
    kept = record.kept_until if record else None
    return Standing(revision, record is not None, record.definition.instances if record else 0, seen.ready, kept)


def evaluate(memory: Nothing, raw: Standing, params: Previous, now: Instant) -> tuple[Nothing, CheckResult]:
    if not raw.revision:
        return memory, absent("nothing was live before: the way back is to stop the new version")
    if params.when == "after" and raw.kept_until is not None and now >= raw.kept_until:
        return memory, absent(f"{raw.revision} was kept until {format_instant(raw.kept_until)}")
    remedy = (
        "mend what is live before releasing over it" if params.when == "before" else "a way back starts it anew first"
    )
    if not raw.defined:
        message = f"the journal doesn't know how {raw.revision} is run"
        finding = Finding(message, raw.revision, "", "its definition", remedy)
    elif not raw.ready:
        message = f"no instance of {raw.revision} is ready to take traffic back"
        finding = Finding(message, raw.revision, "0 ready", f"{raw.size} ready", remedy)
    else:
        summary = f"{raw.ready} of {counted(raw.size, 'instance')} of {raw.revision} can take all traffic back"
        return memory, CheckResult(Outcome.PASS, summary)
    return memory, CheckResult(Outcome.FAIL, message, (finding,))


PREVIOUS = Check(
    params=Previous,
    raw=Standing,
    memory=Nothing,
    collect=collect,
    evaluate=evaluate,
    live=True,
    asks="the platform's instances of the version before, and the journal for what it is",
)
