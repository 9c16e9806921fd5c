"""Writes a release out as stages. Pure."""

from __future__ import annotations

import math
from functools import partial
from typing import Any

import msgspec

from gonogo.catalog.loader import Catalog
from gonogo.catalog.template import Slot, expand
from gonogo.model.items import OnFailure
from gonogo.model.plan import Plan, World
from gonogo.model.settings import Environment, ReleaseFile
from gonogo.model.stages import PREPARATION, Stage, StageKind, TrackWant, Wanted
from gonogo.model.state import TargetState
from gonogo.model.units import Duration, Instant, Ratio
from gonogo.model.world import Definition, Target
from gonogo.plan import settings as values
from gonogo.plan.observed import Observed
from gonogo.plan.tailor import tailor

_ALLOWANCE = Duration(120)
"""What a stage without a deadline of its own may take beyond starting instances."""


class Request(msgspec.Struct, frozen=True):
    """What a person asks for, and who."""

    release: str
    sentence: str
    version: str
    by: str
    at: Instant
    commit: str
    repository: str
    observed: Observed = {}


def build(
    file: ReleaseFile, env: Environment, request: Request, artifact: str, target: TargetState, catalog: Catalog
) -> Plan:
    """The plan for one release. `artifact` is the digest of what `file.artifact` holds now. A first deployment has
    nothing to compare with, so it goes straight to all traffic whatever the strategy says."""
    first = target.live is None
    strategy = "direct" if first else env.strategy
    definition = define(file, env, request.version, artifact)
    stable = 0 if target.live is None else target.revisions[target.live].definition.instances
    facts = request.observed | values.facts(file, env, git=bool(request.commit), first=first, strategy=strategy)
    common = values.settings(file, env, request.repository)
    entries = values.entries(env)

    chosen = partial(tailor, catalog.items, tier=file.tier, facts=facts, entries=entries)

    def stage(slot: Slot) -> Stage:
        own, deadline, on_deadline = _bounds(slot, env)
        return Stage(
            id=slot.id,
            kind=slot.kind,
            title=slot.title,
            wanted=_wanted(slot, definition.instances, stable),
            items=chosen(
                slot.kind,
                mode=env.mode,
                settings=common | own,
                step=slot.number,
                after=slot.after,
                stage=slot.place,
                named=slot.named,
            ),
            due=slot.after if slot.after is not None else slot.due,
            deadline=deadline,
            on_deadline=on_deadline,
            promotes=slot.kind is StageKind.LIVE,
        )

    weights = [step.weight for step in env.steps] if strategy == "canary" else []
    slots = expand(catalog.template(strategy), weights, env.soak)
    stages = tuple(stage(s) for s in slots)
    return Plan(
        release=request.release,
        target=Target(file.service, env.name),
        sentence=request.sentence,
        version=request.version,
        tier=file.tier,
        mode=env.mode,
        strategy=strategy,
        platform=env.platform,
        definition=definition,
        stages=stages,
        return_items=chosen(StageKind.RETURN, mode="enforce", settings=common),
        keep=env.keep,
        world=World(file.digest, artifact, request.commit, target.live),
        repository=request.repository,
        made_at=request.at,
        made_by=request.by,
        approvers=env.approvers,
    )


def _bounds(slot: Slot, env: Environment) -> tuple[dict[str, Any], Duration | None, OnFailure]:
    """A stage's own settings, how long it may stay undecided, and what happens then."""
    if slot.kind is StageKind.STEP:
        step = env.steps[slot.number - 1]
        return values.of_step(step), step.deadline, OnFailure.PAUSE if env.mode == "advise" else step.on_inconclusive
    if slot.kind is StageKind.SOAK:
        return values.of_soak(slot.watch), Duration(1.5 * slot.watch + _ALLOWANCE), OnFailure.PAUSE
    if slot.kind in PREPARATION:
        return {}, None, OnFailure.PAUSE
    return {}, Duration(env.platform.start_within + _ALLOWANCE), OnFailure.PAUSE


def define(file: ReleaseFile, env: Environment, version: str, artifact: str) -> Definition:
    """How the new revision is run."""
    local = env.platform
    return Definition(
        version=version,
        artifact=artifact,
        source=file.artifact,
        command=local.command,
        instances=local.instances,
        ready=local.ready,
        environment=local.environment,
        grace=local.grace,
    )


def _wanted(slot: Slot, size: int, stable: int) -> Wanted | None:
    """What a stage wants of the two tracks. While the canary grows, stable keeps its full size: capacity is never
    below what served before."""
    if slot.kind in PREPARATION:
        return None
    if slot.kind is StageKind.STEP:
        weight = slot.weight or Ratio(0)
        some = min(size, max(1, math.ceil(size * weight)))
        return Wanted(TrackWant(some, weight, some), TrackWant(stable, Ratio(1 - weight), 1))
    everything = TrackWant(size, Ratio(1), size)
    if slot.kind is StageKind.RETURN:
        return Wanted(everything, None, keep=False)
    return Wanted(everything, TrackWant(stable, Ratio(0), 0) if stable else None)
