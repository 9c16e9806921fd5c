"""Items of a checklist, the outcomes they can have, and the evidence for them."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

import msgspec

from gonogo.model.metrics import Baseline, Interval
from gonogo.model.units import Duration, Instant


class Outcome(StrEnum):
    PASS = "pass"
    FAIL = "fail"
    NOT_APPLICABLE = "not_applicable"
    UNAVAILABLE = "unavailable"
    """The source could not be reached, or had no data."""
    UNSUPPORTED = "unsupported"
    """Can't be told on this platform."""
    ERROR = "error"
    """Our own check broke."""
    PENDING = "pending"
    """No answer yet: a timer runs, the judge is inconclusive, a person hasn't answered."""
    SIGNED = "signed"
    WAIVED = "waived"


OPENING = frozenset({Outcome.PASS, Outcome.SIGNED, Outcome.WAIVED, Outcome.NOT_APPLICABLE})
"""The outcomes with which a required item lets a gate open."""


class Requirement(StrEnum):
    REQUIRED = "required"
    ADVISED = "advised"


class OnFailure(StrEnum):
    ROLLBACK = "rollback"
    PAUSE = "pause"
    PAGE = "page"
    NOTE = "note"


class Cadence(StrEnum):
    ONCE = "once"
    CONTINUOUS = "continuous"


class Finding(msgspec.Struct, frozen=True):
    message: str
    where: str = ""
    found: str = ""
    expected: str = ""
    remedy: str = ""


class Item(msgspec.Struct, frozen=True):
    """An item as it stands in a plan: the catalog's text with this release's parameters."""

    id: str
    title: str
    check: str
    """Name of a check in the table of `checks/`."""
    params: dict[str, Any]
    requirement: Requirement
    cadence: Cadence = Cadence.ONCE
    on_failure: OnFailure = OnFailure.NOTE
    within: Duration | None = None
    """`pending` for longer than this, counted in attended time of the stage, becomes `fail`."""
    fresh_for: Duration | None = None
    """A pass older than this is no longer one."""
    not_applicable: str = ""
    """The rule by which it doesn't apply to this release; empty where it does."""
    why: str = ""
    remedy: str = ""


class CheckResult(msgspec.Struct, frozen=True):
    """What `evaluate` says. `summary` is one line that stands alone, with the numbers in it."""

    outcome: Outcome
    summary: str
    findings: tuple[Finding, ...] = ()
    baseline: Baseline | None = None
    """Set by the check that captures one."""
    intervals: tuple[Interval, ...] = ()
    """Newly counted intervals, for the journal and the charts."""


class Evidence(msgspec.Struct, frozen=True):
    """An item's answer with what it rests on."""

    item: str
    outcome: Outcome
    summary: str
    at: Instant
    stage: str = ""
    subject: str = ""
    """What it is about: a commit, a digest, a revision."""
    asked: str = ""
    """What was asked of which source."""
    fresh_for: Duration | None = None
    findings: tuple[Finding, ...] = ()
    raw: str = ""
    """Hash of the raw answer, a blob of the journal."""
    by: str = ""
    """The person, for a sign-off or a waiver."""

    def fresh(self, now: Instant) -> bool:
        return self.fresh_for is None or now - self.at <= self.fresh_for


class Actor(msgspec.Struct, frozen=True):
    """Who did it and how we know: `oidc`, `ssh`, `forge`, `driver`, or `unverified` for the local user."""

    name: str
    how: str = "unverified"

    def __str__(self) -> str:
        return self.name if self.how != "unverified" else f"{self.name} (unverified)"
