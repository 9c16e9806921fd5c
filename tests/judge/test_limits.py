import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gonogo.judge.canary import Verdict
from gonogo.judge.limits import Limit, Watching, watch
from gonogo.judge.recovery import Recovery, compare, newest, recovered
from gonogo.model.metrics import Counts, Interval

OVER = Limit("over", 0.05, 8.0)
PLUS = Limit("plus", 5.0, 8.0)


def seconds(rates, stable=0.0, requests=100):
    return [
        Interval(n + 1.0, 1.0, 0.1, Counts(requests, round(requests * rate)), Counts(1000, round(1000 * stable)))
        for n, rate in enumerate(rates)
    ]


def fired_at(limit, intervals, reference=None):
    state = Watching()
    for one in intervals:
        state = watch(state, limit, one, reference)
        if state.fired:
            return one.at
    return None


@pytest.mark.parametrize(
    ("limit", "rates", "stable", "at"),
    [
        (OVER, [0.1] * 8, 0.0, 8),
        (OVER, [0.1] * 7, 0.0, None),
        (OVER, [0.05] * 20, 0.0, None),
        (OVER, [0.1] * 6 + [0.0] * 2 + [0.1] * 7, 0.0, None),
        (OVER, [0.1] * 20, 0.06, None),
        (OVER, [0.1] * 20, 0.05, 8),
        (PLUS, [0.1] * 20, 0.04, 8),
        (PLUS, [0.1] * 20, 0.06, None),
        (PLUS, [0.5] * 20, 0.4, None),
        (PLUS, [0.5] * 20, 0.05, 8),
    ],
)
def test_a_limit_fires_once_it_was_broken_for_all_of_its_time(limit, rates, stable, at):
    assert fired_at(limit, seconds(rates, stable)) == at


def test_a_handful_of_requests_is_no_rate():
    assert fired_at(OVER, seconds([1.0] * 8, requests=1)) == 8
    assert fired_at(OVER, seconds([0.5, 0.0] * 20, requests=2)) is None
    silent = [Interval(n + 1.0, 1.0, 0.1, Counts(), Counts(1000, 0)) for n in range(60)]
    assert fired_at(OVER, silent) is None


def test_it_stands_until_clearly_under_the_limit():
    state = Watching()
    for one in seconds([0.1] * 8):
        state = watch(state, OVER, one)
    assert state.fired
    for one in seconds([0.05] * 8):
        state = watch(state, OVER, one)
    assert state.fired
    for one in seconds([0.03] * 8):
        state = watch(state, OVER, one)
    assert not state.fired


def test_stable_is_over_a_relative_limit_when_it_is_that_much_over_the_reference():
    assert fired_at(PLUS, seconds([0.5] * 8, 0.09), 0.05) == 8
    assert fired_at(PLUS, seconds([0.5] * 8, 0.11), 0.05) is None


def test_without_stable_the_reference_stands_in():
    alone = [msgspec.structs.replace(i, stable=Counts()) for i in seconds([0.1] * 8)]
    assert fired_at(PLUS, alone, 0.01) == 8
    assert fired_at(PLUS, alone, 0.06) is None
    assert fired_at(PLUS, alone, None) is None


def test_tiny_intervals_and_long_ones_fire_alike():
    fine = [Interval(n / 4, 0.25, 0.1, Counts(12, 1), Counts(110, 0)) for n in range(1, 81)]
    coarse = [Interval(n * 4.0, 4.0, 0.1, Counts(192, 16), Counts(1760, 0)) for n in range(1, 6)]
    assert fired_at(OVER, fine) == 8 and fired_at(OVER, coarse) == 16


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50)), max_size=40), st.integers(0, 40))
def test_limits_survive_json(rows, cut):
    state = Watching()
    for n, (requests, bad) in enumerate(rows):
        if n == cut:
            restored = msgspec.json.decode(msgspec.json.encode(state), type=Watching)
            assert restored == state
        state = watch(state, OVER, Interval(n + 1.0, 1.0, 0.1, Counts(requests, min(bad, requests)), Counts(10, 0)))
    assert len(state.parts) <= 4


def soak(rates, limit=0.013, minimum=500, phi=1.0, requests=500):
    state = Recovery()
    for rate in rates:
        state = compare(state, Counts(requests, round(requests * rate)), 1.0, limit, minimum, phi)
    return state


def test_errors_back_at_the_baseline_are_healthy():
    assert recovered(soak([0.004] * 200), 0.013, 500) is Verdict.HEALTHY


def test_errors_well_over_it_are_unhealthy_even_after_hours_of_health():
    state = soak([0.004] * 7200 + [0.05] * 90)
    assert recovered(state, 0.013, 500) is Verdict.UNHEALTHY


def test_a_window_over_the_limit_by_chance_is_not_enough():
    state = soak([0.02], requests=100, minimum=50)
    assert recovered(state, 0.013, 50) is Verdict.INCONCLUSIVE


def test_too_few_requests_say_nothing():
    assert recovered(Recovery(), 0.013, 500) is Verdict.NO_DATA
    assert recovered(soak([0.0], requests=499), 0.013, 500) is Verdict.INCONCLUSIVE


def test_a_soak_of_a_day_keeps_one_window():
    state = soak([0.004] * 3000)
    assert newest(state, 500).requests <= 60 * 500
    assert len(msgspec.json.encode(state)) < 1000
