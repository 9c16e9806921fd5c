"""The shape of a check. `collect` asks and may fail; `evaluate` judges what came back and does no I/O."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from gonogo.model.items import CheckResult, Item
from gonogo.model.metrics import Sample
from gonogo.model.plan import Plan
from gonogo.model.stages import Stage
from gonogo.model.state import State, TargetState
from gonogo.model.units import Instant
from gonogo.model.world import Observation


class Unavailable(Exception):
    """The source could not be reached or had nothing: outcome `unavailable`, with this text as its summary."""


@dataclass(frozen=True)
class Context:
    """All a check may look at. Snapshots are those of the tick; what is None could not be had."""

    now: Instant
    plan: Plan
    stage: Stage
    item: Item
    state: State
    target: TargetState
    repository: Path | None
    seen: Observation | None
    samples: tuple[Sample, ...] | None
    """New since the last tick; None where they could not be read."""
    settled: bool
    """Whether the world is as the stage wants it."""


class Nothing(msgspec.Struct, frozen=True):
    """Parameters or memory of a check that has none."""


@dataclass(frozen=True)
class Check:
    """One row of the table of checks.

    params: the struct an item's parameters are read into; an unknown or missing one is an error when a plan is made.
    raw: what `collect` returns; fixtures are written in this form.
    memory: what a continuous check carries from one evaluation to the next; must survive JSON.
    live: `collect` only picks from the tick's snapshots, so it may run inside the tick; others run beside it."""

    params: type[Any]
    raw: type[Any]
    memory: type[Any]
    collect: Callable[[Context, Any], Awaitable[Any]]
    evaluate: Callable[[Any, Any, Any, Instant], tuple[Any, CheckResult]]
    """(memory, raw, params, now) → (memory, result)"""
    live: bool = False
    asks: str = ""
    """What it asks of which source, for the evidence: `git status`, `the router's counters`."""
