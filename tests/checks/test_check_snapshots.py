"""Checks that pick from what a tick has seen: what they pick, and that they say so when there is nothing to pick."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from check_context import context
from msgspec.structs import replace
from plans import NOW, definition, seen, step, target

from gonogo.checks.exits import INSTANCE_EXITS, Exits, Running
from gonogo.checks.instances import HEALTH_CHECKS, READY, Group, Health, HealthChecks, Ready
from gonogo.checks.interface import Check, Unavailable
from gonogo.checks.people import SIGN_OFF, Said, SignOff, named
from gonogo.checks.timer import PAUSE_ELAPSED, PauseElapsed, Watched
from gonogo.checks.traffic import SETTLED, WEIGHT_REACHED, Settled, Share, Split, WeightReached, World
from gonogo.model.items import Outcome
from gonogo.model.stages import Stage, StageKind, TrackWant, Wanted
from gonogo.model.state import RevisionRecord, Signature
from gonogo.model.units import Duration, Instant, Ratio

WORLD = seen({"r1": 0.9, "r2": 0.1}, r1=3, r2=(2, 1))


def collect(check: Check, params: Any, **about: Any) -> Any:
    return asyncio.run(check.collect(context(**about), params))


def stage(canary: TrackWant | None, stable: TrackWant | None) -> Stage:
    return Stage("back", StageKind.RETURN, "Back", Wanted(canary, stable), ())


def test_ready_looks_at_the_canary_going_forward() -> None:
    raw = collect(READY, Ready(), stage=step(0.5, 2), seen=WORLD)
    assert raw == Group("r2", 2, WORLD.revisions["r2"].instances)


def test_ready_looks_at_stable_on_the_way_back() -> None:
    back = stage(None, TrackWant(3, Ratio(1), 1))
    assert collect(READY, Ready("stable", "minimum"), stage=back, seen=WORLD) == Group(
        "r1", 1, WORLD.revisions["r1"].instances
    )
    assert collect(READY, Ready("stable", "all"), stage=back, seen=WORLD).wanted == 3
    assert collect(READY, Ready("canary"), stage=back, seen=WORLD) == Group("")


def test_a_revision_that_is_not_there_has_no_instances() -> None:
    assert collect(READY, Ready(), seen=seen({}, r1=3)) == Group("r2", 1, ())


def test_exits_are_the_releases_own_only_if_it_added_the_revision() -> None:
    assert collect(INSTANCE_EXITS, Exits(1, Duration(60)), seen=WORLD).ours is False
    ours = replace(target(), revisions={"r2": RevisionRecord(definition(), "shop-production-2")})
    raw = collect(INSTANCE_EXITS, Exits(1, Duration(60)), seen=WORLD, target_state=ours)
    assert raw == Running("r2", True, WORLD.revisions["r2"].instances)


def test_health_is_as_old_as_the_look() -> None:
    raw = collect(HEALTH_CHECKS, HealthChecks(3), seen=WORLD, now=NOW + 5)
    assert raw == Health(NOW, "r2", WORLD.revisions["r2"].instances)


def test_no_canary_wanted_none_looked_for() -> None:
    back = stage(None, TrackWant(3, Ratio(1), 1))
    assert collect(HEALTH_CHECKS, HealthChecks(3), stage=back, seen=WORLD).revision == ""
    assert collect(INSTANCE_EXITS, Exits(1, Duration(60)), stage=back, seen=WORLD).revision == ""


def test_weights_of_everybody_who_should_have_some_or_has() -> None:
    world = seen({"r0": 0.05, "r1": 0.95}, r0=1, r1=3, r2=1)
    assert collect(WEIGHT_REACHED, WeightReached(), seen=world) == Split(
        (
            Share("r0", Ratio(0), Ratio(0.05), 0, 1),
            Share("r1", Ratio(0.9), Ratio(0.95), 1, 3),
            Share("r2", Ratio(0.1), Ratio(0), 1, 1),
        )
    )


def test_weights_of_a_first_deployment() -> None:
    live = Stage("live", StageKind.LIVE, "Live", Wanted(TrackWant(3, Ratio(1), 3), None), ())
    raw = collect(WEIGHT_REACHED, WeightReached(), stage=live, stable=None, seen=seen({"r2": 1.0}, r2=3))
    assert raw == Split((Share("r2", Ratio(1), Ratio(1), 3, 3),))


def test_the_world_as_the_tick_compared_it() -> None:
    assert collect(SETTLED, Settled(), seen=WORLD, settled=True) == World(
        True, False, {"r1": 0.9, "r2": 0.1}, {"r1": 3, "r2": 1}
    )
    before = Stage("before", StageKind.BEFORE, "Before", None, ())
    assert collect(SETTLED, Settled(), stage=before) == World(False, True)


def test_watched_time_is_the_states() -> None:
    assert collect(PAUSE_ELAPSED, PauseElapsed(Duration(5)), watched=Duration(4.5)) == Watched(Duration(4.5))


BLIND = [
    (READY, Ready()),
    (INSTANCE_EXITS, Exits(1, Duration(60))),
    (HEALTH_CHECKS, HealthChecks(3)),
    (WEIGHT_REACHED, WeightReached()),
    (SETTLED, Settled()),
]


@pytest.mark.parametrize(("check", "params"), BLIND)
def test_blind_is_unavailable(check: Check, params: Any) -> None:
    with pytest.raises(Unavailable, match="could not be looked at"):
        collect(check, params, seen=None)


@pytest.mark.parametrize(("check", "params"), BLIND[:-1])
def test_before_the_start_is_unavailable(check: Check, params: Any) -> None:
    with pytest.raises(Unavailable, match="has not started"):
        collect(check, params, seen=WORLD, revision="")


# --- people ----------------------------------------------------------------------------------------------------------


def signature(by: str, how: str = "oidc", **changes: Any) -> Signature:
    return replace(Signature("an-item", by, how, NOW, "fine", "c0ffee", None), **changes)


def test_who_deploys_is_whoever_planned_or_started() -> None:
    signed = (signature("bob"),)
    raw = collect(SIGN_OFF, SignOff(about="commit"), started_by="cy (unverified)", signatures={"an-item": signed})
    assert raw == Said("c0ffee", 2, ("ann", "cy"), signed)


def judge(*signatures: Signature, tier: int = 2, now: float = NOW, **params: Any) -> tuple[Outcome, str, list[str]]:
    raw = Said("c0ffee", tier, ("ann", "cy"), signatures)
    wanted = SignOff(about="commit", **params)
    result = SIGN_OFF.evaluate(SIGN_OFF.memory(), raw, wanted, Instant(now))[1]
    return result.outcome, result.summary, named(raw, wanted, Instant(now))


def test_two_signatures_of_one_person_are_one() -> None:
    outcome, summary, by = judge(signature("bob"), signature("Bob", "ssh"), count=2)
    assert (outcome, by) == (Outcome.PENDING, ["Bob"])
    assert summary == "needs 1 signature from anyone but ann and cy; signed so far: Bob"


def test_neither_of_the_deployers() -> None:
    outcome, summary, by = judge(signature("ann"), signature("CY"))
    assert (outcome, by) == (Outcome.PENDING, [])
    assert summary.count("who deploys can't approve") == 2
    assert judge(signature("ann"), not_deployer=False)[0] is Outcome.SIGNED


def test_only_the_approvers() -> None:
    outcome, summary, _ = judge(signature("dan"), approvers=("bob", "eve", "ann"))
    assert outcome is Outcome.PENDING
    assert summary == "needs 1 signature from bob or eve; the signature by dan does not count: not one of the approvers"
    assert judge(signature("bob"), approvers=("bob",))[:2] == (Outcome.SIGNED, "signed by bob")


def test_unverified_counts_but_not_at_tier_1() -> None:
    assert judge(signature("bob", "unverified"))[:2] == (Outcome.SIGNED, "signed by bob (unverified)")
    outcome, summary, _ = judge(signature("bob", "unverified"), tier=1)
    assert outcome is Outcome.PENDING
    assert summary.startswith("needs 1 signature from a verified person but ann and cy; ")


def test_a_signature_ends_at_its_time() -> None:
    until = Instant(NOW + 60)
    assert judge(signature("bob", until=until), now=NOW + 59)[0] is Outcome.SIGNED
    assert judge(signature("bob", until=until), now=NOW + 60)[0] is Outcome.PENDING


def test_a_waiver_by_somebody_who_may_not() -> None:
    waiver = signature("ann", waiver=True, until=Instant(NOW + 60), saw="")
    assert judge(waiver)[0] is Outcome.PENDING
    assert judge(replace(waiver, by="bob"))[0] is Outcome.WAIVED
    assert judge(replace(waiver, by="bob", until=None))[0] is Outcome.PENDING


def test_nothing_to_sign_for() -> None:
    raw = Said("", 2, ("ann",), (signature("bob", saw=""),))
    result = SIGN_OFF.evaluate(SIGN_OFF.memory(), raw, SignOff(about="commit"), NOW)[1]
    assert result.outcome is Outcome.UNAVAILABLE
