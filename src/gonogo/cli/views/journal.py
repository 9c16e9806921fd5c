"""The journal's streams, events and damage."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from gonogo.cli.output import Paint
from gonogo.journal.interface import Damage, Head, Recorded
from gonogo.model.units import format_instant
from gonogo.report.words import line, plain


def heads(found: Sequence[Head]) -> Iterator[str]:
    width = max((len(h.stream) for h in found), default=0)
    for head in found:
        yield f"{plain(head.stream):<{width}}  {head.n:>6}  {format_instant(head.at)}  {head.type}"
    if not found:
        yield "no streams yet"


def heads_document(found: Sequence[Head]) -> dict[str, Any]:
    return {"kind": "journal", "heads": [msgspec.to_builtins(h) for h in found]}


def events(recorded: Sequence[Recorded]) -> Iterator[str]:
    for r in recorded:
        tag = str(r.event.__struct_config__.tag)
        yield f"{r.n:>6}  {format_instant(r.at)}  {plain(str(r.actor))}  {line(r) or tag}"


def events_document(recorded: Sequence[Recorded]) -> dict[str, Any]:
    return {"kind": "events", "events": [_event(r) for r in recorded]}


def json_line(r: Recorded) -> str:
    return json.dumps({"v": 1, **_event(r)}, ensure_ascii=False)


def _event(r: Recorded) -> dict[str, Any]:
    said: dict[str, Any] = json.loads(msgspec.json.encode(r))
    return said


def verified(damage: Sequence[Damage], found: Sequence[Head], paint: Paint) -> Iterator[str]:
    for wound in damage:
        place = f"{plain(wound.stream)}, event {wound.n}: " if wound.stream else ""
        yield f"{paint('bad', 'damage')}  {place}{plain(wound.message)}"
    if damage:
        yield f"{len(damage)} damaged places · next: keep the file for evidence, and compare with a copy"
        return
    for head in found:
        yield f"{plain(head.stream)}={head.n}:{head.hash}"
    total = sum(head.n for head in found)
    yield paint("good", f"{total} events in {len(found)} streams are intact") + " · keep these heads as anchors"


def damage_document(damage: Sequence[Damage], found: Sequence[Head]) -> dict[str, Any]:
    return {
        "kind": "verification",
        "intact": not damage,
        "damage": [msgspec.to_builtins(d) for d in damage],
        "anchors": {h.stream: f"{h.n}:{h.hash}" for h in found},
    }
