"""A release written out as stages: by strategy, tier and mode."""

from __future__ import annotations

import pytest
from msgspec.structs import replace
from plans import NOW, definition, target

from gonogo.catalog.loader import load_catalog
from gonogo.checks.run import read_params
from gonogo.checks.table import CHECKS
from gonogo.model.items import OnFailure, Requirement
from gonogo.model.plan import Plan
from gonogo.model.settings import Environment, Judge, Keep, Local, ReleaseFile, Smoke, Step, Trigger
from gonogo.model.stages import StageKind
from gonogo.model.state import RevisionRecord
from gonogo.model.units import Duration, Ratio
from gonogo.plan.build import Request, build
from gonogo.plan.tailor import MECHANICS

CATALOG = load_catalog()
REQUEST = Request("shop-production-1", "Deploy shop 2", "2", "ann", NOW, "c0ffee", "/work/shop")


def environment(**changes: object) -> Environment:
    steps = tuple(Step(Ratio(w), Duration(60), Duration(180)) for w in (0.1, 0.5))
    plain = Environment(
        "production",
        Local(("serve", "{port}"), 8080, instances=5),
        "canary",
        steps,
        (Duration(900), Duration(7200)),
        Judge(),
        (Trigger("error_rate", "plus", 5.0, Duration(60)), Trigger("error_rate", "over", 0.2, Duration(5))),
        Keep(),
        smoke=(Smoke("/"),),
    )
    return replace(plain, **changes)


def made(env: Environment | None = None, *, tier: int = 2, live: str | None = "r1") -> Plan:
    env = env or environment()
    file = ReleaseFile(
        "/work/shop/deploy/gonogo.yaml", "sha256:f", "shop", "team", tier, "/a", "ana", "reports/*.xml", {"p": env}
    )
    return build(file, env, REQUEST, "sha256:a", target(live), CATALOG)


def test_a_canary_is_a_list_of_stages() -> None:
    plan = made()
    assert [s.id for s in plan.stages] == ["T-48h", "T-0", "canary-10", "canary-50", "live", "T+15m", "T+2h", "tidy"]
    wants = [
        (s.wanted.canary.instances, s.wanted.canary.weight, s.wanted.stable and s.wanted.stable.instances)
        for s in plan.stages
        if s.wanted and s.wanted.canary
    ]
    assert wants == [(1, 0.1, 3), (3, 0.5, 3), (5, 1, 3), (5, 1, 3), (5, 1, 3), (5, 1, None)]
    assert [s.id for s in plan.stages if s.promotes] == ["live"]


def test_stable_keeps_its_full_size_while_the_canary_grows() -> None:
    there = target()
    there = replace(there, revisions={"r1": RevisionRecord(definition(instances=7), "old")})
    env = environment()
    file = ReleaseFile("/f", "d", "shop", "t", 2, "/a", "ana", "", {"p": env})
    steps = [s for s in build(file, env, REQUEST, "sha256:a", there, CATALOG).stages if s.kind is StageKind.STEP]
    assert [s.wanted.stable.instances for s in steps if s.wanted and s.wanted.stable] == [7, 7]


def test_a_first_deployment_has_nothing_to_compare_with() -> None:
    plan = made(live=None)
    assert plan.strategy == "direct"
    assert not [s for s in plan.stages if s.kind is StageKind.STEP]
    assert all(s.wanted is None or s.wanted.stable is None for s in plan.stages)


def test_soak_stages_are_watched_for_the_time_since_the_one_before() -> None:
    watched = [i.params["seconds"] for s in made().stages for i in s.items if i.id == "soak-watched"]
    assert watched == [900, 6300]


def test_one_item_for_each_trigger_with_its_own_failure() -> None:
    env = environment(
        triggers=(*environment().triggers[:1], replace(environment().triggers[1], on_failure=OnFailure.PAGE))
    )
    step = next(s for s in made(env).stages if s.kind is StageKind.STEP)
    limits = {i.id: (i.params["relation"], i.on_failure) for i in step.items if i.check == "error-limit"}
    assert limits == {"error-limit": ("plus", OnFailure.ROLLBACK), "error-limit-2": ("over", OnFailure.PAGE)}


def test_the_judges_error_rate_is_shared_by_its_metrics() -> None:
    step = next(s for s in made().stages if s.kind is StageKind.STEP)
    assert [i.params["alpha"] for i in step.items if i.check.startswith("judge-")] == [0.005, 0.005]
    alone = next(s for s in made(environment(judge=Judge(latency=None))).stages if s.kind is StageKind.STEP)
    assert [i.params["alpha"] for i in alone.items if i.check == "judge-errors"] == [0.01]


def test_paths_are_told_from_the_top_of_the_repository() -> None:
    tests = next(i for s in made().stages for i in s.items if i.id == "tests-passed")
    assert tests.params["reports"] == "deploy/reports/*.xml"


@pytest.mark.parametrize("tier", [1, 2, 3])
def test_every_item_of_every_plan_can_be_asked(tier: int) -> None:
    for plan in (made(tier=tier), made(tier=tier, live=None), made(environment(judge=Judge(latency=None)), tier=tier)):
        for item in (*plan.return_items, *(i for s in plan.stages for i in s.items)):
            if not item.not_applicable:
                read_params(CHECKS[item.check], item)
        for stage in plan.stages:
            ids = [i.id for i in stage.items]
            assert len(ids) == len(set(ids))


def test_advise_never_closes_a_gate_or_turns_back_but_keeps_the_mechanics() -> None:
    for stage in made(environment(mode="advise")).stages:
        for item in stage.items:
            assert item.on_failure in (OnFailure.PAGE, OnFailure.NOTE)
            mechanical = item.check in MECHANICS and not item.not_applicable
            assert item.requirement is Requirement.ADVISED or mechanical or item.check in MECHANICS


def test_an_item_that_a_rule_excludes_says_so() -> None:
    plan = made(environment(smoke=()))
    smoke = next(i for s in plan.stages for i in s.items if i.id == "smoke-requests")
    assert smoke.not_applicable == "applies only when release.smoke > 0"


def test_a_plan_is_one_subject_however_it_was_read() -> None:
    import msgspec

    plan = made()
    again = msgspec.json.decode(msgspec.json.encode(plan), type=Plan)
    assert again == plan and again.subject("plan") == plan.subject("plan")
    assert replace(plan, version="3").subject("plan") != plan.subject("plan")
