import math

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from gonogo.judge.intervals import Counters, Tracks, coarsen, count, find_edge, follow
from gonogo.model.metrics import Counts, Interval, Sample, SeriesSample

TRACKS = Tracks("r8", "r7")


def series(revision, requests, errors=0, instance="a", epoch="1", buckets=()):
    return SeriesSample(revision, instance, epoch, requests, errors, buckets)


def sample(at, *rows, weight=0.1):
    return Sample(at, {"r8": weight, "r7": 1 - weight}, rows)


def walk(samples, tracks=TRACKS):
    counters, intervals = None, []
    for one in samples:
        counters, interval = follow(counters, one, tracks)
        intervals.append(interval)
    return counters, intervals


def test_differences_are_taken_per_series_and_then_summed():
    _, intervals = walk(
        [
            sample(1, series("r8", 10, 1), series("r7", 100), series("r7", 50, 2, "b")),
            sample(3, series("r8", 25, 4), series("r7", 160, 1), series("r7", 80, 2, "b")),
        ]
    )
    assert intervals == [None, Interval(3, 2, 0.1, Counts(15, 3), Counts(90, 1))]


def test_a_new_revision_counts_from_zero_and_a_series_joining_a_known_one_only_from_then_on():
    _, intervals = walk(
        [
            sample(1, series("r7", 100)),
            sample(2, series("r7", 200), series("r8", 7, 2)),
            sample(3, series("r7", 300), series("r8", 9, 2), series("r8", 500, 400, "b")),
            sample(4, series("r7", 400), series("r8", 12, 2), series("r8", 503, 401, "b")),
        ]
    )
    assert [i.canary for i in intervals[1:]] == [Counts(7, 2), Counts(2, 0), Counts(6, 1)]


def test_a_reset_loses_the_interval_on_both_tracks_and_is_counted():
    for again in (series("r8", 12, 1, epoch="2"), series("r8", 3, 0), series("r8", 12, 0)):
        counters, intervals = walk(
            [
                sample(1, series("r8", 10, 1), series("r7", 100)),
                sample(2, again, series("r7", 200)),
                sample(3, series("r8", 20, 1, epoch=again.epoch), series("r7", 300)),
            ]
        )
        assert intervals[1] is None and counters.lost == 1 and counters.resets == (2,)
        assert intervals[2].stable == Counts(100, 0)


def test_a_reset_of_both_tracks_is_no_sign_of_a_crash_loop():
    counters, _ = walk(
        [
            sample(1, series("r8", 10), series("r7", 100)),
            sample(2, series("r8", 1, epoch="2"), series("r7", 3, epoch="2")),
        ]
    )
    assert counters.lost == 1 and counters.resets == ()


def test_a_weight_change_drops_its_interval_and_the_one_after():
    rows = [sample(n, series("r8", n), series("r7", 9 * n), weight=0.1 if n < 3 else 0.25) for n in range(1, 7)]
    _, intervals = walk(rows)
    assert [i is not None for i in intervals] == [False, True, False, False, True, True]
    assert intervals[4].weight == 0.25


def test_old_samples_change_nothing():
    counters, _ = walk([sample(1, series("r8", 1)), sample(2, series("r8", 2))])
    assert follow(counters, sample(2, series("r8", 99)), TRACKS) == (counters, None)


BUCKETS = ((0.1, 50), (0.2, 80), (0.5, 95), (math.inf, 100))


def test_slow_requests_are_those_above_the_edge_by_the_histograms_own_total():
    assert count(series("r8", 103, 7, buckets=BUCKETS), 0.2) == Counts(100, 20)
    assert count(series("r8", 100, 7, buckets=BUCKETS[:3]), 0.5) == Counts(100, 5)
    assert count(series("r8", 100, 7), None) == Counts(100, 7)


def test_an_edge_that_is_no_bucket_is_replaced_by_the_next_lower_one_all_series_have():
    full, coarse = series("r8", 100, buckets=BUCKETS), series("r7", 100, buckets=((0.1, 5), (0.5, 9)))
    assert find_edge([full], 0.25) == 0.2
    assert find_edge([full], 0.2) == 0.2
    assert find_edge([full, coarse], 0.25) == 0.1
    assert find_edge([full, series("r8", 0, instance="new")], 0.25) == 0.2
    assert find_edge([full], 0.05) is None
    counters, intervals = walk([sample(1, full), sample(2, full)], Tracks("r8", "r7", 0.01))
    assert "no latency bucket" in counters.gap and intervals == [None, None] and counters.lost == 1


counts = st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50)), min_size=1, max_size=3)


@given(st.lists(st.tuples(counts, st.sampled_from([0.1, 0.5]), st.booleans()), max_size=12), st.data())
def test_nothing_is_counted_that_did_not_happen_and_json_changes_nothing(steps, data):
    totals, rows, epoch = {}, [], 0
    for n, (grown, weight, restart) in enumerate(steps):
        epoch += restart
        for i, (good, bad) in enumerate(grown):
            key = ("r8" if i == 0 else "r7", str(i))
            before = totals.get(key, (0, 0)) if not restart else (0, 0)
            totals[key] = (before[0] + good + bad, before[1] + bad)
        made = [series(r, n_, s, i, str(epoch)) for (r, i), (n_, s) in totals.items()]
        rows.append(sample(n + 1.0, *made, weight=weight))
    counters, intervals = walk(rows)
    for at, one in enumerate(intervals):
        if one is not None:
            grown = steps[at][0]
            assert one.canary.bad <= grown[0][1] and one.stable.bad <= sum(b for _, b in grown[1:])
            assert rows[at].weights == rows[at - 1].weights
    cut = data.draw(st.integers(0, len(rows)))
    half, first = walk(rows[:cut])
    if half is not None:
        half = msgspec.json.decode(msgspec.json.encode(half), type=Counters)
    rest = []
    for one in rows[cut:]:
        half, interval = follow(half, one, TRACKS)
        rest.append(interval)
    assert half == counters and first + rest == intervals


def test_coarsening_keeps_every_request_and_never_merges_weights():
    fine = [Interval(n / 4, 0.25, 0.1 if n <= 8 else 0.5, Counts(1, 0), Counts(9, 1)) for n in range(1, 15)]
    merged = coarsen(fine, 1.0)
    assert [i.seconds for i in merged] == [1, 1, 1, 0.5]
    assert [i.weight for i in merged] == [0.1, 0.1, 0.5, 0.5]
    assert sum(i.canary.requests for i in merged) == 14 and merged[-1].at == fine[-1].at
