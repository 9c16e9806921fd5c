"""JUnit's XML, a suite per stage. A failure is an answer; an error is that none could be had.

https://github.com/testmoapp/junitxml"""

from __future__ import annotations

from xml.etree.ElementTree import Element, SubElement, indent, tostring

from gonogo.cli.output import Paint
from gonogo.cli.views.check import SAYS
from gonogo.cli.views.formats.sheet import Row, Sheet, told
from gonogo.cli.views.waivers import told as waived
from gonogo.model.items import OPENING, Outcome
from gonogo.model.stages import Stage
from gonogo.model.units import format_instant
from gonogo.report.words import plain

_TAGS = {
    Outcome.FAIL: "failure",
    Outcome.ERROR: "error",
    Outcome.UNAVAILABLE: "error",
    Outcome.UNSUPPORTED: "error",
    Outcome.PENDING: "skipped",
    Outcome.NOT_APPLICABLE: "skipped",
    Outcome.WAIVED: "skipped",
}
"""An outcome without one is a passed test."""


def render(sheet: Sheet, paint: Paint) -> str:
    top = Element("testsuites", name=f"gonogo {sheet.kind} {plain(sheet.title)}")
    rows = sheet.rows
    for stage in sheet.stages:
        _suite(top, stage, [row for row in rows if row.stage is stage])
    _count(top, rows)
    properties = Element("properties")
    SubElement(properties, "property", name="decision", value=SAYS[sheet.decision.verdict])
    SubElement(properties, "property", name="next", value=plain(sheet.following))
    for waiver in sheet.idle:
        value = f"{waived(waiver)}: {waiver.trouble}"
        SubElement(properties, "property", name=f"waives nothing: {waiver.item}", value=plain(value))
    if len(top):
        top[0].insert(0, properties)
    indent(top)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(top, encoding="unicode")


def _suite(top: Element, stage: Stage, rows: list[Row]) -> None:
    suite = SubElement(top, "testsuite", name=f"{stage.id}: {plain(stage.title)}")
    _count(suite, rows)
    for row in rows:
        case = SubElement(suite, "testcase", classname=f"gonogo.{stage.id}", name=row.item.id)
        _answer(case, row)


def _answer(case: Element, row: Row) -> None:
    said = f"waived: {waived(row.waiver)}" if row.waiver else row.summary
    tag = _TAGS.get(row.outcome)
    if tag is None:
        SubElement(case, "system-out").text = plain(said)
        return
    part = SubElement(case, tag, message=plain(said))
    if tag != "skipped":
        part.set("type", f"{row.item.requirement} {row.outcome}")
    details = [row.item.title, *(f"{f.where}: {told(f)}" if f.where else told(f) for f in row.findings)]
    if row.outcome not in OPENING and row.item.remedy:
        details.append(f"remedy: {row.item.remedy}")
    if row.answer is not None and row.answer.asked:
        details.append(f"asked: {row.answer.asked} at {format_instant(row.answer.at)}")
    part.text = "\n".join(plain(line) for line in details)


def _count(element: Element, rows: list[Row]) -> None:
    tags = [_TAGS.get(row.outcome) for row in rows]
    element.set("tests", str(len(rows)))
    for name, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        element.set(name, str(tags.count(tag)))
