"""From cumulative samples to what happened between two of them, per track. Differences per series first, then sums.

An interval is left out where its counts can't be trusted: a counter of either track started again (both tracks lose
the interval, so neither is favoured), or the weights changed within it or within the one before."""

from __future__ import annotations

import math
from collections.abc import Iterable

import msgspec

from gonogo.model.metrics import Counts, Interval, Sample, SeriesSample
from gonogo.model.units import Duration, Instant, Ratio

RESET_MEMORY = 300.0
"""Seconds for which a reset of the canary is remembered."""
RESETS_KEPT = 10


class Last(msgspec.Struct, frozen=True, array_like=True):
    """A series as it was last seen."""

    revision: str
    instance: str
    epoch: str
    counts: Counts


class Counters(msgspec.Struct, frozen=True):
    """All it takes to go on counting after a restart."""

    at: Instant
    weights: tuple[Ratio, Ratio]
    """Of the canary and of stable."""
    series: tuple[Last, ...]
    seen: tuple[str, ...]
    """Revisions that have ever had a series."""
    settling: bool = False
    """The newest interval straddled a weight change, so the next one is left out too."""
    lost: int = 0
    """Intervals lost to counters that started again, or that lacked what is counted."""
    resets: tuple[Instant, ...] = ()
    """When counters of the canary, and of the canary only, started again lately."""
    edge: Duration | None = None
    """The bucket edge that is counted by, where slow requests are."""
    gap: str = ""
    """Why the newest sample can't be counted; empty where it can."""


class Tracks(msgspec.Struct, frozen=True):
    """Whose series are counted, and what is bad about a request: an error, or being slower than an edge."""

    canary: str
    stable: str
    slower_than: Duration | None = None


def find_edge(series: Iterable[SeriesSample], slower_than: Duration) -> Duration | None:
    """The highest bucket edge at or under `slower_than` (seconds) that every series with traffic has."""
    common: set[float] | None = None
    for one in series:
        if one.requests == 0 and not one.buckets:
            continue
        edges = {edge for edge, _ in one.buckets if edge <= slower_than * (1 + 1e-9)}
        common = edges if common is None else common & edges
    return Duration(max(common)) if common else None


def count(one: SeriesSample, edge: Duration | None) -> Counts:
    """Cumulative requests and bad ones. With an edge, the histogram's own total is used where it has one: it is
    updated together with the buckets, the request counter may not be."""
    if edge is None:
        return Counts(one.requests, one.errors)
    total, under = one.requests, 0
    for upper, at_or_under in one.buckets:
        if upper == edge:
            under = at_or_under
        if math.isinf(upper):
            total = at_or_under
    return Counts(total, max(0, total - under))


def follow(before: Counters | None, sample: Sample, tracks: Tracks) -> tuple[Counters, Interval | None]:
    """Take in one sample. None where there is nothing to compare with, or the interval has to be left out. A sample
    that isn't newer than the last one changes nothing."""
    if before is not None and sample.at <= before.at:
        return before, None
    ours = [s for s in sample.series if s.revision in (tracks.canary, tracks.stable)]
    weights = (sample.weights.get(tracks.canary, Ratio(0)), sample.weights.get(tracks.stable, Ratio(0)))
    edge, gap = None, ""
    if tracks.slower_than is not None:
        edge = find_edge(ours, tracks.slower_than)
        if edge is None and any(s.requests for s in ours):
            gap = f"no latency bucket at or under {tracks.slower_than:g} s is common to all series"
    series = tuple(Last(s.revision, s.instance, s.epoch, count(s, edge)) for s in ours) if not gap else ()
    seen = tuple(sorted({s.revision for s in ours} | set(before.seen if before else ())))
    after = Counters(sample.at, weights, series, seen, edge=edge, gap=gap)
    if before is None:
        return after, None
    return _difference(before, after, tracks)


def _difference(before: Counters, after: Counters, tracks: Tracks) -> tuple[Counters, Interval | None]:
    straddles = after.weights != before.weights
    resets = tuple(at for at in before.resets if after.at - at < RESET_MEMORY)
    after = msgspec.structs.replace(after, settling=straddles, lost=before.lost, resets=resets)
    edge_moved = before.edge is not None and after.edge != before.edge
    if after.gap or before.gap or edge_moved:
        return msgspec.structs.replace(after, lost=before.lost + 1), None
    known = {(last.revision, last.instance): last for last in before.series}
    sums = {tracks.canary: Counts(), tracks.stable: Counts()}
    reset = set()
    for now in after.series:
        then = known.get((now.revision, now.instance))
        if then is None:
            # All of a new revision's counts fall into this interval. A series that joins a known revision may have
            # been away rather than new, so it only counts from here on.
            if now.revision not in before.seen:
                sums[now.revision] += now.counts
        elif _started_again(then, now):
            reset.add(now.revision)
        else:
            sums[now.revision] += Counts(now.counts.requests - then.counts.requests, now.counts.bad - then.counts.bad)
    if reset:
        if reset == {tracks.canary}:
            resets = (*resets, after.at)[-RESETS_KEPT:]
        return msgspec.structs.replace(after, lost=before.lost + 1, resets=resets), None
    if straddles or before.settling:
        return after, None
    length = Duration(after.at - before.at)
    return after, Interval(after.at, length, after.weights[0], sums[tracks.canary], sums[tracks.stable])


def _started_again(then: Last, now: Last) -> bool:
    down = now.counts.requests < then.counts.requests or now.counts.bad < then.counts.bad
    return down or now.epoch != then.epoch


def coarsen(intervals: Iterable[Interval], longest: Duration) -> tuple[Interval, ...]:
    """Neighbours of the same weight merged into intervals of up to `longest` seconds: for charts and the journal."""
    merged: list[Interval] = []
    for one in intervals:
        last = merged[-1] if merged else None
        if last and last.weight == one.weight and last.seconds + one.seconds <= longest * (1 + 1e-9):
            seconds = Duration(last.seconds + one.seconds)
            merged[-1] = Interval(one.at, seconds, one.weight, last.canary + one.canary, last.stable + one.stable)
        else:
            merged.append(one)
    return tuple(merged)
