import asyncio
import random
from types import SimpleNamespace

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gonogo.checks.interface import Unavailable
from gonogo.checks.metrics import BACK_TO_BASELINE, BASELINE, JUDGE_ERRORS, JUDGE_SLOW, LIMIT
from gonogo.checks.metrics_baseline import BackRaw, BaselineRaw
from gonogo.checks.metrics_judge import JudgeRaw
from gonogo.checks.metrics_limits import LimitRaw
from gonogo.model.items import Outcome
from gonogo.model.metrics import Baseline, Counts, Sample, SeriesSample
from gonogo.model.state import Direction

COMMON = {"ratio": 1.5, "plus": 0.2, "promote": 0.5, "alpha": 0.01, "beta": 0.05, "block": 1.0, "baseline_blocks": 30}
ERRORS = msgspec.convert(COMMON, JUDGE_ERRORS.params)
SLOW = msgspec.convert({**COMMON, "slower_than": 0.25}, JUDGE_SLOW.params)
OVER = msgspec.convert({"relation": "over", "limit": 0.05, "duration": 4}, LIMIT.params)
PLUS = msgspec.convert({"relation": "plus", "limit": 5, "duration": 4}, LIMIT.params)
THIRTY = msgspec.convert({"blocks": 30, "block": 1.0}, BASELINE.params)
BACK = msgspec.convert({"tolerance": 1.0, "minimum": 1000}, BACK_TO_BASELINE.params)
CHECKS = (JUDGE_ERRORS, JUDGE_SLOW, LIMIT, BASELINE, BACK_TO_BASELINE)

CALM = Baseline("r7", 0.0, 1.0, ((Counts(200, 1), Counts(200, 1), Counts(200, 0)),) * 30, (), None)


def traffic(p1, p0, *, seconds=60, step=0.25, rps=500, weight=0.1, seed=1, slow=False, edges=(0.1, 0.25)):
    """Samples of r8 (one instance) and r7 (three); a bad request is slow rather than an error where `slow`."""
    rng, totals, samples = random.Random(seed), {}, []
    shares = {("r8", "0"): weight, **{("r7", str(i)): (1 - weight) / 3 for i in range(3)}}
    for tick in range(int(seconds / step) + 1):
        rows = []
        for (revision, instance), share in shares.items():
            n, s = totals.get((revision, instance), (0, 0))
            more = round(rps * share * step) if tick else 0
            n, s = n + more, s + sum(rng.random() < (p1 if revision == "r8" else p0) for _ in range(more))
            totals[revision, instance] = (n, s)
            buckets = (*((e, n - s) for e in edges), (float("inf"), n)) if slow else ()
            rows.append(SeriesSample(revision, instance, "1", n, 0 if slow else s, buckets))
        samples.append(Sample(tick * step, {"r8": weight, "r7": 1 - weight}, tuple(rows)))
    return samples


def walk(check, params, raws):
    """Evaluate one raw after the other, the memory going through JSON each time."""
    memory, results = check.memory(), []
    for raw, now in raws:
        memory, result = check.evaluate(memory, raw, params, now)
        memory = msgspec.json.decode(msgspec.json.encode(memory), type=check.memory)
        results.append(result)
    return memory, results


def ticks(raw, samples, **fields):
    return [(raw(samples=(s,), **fields), s.at) for s in samples]


def judge(samples, check=JUDGE_ERRORS, params=ERRORS, baseline=CALM, **fields):
    fields = {"canary": "r8", "stable": "r7", "stage": "canary-10", "baseline": baseline, **fields}
    return walk(check, params, ticks(JudgeRaw, samples, **fields))


def first(results, outcome):
    return next((n for n, r in enumerate(results) if r.outcome is outcome), None)


@pytest.mark.parametrize("step", [0.25, 1.0, 5.0, 15.0])
def test_a_bad_canary_fails_whatever_the_sampling(step):
    _, results = judge(traffic(0.05, 0.003, step=step, seconds=90))
    at = first(results, Outcome.FAIL)
    assert at is not None and at * step <= 30 and results[-1].outcome is Outcome.FAIL
    assert "to 1 that it is worse than 1.5 x stable + 0.2 points (100 to 1 decides, quick rule" in results[at].summary


def test_without_a_baseline_the_careful_rule_decides_later():
    _, results = judge(traffic(0.05, 0.003, seconds=60), baseline=None)
    assert (
        first(results, Outcome.FAIL) and "careful rule, uncalibrated: no baseline was captured" in results[-1].summary
    )
    other = msgspec.structs.replace(CALM, revision="r6")
    _, results = judge(traffic(0.003, 0.003, seconds=5), baseline=other)
    assert "uncalibrated: the baseline is of r6, not of r7" in results[-1].summary


def test_a_good_canary_is_pending_and_then_passes_and_its_intervals_are_handed_on():
    samples = traffic(0.003, 0.003, seconds=120)
    _, results = judge(samples)
    outcomes = [r.outcome for r in results]
    assert outcomes[0] is Outcome.PENDING and outcomes[-1] is Outcome.PASS and Outcome.FAIL not in outcomes
    counted = [i for r in results for i in r.intervals]
    assert len(counted) == len(samples) - 1
    assert sum(i.canary.requests for i in counted) == samples[-1].series[0].requests


def test_no_traffic_is_pending_first_and_unavailable_after_a_minute():
    _, results = judge(traffic(0, 0, rps=0, step=1.0, seconds=90))
    assert [results[at].outcome for at in (0, 60, 61)] == [Outcome.PENDING, Outcome.PENDING, Outcome.UNAVAILABLE]
    assert "no requests counted yet in this stage for 1m1s" in results[61].summary


def test_a_first_deployment_is_not_judged():
    for check, params in ((JUDGE_ERRORS, ERRORS), (JUDGE_SLOW, SLOW)):
        _, results = judge(traffic(0, 0, seconds=1), check, params, stable=None)
        assert {r.outcome for r in results} == {Outcome.NOT_APPLICABLE} and "first deployment" in results[0].summary


def test_slow_requests_are_judged_by_a_bucket_edge():
    _, results = judge(traffic(0.1, 0.01, slow=True), JUDGE_SLOW, SLOW)
    assert first(results, Outcome.FAIL) and "over 250ms" in results[-1].summary
    assert all(not r.intervals for r in results)
    _, lower = judge(traffic(0.1, 0.01, slow=True, edges=(0.1, 0.2, 0.3)), JUDGE_SLOW, SLOW)
    assert "over 200ms" in lower[-1].summary
    assert "counted at 200ms, the next bucket edge under 250ms" in lower[-1].summary
    _, none = judge(traffic(0.1, 0.01, slow=True, edges=(0.5,), seconds=2), JUDGE_SLOW, SLOW)
    assert none[-1].outcome is Outcome.UNAVAILABLE and "no latency bucket at or under 0.25 s" in none[-1].summary


def test_a_crash_loop_of_the_canary_does_not_look_like_silence():
    samples = [
        Sample(
            n,
            {"r8": 0.1, "r7": 0.9},
            (SeriesSample("r8", "0", str(n // 5), n % 5, 0), SeriesSample("r7", "0", "1", 90 * n, 0)),
        )
        for n in range(1, 30)
    ]
    _, results = judge(samples)
    assert results[-1].outcome is Outcome.FAIL and "started again" in results[-1].summary
    assert first(results, Outcome.FAIL) == 14


def limits(samples, params, baseline=None, revision="r8", beside="r7"):
    return walk(LIMIT, params, ticks(LimitRaw, samples, revision=revision, beside=beside, baseline=baseline))[1]


def test_a_limit_fires_after_its_time_and_only_for_the_canary():
    failing = limits(traffic(1.0, 0.0, seconds=10), OVER)
    assert failing[0].outcome is Outcome.PENDING and first(failing, Outcome.FAIL) == 16
    assert "more than 5 % errors for 4s" in failing[-1].summary
    healthy = limits(traffic(0.01, 0.003, seconds=10), OVER)
    assert healthy[-1].outcome is Outcome.PASS and first(healthy, Outcome.PASS) == 1, "kept: holds nobody up"
    relative = limits(traffic(0.3, 0.1, seconds=10), PLUS)
    assert relative[-1].outcome is Outcome.PASS and "both revisions are over it" in relative[-1].summary
    both = limits(traffic(0.3, 0.3, seconds=10), OVER)
    assert both[-1].outcome is Outcome.PASS and "both revisions are over it" in both[-1].summary
    assert limits(traffic(0.3, 0.02, seconds=10), PLUS)[-1].outcome is Outcome.FAIL
    assert limits(traffic(0.04, 0.02, seconds=10), PLUS)[-1].outcome is Outcome.PASS


def test_points_over_stable_need_a_stable_or_a_baseline():
    alone = traffic(0.3, 0.0, seconds=10, weight=1.0)
    assert limits(alone, PLUS, beside=None)[-1].outcome is Outcome.NOT_APPLICABLE
    assert limits(alone, PLUS)[-1].outcome is Outcome.UNAVAILABLE
    assert limits(alone, PLUS, baseline=CALM)[-1].outcome is Outcome.FAIL
    assert limits(alone, OVER, beside=None)[-1].outcome is Outcome.FAIL


def test_a_limit_without_traffic_has_no_rate_to_be_over():
    silent = limits(traffic(0, 0, rps=0, step=1, seconds=90), OVER)
    assert silent[0].outcome is Outcome.PENDING and silent[-1].outcome is Outcome.NOT_APPLICABLE


def capture(samples, params=THIRTY, live="r7", baseline=None):
    return walk(BASELINE, params, ticks(BaselineRaw, samples, live=live, baseline=baseline))


def test_a_baseline_is_captured_once_block_by_block_and_instance_by_instance():
    samples = traffic(0, 0.01, seconds=40)
    _, results = capture(samples)
    done = first(results, Outcome.PASS)
    assert results[50].summary == "12 of 30 blocks of 1s of r7" and done == 120
    baseline = results[done].baseline
    assert baseline.revision == "r7" and baseline.captured_at == 30 and len(baseline.errors) == 30
    assert all(len(block) == 3 for block in baseline.errors) and baseline.slow == ()
    assert sum(c.requests for b in baseline.errors for c in b) == sum(s.requests for s in samples[120].series[1:])
    assert [r.baseline for r in results[done + 1 :]] == [None] * 40
    memory, again = capture(samples[:2], baseline=baseline)
    assert again[0].outcome is Outcome.PASS and again[0].baseline is None and memory == BASELINE.memory()


@pytest.mark.parametrize(
    "change", [{"revision": "r6"}, {"captured_at": -90000.0}, {"block": 60.0}, {"errors": CALM.errors[1:]}]
)
def test_a_baseline_that_does_not_fit_is_captured_anew(change):
    _, results = capture(traffic(0, 0.01, seconds=2), baseline=msgspec.structs.replace(CALM, **change))
    assert results[-1].outcome is Outcome.PENDING
    assert capture(traffic(0, 0.01, seconds=2), baseline=CALM)[1][-1].outcome is Outcome.PASS


def test_a_baseline_counts_slow_requests_too():
    wants = msgspec.structs.replace(THIRTY, slower_than=0.25)
    _, results = capture(traffic(0, 0.02, seconds=40, slow=True), wants)
    baseline = next(r.baseline for r in results if r.baseline)
    assert baseline.slower_than == 0.25 and sum(c.bad for b in baseline.slow for c in b) > 100
    assert "over 250ms" in results[-1].summary
    _, judged = judge(traffic(0.02, 0.02, slow=True, seconds=5), JUDGE_SLOW, SLOW, baseline=baseline)
    assert "quick rule, noise" in judged[-1].summary
    _, without = capture(traffic(0, 0.02, seconds=40), wants)
    assert without[-1].outcome is Outcome.PASS and "no latency buckets" in without[-1].summary


def test_a_restart_during_the_baseline_costs_its_block_only():
    samples = traffic(0, 0.01, seconds=40)
    for n in range(42, len(samples)):
        samples[n] = msgspec.structs.replace(
            samples[n], series=tuple(msgspec.structs.replace(s, epoch="2") for s in samples[n].series)
        )
    _, results = capture(samples)
    assert first(results, Outcome.PASS) == 122


def test_a_baseline_without_live_revision_or_traffic():
    assert capture(traffic(0, 0, seconds=1), live=None)[1][-1].outcome is Outcome.NOT_APPLICABLE
    silent = capture(traffic(0, 0, rps=0, step=1, seconds=90))[1]
    assert silent[0].outcome is Outcome.PENDING and silent[-1].outcome is Outcome.UNAVAILABLE
    assert "0 of 30 blocks" in silent[-1].summary and "no requests to r7" in silent[-1].summary


def back(samples, baseline=CALM, stage="soak-1", serving="r8"):
    return walk(BACK_TO_BASELINE, BACK, ticks(BackRaw, samples, serving=serving, stage=stage, baseline=baseline))


def test_back_to_baseline_waits_for_requests_and_then_answers():
    good = back(traffic(0.003, 0, weight=1.0, seconds=60))[1]
    assert good[1].outcome is Outcome.PENDING and "125 of 1,000 requests" in good[1].summary
    assert good[-1].outcome is Outcome.PASS and Outcome.FAIL not in {r.outcome for r in good}
    bad = back(traffic(0.05, 0, weight=1.0, seconds=60))[1]
    assert bad[-1].outcome is Outcome.FAIL and "up to 1 points more (1.33 %) is normal" in bad[-1].summary


def test_back_to_baseline_with_nothing_to_compare_with_is_unavailable():
    assert back(traffic(0, 0, seconds=1), baseline=None)[1][-1].outcome is Outcome.UNAVAILABLE
    silent = back(traffic(0, 0, rps=0, step=1, seconds=90))[1]
    assert silent[0].outcome is Outcome.PENDING and silent[-1].outcome is Outcome.UNAVAILABLE


def test_a_new_stage_is_answered_by_requests_of_its_own():
    memory, _ = back(traffic(0.003, 0, weight=1.0, seconds=60))
    later = traffic(0.003, 0, weight=1.0, seconds=60.25)[-1]
    raw = BackRaw((later,), "r8", "soak-2", CALM)
    assert BACK_TO_BASELINE.evaluate(memory, raw, BACK, later.at)[1].outcome is Outcome.PENDING


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 200), st.booleans(), st.integers(1, 40))
def test_batches_of_samples_say_the_same_as_single_ones(seed, slow, size):
    samples = traffic(0.02, 0.003, seconds=10, seed=seed, slow=slow)
    check, params = (JUDGE_SLOW, SLOW) if slow else (JUDGE_ERRORS, ERRORS)
    single, _ = judge(samples, check, params)
    raws = [
        (JudgeRaw(tuple(samples[n : n + size]), "r8", "r7", "canary-10", CALM), samples[n].at)
        for n in range(0, len(samples), size)
    ]
    assert walk(check, params, raws)[0] == single


def context(**fields):
    state = {"revision": "r8", "stable": "r7", "stage": "canary-10", "direction": Direction.FORWARD, "started": True}
    return SimpleNamespace(
        now=100.0,
        samples=fields.pop("samples", ()),
        stage=SimpleNamespace(id="canary-10"),
        target=SimpleNamespace(live=fields.pop("live", "r7"), baseline=fields.pop("baseline", None)),
        state=SimpleNamespace(**{**state, **fields}),
    )


PARAMS = {JUDGE_ERRORS: ERRORS, JUDGE_SLOW: SLOW, LIMIT: OVER, BASELINE: THIRTY, BACK_TO_BASELINE: BACK}


@pytest.mark.parametrize("check", CHECKS, ids=["errors", "slow", "limit", "baseline", "back"])
def test_counters_that_could_not_be_read_are_unavailable(check):
    with pytest.raises(Unavailable, match="could not be read"):
        asyncio.run(check.collect(context(samples=None), PARAMS[check]))
    raw = asyncio.run(check.collect(context(samples=tuple(traffic(0, 0, seconds=1))), PARAMS[check]))
    assert isinstance(raw, check.raw) and len(raw.samples) == 5 and check.live and check.asks
    assert msgspec.json.decode(msgspec.json.encode(raw), type=check.raw) is not None


def test_on_the_way_back_stable_is_the_one_that_is_watched():
    ctx = context(direction=Direction.BACK)
    assert asyncio.run(LIMIT.collect(ctx, OVER)) == LimitRaw((), "r7", None)
    assert asyncio.run(BACK_TO_BASELINE.collect(ctx, BACK)).serving == "r7"
    fresh = asyncio.run(BASELINE.collect(context(started=False, samples=None, baseline=CALM), THIRTY))
    assert fresh == BaselineRaw((), "r7", CALM)
    assert asyncio.run(BASELINE.collect(context(started=False, samples=None, live=None), THIRTY)).live is None


def test_unknown_and_missing_parameters_are_refused():
    for bad in ({**COMMON, "rato": 2}, {k: v for k, v in COMMON.items() if k != "plus"}):
        with pytest.raises(msgspec.ValidationError):
            msgspec.convert(bad, JUDGE_ERRORS.params)
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"relation": "under", "limit": 1, "duration": 1}, LIMIT.params)


def test_a_day_of_soak_keeps_memories_small():
    for check, raw, fields in (
        (LIMIT, LimitRaw, {"revision": "r8", "beside": "r7"}),
        (BACK_TO_BASELINE, BackRaw, {"serving": "r8", "stage": "soak", "baseline": CALM}),
        (JUDGE_ERRORS, JudgeRaw, {"canary": "r8", "stable": "r7", "stage": "s", "baseline": CALM}),
    ):
        memory = check.memory()
        for n in range(1000):
            rows = (SeriesSample("r8", "0", "1", 50 * n, n // 8), SeriesSample("r7", "0", "1", 450 * n, n))
            sample = Sample(float(n), {"r8": 0.1, "r7": 0.9}, rows)
            memory, _ = check.evaluate(memory, raw((sample,), **fields), PARAMS[check], float(n))
        assert len(msgspec.json.encode(memory)) < 4000
