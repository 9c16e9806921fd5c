"""Plans, states and worlds for tests, small enough to read."""

from __future__ import annotations

from gonogo.model.items import Cadence, Evidence, Item, OnFailure, Outcome, Requirement
from gonogo.model.metrics import Baseline
from gonogo.model.plan import Plan, World
from gonogo.model.settings import Keep, Local
from gonogo.model.stages import Stage, StageKind, TrackWant, Wanted
from gonogo.model.state import RevisionRecord, State, TargetState
from gonogo.model.units import Duration, Instant, Ratio
from gonogo.model.world import Definition, InstancePhase, InstanceSeen, Observation, RevisionSeen, Target

NOW = Instant(1_800_000_000.0)


def definition(version: str = "1", instances: int = 3) -> Definition:
    return Definition(version, f"sha256:{version:0>64}", "/nowhere", ("serve", "{port}"), instances, "/health")


def item(id: str, check: str = "settled", **changes: object) -> Item:
    fields: dict[str, object] = {
        "title": id.replace("-", " ").capitalize(),
        "params": {},
        "requirement": Requirement.REQUIRED,
        "cadence": Cadence.CONTINUOUS,
        "on_failure": OnFailure.ROLLBACK,
    }
    return Item(id=id, check=check, **{**fields, **changes})  # type: ignore[arg-type]


READY = item("canary-ready", "ready", within=Duration(10))
WEIGHT = item("weight-reached", "weight-reached", on_failure=OnFailure.NOTE)
SETTLED = item("world-as-wanted", "settled", on_failure=OnFailure.PAGE)


JUDGED = item(
    "errors-judged",
    "judge-errors",
    params={
        "ratio": 1.5,
        "plus": 0.2,
        "promote": 3.0,
        "alpha": 0.01,
        "beta": 0.05,
        "block": 1.0,
        "baseline_blocks": 30,
    },
)


def pause(seconds: float) -> Item:
    return item("pause-elapsed", "pause-elapsed", params={"seconds": seconds}, on_failure=OnFailure.NOTE)


def exits(limit: int = 3) -> Item:
    return item("instance-exits", "instance-exits", params={"limit": limit, "window": 300.0})


def step(weight: float, instances: int, *more: Item, stable: int = 3, seconds: float = 5) -> Stage:
    return Stage(
        id=f"canary-{weight * 100:.0f}",
        kind=StageKind.STEP,
        title=f"Canary {weight:.0%}",
        wanted=Wanted(TrackWant(instances, Ratio(weight), instances), TrackWant(stable, Ratio(1 - weight), 1)),
        items=(READY, WEIGHT, pause(seconds), exits(), *more),
        deadline=Duration(60),
    )


def stages(*more: Item, first: bool = False, soak: float = 10) -> tuple[Stage, ...]:
    """Of a canary, or of a first deployment; `more` items belong to every step."""
    stable = None if first else TrackWant(3, Ratio(0), 0)
    everything = TrackWant(3, Ratio(1), 3)
    steps = () if first else (step(0.1, 1, *more), step(0.5, 2, *more))
    return (
        Stage("before", StageKind.BEFORE, "Before", None, ()),
        *steps,
        Stage("live", StageKind.LIVE, "Live", Wanted(everything, stable), (READY, WEIGHT, exits()), promotes=True),
        Stage("soak", StageKind.SOAK, "Soak", Wanted(everything, stable), (pause(soak), exits())),
        Stage("tidy", StageKind.RETURN, "Tidy", Wanted(everything, None, keep=False), (SETTLED,)),
    )


def plan(
    release: str = "shop-production-2",
    *,
    version: str = "2",
    live: str | None = "r1",
    walk: tuple[Stage, ...] | None = None,
    kept: float = 60,
) -> Plan:
    return Plan(
        release=release,
        target=Target("shop", "production"),
        sentence=f"Deploy shop {version}",
        version=version,
        tier=2,
        mode="enforce",
        strategy="canary" if live else "direct",
        platform=Local(("serve", "{port}"), 8080, instances=3),
        definition=definition(version),
        stages=walk if walk is not None else stages(first=live is None),
        return_items=(WEIGHT, SETTLED),
        keep=Keep(running=Duration(kept)),
        world=World("sha256:file", f"sha256:{version:0>64}", "c0ffee", live),
        repository="",
        made_at=NOW,
        made_by="ann",
    )


def target(live: str | None = "r1", *, baseline: Baseline | None = None) -> TargetState:
    revisions = {live: RevisionRecord(definition("1"), "shop-production-1")} if live else {}
    return TargetState("shop/production", live=live, revisions=revisions, baseline=baseline)


def state(plan: Plan, stage: str = "", **changes: object) -> State:
    started = {"revision": "r2", "stable": plan.world.live, "fence": 1} if stage and stage != "before" else {}
    return State(plan.release, n=5, at=NOW, plan=plan, stage=stage, entered_at=NOW, **{**started, **changes})  # type: ignore[arg-type]


def seen(weights: dict[str, float] | None = None, **revisions: int | tuple[int, int]) -> Observation:
    """`seen({"r1": 1.0}, r1=3, r2=(1, 0))`: three ready instances of r1; one of r2 that isn't ready."""
    made = {}
    for name, size in revisions.items():
        running, ready = size if isinstance(size, tuple) else (size, size)
        phases = [InstancePhase.READY if k < ready else InstancePhase.STARTING for k in range(running)]
        made[name] = RevisionSeen(running, tuple(InstanceSeen(f"{name}-{k + 1}", p) for k, p in enumerate(phases)))
    return Observation(NOW, made, {r: Ratio(w) for r, w in (weights or {}).items()})


def answer(item: str, outcome: Outcome, summary: str = "", *, stage: str = "", at: float = NOW) -> Evidence:
    return Evidence(item, outcome, summary or outcome.value, Instant(at), stage)
