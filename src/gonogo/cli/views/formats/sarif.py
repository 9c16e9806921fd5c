"""SARIF 2.1.0. Each item is a rule; each finding of one that failed is a result of its own.

https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html"""

from __future__ import annotations

import json
import os
from typing import Any
from urllib.parse import quote

from gonogo import __version__
from gonogo.cli.output import Paint
from gonogo.cli.places import place
from gonogo.cli.views.formats.sheet import Row, Sheet, told
from gonogo.cli.views.waivers import documents
from gonogo.cli.waivers import Waiver
from gonogo.model.items import Finding, Item, Outcome
from gonogo.model.units import format_instant
from gonogo.report.words import plain

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
ROOT = "%SRCROOT%"
"""The top of the repository: addresses are relative to it."""

_KINDS = {
    Outcome.PASS: "pass",
    Outcome.SIGNED: "pass",
    Outcome.FAIL: "fail",
    Outcome.NOT_APPLICABLE: "notApplicable",
}
"""Of the outcomes that answer; without an answer it stays open, or is a person's to review."""


def render(sheet: Sheet, paint: Paint) -> str:
    rows = sheet.rows
    items = list({row.item.id: row.item for row in rows}.values())
    index = {item.id: n for n, item in enumerate(items)}
    target = sheet.plan.target
    run = {
        "tool": {
            "driver": {
                "name": "gonogo",
                "semanticVersion": __version__,
                "rules": [_rule(item) for item in items],
            }
        },
        "automationDetails": {"id": f"gonogo/{sheet.kind}/{target.service}/{target.environment}/"},
        "invocations": [_invocation(sheet, rows)],
        "results": [result for row in rows for result in _results(row, index[row.item.id], sheet.plan.repository)],
        "properties": {
            "decision": sheet.decision.verdict,
            "next": sheet.following,
            "idleWaivers": documents(sheet.idle),
        },
    }
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, ensure_ascii=False, indent=1)


def _rule(item: Item) -> dict[str, Any]:
    return {
        "id": item.id,
        "shortDescription": {"text": plain(item.title)},
        "fullDescription": {"text": plain(item.why) or plain(item.title)},
        "help": {"text": plain(item.remedy) or plain(item.title)},
        "defaultConfiguration": {"level": _level(item)},
    }


def _level(item: Item) -> str:
    return "error" if item.requirement == "required" else "warning"


def _invocation(sheet: Sheet, rows: list[Row]) -> dict[str, Any]:
    """Not successful where one of gonogo's own checks broke."""
    broke = [row for row in rows if row.outcome is Outcome.ERROR]
    return {
        "executionSuccessful": not broke,
        "exitCode": int(sheet.exit),
        "toolExecutionNotifications": [
            {"level": "error", "message": {"text": plain(row.summary)}, "associatedRule": {"id": row.item.id}}
            for row in broke
        ],
    }


def _results(row: Row, number: int, repository: str) -> list[dict[str, Any]]:
    kind = _KINDS.get(row.outcome) or ("review" if row.person and row.outcome is Outcome.PENDING else "open")
    common: dict[str, Any] = {
        "ruleId": row.item.id,
        "ruleIndex": number,
        "kind": kind,
        "level": _level(row.item) if kind == "fail" else "none",
        "properties": {"stage": row.stage.id, "outcome": row.outcome, "requirement": row.item.requirement},
    }
    if row.waiver:
        common["suppressions"] = [_suppression(row.waiver)]
    if kind == "fail" and row.findings:
        return [{**common, **_message(told(f)), "locations": _locations((f,), repository)} for f in row.findings]
    return [{**common, **_message(row.summary or row.outcome), "locations": _locations(row.findings, repository)}]


def _message(text: str) -> dict[str, Any]:
    return {"message": {"text": plain(text)}}


def _suppression(waiver: Waiver) -> dict[str, Any]:
    return {
        "kind": "external",
        "status": "accepted",
        "justification": f"{plain(waiver.reason)} (waived by {waiver.who} until {format_instant(waiver.until)})",
    }


def _locations(findings: tuple[Finding, ...], repository: str) -> list[dict[str, Any]]:
    return [_location(where, repository) for where in dict.fromkeys(f.where for f in findings if f.where)]


def _location(where: str, repository: str) -> dict[str, Any]:
    """A file of the repository, or the name of anything else."""
    spot = place(where, repository)
    if spot is None:
        return {"logicalLocations": [{"fullyQualifiedName": plain(where)}]}
    physical: dict[str, Any] = {"artifactLocation": {"uri": quote(os.fsencode(spot.path)), "uriBaseId": ROOT}}
    if spot.line is not None:
        physical["region"] = {"startLine": spot.line, **({"startColumn": spot.column} if spot.column else {})}
    return {"physicalLocation": physical}
