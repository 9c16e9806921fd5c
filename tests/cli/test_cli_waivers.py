"""Who may waive what until when, and how waivers stand later."""

from __future__ import annotations

import pytest
from msgspec.structs import replace
from plans import NOW, item, plan, stages, state

from gonogo.cli import waivers
from gonogo.journal.folds import fold_release
from gonogo.journal.interface import Recorded, release_stream
from gonogo.model.errors import InputError
from gonogo.model.events import Event, Planned, Waived
from gonogo.model.items import Actor, Item, Requirement
from gonogo.model.plan import Plan
from gonogo.model.state import State
from gonogo.model.units import Instant

DAY = 86400.0
TESTS = item("tests", "tests-reported")


def planned(asked: Item = TESTS, **changes: object) -> Plan:
    return replace(plan(walk=stages(asked)), **changes)  # type: ignore[arg-type]


def folded(made: Plan, *given: tuple[str, Event]) -> State:
    events: list[tuple[str, Event]] = [("ann", Planned(made)), *given]
    stream = release_stream(made.release)
    return fold_release(
        made.release, [Recorded(stream, n, NOW, Actor(by), x, "") for n, (by, x) in enumerate(events, 1)]
    )


def refusals(by: Actor, made: Plan, *, reason: str = "the runner is broken", until: float = NOW + DAY) -> str:
    given = Waived("tests", reason, Instant(until))
    try:
        waivers.refuse(given, waivers.asked(made, "tests"), made, state(made, started_by="dave"), by, NOW)
    except InputError as error:
        return str(error)
    return ""


@pytest.mark.parametrize(
    ("by", "tier", "requirement", "approvers", "refused"),
    [
        ("ann", 2, "required", (), "who deploys can't waive that (who may: anyone but ann and dave)"),
        ("Ann", 2, "required", (), "who deploys"),
        ("dave", 2, "required", (), "who deploys"),
        ("bob", 2, "required", (), ""),
        ("bob", 2, "required", ("bob",), ""),
        ("ann", 2, "required", ("ann", "bob"), "who may: bob"),
        ("ann", 2, "required", ("ann",), "every approver is deploying"),
        ("eve", 2, "required", ("bob",), "takes one of the approvers"),
        ("ann", 2, "advised", ("bob",), ""),
        ("ann", 3, "required", ("bob",), ""),
        ("bob", 1, "required", (), "at tier 1 it takes a verified person"),
        ("bob", 1, "advised", (), "at tier 1 it takes a verified person"),
    ],
)
def test_who_may(by: str, tier: int, requirement: str, approvers: tuple[str, ...], refused: str) -> None:
    asked = replace(TESTS, requirement=Requirement(requirement))
    said = refusals(Actor(by), planned(asked, tier=tier, approvers=approvers))
    assert refused in said and bool(said) is bool(refused)


def test_a_verified_person_may_at_tier_one() -> None:
    assert refusals(Actor("bob", "ssh"), planned(tier=1)) == ""
    assert "who deploys" in refusals(Actor("ann", "ssh"), planned(tier=1))


@pytest.mark.parametrize(
    ("reason", "until", "refused"),
    [
        ("the runner is broken", NOW + 30 * DAY, ""),
        ("the runner is broken", NOW + 30 * DAY + 1, "30 days at most"),
        ("the runner is broken", NOW, "in the past"),
        ("the runner is broken", NOW - DAY, "in the past"),
        ("  broken  runner ", NOW + DAY, "doesn't say why"),
        ("", NOW + DAY, "doesn't say why"),
    ],
)
def test_reason_and_end(reason: str, until: float, refused: str) -> None:
    said = refusals(Actor("bob"), planned(), reason=reason, until=until)
    assert refused in said and bool(said) is bool(refused)


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("2d", NOW + 2 * DAY),
        ("1h30m", NOW + 5400),
        ("2027-01-16", 1_800_057_600),
        ("2027-01-16T10:00", 1_800_093_600),
        ("2027-01-16T10:00+02:00", 1_800_086_400),
    ],
)
def test_until(text: str, at: float) -> None:
    assert waivers.until(text, NOW) == at


@pytest.mark.parametrize("text", ["", "soon", "2", "2026-13-01", "-2d", "2026-01-01T25:00"])
def test_an_end_that_cant_be_read(text: str) -> None:
    with pytest.raises(InputError, match="neither a duration nor a date"):
        waivers.until(text, NOW)


def test_a_required_item_is_so_in_every_stage() -> None:
    """Where one stage requires it, waiving it takes who may waive what is required."""
    first, second = stages(replace(TESTS, requirement=Requirement.ADVISED)), stages(TESTS)
    made = planned(stages=(first[1], second[2]))
    asked = waivers.asked(made, "tests")
    assert asked.item.requirement is Requirement.REQUIRED and asked.stages == ("canary-10", "canary-50")


@pytest.mark.parametrize("id", ["canary-ready", "weight-reached", "world-as-wanted", "pause-elapsed"])
def test_mechanics_cant_be_waived(id: str) -> None:
    with pytest.raises(InputError, match="can't be waived"):
        waivers.asked(planned(), id)


def test_how_waivers_stand() -> None:
    ended, counting = Waived("tests", "it was broken", Instant(NOW - 60)), Waived("tests", "again", Instant(NOW + 60))
    gone = Waived("gone", "no such thing", Instant(NOW + 60))
    (alone, other) = waivers.standing(folded(planned(), ("bob", ended), ("bob", gone)), NOW)
    assert alone.trouble.startswith("it ended at") and alone.who == "bob (unverified)"
    assert other.trouble == "the plan has no such item any more"
    (only,) = waivers.standing(folded(planned(), ("bob", ended), ("carol", counting)), NOW)
    assert (only.by, only.trouble, only.reason) == ("carol", "", "again")
    excluded = planned(replace(TESTS, not_applicable="applies only when it rains"))
    (idle,) = waivers.standing(folded(excluded, ("bob", counting)), NOW)
    assert "applies only when it rains" in idle.trouble
    assert waivers.standing(folded(planned()), NOW) == ()
