"""Fixed limits on errors, beside the judge and after it."""

from __future__ import annotations

from typing import Literal

import msgspec

from gonogo.checks.interface import Check, Context
from gonogo.checks.metrics_samples import COUNTERS, read_samples, serving, silence, since
from gonogo.judge import baseline as captured
from gonogo.judge.canary import QUIET, Pair
from gonogo.judge.intervals import Counters, Tracks, follow
from gonogo.judge.limits import FEWEST, PARTS, RELEASED_AT, Limit, Watching, over, pooled, watch
from gonogo.judge.wording import share
from gonogo.model.items import CheckResult, Finding, Outcome
from gonogo.model.metrics import Baseline, Sample
from gonogo.model.units import Duration, Instant, format_duration, format_percent


class LimitParams(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """limit: a share (0..1) with `over`, percentage points over stable with `plus`. duration: seconds."""

    relation: Literal["over", "plus"]
    limit: float
    duration: Duration


class LimitRaw(msgspec.Struct, frozen=True):
    samples: tuple[Sample, ...]
    revision: str
    beside: str | None
    """The revision that serves at the same time; None where there is none."""
    baseline: Baseline | None = None


class LimitMemory(msgspec.Struct, frozen=True):
    revision: str = ""
    """Whose counts these are: on the way back it is another one's."""
    counters: Counters | None = None
    watching: Watching = Watching()
    began: Instant = Instant(0)
    heard_at: Instant | None = None


async def collect(ctx: Context, params: LimitParams) -> LimitRaw:
    revision, beside = serving(ctx)
    return LimitRaw(read_samples(ctx), revision, beside, ctx.target.baseline)


def _take_in(memory: LimitMemory, raw: LimitRaw, params: LimitParams, now: Instant) -> LimitMemory:
    if memory.revision != raw.revision:
        memory = LimitMemory(raw.revision, began=now)
    limit = Limit(params.relation, params.limit, params.duration)
    counters, watching, heard = memory.counters, memory.watching, memory.heard_at
    tracks, reference = Tracks(raw.revision, raw.beside or ""), _reference(raw)
    for sample in raw.samples:
        counters, interval = follow(counters, sample, tracks)
        if interval is not None:
            watching = watch(watching, limit, interval, reference)
            heard = interval.at if interval.canary.requests else heard
    return LimitMemory(raw.revision, counters, watching, memory.began, heard)


def _reference(raw: LimitRaw) -> float | None:
    if raw.baseline is None or not (total := captured.pooled(raw.baseline.errors)).requests:
        return None
    return total.bad / total.requests


def evaluate(memory: LimitMemory, raw: LimitRaw, params: LimitParams, now: Instant) -> tuple[LimitMemory, CheckResult]:
    memory = _take_in(memory, raw, params, now)
    watching = memory.watching
    whole = pooled((*watching.parts, watching.open))
    rates = f"{raw.revision} {share(whole.canary)} errors"
    if whole.stable.requests:
        rates += f", stable {share(whole.stable)}"
    stated = f"{_limit(params)} for {format_duration(params.duration)}"
    if watching.fired:
        finding = Finding(f"{rates}, more than {stated}", found=share(whole.canary), expected=_limit(params))
        until = f"it stands until they are under {RELEASED_AT * 100:g} % of that"
        return memory, CheckResult(Outcome.FAIL, f"{rates}: more than {stated}; {until}", (finding,))
    incomparable = params.relation == "plus" and not whole.stable.requests and _reference(raw) is None
    if incomparable and raw.beside is None:
        text = "nothing serves beside it and there is no baseline, so there is nothing to be over"
        return memory, CheckResult(Outcome.NOT_APPLICABLE, text)
    quiet = since(now, memory.heard_at, memory.began)
    if memory.heard_at is None or quiet > QUIET:
        return memory, _no_rate(raw.revision, quiet)
    if incomparable:
        text = f"{raw.beside} has had no requests to compare with and there is no baseline"
        return memory, CheckResult(Outcome.UNAVAILABLE, text)
    if len(watching.parts) < PARTS:
        # A limit that isn't broken holds nobody up; one that is, until it has fired or is kept again.
        limit = Limit(params.relation, params.limit, params.duration)
        if over(whole, limit, _reference(raw)):
            return memory, CheckResult(Outcome.PENDING, f"{rates}: more than {_limit(params)}, not yet for long")
        return memory, CheckResult(Outcome.PASS, f"{rates}: not more than {_limit(params)} so far")
    return memory, CheckResult(
        Outcome.PASS, f"{rates}: not more than {stated}{_both_over(whole, params, _reference(raw))}"
    )


def _no_rate(revision: str, quiet: float) -> CheckResult:
    """The counters were read and say that nobody was served, so nobody got an error. That a silent revision is well is
    for other items to say; a limit is only ever broken by requests."""
    if quiet <= QUIET:
        return silence(f"no requests to {revision}", quiet)
    text = f"no requests to {revision} for {format_duration(round(quiet))}, so there is no rate to be over a limit"
    return CheckResult(Outcome.NOT_APPLICABLE, text)


def _limit(params: LimitParams) -> str:
    if params.relation == "over":
        return f"{format_percent(params.limit)} errors"
    return f"{params.limit:g} points over stable"


def _both_over(whole: Pair, params: LimitParams, reference: float | None) -> str:
    canary, stable = whole.canary, whole.stable
    if not stable.requests or canary.bad < FEWEST:
        return ""
    limit = params.limit if params.relation == "over" else (reference or 0.0) + params.limit / 100
    if stable.bad > limit * stable.requests and canary.bad > limit * canary.requests:
        return " by itself: both revisions are over it, so moving traffic would not help"
    return ""


LIMIT = Check(LimitParams, LimitRaw, LimitMemory, collect, evaluate, live=True, asks=COUNTERS)
