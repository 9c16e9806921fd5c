"""Is the canary worse than stable? The judge's verdicts as outcomes, for errors and for slow requests."""

from __future__ import annotations

import msgspec

from gonogo.checks.interface import Check, Context
from gonogo.checks.metrics_samples import COUNTERS, read_samples
from gonogo.judge import canary
from gonogo.judge.canary import CRASH_LOOP, Judging, Rules, Verdict
from gonogo.judge.intervals import Counters, Tracks, follow
from gonogo.judge.noise import ENOUGH_BLOCKS, Noise, estimate
from gonogo.judge.wording import evidence
from gonogo.model.items import CheckResult, Finding, Outcome
from gonogo.model.metrics import Baseline, Interval, Sample
from gonogo.model.units import Duration, Instant, Points, Ratio, format_duration


class ErrorParams(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    ratio: Ratio
    plus: Points
    promote: Points
    alpha: float
    beta: float
    block: Duration
    baseline_blocks: int


class SlowParams(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    slower_than: Duration
    ratio: Ratio
    plus: Points
    promote: Points
    alpha: float
    beta: float
    block: Duration
    baseline_blocks: int


class JudgeRaw(msgspec.Struct, frozen=True):
    samples: tuple[Sample, ...]
    canary: str
    stable: str | None
    stage: str
    baseline: Baseline | None = None


class JudgeMemory(msgspec.Struct, frozen=True):
    counters: Counters | None = None
    judging: Judging | None = None


OUTCOMES = {Verdict.HEALTHY: Outcome.PASS, Verdict.UNHEALTHY: Outcome.FAIL, Verdict.INCONCLUSIVE: Outcome.PENDING}


async def collect(ctx: Context, params: ErrorParams | SlowParams) -> JudgeRaw:
    return JudgeRaw(
        read_samples(ctx), ctx.state.revision, ctx.state.stable, ctx.state.stage or ctx.stage.id, ctx.target.baseline
    )


def evaluate_errors(
    memory: JudgeMemory, raw: JudgeRaw, params: ErrorParams, now: Instant
) -> tuple[JudgeMemory, CheckResult]:
    if raw.stable is None:
        return memory, _first_deployment()
    memory, intervals = _take_in(memory, raw, params, None, now)
    return memory, msgspec.structs.replace(_say(memory, params, now, "errors"), intervals=intervals)


def evaluate_slow(
    memory: JudgeMemory, raw: JudgeRaw, params: SlowParams, now: Instant
) -> tuple[JudgeMemory, CheckResult]:
    if raw.stable is None:
        return memory, _first_deployment()
    memory, _ = _take_in(memory, raw, params, params.slower_than, now)
    edge = (memory.counters.edge if memory.counters else None) or params.slower_than
    result = _say(memory, params, now, f"over {format_duration(edge)}")
    if edge < params.slower_than * (1 - 1e-9):
        asked = format_duration(params.slower_than)
        note = f"counted at {format_duration(edge)}, the next bucket edge under {asked}"
        result = msgspec.structs.replace(result, summary=f"{result.summary}; {note}")
    return memory, result


def _first_deployment() -> CheckResult:
    return CheckResult(Outcome.NOT_APPLICABLE, "a first deployment has no stable revision to be compared with")


def _rules(params: ErrorParams | SlowParams) -> Rules:
    return Rules(params.ratio, params.plus, params.promote, params.alpha, params.beta, params.block)


def _noise(raw: JudgeRaw, slower_than: Duration | None, blocks: int) -> Noise:
    baseline = raw.baseline
    if baseline is None:
        return Noise(None, "no baseline was captured")
    if baseline.revision != raw.stable:
        return Noise(None, f"the baseline is of {baseline.revision}, not of {raw.stable}")
    if slower_than is None:
        return estimate(baseline.errors, max(blocks, ENOUGH_BLOCKS))
    if baseline.slower_than != slower_than:
        return Noise(None, f"the baseline didn't count requests over {format_duration(slower_than)}")
    return estimate(baseline.slow, max(blocks, ENOUGH_BLOCKS))


def _take_in(
    memory: JudgeMemory, raw: JudgeRaw, params: ErrorParams | SlowParams, slower_than: Duration | None, now: Instant
) -> tuple[JudgeMemory, tuple[Interval, ...]]:
    assert raw.stable is not None
    tracks = Tracks(raw.canary, raw.stable, slower_than)
    counters, intervals = memory.counters, []
    for sample in raw.samples:
        counters, interval = follow(counters, sample, tracks)
        if interval is not None:
            intervals.append(interval)
    judging = memory.judging or canary.begin(_noise(raw, slower_than, params.baseline_blocks))
    judging = canary.observe(canary.enter(judging, raw.stage, now), _rules(params), intervals)
    return JudgeMemory(counters, judging), tuple(intervals)


def _say(memory: JudgeMemory, params: ErrorParams | SlowParams, now: Instant, bad: str) -> CheckResult:
    counters, judging, rules = memory.counters, memory.judging, _rules(params)
    assert judging is not None
    summary = evidence(judging, rules, now, bad)
    if counters and counters.lost:
        summary += f"; {counters.lost} intervals lost to counters that started again or were missing"
    verdict = canary.verdict(judging, rules, now)
    if counters and len(counters.resets) >= CRASH_LOOP and verdict is not Verdict.UNHEALTHY:
        loop = f"the canary's counters started again {len(counters.resets)} times within 5m, stable's did not"
        finding = Finding(loop, found=str(len(counters.resets)), expected=f"fewer than {CRASH_LOOP}")
        return CheckResult(Outcome.FAIL, f"{loop}: its instances keep restarting; {summary}", (finding,))
    if verdict is Verdict.NO_DATA and counters and counters.gap:
        return CheckResult(Outcome.UNAVAILABLE, f"{counters.gap}; {summary}")
    if verdict is Verdict.NO_DATA:
        quiet = canary.quiet_for(judging, now)
        return CheckResult(Outcome.PENDING if quiet <= canary.QUIET else Outcome.UNAVAILABLE, summary)
    return CheckResult(OUTCOMES[verdict], summary)


JUDGE_ERRORS = Check(ErrorParams, JudgeRaw, JudgeMemory, collect, evaluate_errors, live=True, asks=COUNTERS)
JUDGE_SLOW = Check(SlowParams, JudgeRaw, JudgeMemory, collect, evaluate_slow, live=True, asks=COUNTERS)
