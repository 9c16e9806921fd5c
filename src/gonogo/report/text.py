"""A report as plain text for a terminal or a mail: every line is safe to print."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterable, Iterator

from gonogo.model.units import format_duration
from gonogo.report.facts import Fact, facts, figures, stamper
from gonogo.report.shape import ItemReport, PersonAnswer, Report, StageReport
from gonogo.report.words import moment, plain, spoken

WIDTH = 110
_NOT_ASKED = "not asked"

Stamp = Callable[[float], str]


def render_text(report: Report) -> str:
    """Header, facts, figures, stages with items, people, timeline, actions and anchors; ends with a newline."""
    stamp = stamper(report)
    parts = [
        _header(report),
        _table("Facts", facts(report)),
        _table("Figures", [(value, what) for what, value in figures(report)]),
        _section("Stages", (line for stage in report.stages for line in _stage(stage, stamp))),
        _section("Sign-offs and waivers", (line for given in report.people for line in _person(given))),
        _section("Timeline (UTC)", _timeline(report, stamp)),
        _section("Actions", _actions(report)),
        _section("Journal", _journal(report)),
    ]
    return "\n\n".join("\n".join(part) for part in map(list, parts) if part) + "\n"


def _header(report: Report) -> list[str]:
    lines = [f"{plain(report.release)}: {plain(report.verdict.headline)}"]
    if report.verdict.reason:
        lines += _wrapped("  ", report.verdict.reason)
    for wound in report.integrity.damage:
        place = f"{wound.stream or 'the file'}, event {wound.n}" if wound.n else wound.stream or "the file"
        lines += _wrapped("  DAMAGED JOURNAL: ", f"{place}: {wound.message}")
    return lines


def _section(title: str, lines: Iterable[str]) -> list[str]:
    """Nothing where it would be empty."""
    found = list(lines)
    return [title, *found] if found else []


def _table(title: str, rows: list[Fact]) -> list[str]:
    wide = max((len(plain(left)) for left, _ in rows), default=0)
    return _section(title, (line for a, b in rows for line in _wrapped(f"  {plain(a):<{wide}}  ", b)))


def _wrapped(lead: str, text: str) -> list[str]:
    """`lead`, then the text, with its further lines under the first."""
    return textwrap.wrap(
        plain(text), WIDTH, initial_indent=lead, subsequent_indent=" " * len(lead), break_on_hyphens=False
    ) or [lead.rstrip()]


def _stage(stage: StageReport, stamp: Stamp) -> Iterator[str]:
    times = ""
    if stage.entered is not None:
        times = f", {stamp(stage.entered)}" + (f" to {stamp(stage.left)}" if stage.left is not None else "")
    watched = f", watched for {format_duration(round(stage.watched, 1))}" if stage.watched else ""
    yield from _wrapped("  ", f"{stage.id} ({stage.title}): {spoken(stage.status)}{times}{watched}")
    if stage.skipped:
        by = f" by {stage.skipped_by}" if stage.skipped_by else ""
        yield from _wrapped("    ", f"skipped{by}: {stage.skipped}")
    if stage.decision is not None and not stage.decision.go:
        reasons = ", ".join(r.item for r in stage.decision.reasons)
        verdict = stage.decision.verdict.replace("_", "-")
        yield from _wrapped("    ", f"gate: {verdict}" + (f" because of {reasons}" if reasons else ""))
    if stage.status != "not_reached":
        wide = max((len(item.id) for item in stage.items), default=0)
        for item in stage.items:
            yield from _item(item, wide)


def _item(item: ItemReport, wide: int) -> Iterator[str]:
    outcome = spoken(item.outcome) if item.outcome else _NOT_ASKED
    lead = f"    {plain(item.id):<{wide}}  {outcome:<14}  "
    yield from _wrapped(lead, item.summary + (f" ({item.lapsed})" if item.lapsed else ""))
    for finding in item.evidence.findings if item.evidence else ():
        where = f"{finding.where}: " if finding.where else ""
        seen = f"; found {finding.found}" if finding.found else ""
        wanted = f"; expected {finding.expected}" if finding.expected else ""
        remedy = f". {finding.remedy}" if finding.remedy else ""
        yield from _wrapped(" " * len(lead) + "- ", f"{where}{finding.message}{seen}{wanted}{remedy}")


def _person(given: PersonAnswer) -> Iterator[str]:
    until = f", until {moment(given.until)}" if given.until is not None else ""
    saw = f", having seen {given.saw}" if given.saw else ""
    lapsed = f" ({given.lapsed})" if given.lapsed else ""
    verb = "waived" if given.waiver else "signed"
    text = f"{given.by} ({given.how}) {verb} {given.item} at {moment(given.at)}{saw}{until}: {given.statement}{lapsed}"
    yield from _wrapped("  ", text)


def _timeline(report: Report, stamp: Stamp) -> Iterator[str]:
    wide = max((len(plain(t.actor)) for t in report.timeline), default=0)
    for told in report.timeline:
        yield from _wrapped(f"  {stamp(told.at)}  {plain(told.actor):<{wide}}  ", told.line)


def _actions(report: Report) -> Iterator[str]:
    if not report.actions:
        return
    open_ = sum(a.result == "unknown" for a in report.actions)
    failed = sum(a.result == "failed" for a in report.actions)
    yield f"  {len(report.actions)} intended, {failed} failed, {open_} without a result, {report.repeated} repeated"
    for drive in report.drivers:
        how = "taken over by" if drive.holder else "driven by"
        yield from _wrapped("  ", f"{how} {drive.holder or drive.by} from {moment(drive.at)} (fence {drive.fence})")


def _journal(report: Report) -> Iterator[str]:
    yield "  verified: nothing altered or missing" if report.integrity.intact else "  DAMAGED: see above"
    if report.integrity.elsewhere:
        yield f"  damaged places in other streams: {report.integrity.elsewhere}"
    for stream, anchor in report.anchors.items():
        yield f"  anchor {plain(stream)} {anchor}"
