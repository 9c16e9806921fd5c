"""Coverage reports, Cobertura and LCOV: are enough lines run by the tests of this very commit?"""

from __future__ import annotations

import asyncio
from typing import Annotated

import msgspec

from gonogo.checks.binding import Bound, bound, stale
from gonogo.checks.files import Unreadable, find, named, read_all, repository, text
from gonogo.checks.interface import Check, Context, Nothing, Unavailable
from gonogo.checks.judging import Damaged, judged, unreadable
from gonogo.checks.xml_events import read_xml
from gonogo.model.items import CheckResult, Finding
from gonogo.model.units import Duration, Instant, Ratio, format_percent

FILES = ("**/coverage.xml", "**/cobertura*.xml", "**/coverage.cobertura.xml", "**/lcov.info", "**/coverage.lcov")
_LARGEST = 32 << 20
_AGAIN = "run the tests with coverage on the commit being released"


class Coverage(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    minimum: Annotated[Ratio, msgspec.Meta(gt=0, le=1)]
    """Share of lines."""
    max_age: Duration = Duration(7 * 86400)
    files: tuple[str, ...] = FILES


class Covered(msgspec.Struct, frozen=True):
    path: str
    lines: int
    covered: int
    written_at: Instant = Instant(0)


class Coverages(msgspec.Struct, frozen=True):
    about: Bound
    reports: tuple[Covered, ...] = ()
    damaged: tuple[Damaged, ...] = ()


async def collect(ctx: Context, params: Coverage) -> Coverages:
    root = repository(ctx)
    paths = await asyncio.to_thread(find, root, params.files)
    if not paths:
        raise Unavailable(f"no coverage report matches {named(params.files)}")
    return Coverages(await bound(ctx), *await asyncio.to_thread(read_all, root, paths, read_coverage, _LARGEST))


def read_coverage(content: bytes, path: str, written_at: Instant) -> Covered:
    """Raises Unreadable."""
    if content.lstrip()[:1] == b"<":
        return _cobertura(content, path, written_at)
    return _lcov(text(content), path, written_at)


def _cobertura(content: bytes, path: str, written_at: Instant) -> Covered:
    root: list[dict[str, str]] = []
    lines = covered = 0
    inside_method = 0

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal lines, covered, inside_method
        if not root:
            if tag != "coverage":
                raise Unreadable(f"not a Cobertura report: its root is {tag[:40]!r}")
            root.append(attributes)
        if tag in ("class", "method"):
            inside_method = tag == "method"
        elif tag == "lines" and inside_method == 1:
            inside_method = 2  # the lines of a method stand once more among those of its class
        elif tag == "lines":
            inside_method = 0
        elif tag == "line" and not inside_method:
            lines += 1
            covered += attributes.get("hits", "0") not in ("", "0")

    read_xml(content, start)
    declared = root[0] if root else {}
    if "lines-valid" in declared:
        lines, covered = _number(declared["lines-valid"]), _number(declared.get("lines-covered", ""))
    made = _number(declared.get("timestamp", ""))
    at = made / 1000 if made > 1e11 else made
    return Covered(path, lines, covered, Instant(min(written_at, at) if at else written_at))


def _lcov(said: str, path: str, written_at: Instant) -> Covered:
    lines = covered = 0
    records = 0
    for line in said.splitlines():
        if line == "end_of_record":
            records += 1
        elif line.startswith("DA:"):
            lines += 1
            covered += line[3:].split(",")[1:2] not in ([], ["0"])
    if not records:
        raise Unreadable("not an LCOV report: no record ends in it")
    return Covered(path, lines, covered, written_at)


def _number(said: str) -> int:
    return int(said) if said.isascii() and said.isdigit() and len(said) < 15 else 0


def evaluate(memory: Nothing, raw: Coverages, params: Coverage, now: Instant) -> tuple[Nothing, CheckResult]:
    findings = unreadable(raw.damaged, "a coverage report")
    findings += [f for r in raw.reports for f in stale(r.path, r.written_at, raw.about, params.max_age, now, _AGAIN)]
    lines, covered = sum(r.lines for r in raw.reports), sum(r.covered for r in raw.reports)
    wanted, names = format_percent(params.minimum), ", ".join(r.path for r in raw.reports)
    if raw.reports and not lines:
        findings.append(Finding(f"{names} counts no line", names, "0 lines", wanted, _AGAIN))
    elif lines and covered / lines < params.minimum:
        share = format_percent(covered / lines)
        message = f"tests run {share} of {lines} lines, {wanted} are wanted"
        findings.append(Finding(message, names, share, wanted, "test what is not covered, newest code first"))
    share = format_percent(covered / lines) if lines else "nothing"
    return memory, judged(findings, f"tests run {share} of {lines} lines")


COVERAGE = Check(
    params=Coverage,
    raw=Coverages,
    memory=Nothing,
    collect=collect,
    evaluate=evaluate,
    asks="coverage reports in the repository, and git for the commit's time",
)
