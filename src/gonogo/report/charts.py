"""The two charts of a report: the new revision's share of traffic, and errors of both tracks."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from gonogo.model.items import Outcome
from gonogo.model.units import format_percent
from gonogo.report.chart import Chart, Flag, Line, Point, draw
from gonogo.report.shape import ErrorPoint, Errors, Report, Series
from gonogo.report.words import moment, plain, spoken

_LEAST_ERRORS = 0.01
"""The error axis reaches at least 1 %, so that a calm release looks calm."""


def weight_chart(report: Report) -> str:
    """SVG; empty where no traffic was moved."""
    series = report.series
    if series.begins is None or series.ends is None:
        return ""
    revision = report.identity.revision
    points: list[Point] = [(p.at, p.weight) for p in series.weights]
    # Of a release that goes on, nothing is known beyond its newest event.
    known = series.ends if report.verdict.result else min(series.ends, report.as_of)
    points.append((known, series.weights[-1].weight))
    moves = ", ".join(f"{format_percent(p.weight)} from {moment(p.at)[11:]}" for p in series.weights)
    return draw(
        Chart(
            id="weight",
            title=f"Share of traffic given to {revision}",
            description=f"{revision} had {moves}.",
            unit="share of traffic",
            begins=series.begins,
            ends=series.ends,
            lines=[Line(plain(f"{revision} ({report.identity.version})", 40), "canary", points, steps=True)],
            flags=[*_stages(series), *_judged(series)],
            least=1.0,
        )
    )


def error_chart(report: Report) -> str:
    """SVG; empty where the two revisions were not compared."""
    series = report.series
    if series.begins is None or series.ends is None or not series.errors:
        return ""
    revision, stable = report.identity.revision, report.identity.stable or "stable"
    return draw(
        Chart(
            id="errors",
            title=f"Share of requests that failed, {revision} beside {stable}",
            description=f"While compared, {_said(revision, series.canary)} and {_said(stable, series.stable)}.",
            unit="share of requests that failed",
            begins=series.begins,
            ends=series.ends,
            lines=[
                Line(f"{stable} (stable)", "stable", _shares(series, lambda p: p.stable)),
                Line(f"{revision} (canary)", "canary", _shares(series, lambda p: p.canary)),
            ],
            flags=[*_stages(series), *_judged(series)],
            least=_LEAST_ERRORS,
        )
    )


def _said(revision: str, counted: Errors) -> str:
    share = counted.share
    if share is None:
        return f"{revision} had no requests"
    return f"{revision} failed {format_percent(share)} ({counted.bad:,} of {counted.requests:,} requests)"


def _shares(series: Series, track: Callable[[ErrorPoint], Errors]) -> list[Point]:
    """In the middle of each interval; broken where intervals were left out, or held no request."""
    points: list[Point] = []
    before: ErrorPoint | None = None
    for one in series.errors:
        begins = one.at - one.seconds
        if before is not None and begins - before.at > 0.5 * max(one.seconds, before.seconds):
            points.append((begins, None))
        points.append((one.at - one.seconds / 2, track(one).share))
        before = one
    return points


def _stages(series: Series) -> Iterator[Flag]:
    for mark in series.marks:
        text = f"{plain(mark.label)} at {moment(mark.at)}"
        yield Flag(mark.at, plain(mark.label, 30), mark.kind, text, weighty=mark.kind != "stage")


def _judged(series: Series) -> Iterator[Flag]:
    """Numbered like the evidence lines printed below the chart."""
    for number, one in enumerate(series.judgements, 1):
        look = "good" if one.outcome is Outcome.PASS else "bad"
        yield Flag(one.at, f"[{number}] {spoken(one.outcome)}", look, plain(one.summary), weighty=True)
