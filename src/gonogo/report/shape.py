"""What a report holds: everything about one release, as data. Times are seconds since the epoch, UTC."""

from __future__ import annotations

import msgspec

from gonogo.model.events import Result
from gonogo.model.items import Cadence, Evidence, OnFailure, Outcome, Requirement
from gonogo.model.stages import Decision, StageKind
from gonogo.model.units import Duration, Instant, Ratio


class Identity(msgspec.Struct, frozen=True):
    target: str
    """`shop/production`"""
    version: str
    sentence: str
    strategy: str
    tier: int
    mode: str
    artifact: str
    commit: str
    revision: str
    """Empty before the release has started."""
    stable: str | None
    """The revision that served before; None where there was none, or before the start."""
    made_by: str
    made_at: Instant
    started_by: str
    """Empty before the release has started."""
    started_at: Instant | None = None


class Verdict(msgspec.Struct, frozen=True):
    """What it came to, or where it stands."""

    status: str
    """A `Result` where it is closed; else `planned`, `preparing`, `under_way`, `paused`, `going_back` or `stuck`."""
    headline: str
    reason: str
    tone: str
    """`good`, `bad`, `warn` or `calm`: how it should strike the eye."""
    result: Result | None = None
    closed_at: Instant | None = None


class ItemReport(msgspec.Struct, frozen=True):
    id: str
    title: str
    check: str
    requirement: Requirement
    cadence: Cadence
    on_failure: OnFailure
    why: str
    remedy: str
    outcome: Outcome | None
    """None: not asked."""
    summary: str
    evidence: Evidence | None = None
    """The newest answer in this stage."""
    earlier: tuple[Evidence, ...] = ()
    """Answers before it in this stage, oldest first."""
    lapsed: str = ""
    """Why the newest answer no longer counts; empty where it does."""


class StageReport(msgspec.Struct, frozen=True):
    id: str
    kind: StageKind
    title: str
    status: str
    """`passed`, `skipped`, `current`, `turned_back` (while in it), `ended` (closed while in it) or `not_reached`."""
    wanted: str
    """The state of the world it wants, in words."""
    decision: Decision | None
    """The gate's when it was left, turned back in, or newest; None where it was not reached."""
    items: tuple[ItemReport, ...]
    way_back: bool = False
    """Whether it stands on the way back rather than in the plan."""
    entered: Instant | None = None
    left: Instant | None = None
    """When it was passed, skipped, or turned back in."""
    watched: Duration = Duration(0)
    skipped: str = ""
    """The reason given by who skipped the rest of it."""
    skipped_by: str = ""


class PersonAnswer(msgspec.Struct, frozen=True):
    """A sign-off or a waiver."""

    item: str
    by: str
    how: str
    at: Instant
    statement: str
    saw: str
    until: Instant | None
    waiver: bool
    lapsed: str = ""
    """Why it no longer counts: replaced, ended, or what was seen has changed since."""


class Told(msgspec.Struct, frozen=True):
    """A line of the timeline."""

    at: Instant
    actor: str
    line: str
    type: str
    """The event's: `stage_entered`."""
    stream: str
    n: int


class Drive(msgspec.Struct, frozen=True):
    """A driver from when it took the release."""

    at: Instant
    by: str
    holder: str
    """Process and machine."""
    fence: int
    note: str = ""


class ActionReport(msgspec.Struct, frozen=True):
    key: int
    kind: str
    """`scale`, `weigh`, `stop` or `forget`."""
    text: str
    at: Instant
    by: str
    result: str
    """`done`, `failed`, or `unknown`: its driver died in between, so the world was looked at again."""
    result_at: Instant | None = None
    error: str = ""
    repeats: int | None = None
    """Key of the same action, left without a result by a crash, that this one did again."""


class WayBack(msgspec.Struct, frozen=True):
    reason: str
    item: str
    """The item that failed; empty where a person or the platform turned it back."""
    ordered_by: str
    turned_at: Instant
    failing_at: Instant | None
    """When that item's answer became a failure."""
    back_at: Instant | None
    """When the new revision had no traffic any more; None where it has yet to be, or never had any."""
    seconds: Duration | None
    """From the failure, or where there was none from the turn, to `back_at`."""
    exposed: Duration | None
    """How long the new revision had any traffic, all in all; None where it never had, or still has."""


class WeightPoint(msgspec.Struct, frozen=True):
    """From `at` on the new revision had this share."""

    at: Instant
    weight: Ratio


class Errors(msgspec.Struct, frozen=True):
    requests: int = 0
    bad: int = 0

    @property
    def share(self) -> float | None:
        return self.bad / self.requests if self.requests else None


class ErrorPoint(msgspec.Struct, frozen=True):
    at: Instant
    """End of the interval."""
    seconds: Duration
    weight: Ratio
    canary: Errors
    stable: Errors


class Mark(msgspec.Struct, frozen=True):
    """Something on the time axis. kind: `stage`, `turned_back`, `promoted`, `taken`."""

    at: Instant
    kind: str
    label: str


class Judgement(msgspec.Struct, frozen=True):
    """A decision of the judge of errors, with its evidence line."""

    at: Instant
    stage: str
    outcome: Outcome
    summary: str


class Series(msgspec.Struct, frozen=True):
    """What the charts show."""

    weights: tuple[WeightPoint, ...] = ()
    errors: tuple[ErrorPoint, ...] = ()
    marks: tuple[Mark, ...] = ()
    judgements: tuple[Judgement, ...] = ()
    canary: Errors = Errors()
    """All that was counted while the two were compared."""
    stable: Errors = Errors()
    begins: Instant | None = None
    """The time the charts span; None where no traffic was moved."""
    ends: Instant | None = None


class Wound(msgspec.Struct, frozen=True):
    """Something wrong in the journal."""

    stream: str
    n: int
    message: str


class Integrity(msgspec.Struct, frozen=True):
    """What verifying the journal found when the report was made."""

    intact: bool
    damage: tuple[Wound, ...] = ()
    """In this release's streams, or in the file as a whole."""
    elsewhere: int = 0
    """Damaged places in streams of others."""


class Report(msgspec.Struct, frozen=True, kw_only=True):
    v: int = 1
    release: str
    identity: Identity
    verdict: Verdict
    stages: tuple[StageReport, ...]
    people: tuple[PersonAnswer, ...]
    timeline: tuple[Told, ...]
    drivers: tuple[Drive, ...]
    takeovers: int
    actions: tuple[ActionReport, ...]
    repeated: int
    """Actions done a second time after a crash."""
    way_back: WayBack | None
    series: Series
    as_of: Instant
    """Time of the newest event in it."""
    anchors: dict[str, str]
    """Stream → `n:hash` of its newest event, by which a later truncation shows."""
    integrity: Integrity
