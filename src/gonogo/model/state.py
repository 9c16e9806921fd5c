"""What a stream's events add up to. The folds that build these are `journal/folds.py`."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from gonogo.model.events import Closed, Command, Result
from gonogo.model.items import Evidence
from gonogo.model.metrics import Baseline
from gonogo.model.plan import Plan
from gonogo.model.stages import Stage
from gonogo.model.units import Duration, Instant
from gonogo.model.world import Action, Definition


class Direction(StrEnum):
    FORWARD = "forward"
    BACK = "back"


class Order(msgspec.Struct, frozen=True):
    """A person's command that no driver has obeyed yet. `n` is its number in the stream."""

    n: int
    command: Command
    reason: str
    by: str
    now: bool


class Signature(msgspec.Struct, frozen=True):
    item: str
    by: str
    how: str
    at: Instant
    statement: str
    saw: str
    until: Instant | None
    waiver: bool = False


class State(msgspec.Struct, frozen=True):
    """Of one release."""

    release: str
    n: int = 0
    """Number of the newest event folded in."""
    at: Instant = Instant(0)
    """Time of the newest event; nothing later may carry an earlier one."""
    plan: Plan | None = None
    direction: Direction = Direction.FORWARD
    way_back: tuple[Stage, ...] = ()
    turned_because: str = ""
    turning_to: Result | None = None
    """What the release comes to when the way back is done."""
    stage: str = ""
    """Id of the stage it is in; empty before the first."""
    entered_at: Instant = Instant(0)
    watched: Duration = Duration(0)
    """Time in this stage during which a driver was looking and the world was as the stage wants it."""
    attended: Duration = Duration(0)
    """Time in this stage during which a driver could see the world, whatever it saw."""
    left: tuple[str, ...] = ()
    """Stages left so far, in order."""
    paused: str = ""
    """Why it is paused; empty where it isn't. On the way back: why it stays where it is until a person has looked."""
    resumed_at: Instant = Instant(0)
    deadline_from: Duration = Duration(0)
    """Attended time of this stage at which its deadline began to count; resuming starts it anew."""
    told: frozenset[str] = frozenset()
    """Items whose failure was paged or noted, until they hold again."""
    revision: str = ""
    """The revision being released; empty before `started`."""
    stable: str | None = None
    fence: int = 0
    started_by: str = ""
    moved_traffic: bool = False
    """Whether an action that gave the new revision traffic was ever intended."""
    evidence: dict[str, Evidence] = {}
    """Newest per item."""
    signatures: dict[str, tuple[Signature, ...]] = {}
    """Sign-offs and waivers per item, newest of each kind per person, oldest first."""
    memories: dict[str, msgspec.Raw] = {}
    orders: tuple[Order, ...] = ()
    intents: dict[int, Action] = {}
    """Actions without a result yet."""
    keys: int = 0
    """Highest key of an intent."""
    closed: Closed | None = None

    @property
    def stages(self) -> tuple[Stage, ...]:
        if self.direction is Direction.BACK:
            return self.way_back
        return self.plan.stages if self.plan else ()

    @property
    def current(self) -> Stage | None:
        return next((s for s in self.stages if s.id == self.stage), None)

    @property
    def started(self) -> bool:
        return bool(self.revision)


class RevisionRecord(msgspec.Struct, frozen=True):
    definition: Definition
    release: str
    kept_until: Instant | None = None
    """Runs at weight 0 until then, so that traffic can return to it at once."""
    retired: bool = False


class TargetState(msgspec.Struct, frozen=True):
    key: str
    n: int = 0
    at: Instant = Instant(0)
    live: str | None = None
    revisions: dict[str, RevisionRecord] = {}
    releases: tuple[str, ...] = ()
    """Every release ever opened, oldest first."""
    open: tuple[str, ...] = ()
    """Those that have not ended."""
    baseline: Baseline | None = None

    def kept(self) -> dict[str, RevisionRecord]:
        """Revisions that run for a quick return, other than the live one."""
        return {
            r: record
            for r, record in self.revisions.items()
            if r != self.live and record.kept_until is not None and not record.retired
        }
