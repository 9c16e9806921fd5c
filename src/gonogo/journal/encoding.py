"""Events and actors as the text that is stored, and back. The only place that knows old versions of events."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import msgspec

from gonogo.model.errors import PermanentError
from gonogo.model.events import Event
from gonogo.model.items import Actor

Upcast = Callable[[dict[str, Any]], dict[str, Any]]

UPCASTS: dict[tuple[str, int], Upcast] = {}
"""(type, v) → what turns an event stored as version v, its `type` included, into version v + 1. A type starts with
version 1; a row here makes v + 1 the version that is written."""

_event: msgspec.json.Decoder[Event] = msgspec.json.Decoder(Event)
_actor = msgspec.json.Decoder(Actor)
_encode = msgspec.json.Encoder().encode


class Text(msgspec.Struct, frozen=True):
    type: str
    v: int
    text: str


def current(type: str) -> int:
    """Version in which events of this type are written today."""
    v = 1
    while (type, v) in UPCASTS:
        v += 1
    return v


def encode(event: Event) -> Text:
    """Raises PermanentError for an event that could not be read again (a NaN, a lone surrogate, broken raw JSON): once
    appended, it would make the whole stream unreadable."""
    type = str(event.__struct_config__.tag)
    try:
        text = _encode(event)
        _event.decode(text)
    except (msgspec.MsgspecError, UnicodeError) as error:
        raise PermanentError(f"an event {type!r} can't be journaled: {error}") from error
    return Text(type, current(type), text.decode())


def decode(type: str, v: int, text: str) -> Event:
    """Raises PermanentError for what this version of gonogo can't read."""
    newest = current(type)
    if v > newest:
        raise PermanentError(f"{type!r} version {v} was written by a newer gonogo; this one reads up to {newest}")
    try:
        if v == newest:
            return _event.decode(text)
        raw = msgspec.json.decode(text, type=dict[str, Any])
        for old in range(v, newest):
            raw = UPCASTS[type, old](raw)
        return _event.decode(_encode(raw))
    except (msgspec.MsgspecError, UnicodeError, KeyError, TypeError, ValueError) as error:
        raise PermanentError(f"{type!r} version {v} can't be read: {error}") from error


def encode_actor(actor: Actor) -> str:
    try:
        return _encode(actor).decode()
    except UnicodeError as error:
        raise PermanentError(f"the name {actor.name!r} can't be journaled: {error}") from error


@lru_cache(maxsize=256)
def decode_actor(text: str) -> Actor:
    try:
        return _actor.decode(text)
    except (msgspec.MsgspecError, UnicodeError) as error:
        raise PermanentError(f"the actor {text!r} can't be read: {error}") from error
