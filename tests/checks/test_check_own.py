"""What the release, its journal and its people say themselves."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from check_context import context
from msgspec.structs import replace
from plans import NOW, plan, seen, stages, target
from repositories import Outcome, Repository, look, told

from gonogo.checks.footing import ENOUGH_INSTANCES, KEPT_LONG, EnoughInstances, KeptLong
from gonogo.checks.interface import Check, Context, Unavailable
from gonogo.checks.journaled import LIVE_RECORDED, NOTHING_OPEN, RETURN_EXPLAINED, STEPS_WALKED, Plain
from gonogo.checks.people import SIGN_OFF, SignOff
from gonogo.checks.previous import PREVIOUS, Previous
from gonogo.checks.variables import VARIABLES, Variables
from gonogo.model.items import Evidence
from gonogo.model.settings import Keep
from gonogo.model.state import Direction, RevisionRecord, Signature, TargetState
from gonogo.model.units import Duration, Instant

# --- variables --------------------------------------------------------------------------------------------------------


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    made = Repository(tmp_path)
    made.commit({"shop.py": "1"})
    return made


def test_variables_of_an_example(repository: Repository) -> None:
    wanted = Variables("complete")
    assert look(VARIABLES, repository.context(A="1"), wanted).outcome is Outcome.NOT_APPLICABLE
    repository.write({".env.example": "# shop\nexport SHOP_DB=\nMODE=live\nSHOP_KEY=''  # ask ann\n\nnot a line\n"})
    assert told(look(VARIABLES, repository.context(SHOP_DB="${DB}"), wanted)) == [
        "SHOP_KEY is not set, and .env.example gives it no default"
    ]
    assert look(VARIABLES, repository.context(SHOP_DB="x", SHOP_KEY="${K}"), wanted).outcome is Outcome.PASS


def test_secrets_of_the_release(repository: Repository) -> None:
    wanted = Variables("references")
    assert look(VARIABLES, repository.context(), wanted).outcome is Outcome.NOT_APPLICABLE
    good = repository.context(DB_PASSWORD="${DB}", API_KEY="vault:shop#key", TOKEN_TTL="60", MODE="live")
    assert look(VARIABLES, good, wanted).outcome is Outcome.PASS
    result = look(VARIABLES, repository.context(DB_PASSWORD="hunter2hunter2"), wanted)
    assert told(result) == ["the variable DB_PASSWORD holds a secret in plain text"]
    raw = asyncio.run(VARIABLES.collect(repository.context(DB_PASSWORD="hunter2hunter2"), wanted))
    assert "hunter2" not in repr((raw, result))


def test_what_is_left_of_development(repository: Repository) -> None:
    wanted = Variables("production")
    assert look(VARIABLES, repository.context(DEBUG="false", LOG_LEVEL="warn"), wanted).outcome is Outcome.PASS
    left = repository.context(DEBUG="True", RAILS_ENV="development", RUST_LOG="shop=trace")
    assert [m.partition("=")[0] for m in told(look(VARIABLES, left, wanted))] == ["DEBUG", "RAILS_ENV", "RUST_LOG"]
    ctx = repository.context()
    reloading = replace(ctx.plan, definition=replace(ctx.plan.definition, command=("uvicorn", "--reload=yes")))
    found = told(look(VARIABLES, Context(**{**vars(ctx), "plan": reloading}), wanted))
    assert found == ["the command says --reload=yes, which is for development"]


# --- the plan ---------------------------------------------------------------------------------------------------------


def test_enough_instances() -> None:
    assert look(ENOUGH_INSTANCES, context(), EnoughInstances(3)).outcome is Outcome.PASS
    assert look(ENOUGH_INSTANCES, context(), EnoughInstances(4)).summary == "3 instances where 4 are wanted"


@pytest.mark.parametrize(
    ("running", "soak", "outcome"),
    [(3600, 7200, "pass"), (600, 7200, "fail"), (600, 300, "pass"), (600, 0, "fail")],
)
def test_kept_long(running: float, soak: float, outcome: str) -> None:
    ctx = context()
    walk = tuple(replace(s, due=Duration(soak)) if s.kind == "soak" else s for s in stages())
    walk = walk if soak else tuple(s for s in walk if s.kind != "soak")
    changed = replace(ctx.plan, stages=walk, keep=Keep(Duration(running)))
    ctx = Context(**{**vars(ctx), "plan": changed})
    assert look(KEPT_LONG, ctx, KeptLong(Duration(1800))).outcome.value == outcome


def test_nothing_to_keep() -> None:
    ctx = context()
    first = Context(**{**vars(ctx), "plan": plan(live=None)})
    assert look(KEPT_LONG, first, KeptLong()).outcome is Outcome.NOT_APPLICABLE


# --- the version before -----------------------------------------------------------------------------------------------


def kept(until: float | None) -> TargetState:
    state = target()
    record = replace(state.revisions["r1"], kept_until=None if until is None else Instant(until))
    return replace(state, live="r2", revisions={"r1": record})


@pytest.mark.parametrize(
    ("when", "ready", "state", "outcome"),
    [
        ("before", 3, None, "pass"),
        ("before", 0, None, "fail"),
        ("before", 3, TargetState("shop/production"), "fail"),
        ("after", 3, kept(NOW + 60), "pass"),
        ("after", 0, kept(NOW + 60), "fail"),
        ("after", 0, kept(NOW), "not_applicable"),
        ("after", 1, kept(None), "pass"),
    ],
)
def test_the_version_before(when: Any, ready: int, state: TargetState | None, outcome: str) -> None:
    ctx = context(seen=seen({"r1": 1.0}, r1=(3, ready)), target_state=state)
    assert look(PREVIOUS, ctx, Previous(when)).outcome.value == outcome


def test_no_version_before_and_no_sight() -> None:
    first = Context(**{**vars(context()), "plan": plan(live=None)})
    assert look(PREVIOUS, first, Previous("before")).outcome is Outcome.NOT_APPLICABLE
    with pytest.raises(Unavailable, match="could not be looked at"):
        look(PREVIOUS, context(), Previous("before"))
    with pytest.raises(Unavailable, match="has not started"):
        look(PREVIOUS, context(revision=""), Previous("after"))


# --- the journal ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("left", "outcome"),
    [
        (("before", "canary-10", "canary-50"), "pass"),
        (("before", "canary-50"), "fail"),
        (("before", "canary-50", "canary-10"), "fail"),
    ],
)
def test_steps_walked(left: tuple[str, ...], outcome: str) -> None:
    assert look(STEPS_WALKED, context(left=left), Plain()).outcome.value == outcome


def test_no_steps_to_walk() -> None:
    direct = Context(**{**vars(context()), "plan": plan(walk=stages(first=True))})
    assert look(STEPS_WALKED, direct, Plain()).outcome is Outcome.NOT_APPLICABLE


def test_live_recorded() -> None:
    record = RevisionRecord(replace(plan().definition, version="2"), "shop-production-2")
    known = replace(target(), live="r2", revisions={"r2": record})
    assert look(LIVE_RECORDED, context(target_state=known), Plain()).summary == "the journal has 2 (r2) as live"
    assert look(LIVE_RECORDED, context(), Plain()).outcome is Outcome.FAIL
    back = context(direction=Direction.BACK)
    assert look(LIVE_RECORDED, back, Plain()).outcome is Outcome.NOT_APPLICABLE
    with pytest.raises(Unavailable):
        look(LIVE_RECORDED, context(revision=""), Plain())


def test_nothing_open() -> None:
    assert look(NOTHING_OPEN, context(told=frozenset({"an-item"})), Plain()).outcome is Outcome.PASS
    open_ = look(NOTHING_OPEN, context(told=frozenset({"b", "a"}), paused="by ann"), Plain())
    assert told(open_) == [
        "it is paused: by ann",
        "a was reported and does not hold yet",
        "b was reported and does not hold yet",
    ]


def test_return_explained() -> None:
    assert look(RETURN_EXPLAINED, context(), Plain()).outcome is Outcome.NOT_APPLICABLE
    back = context(direction=Direction.BACK, turned_because="errors", left=("before", "canary-10"))
    assert look(RETURN_EXPLAINED, back, Plain()).summary == "turned back after canary-10: errors"
    assert look(RETURN_EXPLAINED, context(direction=Direction.BACK), Plain()).outcome is Outcome.FAIL


@pytest.mark.parametrize("check", [STEPS_WALKED, LIVE_RECORDED, NOTHING_OPEN, RETURN_EXPLAINED, PREVIOUS])
def test_snapshots_are_asked_inside_the_tick(check: Check) -> None:
    assert check.live


# --- people -----------------------------------------------------------------------------------------------------------


def signed(at: float, by: str = "bob") -> Signature:
    return Signature("an-item", by, "oidc", Instant(at), "fine", context().plan.subject("plan"), None)


def test_a_question_with_what_a_machine_has_said() -> None:
    params = SignOff(question="Is it quiet?", who="somebody of support", beside=("smoke", "other"), not_deployer=False)
    known = Evidence("smoke", Outcome.PASS, "2 requests answered", Instant(NOW))
    result = look(SIGN_OFF, context(evidence={"smoke": known}), params)
    assert result.summary == (
        "needs 1 signature from somebody of support: Is it quiet?; smoke says pass: 2 requests answered"
    )
    assert result.findings == ()


def test_a_signature_grows_old() -> None:
    params = SignOff(max_age=Duration(3600))
    fresh = context(signatures={"an-item": (signed(NOW - 3600),)})
    assert look(SIGN_OFF, fresh, params).outcome is Outcome.SIGNED
    result = look(SIGN_OFF, context(signatures={"an-item": (signed(NOW - 3601),)}), params)
    assert result.outcome is Outcome.PENDING
    assert told(result) == ["the signature by bob does not count: it is 1h1s old, and counts for 1h"]
    waiver = replace(signed(NOW - 9999), waiver=True, until=Instant(NOW + 60))
    assert look(SIGN_OFF, context(signatures={"an-item": (waiver,)}), params).outcome is Outcome.WAIVED


def test_asked_only_on_the_way_back() -> None:
    params = SignOff(back_only=True)
    assert look(SIGN_OFF, context(), params).outcome is Outcome.NOT_APPLICABLE
    assert look(SIGN_OFF, context(direction=Direction.BACK), params).outcome is Outcome.PENDING
