"""GitHub's workflow commands: what fails, breaks or waits stands beside the line it is about.

https://docs.github.com/actions/reference/workflow-commands-for-github-actions"""

from __future__ import annotations

from collections.abc import Iterator

from gonogo.cli.output import Paint
from gonogo.cli.places import Place, place
from gonogo.cli.views.check import SAYS
from gonogo.cli.views.formats.sheet import Row, Sheet, told
from gonogo.cli.views.waivers import told as waived
from gonogo.model.items import OPENING, Outcome
from gonogo.report.words import plain


def render(sheet: Sheet, paint: Paint) -> str:
    return "\n".join(_lines(sheet))


def _lines(sheet: Sheet) -> Iterator[str]:
    for row in sheet.rows:
        if row.outcome not in OPENING:
            yield from _annotations(row, sheet.plan.repository)
    for waiver in sheet.idle:
        yield command("warning", f"waiver of {waiver.item}", f"{waived(waiver)} waives nothing: {waiver.trouble}")
    yield command("notice", sheet.title, f"{SAYS[sheet.decision.verdict]} · next: {sheet.following}")


def _annotations(row: Row, repository: str) -> Iterator[str]:
    level = "error" if row.required else "warning"
    if row.outcome is Outcome.PENDING:
        level = "notice"
    title = f"{row.item.id}: {row.item.title}"
    if not row.findings:
        yield command(level, title, f"{row.summary}; {row.item.remedy}")
    for finding in row.findings:
        spot = place(finding.where, repository)
        lead = f"{finding.where}: " if finding.where and spot is None else ""
        yield command(level, title, lead + told(finding), spot)


def command(level: str, title: str, message: str, spot: Place | None = None) -> str:
    """`::error file=a.py,line=3,title=…::message`"""
    properties = {"title": plain(title)}
    if spot is not None:
        parts = {"file": spot.path, "line": spot.line, "col": spot.column}
        properties = {k: str(v) for k, v in parts.items() if v is not None} | properties
    told = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
    return f"::{level} {told}::{_data(plain(message))}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
