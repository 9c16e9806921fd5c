"""`diff`: the safety rules, by table and by property."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from plans import NOW, definition, seen

from gonogo.model.units import Duration, Instant, Ratio
from gonogo.model.world import (
    Action,
    Desired,
    Forget,
    InstancePhase,
    InstanceSeen,
    Observation,
    RevisionSeen,
    RevisionWant,
    Scale,
    Stop,
    Weigh,
)
from gonogo.rollout.diff import diff, missing

OLD, NEW = definition("1"), definition("2")


def want(r1: tuple[int, float] | None, r2: tuple[int, float] | None, *, ready: int | None = None) -> Desired:
    rows = {"r1": (OLD, r1), "r2": (NEW, r2)}
    return Desired(
        {
            name: RevisionWant(d, row[0], Ratio(row[1]), row[0] if ready is None else ready, Duration(10))
            for name, (d, row) in rows.items()
            if row is not None
        }
    )


def leaving(revision: str, in_flight: int, since: float) -> InstanceSeen:
    return InstanceSeen(f"{revision}-1", InstancePhase.LEAVING, in_flight=in_flight, leaving_since=Instant(since))


def test_a_canary_is_started_before_it_is_weighed() -> None:
    wanted = want((3, 0.9), (1, 0.1))
    assert diff(wanted, seen({"r1": 1.0}, r1=3)) == [Scale("r2", NEW, 1)]


def test_weight_waits_for_ready_instances() -> None:
    wanted = want((3, 0.5), (2, 0.5))
    assert diff(wanted, seen({"r1": 1.0}, r1=3, r2=(2, 1))) == []
    assert diff(wanted, seen({"r1": 1.0}, r1=3, r2=2)) == [Weigh({"r1": Ratio(0.5), "r2": Ratio(0.5)})]


def test_weight_returns_to_a_single_ready_instance_on_the_way_back() -> None:
    wanted = want((3, 1.0), (2, 0.0), ready=1)
    assert diff(wanted, seen({"r1": 0.5, "r2": 0.5}, r1=(3, 1), r2=2)) == [Weigh({"r1": Ratio(1.0)})]


def test_a_revision_with_traffic_is_never_scaled_away() -> None:
    assert diff(want((3, 1.0), None), seen({"r1": 0.9, "r2": 0.1}, r1=(3, 0), r2=1)) == []
    both = diff(want((3, 1.0), None), seen({"r1": 0.9, "r2": 0.1}, r1=3, r2=1))
    assert both == [Weigh({"r1": Ratio(1.0)})], "weight first; the scaling comes when the router shows it"
    assert diff(want((3, 1.0), None), seen({"r1": 1.0}, r1=3, r2=1)) == [Scale("r2", None, 0)]


def test_instances_are_stopped_when_idle_or_when_their_time_is_up() -> None:
    def one(in_flight: int, since: float) -> list[Action]:
        gone = RevisionSeen(0, (leaving("r2", in_flight, since),))
        world = Observation(NOW, {"r1": seen(r1=3).revisions["r1"], "r2": gone}, {"r1": Ratio(1.0)})
        return diff(want((3, 1.0), None), world)

    assert one(in_flight=2, since=NOW - 1) == []
    assert one(in_flight=0, since=NOW - 1) == [Stop("r2", ("r2-1",))]
    assert one(in_flight=2, since=NOW - 11) == [Stop("r2", ("r2-1",))]


def test_what_runs_nothing_is_forgotten() -> None:
    world = seen({"r1": 1.0}, r1=3)
    world = replace(world, revisions={**world.revisions, "r2": RevisionSeen(0)})
    assert diff(want((3, 1.0), None), world) == [Forget("r2")]


def test_lost_instances_are_asked_for_again() -> None:
    short = RevisionSeen(3, seen(r1=2).revisions["r1"].instances)
    world = Observation(NOW, {"r1": short}, {"r1": Ratio(1.0)})
    assert diff(want((3, 1.0), None), world) == [Scale("r1", OLD, 3)]


def test_stopping_everything_takes_weight_off_first() -> None:
    assert diff(want(None, None), seen({"r2": 1.0}, r2=3)) == [Weigh({})]
    assert diff(want(None, None), seen({}, r2=3)) == [Scale("r2", None, 0)]


def test_missing_says_what_is_not_as_wanted() -> None:
    wanted = want((3, 0.9), (1, 0.1))
    assert missing(wanted, seen({"r1": 0.9, "r2": 0.1}, r1=3, r2=1)) == []
    assert missing(wanted, seen({"r1": 1.0}, r1=3)) == [
        "r1 has 100 % of traffic, not 90 %",
        "r2 runs 0 of 1 instances",
        "r2 has 0 % of traffic, not 10 %",
    ]


# --- by property: walk a simulated world with nothing but diff, and watch the rules hold at every step ---------------

phases = st.sampled_from([InstancePhase.STARTING, InstancePhase.READY, InstancePhase.UNREADY])


@st.composite
def revisions(draw: st.DrawFn, name: str) -> RevisionSeen:
    size = draw(st.integers(0, 4))
    alive = [InstanceSeen(f"{name}-{k + 1}", draw(phases)) for k in range(size)]
    gone = [leaving(name, draw(st.integers(0, 2)), NOW - draw(st.integers(0, 20)))] if draw(st.booleans()) else []
    return RevisionSeen(size, (*alive, *gone))


@st.composite
def worlds(draw: st.DrawFn) -> Observation:
    share = draw(st.sampled_from([0.0, 0.1, 0.5, 1.0]))
    weights = {r: Ratio(w) for r, w in (("r1", 1 - share), ("r2", share)) if w > 0}
    return Observation(NOW, {"r1": draw(revisions("r1")), "r2": draw(revisions("r2"))}, weights)


@st.composite
def wishes(draw: st.DrawFn) -> Desired:
    share = draw(st.sampled_from([0.0, 0.1, 0.5, 1.0]))
    sizes = [draw(st.integers(1, 4)), draw(st.integers(1, 4))]
    return want((sizes[0], 1 - share), (sizes[1], share) if share or draw(st.booleans()) else None)


@given(wishes(), worlds())
def test_no_action_breaks_a_rule(wanted: Desired, world: Observation) -> None:
    for action in diff(wanted, world):
        match action:
            case Weigh(weights):
                for revision, weight in weights.items():
                    if weight > world.weights.get(revision, 0):
                        assert world.revisions[revision].ready >= max(wanted.revisions[revision].min_ready, 1)
            case Scale(revision, _, instances) if instances < world.revisions[revision].size:
                serves = world.weights.get(revision, 0) > 0
                assert not serves or world.revisions[revision].ready > instances
            case Stop(revision, stopped):
                by_id = {i.id: i for i in world.revisions[revision].instances}
                assert all(by_id[i].phase is InstancePhase.LEAVING for i in stopped)
            case Forget(revision):
                assert revision not in wanted.revisions and world.revisions[revision].size == 0
                assert world.weights.get(revision, 0) == 0


@given(wishes(), worlds())
def test_nothing_is_left_to_do_where_nothing_is_missing(wanted: Desired, world: Observation) -> None:
    if not missing(wanted, world):
        assert diff(wanted, world) == []
