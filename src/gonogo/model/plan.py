"""A plan: one release written out as stages, with everything it takes to walk them."""

from __future__ import annotations

import msgspec

from gonogo.model.settings import Keep, Platform
from gonogo.model.stages import Stage
from gonogo.model.units import Instant
from gonogo.model.world import Definition, Target


class World(msgspec.Struct, frozen=True):
    """What the plan was made from. `deploy` refuses when one of these has moved."""

    release_file: str
    """sha256 of the release file's bytes."""
    artifact: str
    commit: str
    """Commit of the repository, `+dirty` behind it for uncommitted changes, empty without git."""
    live: str | None
    """The target's live revision."""


class Plan(msgspec.Struct, frozen=True):
    release: str
    """Id: `shop-production-4`. A release keeps it when it is planned anew."""
    target: Target
    sentence: str
    version: str
    tier: int
    mode: str
    """`enforce` or `advise`."""
    strategy: str
    platform: Platform
    definition: Definition
    stages: tuple[Stage, ...]
    keep: Keep
    world: World
    repository: str
    """Absolute path of the working tree the release file lies in."""
    made_at: Instant
    made_by: str
    v: int = 1
    approvers: tuple[str, ...] = ()
    """Who may sign off; empty: anyone but the deployer."""
