import itertools
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gonogo.judge import wealth
from gonogo.judge.promotion import _fastest, certify
from gonogo.judge.wealth import CAP, GROWTHS, START, capital, pay_in, product, vote
from gonogo.model.metrics import Counts

counts = st.tuples(st.integers(0, 10**6), st.integers(0, 10**6)).map(lambda t: Counts(max(t), min(t)))


def test_the_grid_rises_from_just_above_the_ratio():
    assert len(GROWTHS) == 20 and GROWTHS[0] == 1.3 and GROWTHS[-1] == pytest.approx(60)
    steps = [math.log(b / a) for a, b in itertools.pairwise(GROWTHS)]
    assert max(steps) == pytest.approx(min(steps)) and min(steps) > 0


def test_capital_adds_up_to_one_however_time_is_cut():
    assert sum(START) == pytest.approx(0.5)
    assert capital(0, 59.9) == 0
    assert capital(59.9, 60) == pytest.approx(1 / 4)
    assert capital(0, 24 * 3600) == pytest.approx(0.5, abs=1e-3) and capital(0, 24 * 3600) < 0.5
    pieces = sum(capital(n * 15.0, (n + 1) * 15.0) for n in range(400))
    assert pieces == pytest.approx(capital(0, 6000))


@given(counts, counts, st.floats(1, 5), st.floats(0, 0.05), st.floats(1, 20))
def test_wealth_is_never_negative_and_stays_a_number(canary, stable, ratio, plus, phi):
    plain, dispersed, votes = START, START, START
    for _ in range(5):
        plain, dispersed = product(plain, dispersed, canary, stable, ratio, plus, phi)
        votes = vote(votes, canary, stable, ratio)
    for grid in (plain, dispersed, votes):
        assert all(0 <= w <= CAP and math.isfinite(w) for w in grid)


@given(counts, counts, st.floats(1, 5), st.floats(1, 20))
def test_more_errors_of_the_canary_never_lower_the_evidence(canary, stable, ratio, phi):
    worse = Counts(canary.requests + 1, canary.bad + 1)
    here = Counts(canary.requests + 1, canary.bad)
    low, _ = product(START, START, here, stable, ratio, 0.002, phi)
    high, _ = product(START, START, worse, stable, ratio, 0.002, phi)
    assert all(b >= a * (1 - 1e-12) for a, b in zip(low, high, strict=True))


def _binomial(n, p):
    return [math.comb(n, k) * p**k * (1 - p) ** (n - k) for k in range(n + 1)]


@pytest.mark.parametrize("p0", [0.0, 0.003, 0.1, 0.4])
@pytest.mark.parametrize(("n1", "n0"), [(1, 9), (5, 5), (12, 30), (20, 3)])
def test_no_bet_is_expected_to_win_at_the_boundary(p0, n1, n0):
    """Summed over every outcome of two binomial tracks, exactly at p1 = ratio * p0 + plus."""
    ratio, plus = 1.5, 0.05
    p1 = ratio * p0 + plus
    one, two = [1.0] * 20, [0.0] * 20
    ones, certificate = tuple(one), 0.0
    at_excess = _binomial(n1, p0 + 0.05)
    for s1, chance1 in enumerate(_binomial(n1, p1)):
        for s0, chance0 in enumerate(_binomial(n0, p0)):
            grown, _ = product(ones, ones, Counts(n1, s1), Counts(n0, s0), ratio, plus, 2.0)
            two = [t + chance1 * chance0 * g for t, g in zip(two, grown, strict=True)]
            certificate += at_excess[s1] * chance0 * certify(1, Counts(n1, s1), Counts(n0, s0), 0.05, Counts(50, 2))
    assert all(t <= 1 + 1e-9 for t in two) and certificate <= 1 + 1e-9
    if p0 < 0.1:
        assert max(two) > 0.5 and certificate > 0.5


def _poisson(mean, most):
    return [math.exp(-mean) * mean**k / math.factorial(k) for k in range(most)]


@pytest.mark.parametrize("p0", [0.0003, 0.003, 0.01])
def test_no_vote_is_expected_to_win_when_the_canary_is_the_ratio_worse(p0):
    n1, n0, ratio, mean = 100, 400, 1.5, [0.0] * 20
    for s1, chance1 in enumerate(_poisson(n1 * ratio * p0, 25)):
        for s0, chance0 in enumerate(_poisson(n0 * p0, 30)):
            grown = vote((1.0,) * 20, Counts(n1, s1), Counts(n0, s0), ratio)
            mean = [m + chance1 * chance0 * g for m, g in zip(mean, grown, strict=True)]
    assert mean == pytest.approx([1.0] * 20, abs=1e-6)


def test_a_cluster_of_any_size_is_one_vote():
    few = vote(START, Counts(1000, 2), Counts(9000, 0), 1.5)
    many = vote(START, Counts(1000, 500), Counts(9000, 0), 1.5)
    assert few == many and sum(few) > sum(START)


def test_paying_in_adds_what_is_paid():
    assert sum(pay_in(START, 0.25)) == pytest.approx(0.75)


@given(st.floats(0.01, 0.99), st.floats(1e-4, 0.1), st.floats(1e-5, 0.5))
def test_the_certificate_bets_with_the_theta_that_grows_fastest(w, plus, rate):
    def growth(x):
        return rate * math.log(x) + rate * (1 - w) / w * math.log((1 - w * x) / (1 - w)) + plus * (1 - x)

    x, b = _fastest(w, plus, rate)
    assert 0 < x < 1 and w * x + (1 - w) * b == pytest.approx(1)
    assert growth(x) >= max(growth(x * 0.9), growth(min(x * 1.1, 0.999999))) - 1e-12


def test_excess_over_a_fixed_limit_is_not_expected_to_win():
    mean = [0.0] * 20
    for bad, chance in enumerate(_binomial(60, 0.05)):
        mean = [m + chance * g for m, g in zip(mean, wealth.excess((1.0,) * 20, Counts(60, bad), 0.05, 1), strict=True)]
    assert all(m <= 1 + 1e-9 for m in mean) and max(mean) > 0.5
