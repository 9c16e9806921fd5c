"""A plan: one release written out as stages, with everything it takes to walk them."""

from __future__ import annotations

import hashlib

import msgspec

from gonogo.model.items import Item
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
    return_items: tuple[Item, ...]
    """What must hold to leave a stage of the way back, whatever that way turns out to be."""
    keep: Keep
    world: World
    repository: str
    """Absolute path of the working tree the release file lies in."""
    made_at: Instant
    made_by: str
    v: int = 1
    approvers: tuple[str, ...] = ()
    """Who may sign off; empty: anyone but the deployer."""

    def subject(self, about: str) -> str:
        """What an answer about the `artifact`, the `commit` or the `plan` is bound to; when this changes, it lapses."""
        if about == "artifact":
            return self.world.artifact
        if about == "commit":
            return self.world.commit
        if about == "plan":
            # As it reads back from a journal: 60 and 60.0 are the same duration and must not be two subjects.
            read = msgspec.json.decode(msgspec.json.encode(self), type=Plan)
            said = (read.target, read.version, read.strategy, read.world, read.definition, read.stages)
            return "plan:" + hashlib.sha256(msgspec.json.encode(said)).hexdigest()[:16]
        raise ValueError(f"an answer is about the artifact, the commit or the plan, not {about!r}")
