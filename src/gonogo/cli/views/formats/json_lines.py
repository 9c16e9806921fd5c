"""One object per item, and the decision as the last."""

from __future__ import annotations

import json
from typing import Any

import msgspec

from gonogo.cli.output import Paint
from gonogo.cli.views.formats.sheet import Row, Sheet
from gonogo.cli.views.waivers import documents


def render(sheet: Sheet, paint: Paint) -> str:
    objects = [*(_item(row) for row in sheet.rows), _decision(sheet)]
    return "\n".join(json.dumps({"v": 1, **one}, ensure_ascii=False) for one in objects)


def _item(row: Row) -> dict[str, Any]:
    return {
        "kind": "item",
        "stage": row.stage.id,
        "item": row.item.id,
        "title": row.item.title,
        "requirement": row.item.requirement,
        "outcome": row.outcome,
        "summary": row.summary,
        "at": row.answer.at if row.answer else None,
        "findings": msgspec.to_builtins(row.findings),
        "remedy": row.item.remedy,
        "waiver": documents([row.waiver])[0] if row.waiver else None,
    }


def _decision(sheet: Sheet) -> dict[str, Any]:
    return {
        "kind": "decision",
        "release": sheet.plan.release if sheet.saved else None,
        "verdict": sheet.decision.verdict,
        "reasons": msgspec.to_builtins(sheet.decision.reasons),
        "counts": sheet.counts,
        "idle_waivers": documents(sheet.idle),
        "next": sheet.following,
        "exit": int(sheet.exit),
    }
