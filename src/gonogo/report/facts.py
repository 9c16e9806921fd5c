"""The facts and figures that text and HTML both open with."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime

from gonogo.model.units import format_duration, format_percent
from gonogo.report.shape import Report
from gonogo.report.words import moment

Fact = tuple[str, str]
"""(what, value)"""


def facts(report: Report) -> list[Fact]:
    """Who and what; facts that aren't known are left out."""
    one = report.identity
    before = one.stable or ("nothing" if one.revision else "")
    found = [
        ("Asked for", one.sentence),
        ("Version", one.version),
        ("Target", one.target),
        ("Strategy", f"{one.strategy}, tier {one.tier}, {one.mode}"),
        ("Revision", f"{one.revision}, beside {before}" if one.revision else ""),
        ("Artifact", one.artifact),
        ("Commit", one.commit),
        ("Planned", f"{moment(one.made_at)} by {one.made_by}"),
        ("Started", f"{moment(one.started_at)} by {one.started_by}" if one.started_at is not None else ""),
        ("Closed", moment(report.verdict.closed_at) if report.verdict.closed_at is not None else ""),
    ]
    return [(what, value) for what, value in found if value]


def figures(report: Report) -> list[Fact]:
    """The numbers people ask for first."""
    return list(_figures(report))


def _figures(report: Report) -> Iterator[Fact]:
    one, back = report.identity, report.way_back
    if one.started_at is not None and report.verdict.closed_at is not None:
        yield "from start to close", format_duration(round(report.verdict.closed_at - one.started_at, 1))
    if back is not None and back.seconds is not None:
        since = "failing answer" if back.failing_at is not None else "turning back"
        yield f"from {since} to all traffic back", format_duration(round(back.seconds, 3))
    if back is not None and back.exposed is not None:
        yield "with any traffic on the new revision", format_duration(round(back.exposed, 1))
    for revision, counted in ((one.revision, report.series.canary), (one.stable, report.series.stable)):
        if counted.requests:
            failed = f"of {revision}'s requests failed while compared ({counted.bad:,} of {counted.requests:,})"
            yield failed, format_percent(counted.share or 0.0)
    if report.identity.started_at is not None:
        forward = [s for s in report.stages if not s.way_back]
        passed = sum(s.status in ("passed", "skipped") for s in forward)
        yield "stages of the plan passed", f"{passed} of {len(forward)}"
    if report.takeovers:
        yield "take-overs by another driver", str(report.takeovers)
        yield "actions repeated after a crash", str(report.repeated)


def stamper(report: Report) -> Callable[[float], str]:
    """Times as short as they may be: of day, to a tenth of a second, with the date where the report spans several."""
    times = [t.at for t in report.timeline]
    days = {datetime.fromtimestamp(at, UTC).date() for at in times}

    def stamp(at: float) -> str:
        tenths = int(at * 10 + 0.5) / 10
        when = datetime.fromtimestamp(tenths, UTC)
        clock = f"{when:%H:%M:%S}.{when.microsecond // 100000}"
        return f"{when:%m-%d} {clock}" if len(days) > 1 else clock

    return stamp
