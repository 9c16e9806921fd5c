"""Stages: a desired state of the world plus the items that must hold to leave it."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from gonogo.model.items import Item, OnFailure
from gonogo.model.units import Duration, Ratio


class StageKind(StrEnum):
    PREPARE = "prepare"
    BEFORE = "before"
    STEP = "step"
    LIVE = "live"
    SOAK = "soak"
    RETURN = "return"


PREPARATION = frozenset({StageKind.PREPARE, StageKind.BEFORE})
"""Stages that change nothing: no lease is needed, and their gates are asked again before traffic first moves."""


class TrackWant(msgspec.Struct, frozen=True):
    instances: int
    weight: Ratio
    min_ready: int
    """Ready instances it takes before the weight is given: all of them going forward, one on the way back."""


class Wanted(msgspec.Struct, frozen=True):
    """What a stage wants of the release's two revisions. A track that is None isn't run."""

    canary: TrackWant | None
    stable: TrackWant | None
    keep: bool = True
    """Whether revisions that the target keeps go on running."""
    drain: Duration | None = None
    """Overrides how long leaving instances may finish; 0 is `abort --now`."""


class Stage(msgspec.Struct, frozen=True):
    id: str
    kind: StageKind
    title: str
    wanted: Wanted | None
    """None: the stage changes nothing."""
    items: tuple[Item, ...]
    due: Duration | None = None
    """When it falls due, relative to the moment traffic first moves."""
    deadline: Duration | None = None
    """Undecided for longer than this: `on_deadline` says what then."""
    on_deadline: OnFailure = OnFailure.PAUSE
    promotes: bool = False
    """Leaving it makes the canary the live revision."""
    restores: bool = False
    """Leaving it makes the stable revision live again."""


class Reason(msgspec.Struct, frozen=True):
    item: str
    text: str
    outcome: str = ""


class Decision(msgspec.Struct, frozen=True):
    """Of a gate: `go`, `no_go` (something failed) or `undecided` (an answer is missing), and why."""

    verdict: str
    reasons: tuple[Reason, ...] = ()

    @property
    def go(self) -> bool:
        return self.verdict == "go"
