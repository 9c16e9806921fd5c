"""Scans: static analysis and known vulnerabilities, held against a severity, for what is being released."""

from __future__ import annotations

import asyncio
from typing import Literal

import msgspec

from gonogo.checks.binding import AGAIN, Bound, bound, other_commit, stale
from gonogo.checks.dockerfile_rules import FILES as DOCKERFILES
from gonogo.checks.files import find, matches, named, read_all, repository
from gonogo.checks.findings_reports import SEVERITIES, ScanReport, Weakness, read_scan
from gonogo.checks.interface import Check, Context, Nothing, Unavailable
from gonogo.checks.judging import Damaged, absent, judged, unreadable
from gonogo.checks.wording import counted
from gonogo.model.items import CheckResult, Finding
from gonogo.model.units import Duration, Instant

_LARGEST = 32 << 20
_NAMED = {
    "static": ("**/*.sarif", "**/*.sarif.json"),
    "packages": ("**/trivy*.json", "**/grype*.json", "**/*vulnerabilit*.json"),
    "image": ("**/trivy*.json", "**/grype*.json", "**/*vulnerabilit*.json", "**/*image*scan*.json"),
}


class Scans(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    of: Literal["static", "packages", "image"]
    """static: SARIF of static analysis; packages, image: Trivy's or Grype's JSON about files, or about an image."""
    worst: Literal["negligible", "low", "medium", "high"] = "medium"
    """The gravest severity that may be there."""
    max_age: Duration = Duration(7 * 86400)
    fixable: bool = False
    """Whether only vulnerabilities count for which a fixed version exists."""
    files: tuple[str, ...] = ()
    """Globs; empty for the usual names."""
    ignore: tuple[str, ...] = ("**/test*/**", "**/example*/**", "**/fixtures/**")


class Reports(msgspec.Struct, frozen=True):
    about: Bound
    image: bool = True
    """Whether the repository makes an image at all."""
    reports: tuple[ScanReport, ...] = ()
    damaged: tuple[Damaged, ...] = ()


async def collect(ctx: Context, params: Scans) -> Reports:
    root, globs = repository(ctx), params.files or _NAMED[params.of]
    paths = [p for p in await asyncio.to_thread(find, root, globs) if not matches(p, params.ignore)]
    reports, damaged = await asyncio.to_thread(read_all, root, paths, read_scan, _LARGEST)
    if params.of != "static":
        # One glob finds both kinds; which it is stands in the report.
        reports = tuple(r for r in reports if r.image == (params.of == "image"))
    image = bool(await asyncio.to_thread(find, root, DOCKERFILES)) if params.of == "image" else True
    if image and not reports and not damaged:
        raise Unavailable(f"no report of such a scan matches {named(globs)}")
    return Reports(await bound(ctx), image, reports, damaged)


def evaluate(memory: Nothing, raw: Reports, params: Scans, now: Instant) -> tuple[Nothing, CheckResult]:
    if not raw.image and not raw.reports and not raw.damaged:
        return memory, absent("the repository makes no container image")
    findings = unreadable(raw.damaged, "a report of a scanner")
    for report in raw.reports:
        findings += _not_this(report, raw.about, params, now)
    worse = [
        (report, w)
        for report in raw.reports
        for w in report.weaknesses
        if SEVERITIES.index(w.severity) > SEVERITIES.index(params.worst) and (w.fix or not params.fixable)
    ]
    findings += [_finding(report, w, params) for report, w in worse]
    tools = ", ".join(dict.fromkeys(r.tool for r in raw.reports))
    left = sum(sum(r.counts.values()) for r in raw.reports)
    return memory, judged(findings, f"{tools}: {counted(left, 'finding')}, none worse than {params.worst}")


def _not_this(report: ScanReport, about: Bound, params: Scans, now: Instant) -> list[Finding]:
    """Why a report says nothing about this release. One of an image is bound by digest where it names the artifact's;
    files are bound by commit and time."""
    if about.artifact and about.artifact in report.digests:
        return stale(report.path, report.written_at, Bound(), params.max_age, now)
    if report.image and report.digests and about.artifact.startswith("sha256:") and not about.commit:
        message = f"{report.path} is about {report.digests[0][:19]}…, this release is {about.artifact[:19]}…"
        return [Finding(message, report.path, report.digests[0], about.artifact, AGAIN)]
    return [
        *other_commit(report.path, report.commits, about),
        *stale(report.path, report.written_at, about, params.max_age, now),
    ]


def _finding(report: ScanReport, w: Weakness, params: Scans) -> Finding:
    fix = f"go to {w.fix}" if w.fix else "leave it out, work around it, or have it waived with a date"
    remedy = fix if params.of != "static" else "mend it, or have it suppressed with a reason where it is reported"
    where = w.where or report.path
    return Finding(f"{w.severity}: {w.id} in {w.about}", where, w.severity, f"at most {params.worst}", remedy)


SCANS = Check(
    params=Scans,
    raw=Reports,
    memory=Nothing,
    collect=collect,
    evaluate=evaluate,
    asks="reports of scanners in the repository, and git for the commit's time",
)
