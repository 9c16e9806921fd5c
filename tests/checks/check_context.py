"""A context to collect in, for a release that is anywhere."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from plans import NOW, item, plan, state, step, target

from gonogo.checks.interface import Context
from gonogo.model.stages import Stage
from gonogo.model.state import State, TargetState
from gonogo.model.units import Instant
from gonogo.model.world import Observation


def context(
    *,
    stage: Stage | None = None,
    commit: str = "c0ffee",
    repository: Path | None = None,
    seen: Observation | None = None,
    settled: bool = False,
    listen: int = 8080,
    now: float = NOW,
    tier: int = 2,
    target_state: TargetState | None = None,
    **changes: Any,
) -> Context:
    """By default the first step of a release of r2 while r1 is live. `changes` are of the release's state."""
    from msgspec.structs import replace

    made = plan()
    made = replace(
        made,
        tier=tier,
        world=replace(made.world, commit=commit),
        platform=replace(made.platform, listen=listen),
        repository=str(repository or ""),
    )
    stage = stage or step(0.1, 1)
    current: State = state(made, stage.id, **changes)
    return Context(
        now=Instant(now),
        plan=made,
        stage=stage,
        item=item("an-item"),
        state=current,
        target=target_state or target(),
        repository=repository,
        seen=seen,
        samples=None,
        settled=settled,
    )
