"""The benchmark's formulas over many runs are the product's, number by number."""

import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parents[2]))

from bench.judge.cells import upper
from bench.judge.vector import VectorCertificate, VectorJudge, VectorLimit, estimate_noise
from bench.judge.worlds import WORLDS, Canary, baseline, hour

from gonogo.judge import canary
from gonogo.judge.canary import Rules
from gonogo.judge.limits import Limit, Watching, watch
from gonogo.judge.noise import Noise, estimate
from gonogo.model.metrics import Counts, Interval

RUNS = 4


@pytest.mark.parametrize("world", WORLDS, ids=lambda w: w.name)
@pytest.mark.parametrize(("rate", "rps", "step"), [(0.02, 500, 5.0), (0.003, 20, 0.25), (0.9, 5000, 5.0)])
def test_both_judges_hold_the_same_wealth_and_decide_at_the_same_moment(world, rate, rps, step):
    rng = np.random.default_rng(7)
    phi, rules = np.array([1.0, 1.7, 2.4, np.nan]), Rules(block=3.0)
    states = [canary.enter(canary.begin(Noise(None if np.isnan(p) else float(p))), "s", 0.0) for p in phi]
    fast, certificate, limit = VectorJudge(phi, rules), VectorCertificate(RUNS, rules), VectorLimit(RUNS, 5.0, 20.0)
    watching, fired = [Watching()] * RUNS, np.full(RUNS, np.nan)
    at = 0.0
    for counts in hour(world, Canary("x", rate), rps, RUNS, rng, step=step, seconds=step * 60):
        at += step
        fast.observe(*counts, step)
        certificate.observe(*counts, step)
        limit.observe(*counts, step)
        for run in range(RUNS):
            n1, s1, n0, s0 = (int(column[run]) for column in counts)
            one = Interval(at, step, 0.1, Counts(n1, s1), Counts(n0, s0))
            states[run] = canary.observe(states[run], rules, [one])
            watching[run] = watch(watching[run], Limit("plus", 5.0, 20.0), one)
            if watching[run].fired and np.isnan(fired[run]):
                fired[run] = at
    for run, state in enumerate(states):
        assert fast.product[run] == pytest.approx(state.product, rel=1e-9, abs=1e-300)
        assert fast.dispersed[run] == pytest.approx(state.dispersed, rel=1e-9, abs=1e-300)
        assert fast.votes[run] == pytest.approx(state.votes, rel=1e-9, abs=1e-300)
        assert certificate.wealth[run] == pytest.approx(state.certificate, rel=1e-9, abs=1e-300)
    same(fast.decided_at, [s.decided_at for s in states])
    same(certificate.certified_at, [s.certified_at for s in states])
    same(limit.fired_at, list(fired))


def same(fast, slow):
    assert list(np.nan_to_num(fast, nan=-1)) == [-1 if at is None or np.isnan(at) else at for at in slow]


@pytest.mark.parametrize("world", WORLDS, ids=lambda w: w.name)
def test_both_estimate_the_same_noise(world):
    requests, bad = baseline(world, 0.003, 30, RUNS, np.random.default_rng(3))
    for run, phi in enumerate(estimate_noise(requests, bad)):
        blocks = [
            tuple(Counts(int(n), int(s)) for n, s in zip(requests[t, run], bad[t, run], strict=True))
            for t in range(len(requests))
        ]
        assert estimate(blocks).phi == (None if np.isnan(phi) else pytest.approx(phi))


def test_the_upper_bound_of_a_share_is_the_exact_one():
    assert upper(0, 300) == pytest.approx(1 - 0.05 ** (1 / 300))
    assert upper(3, 100) == pytest.approx(0.0757, abs=2e-4)
