"""How the service behaved before the release, captured once and compared with after it."""

from __future__ import annotations

import msgspec

from gonogo.checks.interface import Check, Context
from gonogo.checks.metrics_samples import COUNTERS, read_samples, serving, silence, since
from gonogo.judge import baseline as captured
from gonogo.judge.baseline import Capture
from gonogo.judge.canary import QUIET, Verdict
from gonogo.judge.intervals import Counters, Tracks, follow
from gonogo.judge.noise import CALM, estimate
from gonogo.judge.recovery import ALPHA, WINDOW, Recovery, compare, newest, recovered
from gonogo.judge.wording import odds, share
from gonogo.model.items import CheckResult, Finding, Outcome
from gonogo.model.metrics import Baseline, Counts, Sample
from gonogo.model.units import Duration, Instant, Points, format_duration, format_percent

FRESH = 86400.0
"""Seconds for which a baseline is good enough to release on."""


class BaselineParams(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    blocks: int
    block: Duration
    slower_than: Duration | None = None


class BaselineRaw(msgspec.Struct, frozen=True):
    samples: tuple[Sample, ...]
    live: str | None
    baseline: Baseline | None = None


class BaselineMemory(msgspec.Struct, frozen=True):
    capture: Capture = Capture()
    began: Instant | None = None
    captured_at: Instant | None = None
    """When it was handed over; the target has it a moment later."""


async def collect_baseline(ctx: Context, params: BaselineParams) -> BaselineRaw:
    live = ctx.state.stable if ctx.state.started else ctx.target.live
    if live is None or _fits(ctx.target.baseline, live, params, ctx.now):
        return BaselineRaw((), live, ctx.target.baseline)
    return BaselineRaw(read_samples(ctx), live, ctx.target.baseline)


def _fits(baseline: Baseline | None, live: str, params: BaselineParams, now: Instant) -> bool:
    return (
        baseline is not None
        and baseline.revision == live
        and now - baseline.captured_at < FRESH
        and baseline.block == params.block
        and len(baseline.errors) >= params.blocks
        and (params.slower_than is None or baseline.slower_than == params.slower_than)
    )


def evaluate_baseline(
    memory: BaselineMemory, raw: BaselineRaw, params: BaselineParams, now: Instant
) -> tuple[BaselineMemory, CheckResult]:
    if raw.live is None:
        return memory, CheckResult(Outcome.NOT_APPLICABLE, "a first deployment has no live revision to learn from")
    if raw.baseline is not None and _fits(raw.baseline, raw.live, params, now):
        return BaselineMemory(), CheckResult(Outcome.PASS, _describe(raw.baseline, params, now))
    stale = memory.captured_at is not None and now - memory.captured_at >= FRESH
    if stale or memory.capture.revision not in ("", raw.live):
        memory = BaselineMemory()
    capture = memory.capture
    for sample in raw.samples:
        if len(capture.errors) < params.blocks:
            capture = captured.capture(capture, sample, raw.live, params.block, params.slower_than)
    began = now if memory.began is None else memory.began
    memory = BaselineMemory(capture, began, memory.captured_at)
    if len(capture.errors) >= params.blocks:
        return _hand_over(memory, params, now)
    done = f"{len(capture.errors)} of {params.blocks} blocks of {format_duration(params.block)} of {raw.live}"
    quiet = since(now, capture.heard_at, began)
    if quiet > QUIET:
        return memory, silence(f"{done}; no requests to {raw.live}", quiet)
    return memory, CheckResult(Outcome.PENDING, done)


def _hand_over(memory: BaselineMemory, params: BaselineParams, now: Instant) -> tuple[BaselineMemory, CheckResult]:
    at = now if memory.captured_at is None else memory.captured_at
    baseline = captured.finished(memory.capture, at, params.block, params.slower_than)
    result = CheckResult(Outcome.PASS, _describe(baseline, params, now))
    if memory.captured_at is not None:
        return memory, result
    return BaselineMemory(memory.capture, memory.began, at), msgspec.structs.replace(result, baseline=baseline)


def _describe(baseline: Baseline, params: BaselineParams, now: Instant) -> str:
    age = format_duration(Duration(max(0.0, round(now - baseline.captured_at))))
    text = (
        f"{baseline.revision}: {share(captured.pooled(baseline.errors))} errors in {len(baseline.errors)} blocks of "
        f"{format_duration(baseline.block)}, captured {age or '0s'} ago; {estimate(baseline.errors)}"
    )
    if params.slower_than is None:
        return text
    if baseline.slower_than is None:
        return f"{text}; there were no latency buckets to count slow requests by"
    slow = captured.pooled(baseline.slow)
    return f"{text}; over {format_duration(params.slower_than)} {share(slow)}; {estimate(baseline.slow)}"


class BackParams(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """tolerance: percentage points over the baseline that are still normal. minimum: requests it takes to say so."""

    tolerance: Points
    minimum: int


class BackRaw(msgspec.Struct, frozen=True):
    samples: tuple[Sample, ...]
    serving: str
    stage: str
    baseline: Baseline | None = None


class BackMemory(msgspec.Struct, frozen=True):
    serving: str = ""
    stage: str = ""
    began: Instant = Instant(0)
    heard_at: Instant | None = None
    counters: Counters | None = None
    recovery: Recovery = Recovery()


async def collect_back(ctx: Context, params: BackParams) -> BackRaw:
    return BackRaw(read_samples(ctx), serving(ctx)[0], ctx.state.stage or ctx.stage.id, ctx.target.baseline)


def _enter(memory: BackMemory, raw: BackRaw, now: Instant) -> BackMemory:
    """A stage is answered by windows of its own; the evidence against the revision adds up over the whole soak."""
    if memory.serving != raw.serving:
        return BackMemory(raw.serving, raw.stage, now)
    if memory.stage == raw.stage:
        return memory
    recovery = msgspec.structs.replace(memory.recovery, open=Counts(), seconds=Duration(0), last=None)
    return BackMemory(raw.serving, raw.stage, now, counters=memory.counters, recovery=recovery)


def evaluate_back(memory: BackMemory, raw: BackRaw, params: BackParams, now: Instant) -> tuple[BackMemory, CheckResult]:
    memory = _enter(memory, raw, now)
    before = captured.pooled(raw.baseline.errors) if raw.baseline else Counts()
    if raw.baseline is None or not before.requests:
        return memory, CheckResult(Outcome.UNAVAILABLE, "no baseline was captured before the release to compare with")
    limit = before.bad / before.requests + params.tolerance / 100
    phi = estimate(raw.baseline.errors).phi or CALM
    counters, recovery, heard = memory.counters, memory.recovery, memory.heard_at
    for sample in raw.samples:
        counters, one = follow(counters, sample, Tracks(raw.serving, ""))
        if one is not None:
            recovery = compare(recovery, one.canary, one.seconds, limit, params.minimum, phi)
            heard = one.at if one.canary.requests else heard
    memory = BackMemory(raw.serving, raw.stage, memory.began, heard, counters, recovery)
    quiet = since(now, heard, memory.began)
    if heard is None or quiet > QUIET:
        return memory, silence(f"no requests to {raw.serving}", quiet)
    return memory, _compared(raw.serving, recovery, before, params, limit)


def _compared(serving: str, recovery: Recovery, before: Counts, params: BackParams, limit: float) -> CheckResult:
    counts = newest(recovery, params.minimum)
    text = (
        f"{serving} {share(counts)} errors, before the release {share(before)}; "
        f"up to {params.tolerance:g} points more ({format_percent(limit)}) is normal"
    )
    if counts.requests < params.minimum:
        return CheckResult(Outcome.PENDING, f"{counts.requests:,} of {params.minimum:,} requests; {text}")
    verdict = recovered(recovery, limit, params.minimum)
    if verdict is Verdict.HEALTHY:
        return CheckResult(Outcome.PASS, text)
    proof = f"{odds(sum(recovery.grid))} that it is no chance ({1 / ALPHA:,.0f} to 1 decides)"
    if verdict is Verdict.INCONCLUSIVE:
        return CheckResult(Outcome.PENDING, f"{text}; {proof}")
    finding = Finding(f"errors stay over the baseline for {format_duration(WINDOW)}", "", share(counts), text)
    return CheckResult(Outcome.FAIL, f"{text}; {proof}", (finding,))


BASELINE = Check(
    BaselineParams, BaselineRaw, BaselineMemory, collect_baseline, evaluate_baseline, live=True, asks=COUNTERS
)
BACK_TO_BASELINE = Check(BackParams, BackRaw, BackMemory, collect_back, evaluate_back, live=True, asks=COUNTERS)
