"""How a revision behaves before a release, block by block and instance by instance."""

from __future__ import annotations

import msgspec

from gonogo.judge.intervals import Last, count, find_edge
from gonogo.model.metrics import Baseline, Counts, Sample, SeriesSample
from gonogo.model.units import Duration, Instant


class Capture(msgspec.Struct, frozen=True):
    """Blocks captured so far, and the one that is open."""

    revision: str = ""
    at: Instant = Instant(0)
    heard_at: Instant | None = None
    """End of the newest interval with requests."""
    edge: Duration | None = None
    errors_last: tuple[Last, ...] = ()
    slow_last: tuple[Last, ...] = ()
    seconds: Duration = Duration(0)
    open_errors: dict[str, Counts] = {}
    open_slow: dict[str, Counts] = {}
    errors: tuple[tuple[Counts, ...], ...] = ()
    slow: tuple[tuple[Counts, ...], ...] = ()


def _lasts(series: list[SeriesSample], edge: Duration | None) -> tuple[Last, ...]:
    return tuple(Last(s.revision, s.instance, s.epoch, count(s, edge)) for s in series)


def _grown(then: tuple[Last, ...], now: tuple[Last, ...], sums: dict[str, Counts]) -> dict[str, Counts] | None:
    """Per instance. An instance that is new counts from its first sample on. None: a counter started again."""
    known, grown = {last.instance: last for last in then}, dict(sums)
    for one in now:
        before = known.get(one.instance)
        if before is None:
            continue
        more = Counts(one.counts.requests - before.counts.requests, one.counts.bad - before.counts.bad)
        if one.epoch != before.epoch or more.requests < 0 or more.bad < 0:
            return None
        grown[one.instance] = grown.get(one.instance, Counts()) + more
    return grown


def capture(state: Capture, sample: Sample, revision: str, block: Duration, slower_than: Duration | None) -> Capture:
    """Take in one sample. A block in which a counter started again is dropped; one without requests stays open."""
    if state.revision == revision and sample.at <= state.at:
        return state
    series = [s for s in sample.series if s.revision == revision]
    edge = find_edge(series, slower_than) if slower_than is not None else None
    errors, slow = _lasts(series, None), _lasts(series, edge) if edge is not None else ()
    if state.revision != revision:
        return Capture(revision, sample.at, edge=edge, errors_last=errors, slow_last=slow)
    after = msgspec.structs.replace(state, at=sample.at, edge=edge, errors_last=errors, slow_last=slow)
    grown = _grown(state.errors_last, errors, state.open_errors)
    grown_slow = _grown(state.slow_last, slow, state.open_slow)
    if grown is None or grown_slow is None or edge != state.edge:
        return msgspec.structs.replace(after, seconds=Duration(0), open_errors={}, open_slow={})
    heard = _requests(grown) > _requests(state.open_errors)
    after = msgspec.structs.replace(
        after,
        seconds=Duration(state.seconds + sample.at - state.at),
        open_errors=grown,
        open_slow=grown_slow,
        heard_at=sample.at if heard else state.heard_at,
    )
    full = after.seconds >= block * (1 - 1e-9) and _requests(grown)
    return _close(after) if full else after


def _requests(sums: dict[str, Counts]) -> int:
    return sum(c.requests for c in sums.values())


def _close(state: Capture) -> Capture:
    errors, slow = (tuple(c for _, c in sorted(sums.items())) for sums in (state.open_errors, state.open_slow))
    return msgspec.structs.replace(
        state,
        seconds=Duration(0),
        open_errors={},
        open_slow={},
        errors=(*state.errors, errors),
        slow=(*state.slow, slow) if slow else state.slow,
    )


def finished(state: Capture, now: Instant, block: Duration, slower_than: Duration | None) -> Baseline:
    """`slower_than` as it was asked for: the judge, asked for the same, counts by the same edge. Slow requests are
    left out where some block lacks them."""
    complete = bool(state.slow) and len(state.slow) == len(state.errors)
    slow, edge = (state.slow, slower_than) if complete else ((), None)
    return Baseline(state.revision, now, block, state.errors, slow, edge)


def pooled(blocks: tuple[tuple[Counts, ...], ...]) -> Counts:
    total = Counts()
    for block in blocks:
        for one in block:
            total += one
    return total
