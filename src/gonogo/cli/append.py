"""A person's events, appended behind whatever has come in between."""

from __future__ import annotations

import time
from collections.abc import Callable

from gonogo.cli.find import release_state
from gonogo.journal.interface import Journal, Recorded, Write, release_stream
from gonogo.model.errors import Conflict, TemporaryError
from gonogo.model.events import Event
from gonogo.model.items import Actor
from gonogo.model.state import State
from gonogo.model.units import Instant

ATTEMPTS = 50


def append_to(
    journal: Journal, release: str, actor: Actor, events: Callable[[State], tuple[Event, ...]]
) -> list[Recorded]:
    """Append what `events` makes of the release's newest state; it is asked again when somebody else was quicker, and
    may raise to refuse. Nothing is written for no events."""
    for _ in range(ATTEMPTS):
        state = release_state(journal, release)
        made = events(state)
        if not made:
            return []
        try:
            return journal.append([Write(release_stream(release), state.n, made)], actor, Instant(time.time()))
        except Conflict:
            continue
    raise TemporaryError(f"{release}: others keep appending; try again")
