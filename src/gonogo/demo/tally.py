"""Counts a record of the load."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import msgspec

from gonogo.demo.record import Answer, Kind, Mark, read
from gonogo.model.units import Duration, Instant


class Second(msgspec.Struct, frozen=True):
    """Answers that ended within one second of the clock."""

    at: Instant
    ok: int
    bad: int
    lost: int
    versions: dict[str, int]


class LoadSummary(msgspec.Struct, frozen=True):
    sent: int
    ok: int
    bad: dict[str, int]
    """Version → answers users should not have got."""
    lost: int
    lost_details: tuple[Answer, ...]
    versions: dict[str, int]
    """Version → answers of any kind; the empty version is an answer below 400 that told none."""
    by_second: tuple[Second, ...]
    """Seconds without an answer are absent."""
    retried: int
    skipped: int
    unfinished: int
    """Requests sent whose end the record doesn't hold: under way, or cut off with the load."""
    sending: Duration
    rate: float
    """Requests sent per second of sending."""
    p50: Duration
    p99: Duration
    """Of answers, ok or bad."""
    behind: Duration
    cpu: float
    """Share of one core that the load took while sending."""
    ended: str
    """Why it ended; empty while it runs, and for ever where it was killed."""

    def __str__(self) -> str:
        bad = ", ".join(f"{count} of version {version}" for version, count in self.bad.items())
        parts = [
            f"sent {self.sent} ({self.rate:.1f}/s)",
            f"ok {self.ok}",
            f"bad {sum(self.bad.values())}" + (f" ({bad})" if bad else ""),
            f"lost {self.lost}",
            *([f"skipped {self.skipped}"] if self.skipped else []),
            *([f"unfinished {self.unfinished}"] if self.unfinished else []),
            f"p50 {self.p50 * 1000:.1f} ms, p99 {self.p99 * 1000:.1f} ms",
            f"{self.cpu * 100:.0f} % of a core",
        ]
        return " · ".join(parts)


def summary(path: Path, since: Instant | None = None, until: Instant | None = None) -> LoadSummary:
    """Count a record, also of a load that still runs. `since` and `until` narrow what is counted from answers to those
    that ended in [since, until); then `sent` is their number and `unfinished` is 0. Raises InputError."""
    lines = list(read(path))
    marks = [line for line in lines if isinstance(line, Mark)]
    last = marks[-1] if marks else Mark("", Instant(0), 0, 0, Duration(0), Duration(0))
    every = [line for line in lines if isinstance(line, Answer)]
    some = [a for a in every if (since is None or a.at >= since) and (until is None or a.at < until)]
    whole = since is None and until is None
    sent = max(last.sent, len(every)) if whole else len(some)
    lost = tuple(a for a in some if a.kind is Kind.LOST)
    times = sorted(a.seconds for a in some if a.kind is not Kind.LOST)
    return LoadSummary(
        sent=sent,
        ok=sum(a.kind is Kind.OK for a in some),
        bad=dict(Counter(a.version for a in some if a.kind is Kind.BAD)),
        lost=len(lost),
        lost_details=lost,
        versions=dict(Counter(a.version for a in some if a.kind is not Kind.LOST)),
        by_second=_by_second(some),
        retried=sum(a.retried for a in some),
        skipped=last.skipped,
        unfinished=sent - len(some),
        sending=last.sending,
        rate=last.sent / last.sending if last.sending else 0.0,
        p50=_quantile(times, 0.5),
        p99=_quantile(times, 0.99),
        behind=last.behind,
        cpu=last.cpu / last.sending if last.sending else 0.0,
        ended=last.why if last.mark == "finished" else "",
    )


def _by_second(some: Sequence[Answer]) -> tuple[Second, ...]:
    grouped: dict[int, list[Answer]] = {}
    for answer in some:
        grouped.setdefault(int(answer.at), []).append(answer)
    return tuple(
        Second(
            at=Instant(float(second)),
            ok=sum(a.kind is Kind.OK for a in ended),
            bad=sum(a.kind is Kind.BAD for a in ended),
            lost=sum(a.kind is Kind.LOST for a in ended),
            versions=dict(Counter(a.version for a in ended if a.kind is not Kind.LOST)),
        )
        for second, ended in sorted(grouped.items())
    )


def _quantile(rising: Sequence[Duration], share: float) -> Duration:
    """Nearest rank; 0 of nothing."""
    return rising[min(len(rising) - 1, int(share * len(rising)))] if rising else Duration(0)
