import random
import time

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gonogo.judge import canary
from gonogo.judge.canary import QUIET, Judging, Rules, Verdict, begin, enter, observe, verdict
from gonogo.judge.noise import Noise
from gonogo.judge.wording import evidence, odds
from gonogo.model.metrics import Counts, Interval

CALM = Noise(1.1)
UNKNOWN = Noise(None, "no baseline was captured")
RULES = Rules(block=1.0)


def bad_ones(rng, requests, rate):
    return sum(rng.random() < rate for _ in range(requests))


def stream(seed, p1, p0, *, rps=500, weight=0.1, seconds=60, step=0.25, onset=0.0):
    rng, at = random.Random(seed), 0.0
    while at < seconds:
        at += step
        n1, n0 = round(rps * weight * step), round(rps * (1 - weight) * step)
        rate = p1 if at > onset else p0
        yield Interval(at, step, weight, Counts(n1, bad_ones(rng, n1, rate)), Counts(n0, bad_ones(rng, n0, p0)))


def judge(intervals, noise=CALM, rules=RULES, stage="canary-10"):
    return observe(enter(begin(noise), stage, 0.0), rules, intervals)


@pytest.mark.parametrize(("noise", "block", "within"), [(CALM, 1.0, 20), (UNKNOWN, 3.0, 40)])
def test_five_percent_errors_are_found_in_seconds(noise, block, within):
    took = [judge(stream(seed, 0.05, 0.003), noise, Rules(block=block)).decided_at for seed in range(10)]
    assert all(at is not None and at <= within for at in took)


def test_a_healthy_canary_is_certified_and_not_called_unhealthy():
    for seed in range(5):
        state = judge(stream(seed, 0.003, 0.003, seconds=120))
        assert verdict(state, RULES, 120) is Verdict.HEALTHY
        assert state.decided_at is None


def test_false_rollbacks_are_rare_at_the_boundary():
    """120 releases of five minutes each, exactly as much worse as is allowed."""
    intervals = (list(stream(seed, 0.003 * 1.5 + 0.002, 0.003, rps=200, seconds=300, step=5.0)) for seed in range(120))
    assert sum(judge(one).decided_at is not None for one in intervals) <= 2


def test_a_canary_exactly_as_much_worse_as_promotion_forbids_is_rarely_certified():
    intervals = (list(stream(seed, 0.008, 0.003, rps=200, seconds=300, step=5.0)) for seed in range(120))
    assert sum(judge(one).certified_at is not None for one in intervals) <= 12


def test_harm_with_a_late_onset_is_found():
    state = judge(stream(1, 0.05, 0.003, seconds=960, step=5.0, onset=900))
    assert state.decided_at is not None and 900 < state.decided_at <= 960


def test_the_unhealthy_verdict_stays():
    state = judge(stream(2, 0.05, 0.003))
    state = observe(state, RULES, stream(3, 0.0, 0.003, seconds=30))
    assert verdict(state, RULES, 60) is Verdict.UNHEALTHY


def test_a_new_stage_wants_a_new_certificate_but_keeps_the_evidence():
    state = judge(stream(4, 0.003, 0.003, seconds=120))
    moved = enter(state, "canary-50", 120.0)
    assert verdict(state, RULES, 120) is Verdict.HEALTHY
    assert moved.certificate == 1 and moved.certified_at is None and moved.here == canary.Pair()
    assert (moved.product, moved.votes, moved.total) == (state.product, state.votes, state.total)
    assert verdict(moved, RULES, 120) is Verdict.NO_DATA
    assert enter(moved, "canary-50", 130.0) is moved


def test_a_certificate_does_not_help_a_canary_under_suspicion():
    state = judge(stream(4, 0.003, 0.003, seconds=120))
    suspect = msgspec.structs.replace(state, product=(101 / 20,) * 20)
    assert verdict(suspect, RULES, 120) is Verdict.INCONCLUSIVE


def test_silence_on_either_track_is_no_data_and_no_factor():
    for canary_n, stable_n in ((0, 100), (100, 0), (0, 0)):
        state = judge([Interval(1, 1, 0.1, Counts(canary_n, canary_n), Counts(stable_n, stable_n))])
        assert verdict(state, RULES, 1) is Verdict.NO_DATA
        assert state.product == canary.START and state.votes == canary.START
    heard = judge(stream(1, 0.003, 0.003, seconds=120))
    assert verdict(heard, RULES, 120 + QUIET) is Verdict.HEALTHY
    assert verdict(heard, RULES, 121 + QUIET) is Verdict.NO_DATA


def test_a_block_that_straddles_a_weight_change_gets_no_vote():
    rules = Rules(block=10.0)
    tenth = [Interval(n, 1, 0.1, Counts(100, 9), Counts(900, 1)) for n in range(1, 9)]
    half = [Interval(n, 1, 0.5, Counts(500, 9), Counts(500, 1)) for n in range(11, 20)]
    assert judge([*tenth, *half], rules=rules).votes == canary.START
    assert judge([*tenth, *half, half[-1]], rules=rules).votes != canary.START


def test_the_quick_rule_needs_a_measured_noise_and_the_careful_one_needs_both_bets():
    rules = Rules()
    for noise, product, dispersed, votes, wanted in (
        (CALM, 100, 200, 0, True),
        (CALM, 100, 0, 200, True),
        (CALM, 99, 900, 900, False),
        (CALM, 100, 199, 199, False),
        (UNKNOWN, 100, 100, 100, True),
        (UNKNOWN, 100, 99, 900, False),
        (UNKNOWN, 100, 900, 99, False),
        (Noise(2.1), 100, 900, 99, False),
        (Noise(2.0), 100, 900, 99, True),
    ):
        assert canary.decides(noise, rules, product, dispersed, votes) is wanted


def test_one_burst_on_the_canary_does_not_decide_under_the_careful_rule():
    quiet = [Interval(n, 1, 0.1, Counts(50, 0), Counts(450, 1)) for n in range(1, 31)]
    burst = [Interval(31, 1, 0.1, Counts(50, 40), Counts(450, 1))]
    assert judge([*quiet, *burst], UNKNOWN, Rules(block=15.0)).decided_at is None


cells = st.tuples(st.integers(0, 60), st.integers(0, 500), st.sampled_from([0.1, 0.5]), st.integers(0, 10))


@settings(max_examples=60)
@given(st.lists(cells, max_size=25), st.data(), st.sampled_from([CALM, UNKNOWN, Noise(3.3)]))
def test_a_judge_restored_at_any_point_goes_on_exactly(rows, data, noise):
    intervals = [
        Interval(n * 0.25, 0.25, w, Counts(n1, min(n1, s)), Counts(n0, min(n0, s // 2)))
        for n, (n1, n0, w, s) in enumerate(rows, 1)
    ]
    cut = data.draw(st.integers(0, len(rows)))
    whole = judge(intervals, noise)
    half = judge(intervals[:cut], noise)
    half = msgspec.json.decode(msgspec.json.encode(half), type=Judging)
    rest = observe(half, RULES, intervals[cut:])
    assert rest == whole
    assert evidence(rest, RULES, 9.0, "errors") == evidence(whole, RULES, 9.0, "errors")


def test_state_is_a_few_kilobytes_and_an_update_is_quick():
    state = judge(stream(5, 0.003, 0.003, seconds=120))
    assert len(msgspec.json.encode(state)) < 4000
    one = next(iter(stream(6, 0.01, 0.003)))
    best = min(_timed(state, one) for _ in range(5))
    assert best < 500e-6


def _timed(state, one):
    began = time.perf_counter()
    observe(state, RULES, [one] * 100)
    return (time.perf_counter() - began) / 100


def test_evidence_says_the_numbers_and_what_decides():
    text = evidence(judge([Interval(10, 10, 0.1, Counts(640, 31), Counts(5760, 18))]), RULES, 10, "errors")
    assert text.startswith("canary 4.84 % errors (31 of 640), stable 0.31 % errors (18 of 5,760); over a million to 1")
    assert "worse than 1.5 x stable + 0.2 points (100 to 1 decides, quick rule, noise 1.1)" in text
    careful = evidence(judge([Interval(10, 10, 0.1, Counts(640, 3), Counts(5760, 18))], UNKNOWN), RULES, 10, "errors")
    assert "careful rule, uncalibrated: no baseline was captured" in careful
    assert "less than 0.5 points worse (20 to 1 certifies it in each stage)" in careful
    silent = evidence(judge([], CALM), RULES, 42.0, "errors")
    assert silent.startswith("no requests counted yet in this stage for 42s (after 1m the data count as missing)")


def test_odds_have_two_digits_that_count():
    said = [odds(w) for w in (0.3, 1.26, 12.4, 99.7, 2314, 87_654, 2e9)]
    assert said == [
        "less than 1 to 1",
        "1.3 to 1",
        "12 to 1",
        "100 to 1",
        "2,300 to 1",
        "88,000 to 1",
        "over a million to 1",
    ]
