"""A release file as the product uses it: parsed, with every default filled in."""

from __future__ import annotations

import msgspec

from gonogo.model.items import OnFailure
from gonogo.model.units import Duration, Points, Ratio


class Step(msgspec.Struct, frozen=True):
    weight: Ratio
    pause: Duration
    deadline: Duration
    on_inconclusive: OnFailure = OnFailure.PAUSE


class ErrorMargin(msgspec.Struct, frozen=True):
    """Worse than `ratio` x stable + `plus` is unhealthy."""

    ratio: Ratio = Ratio(1.5)
    plus: Points = Points(0.2)


class LatencyMargin(msgspec.Struct, frozen=True):
    slower_than: Duration = Duration(0.25)
    ratio: Ratio = Ratio(1.5)
    plus: Points = Points(1.0)


class Judge(msgspec.Struct, frozen=True):
    errors: ErrorMargin = ErrorMargin()
    latency: LatencyMargin | None = LatencyMargin()
    promote: Points = Points(0.5)
    """Certified to be less than this much worse than stable, anew at each stage."""
    alpha: float = 0.01
    beta: float = 0.05
    block: Duration = Duration(15)
    """Length of a vote block."""
    baseline_blocks: int = 30
    baseline_block: Duration = Duration(60)


class Trigger(msgspec.Struct, frozen=True):
    """A fixed limit beside the judge.

    metric: `error_rate`, `restarts` or `health_checks`. relation: `over` (absolute) or `plus` (points over
    stable at the same time). limit: Ratio for `over error_rate`, Points for `plus`, a count otherwise. `health_checks`
    fires at its limit, the others above it."""

    metric: str
    relation: str
    limit: float
    duration: Duration
    on_failure: OnFailure = OnFailure.ROLLBACK


class Keep(msgspec.Struct, frozen=True):
    """running: how long the version before runs on at weight 0. definition: how long an artifact's copy stays after
    nothing runs from it any more."""

    running: Duration = Duration(7200)
    definition: Duration = Duration(86400)


class Local(msgspec.Struct, frozen=True, tag="local"):
    """Processes on this machine behind Envoy."""

    command: tuple[str, ...]
    listen: int
    instances: int = 1
    ready: str = "/"
    start_within: Duration = Duration(60)
    """An instance that isn't ready by then has failed."""
    grace: Duration = Duration(10)
    environment: dict[str, str] = {}


Platform = Local
"""Becomes a union as platforms arrive."""


class Smoke(msgspec.Struct, frozen=True):
    """One request that must be answered as said."""

    path: str
    status: int = 200
    contains: str = ""


class Environment(msgspec.Struct, frozen=True):
    name: str
    platform: Platform
    strategy: str
    """`canary` or `direct` (all at once; a first deployment always is)."""
    steps: tuple[Step, ...]
    soak: tuple[Duration, ...]
    judge: Judge
    triggers: tuple[Trigger, ...]
    keep: Keep
    mode: str = "enforce"
    """`advise`: items report and page; only a rollout that can't go on by itself is turned back."""
    approvals: int = 1
    approvers: tuple[str, ...] = ()
    smoke: tuple[Smoke, ...] = ()


class ReleaseFile(msgspec.Struct, frozen=True):
    path: str
    """Absolute path of the file itself."""
    digest: str
    service: str
    owner: str
    tier: int
    artifact: str
    """Absolute path of the directory or file to release."""
    on_call: str
    tests: str
    """Glob of JUnit reports, relative to the file; empty where none is named."""
    environments: dict[str, Environment]
