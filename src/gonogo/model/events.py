"""What can be journaled. Each event says what became true; the table at the end says in whose stream it stands."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from gonogo.model.items import Evidence
from gonogo.model.metrics import Baseline, Interval
from gonogo.model.plan import Plan
from gonogo.model.stages import Stage
from gonogo.model.units import Duration, Instant
from gonogo.model.world import Action, Definition


class Command(StrEnum):
    PAUSE = "pause"
    RESUME = "resume"
    PROMOTE = "promote"
    """Skip the rest of the stage, with a reason."""
    ABORT = "abort"
    ROLLBACK = "rollback"


class Result(StrEnum):
    DONE = "done"
    """Soaked to the end: the new revision stays."""
    ROLLED_BACK = "rolled_back"
    STOPPED = "stopped"
    """Ended before it had any traffic."""
    NOT_STARTED = "not_started"
    """The new version's command ended by itself before it was ever ready."""
    SUPERSEDED = "superseded"


# --- stream of a release -------------------------------------------------------------------------------------------


class Planned(msgspec.Struct, frozen=True, tag="planned"):
    plan: Plan


class Answered(msgspec.Struct, frozen=True, tag="answered"):
    evidence: Evidence


class Signed(msgspec.Struct, frozen=True, tag="signed"):
    """A person's answer. `saw` are the things it is bound to (subject, plan); a change of them lapses it."""

    item: str
    statement: str
    saw: str
    until: Instant | None = None


class Waived(msgspec.Struct, frozen=True, tag="waived"):
    item: str
    reason: str
    until: Instant


class Commanded(msgspec.Struct, frozen=True, tag="commanded"):
    command: Command
    reason: str
    now: bool = False


class Started(msgspec.Struct, frozen=True, tag="started"):
    """The lease is held and the world may be changed."""

    revision: str
    stable: str | None
    fence: int
    holder: str = ""


class Taken(msgspec.Struct, frozen=True, tag="taken"):
    """Another driver goes on with it."""

    holder: str
    fence: int
    note: str = ""


class StageEntered(msgspec.Struct, frozen=True, tag="stage_entered"):
    stage: str


class StageLeft(msgspec.Struct, frozen=True, tag="stage_left"):
    stage: str
    skipped: str = ""
    """The reason, when a person promoted past it."""
    command: int = 0


class Watched(msgspec.Struct, frozen=True, tag="watched"):
    """Of this stage so far: seconds that a driver was looking and the world was as wanted, and all it was looking."""

    stage: str
    seconds: Duration
    attended: Duration


class Checkpointed(msgspec.Struct, frozen=True, tag="checkpointed"):
    """Memory of a continuous item, and the intervals counted since the checkpoint before."""

    item: str
    memory: msgspec.Raw
    intervals: tuple[Interval, ...] = ()


class Paused(msgspec.Struct, frozen=True, tag="paused"):
    reason: str
    command: int = 0
    """Number of the `commanded` event it obeys; 0 where no person asked."""


class Resumed(msgspec.Struct, frozen=True, tag="resumed"):
    reason: str
    command: int = 0


class Obeyed(msgspec.Struct, frozen=True, tag="obeyed"):
    """A command that had nothing to change, and why."""

    command: int
    answer: str


class TurnedBack(msgspec.Struct, frozen=True, tag="turned_back"):
    """The direction turned; `stages` are the way back, fixed here so that every driver walks the same one."""

    reason: str
    stages: tuple[Stage, ...]
    result: Result
    """What the release will have come to when the way back is done."""
    item: str = ""
    command: int = 0


class Paged(msgspec.Struct, frozen=True, tag="paged"):
    """A person is to be called. Nothing delivers it yet: it stands in the journal, in `status` and in the report."""

    reason: str
    item: str = ""


class Noted(msgspec.Struct, frozen=True, tag="noted"):
    reason: str
    item: str = ""


class Intended(msgspec.Struct, frozen=True, tag="intended"):
    key: int
    action: Action


class Did(msgspec.Struct, frozen=True, tag="did"):
    key: int


class DidNot(msgspec.Struct, frozen=True, tag="did_not"):
    key: int
    error: str
    permanent: bool


class Closed(msgspec.Struct, frozen=True, tag="closed"):
    result: Result
    reason: str


# --- stream of a target --------------------------------------------------------------------------------------------


class ReleaseOpened(msgspec.Struct, frozen=True, tag="release_opened"):
    release: str


class RevisionAdded(msgspec.Struct, frozen=True, tag="revision_added"):
    revision: str
    definition: Definition
    release: str


class LiveChanged(msgspec.Struct, frozen=True, tag="live_changed"):
    """`revision` serves from now on (None: nobody); the one before runs on until `kept_until`."""

    revision: str | None
    release: str
    kept_until: Instant | None = None


class RevisionRetired(msgspec.Struct, frozen=True, tag="revision_retired"):
    """It need not run any more; its definition stays."""

    revision: str


class BaselineCaptured(msgspec.Struct, frozen=True, tag="baseline_captured"):
    baseline: Baseline


class ReleaseEnded(msgspec.Struct, frozen=True, tag="release_ended"):
    release: str
    result: Result


ReleaseEvent = (
    Planned
    | Answered
    | Signed
    | Waived
    | Commanded
    | Started
    | Taken
    | StageEntered
    | StageLeft
    | Watched
    | Checkpointed
    | Paused
    | Resumed
    | Obeyed
    | TurnedBack
    | Paged
    | Noted
    | Intended
    | Did
    | DidNot
    | Closed
)
TargetEvent = ReleaseOpened | RevisionAdded | LiveChanged | RevisionRetired | BaselineCaptured | ReleaseEnded
Event = ReleaseEvent | TargetEvent

TARGET_EVENTS = (ReleaseOpened, RevisionAdded, LiveChanged, RevisionRetired, BaselineCaptured, ReleaseEnded)
