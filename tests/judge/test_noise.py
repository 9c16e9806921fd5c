import random

import pytest

from gonogo.judge.noise import Noise, estimate
from gonogo.model.metrics import Counts


def blocks(seed, count=60, instances=3, cluster=1, requests=500, rate=0.01):
    rng = random.Random(seed)
    return [
        tuple(
            Counts(requests, cluster * sum(rng.random() < rate / cluster for _ in range(requests)))
            for _ in range(instances)
        )
        for _ in range(count)
    ]


def test_pure_chance_is_about_the_margin():
    found = [estimate(blocks(seed)).phi for seed in range(5)]
    assert sum(found) / 5 == pytest.approx(1.3, abs=0.2) and min(found) >= 1


def test_errors_that_come_four_at_a_time_are_four_times_as_noisy():
    assert estimate(blocks(1, 200, cluster=4)).phi == pytest.approx(4 * 1.3, rel=0.25)


def test_it_is_exact_on_a_block_done_by_hand():
    # shares 1/4 and 3/4 of 8 bad requests: (4 - 2)^2 / (8 * 3/16) = 8/3 for both
    uneven = [(Counts(100, 4), Counts(300, 4))] * 30
    assert estimate(uneven).phi == pytest.approx(1.3 * 8 / 3)


def test_it_never_claims_less_than_chance():
    assert estimate([(Counts(100, 2), Counts(100, 2))] * 30).phi == 1


@pytest.mark.parametrize(
    ("given", "why"),
    [
        (None, "no baseline was captured"),
        (blocks(1, 29), "29 of 30 blocks"),
        ([], "0 of 30 blocks"),
        (blocks(1, 60, instances=1), "one instance only"),
        ([(Counts(100, 0), Counts(100, 0))] * 60, "0 of the 20 bad requests"),
        ([(Counts(0, 0), Counts(0, 0))] * 60, "0 of 30 blocks"),
    ],
)
def test_too_little_to_learn_from_is_uncalibrated_and_says_why(given, why):
    noise = estimate(given)
    assert noise.phi is None and why in noise.why and not noise.quick and noise.divisor == 2
    assert str(noise).startswith("uncalibrated: ")


def test_the_quick_rule_needs_at_most_twice_the_noise_of_chance():
    assert Noise(2.0).quick and Noise(1.4).divisor == 1.4
    assert not Noise(2.01).quick and Noise(5.0).divisor == 2 and str(Noise(5.0)) == "noise 5.0"
