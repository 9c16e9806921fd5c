"""Load tests: did the service bear what it will meet, and was that lately enough to count?"""

from __future__ import annotations

import asyncio
from typing import Annotated

import msgspec

from gonogo.checks.binding import Bound, bound, stale
from gonogo.checks.files import find, matches, named, read_all, repository
from gonogo.checks.interface import Check, Context, Nothing, Unavailable
from gonogo.checks.judging import Damaged, judged, unreadable
from gonogo.checks.load_files import Load, read_load
from gonogo.checks.wording import counted
from gonogo.model.items import CheckResult, Finding
from gonogo.model.units import Duration, Instant, Ratio, format_duration, format_percent

FILES = ("**/k6*summary*.json", "**/*summary*k6*.json", "**/*_stats.csv", "**/locust*.csv", "**/*.jtl")
_NOT_MEANT = ("**/*_stats_history.csv", "**/*_failures.csv", "**/*_exceptions.csv")
_LARGEST = 64 << 20
_AGAIN = "run the load test again on the version being released"


class LoadTest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    errors: Annotated[Ratio, msgspec.Meta(ge=0, le=1)] = Ratio(0.01)
    """Share of requests that may fail."""
    p95: Duration | None = None
    rate: Annotated[float, msgspec.Meta(ge=0)] = 0.0
    """Requests per second that must have been sent."""
    requests: Annotated[int, msgspec.Meta(ge=1)] = 1000
    """Fewer say little."""
    max_age: Duration = Duration(30 * 86400)
    this_commit: bool = False
    """Whether it must have been run after the commit was made."""
    files: tuple[str, ...] = FILES


class Loads(msgspec.Struct, frozen=True):
    about: Bound
    reports: tuple[Load, ...] = ()
    damaged: tuple[Damaged, ...] = ()


async def collect(ctx: Context, params: LoadTest) -> Loads:
    root = repository(ctx)
    paths = [p for p in await asyncio.to_thread(find, root, params.files) if not matches(p, _NOT_MEANT)]
    if not paths:
        raise Unavailable(f"no report of a load test matches {named(params.files)}")
    about = await bound(ctx) if params.this_commit else Bound()
    return Loads(about, *await asyncio.to_thread(read_all, root, paths, read_load, _LARGEST))


def evaluate(memory: Nothing, raw: Loads, params: LoadTest, now: Instant) -> tuple[Nothing, CheckResult]:
    findings = unreadable(raw.damaged, "a report of k6, Locust or JMeter")
    for report in raw.reports:
        findings += stale(report.path, report.written_at, raw.about, params.max_age, now, _AGAIN)
        findings += _beyond(report, params)
    said = "; ".join(_told(report) for report in raw.reports)
    return memory, judged(findings, said)


def _beyond(report: Load, params: LoadTest) -> list[Finding]:
    remedy = "find what gives way first, or lower what is promised"
    found = [
        Finding(
            f"{report.path}: {report.tool} says its limit was crossed: {limit}", report.path, "crossed", limit, remedy
        )
        for limit in report.failed
    ]
    if report.requests < params.requests:
        message = f"{report.path} is of {counted(report.requests, 'request')}, too few to say anything"
        found.append(Finding(message, report.path, str(report.requests), f"{params.requests} or more", _AGAIN))
    if report.errors > params.errors:
        share, limit = format_percent(report.errors), format_percent(params.errors)
        message = f"{report.path}: {share} of {report.requests} requests failed"
        found.append(Finding(message, report.path, share, f"at most {limit}", remedy))
    if params.p95 is not None and (report.p95 is None or report.p95 > params.p95):
        said = "no 95th percentile" if report.p95 is None else format_duration(report.p95)
        message = f"{report.path}: one request in twenty took longer than {said}"
        expected = f"95 % within {format_duration(params.p95)}"
        found.append(
            Finding(
                message if report.p95 is not None else f"{report.path} has {said}", report.path, said, expected, remedy
            )
        )
    if params.rate and (report.rate is None or report.rate < params.rate):
        said = "an unknown number" if report.rate is None else f"{report.rate:.0f}"
        message = (
            f"{report.path} sent {said} of requests a second"
            if report.rate is None
            else f"{report.path} sent {said} requests a second"
        )
        found.append(Finding(message, report.path, said, f"{params.rate:g} a second", _AGAIN))
    return found


def _told(report: Load) -> str:
    p95 = "" if report.p95 is None else f", 95 % within {format_duration(report.p95)}"
    rate = "" if report.rate is None else f", {report.rate:.0f} a second"
    return f"{report.tool}: {counted(report.requests, 'request')}{rate}, {format_percent(report.errors)} failed{p95}"


LOAD_TEST = Check(
    params=LoadTest,
    raw=Loads,
    memory=Nothing,
    collect=collect,
    evaluate=evaluate,
    asks="reports of load tests in the repository",
)
