"""Test reports: did tests run on the commit being released, and did all of them pass?"""

from __future__ import annotations

import asyncio
from pathlib import Path

import msgspec

from gonogo.checks.binding import Bound, bound, stale
from gonogo.checks.files import Unreadable
from gonogo.checks.interface import Check, Context, Nothing, Unavailable
from gonogo.checks.judging import Damaged
from gonogo.checks.junit import LARGEST, Report, read_report
from gonogo.checks.wording import counted
from gonogo.model.items import CheckResult, Finding, Outcome
from gonogo.model.units import Duration, Instant, format_duration

_MOST_FILES = 500
_MOST_BYTES = 128 << 20
_SHOWN = 20
_AGAIN = "run the tests again on the commit being released"


class Reported(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    reports: str
    """Glob of JUnit XML files, relative to the repository."""
    max_age: Duration


class Reports(msgspec.Struct, frozen=True):
    glob: str
    commit: str
    committed_at: Instant | None
    """When the planned commit was made; None without one."""
    reports: tuple[Report, ...] = ()
    damaged: tuple[Damaged, ...] = ()


async def collect(ctx: Context, params: Reported) -> Reports:
    if ctx.repository is None:
        raise Unavailable("the plan names no repository to look for reports in")
    if not params.reports:
        raise Unavailable("no test reports are named; give `tests:` a glob of JUnit files in the release file")
    about = await bound(ctx)
    reports, damaged = await asyncio.to_thread(_read_all, ctx.repository, params.reports)
    return Reports(params.reports, about.commit, about.committed_at, reports, damaged)


def _read_all(repository: Path, glob: str) -> tuple[tuple[Report, ...], tuple[Damaged, ...]]:
    try:
        paths = sorted(path for path in repository.glob(glob) if path.is_file())
    except (ValueError, NotImplementedError, OSError) as error:
        raise Unavailable(f"{glob!r} can't be looked for in {repository}: {error}") from None
    if not paths:
        raise Unavailable(f"no test report matches {glob} in {repository}")
    if len(paths) > _MOST_FILES:
        raise Unavailable(f"{len(paths)} files match {glob}; at most {_MOST_FILES} are read")
    reports: list[Report] = []
    damaged: list[Damaged] = []
    left = _MOST_BYTES
    for path in paths:
        name = str(path.relative_to(repository)) if path.is_relative_to(repository) else str(path)
        try:
            with path.open("rb") as file:
                content = file.read(min(LARGEST, left) + 1)
            left -= len(content)
            if left < 0:
                raise Unavailable(f"the reports that match {glob} are larger than {_MOST_BYTES >> 20} MiB together")
            reports.append(read_report(content, name, Instant(path.stat().st_mtime)))
        except OSError as error:
            damaged.append(Damaged(name, error.strerror or "it can't be read"))
        except Unreadable as error:
            damaged.append(Damaged(name, str(error)))
    return tuple(reports), tuple(damaged)


def evaluate(memory: Nothing, raw: Reports, params: Reported, now: Instant) -> tuple[Nothing, CheckResult]:
    tests, bad = sum(r.tests for r in raw.reports), sum(r.bad for r in raw.reports)
    skipped = sum(r.skipped for r in raw.reports)
    findings = (*_damaged(raw), *_failed(raw), *_stale(raw, params, now))
    ran = counted(tests, "test") + (f", {skipped} of them skipped" if skipped else "")
    if bad:
        summary = f"{bad} of {counted(tests, 'test')} failed"
    elif findings:
        summary = findings[0].message
    elif tests - skipped <= 0:
        summary = f"{raw.glob} reported no test that ran: {ran}"
    else:
        oldest = min(r.written_at for r in raw.reports)
        summary = f"{ran}, none failed, {format_duration(max(0.0, now - oldest))} ago"
        return memory, CheckResult(Outcome.PASS, summary)
    return memory, CheckResult(Outcome.FAIL, summary, findings[:_SHOWN])


def _damaged(raw: Reports) -> list[Finding]:
    return [
        Finding(f"{one.path} can't be read as a report: {one.why}", one.path, one.why, "a JUnit XML report", _AGAIN)
        for one in raw.damaged
    ]


def _failed(raw: Reports) -> list[Finding]:
    return [
        Finding(f"{test.name} failed: {test.message}".removesuffix(": "), test.where or report.path, "failed", "passed")
        for report in raw.reports
        for test in report.failed
    ]


def _stale(raw: Reports, params: Reported, now: Instant) -> list[Finding]:
    about = Bound(raw.commit, raw.committed_at)
    return [f for r in raw.reports for f in stale(r.path, r.written_at, about, params.max_age, now, _AGAIN)]


TESTS_REPORTED = Check(
    params=Reported,
    raw=Reports,
    memory=Nothing,
    collect=collect,
    evaluate=evaluate,
    asks="JUnit reports in the repository, and git for the commit's time",
)
