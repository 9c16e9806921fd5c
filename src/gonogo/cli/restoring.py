"""A plan that brings back a revision which was live before. Pure."""

from __future__ import annotations

from msgspec.structs import replace

from gonogo.config.complaints import nearest
from gonogo.model.errors import InputError, Problem
from gonogo.model.plan import Plan, World
from gonogo.model.stages import PREPARATION, Stage, StageKind, TrackWant, Wanted
from gonogo.model.state import State, TargetState
from gonogo.model.units import Instant, Ratio


def revision_before(target: TargetState, last: State) -> str:
    """The revision that was live before the live one. `last` is the target's newest started release. Raises InputError
    where that can't be told, or where it is the one that was restored away from."""
    known = f"revisions: {', '.join(target.revisions)}" if target.revisions else ""
    if last.revision != target.live or last.stable is None:
        raise InputError(Problem(f"no revision was live before {target.live or 'now'}", target.key, known))
    live = target.revisions[last.revision].definition
    twins = [r for r, record in target.revisions.items() if r != last.revision and record.definition == live]
    if twins:
        said = f"{last.revision} is {twins[-1]} restored; going back again would bring {last.stable} back"
        raise InputError(Problem(said, target.key, f"name the revision you want with --to ({known})"))
    return last.stable


def restoring(base: Plan, target: TargetState, revision: str, release: str, reason: str, by: str, at: Instant) -> Plan:
    """All traffic at once to a new revision with that revision's definition. `base` is the target's newest plan, whose
    platform and items hold on; its preparation doesn't apply: what is restored passed it when it was released."""
    if revision not in target.revisions:
        raise InputError(Problem(f"there is no revision {revision!r}", target.key, nearest(revision, target.revisions)))
    if revision == target.live:
        raise InputError(Problem(f"{revision} is live already", target.key, "see gonogo status"))
    definition = target.revisions[revision].definition
    stable = target.revisions[target.live].definition.instances if target.live else 0
    rule = f"restoring {revision}, which was live before"
    return replace(
        base,
        release=release,
        sentence=f"Restore {revision} ({definition.version}): {reason}",
        version=definition.version,
        strategy="direct",
        definition=definition,
        stages=tuple(
            _stage(s, rule, definition.instances, stable) for s in base.stages if s.kind is not StageKind.STEP
        ),
        world=World(base.world.release_file, definition.artifact, "", target.live),
        made_at=at,
        made_by=by,
    )


def _stage(stage: Stage, rule: str, size: int, stable: int) -> Stage:
    if stage.kind in PREPARATION:
        return replace(stage, items=tuple(replace(i, not_applicable=i.not_applicable or rule) for i in stage.items))
    everything = TrackWant(size, Ratio(1), size)
    if stage.kind is StageKind.RETURN:
        return replace(stage, wanted=Wanted(everything, None, keep=False))
    return replace(stage, wanted=Wanted(everything, TrackWant(stable, Ratio(0), 0) if stable else None))
