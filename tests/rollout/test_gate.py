"""`gate` and `answers`: what opens a stage, and what only looks as if it did."""

from __future__ import annotations

import pytest
from msgspec.structs import replace
from plans import NOW, READY, answer, item, plan, stages, state

from gonogo.model.items import OPENING, Evidence, Outcome, Requirement
from gonogo.model.state import Signature
from gonogo.model.units import Duration, Instant
from gonogo.rollout.gate import answers, gate

PLAN = plan()
STEP = PLAN.stages[1]


@pytest.mark.parametrize("outcome", list(Outcome))
def test_a_required_item_opens_a_gate_with_four_outcomes_only(outcome: Outcome) -> None:
    decision = gate([READY], {READY.id: answer(READY.id, outcome)}, NOW)
    opens = {Outcome.PASS, Outcome.SIGNED, Outcome.WAIVED, Outcome.NOT_APPLICABLE}
    assert decision.go == (outcome in opens)
    assert opens == OPENING
    assert decision.verdict == ("go" if outcome in opens else "no_go" if outcome is Outcome.FAIL else "undecided")


def test_no_answer_is_no_pass() -> None:
    decision = gate([READY], {}, NOW)
    assert (decision.verdict, decision.reasons[0].text) == ("undecided", "not answered yet")


def test_an_advised_item_closes_nothing() -> None:
    advised = replace(item("nice"), requirement=Requirement.ADVISED)
    assert gate([advised], {"nice": answer("nice", Outcome.FAIL)}, NOW).go
    assert gate([advised], {}, NOW).go


def test_an_advised_item_is_given_the_time_it_says_it_needs() -> None:
    advised = replace(item("baseline", within=Duration(30)), requirement=Requirement.ADVISED)
    assert gate([advised], {"baseline": answer("baseline", Outcome.PENDING)}, NOW).verdict == "undecided"
    assert gate([advised], {"baseline": answer("baseline", Outcome.FAIL)}, NOW).go


def test_a_stale_pass_is_none() -> None:
    old = replace(answer("tests", Outcome.PASS), fresh_for=Duration(60))
    assert gate([item("tests")], {"tests": old}, Instant(NOW + 60)).go
    assert gate([item("tests")], {"tests": old}, Instant(NOW + 61)).verdict == "undecided"


def test_every_reason_is_given() -> None:
    given = {"a": answer("a", Outcome.FAIL), "b": answer("b", Outcome.UNAVAILABLE)}
    decision = gate([item("a"), item("b"), item("c")], given, NOW)
    assert decision.verdict == "no_go"
    assert [r.item for r in decision.reasons] == ["a", "b", "c"]


def test_an_answer_from_another_stage_does_not_count() -> None:
    elsewhere = answer(READY.id, Outcome.PASS, stage="canary-50")
    here = state(PLAN, STEP.id, evidence={READY.id: elsewhere})
    assert READY.id not in answers(STEP, PLAN, here, {}, NOW)
    right = state(PLAN, STEP.id, evidence={READY.id: replace(elsewhere, stage=STEP.id)})
    assert answers(STEP, PLAN, right, {}, NOW)[READY.id].outcome is Outcome.PASS


def test_an_answer_about_another_subject_does_not_count() -> None:
    before = replace(PLAN.stages[0], items=(item("tests"),))
    about = replace(answer("tests", Outcome.PASS, stage=before.id), subject="0ther-commit")
    assert answers(before, PLAN, state(PLAN, evidence={"tests": about}), {}, NOW) == {}
    right = replace(about, subject=PLAN.world.commit)
    assert answers(before, PLAN, state(PLAN, evidence={"tests": right}), {}, NOW)["tests"].outcome is Outcome.PASS


def test_pending_becomes_a_failure_when_its_time_is_up() -> None:
    here = state(PLAN, STEP.id)
    pending = {READY.id: answer(READY.id, Outcome.PENDING, "0 of 1 ready")}
    here = replace(here, attended=Duration(10))
    assert answers(STEP, PLAN, here, pending, Instant(NOW + 3600))[READY.id].outcome is Outcome.PENDING
    late = answers(STEP, PLAN, replace(here, attended=Duration(10.1)), pending, NOW)[READY.id]
    assert late.outcome is Outcome.FAIL
    assert "0 of 1 ready" in late.summary and "10s" in late.summary


def waiver(until: float) -> Signature:
    return Signature(READY.id, "ann", "unverified", NOW, "known", "", Instant(until), waiver=True)


def test_a_waiver_answers_until_it_expires() -> None:
    here = state(PLAN, STEP.id, signatures={READY.id: (waiver(NOW + 10),)})
    failing = {READY.id: answer(READY.id, Outcome.FAIL)}
    assert answers(STEP, PLAN, here, failing, NOW)[READY.id].outcome is Outcome.WAIVED
    assert answers(STEP, PLAN, here, failing, Instant(NOW + 11))[READY.id].outcome is Outcome.FAIL


def test_an_expired_waiver_leaves_no_answer_behind() -> None:
    waived = Evidence(READY.id, Outcome.WAIVED, "known", NOW, STEP.id)
    here = state(PLAN, STEP.id, signatures={READY.id: (waiver(NOW + 10),)}, evidence={READY.id: waived})
    assert READY.id not in answers(STEP, PLAN, here, {}, Instant(NOW + 11))


def test_what_a_rule_excludes_does_not_apply() -> None:
    ruled = replace(STEP, items=(replace(READY, not_applicable="applies only when service.tier < 3"),))
    given = answers(ruled, PLAN, state(PLAN, STEP.id), {}, NOW)
    assert gate(ruled.items, given, NOW).go
    assert given[READY.id].summary == "applies only when service.tier < 3"


def test_stages_of_the_test_plan_are_what_the_tests_think() -> None:
    assert [s.id for s in stages()] == ["before", "canary-10", "canary-50", "live", "soak", "tidy"]
