"""What the platform was told last: the only thing it remembers that can't be read off processes and router."""

from __future__ import annotations

import msgspec

from gonogo.model.errors import PermanentError
from gonogo.model.units import Instant
from gonogo.model.world import Definition
from gonogo.platforms.local.layout import Layout, replace


class Slot(msgspec.Struct):
    """The place of one instance. It keeps its number, port and count of exits for as long as the revision is known."""

    leaving_since: Instant | None = None
    stopped: bool = False


class RevisionState(msgspec.Struct):
    definition: Definition
    slots: dict[int, Slot] = {}


class State(msgspec.Struct):
    revisions: dict[str, RevisionState] = {}


def instance_id(revision: str, slot: int) -> str:
    return f"{revision}-{slot}"


def load(layout: Layout) -> State:
    """An empty state where nothing was ever told. Raises PermanentError for a file that can't be read."""
    try:
        return msgspec.json.decode(layout.state.read_bytes(), type=State)
    except FileNotFoundError:
        return State()
    except (OSError, msgspec.MsgspecError) as error:
        raise PermanentError(f"{layout.state}: can't read the platform's state: {error}") from error


def save(layout: Layout, state: State) -> None:
    replace(layout.state, msgspec.json.encode(state))
