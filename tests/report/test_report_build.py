"""Reports of releases at every point of their life."""

from __future__ import annotations

import msgspec
import pytest
from plans import item as item_of
from plans import plan as make_plan
from plans import stages
from release_journals import ANN, BEGAN, BEN, DRIVER, RELEASE, WAY_BACK, Story, checkpoint, interval, walk, weigh

from gonogo.journal.interface import release_stream, target_stream
from gonogo.model import events as e
from gonogo.model.errors import InputError
from gonogo.model.items import Evidence, Outcome
from gonogo.model.stages import Stage, StageKind
from gonogo.model.units import Duration, Instant
from gonogo.model.world import Scale, Weigh
from gonogo.report.build import build_report
from gonogo.report.shape import ItemReport, Report, StageReport


def stage(report: Report, id: str) -> StageReport:
    return next(s for s in report.stages if s.id == id)


def item(report: Report, stage_id: str, id: str) -> ItemReport:
    return next(i for i in stage(report, stage_id).items if i.id == id)


def statuses(report: Report) -> dict[str, str]:
    return {s.id: s.status for s in report.stages}


def lines(report: Report) -> list[str]:
    return [told.line for told in report.timeline]


# --- where it stands ------------------------------------------------------------------------------------------------


def test_planned_and_not_started() -> None:
    report = Story().report()
    assert (report.verdict.status, report.verdict.result) == ("planned", None)
    assert set(statuses(report).values()) == {"not_reached"}
    assert (report.identity.revision, report.identity.stable, report.identity.started_at) == ("", None, None)
    assert report.series.begins is None
    assert report.way_back is None
    assert lines(report) == ["planned by ann: shop 2 to production, canary, 7 stages"]


def test_in_preparation_it_says_what_is_missing() -> None:
    story = Story().add(e.StageEntered("T-48h")).answers("T-48h", repository_clean=Outcome.PASS)
    report = story.report()
    assert report.verdict.status == "preparing"
    assert report.verdict.reason == "approval: not answered yet"
    assert item(report, "T-48h", "approval").outcome is None
    assert item(report, "T-48h", "tests-passed").outcome is Outcome.NOT_APPLICABLE
    assert item(report, "T-48h", "tests-passed").summary == "applies only when release.tests"


def test_a_no_go_is_one() -> None:
    story = Story().add(e.StageEntered("T-48h")).answers("T-48h", repository_clean=Outcome.FAIL)
    report = story.report()
    decision = stage(report, "T-48h").decision
    assert decision is not None
    assert decision.verdict == "no_go"
    assert report.verdict.headline == "No-go: it has not started"
    assert report.verdict.reason.startswith("repository-clean: ")


def test_a_stage_that_was_passed_had_a_go_however_old_its_journaled_answer() -> None:
    """An answer that is asked again and stays the same is journaled once."""
    prepare = Stage("T-48h", StageKind.PREPARE, "Preparation", None, (item_of("repository-clean"),))
    story = Story(make_plan(RELEASE, walk=(prepare, *stages()))).add(e.StageEntered("T-48h"))
    said = Evidence("repository-clean", Outcome.PASS, "clean", Instant(BEGAN), "T-48h", fresh_for=Duration(10))
    story.add(e.Answered(said)).wait(60).add(e.Noted("still here"))
    current = stage(story.report(), "T-48h").decision
    assert current is not None
    assert current.verdict == "undecided"
    passed = stage(story.add(e.StageLeft("T-48h"), e.StageEntered("before")).report(), "T-48h")
    assert passed.decision is not None
    assert passed.decision.go


def test_the_last_stage_before_traffic_asks_all_of_the_preparation() -> None:
    story = Story().prepared().answers("T-48h", repository_clean=Outcome.FAIL)
    decision = stage(story.report(), "before").decision
    assert decision is not None
    assert [r.item for r in decision.reasons] == ["repository-clean"]


def test_half_way() -> None:
    report = Story().canary().report()
    assert report.verdict.status == "under_way"
    assert report.verdict.headline == "Under way, in canary-10"
    assert statuses(report) == {
        "T-48h": "passed",
        "before": "passed",
        "canary-10": "current",
        "canary-50": "not_reached",
        "live": "not_reached",
        "soak": "not_reached",
        "tidy": "not_reached",
    }
    canary = stage(report, "canary-10")
    assert canary.entered == BEGAN + 61
    assert canary.watched == Duration(5)
    assert canary.left is None
    assert canary.wanted == "new revision: 1 instance, 10 % of traffic; stable: 3 instances, 90 % of traffic"
    assert canary.decision is not None
    assert canary.decision.verdict == "undecided"


def test_paused() -> None:
    report = Story().canary().add(e.Paused("ann: lunch")).report()
    assert (report.verdict.status, report.verdict.reason) == ("paused", "ann: lunch")


def test_rolled_back() -> None:
    report = Story().rolled_back().report()
    assert report.verdict.result is e.Result.ROLLED_BACK
    assert report.verdict.headline == "Rolled back: r1 serves everything again"
    assert statuses(report)["canary-10"] == "turned_back"
    assert [(s.id, s.status) for s in report.stages if s.way_back] == [
        ("return-weight", "passed"),
        ("return-stop", "passed"),
    ]
    failed = stage(report, "canary-10").decision
    assert failed is not None
    assert failed.verdict == "no_go"
    assert any(r.item == "errors-judged" and r.outcome == "fail" for r in failed.reasons)
    back = report.way_back
    assert back is not None
    assert (back.item, back.ordered_by) == ("errors-judged", "")
    assert (back.seconds, back.exposed) == (0.5, 10.5)


def test_the_clock_of_the_way_back_starts_at_the_failing_answer() -> None:
    story = Story().canary(bad=2).answers("canary-10", errors_judged=Outcome.PASS).wait(3)
    story.answers("canary-10", errors_judged=Outcome.FAIL).wait(2)
    story.add(e.TurnedBack("bad", WAY_BACK, e.Result.ROLLED_BACK, "errors-judged"), e.StageEntered("return-weight"))
    story.wait(1).does(3, Weigh({"r1": 1.0}))  # type: ignore[dict-item]
    back = story.report().way_back
    assert back is not None
    assert back.failing_at == back.turned_at - 2
    assert back.seconds == 3.5
    assert [a.outcome for a in item(story.report(), "canary-10", "errors-judged").earlier] == [Outcome.PASS]


def test_an_ordered_way_back_names_who_ordered_it() -> None:
    story = Story().canary().add(e.Commanded(e.Command.ABORT, "no", now=False), by=BEN)
    ordered = story.n
    story.add(e.TurnedBack("ben: no", WAY_BACK, e.Result.ROLLED_BACK, command=ordered), e.StageEntered("return-weight"))
    going = story.report()
    assert (going.verdict.status, going.verdict.reason) == ("going_back", "ben: no")
    assert going.way_back is not None
    assert (going.way_back.ordered_by, going.way_back.back_at, going.way_back.seconds) == ("ben", None, None)
    stuck = story.add(e.Paused("nothing is ready")).report()
    assert (stuck.verdict.status, stuck.verdict.reason) == ("stuck", "nothing is ready")


def test_a_second_turn_hurries_and_tells_each_stage_once() -> None:
    story = Story().canary()
    story.add(e.TurnedBack("a", WAY_BACK, e.Result.ROLLED_BACK), e.StageEntered("return-weight")).wait(1)
    story.add(e.TurnedBack("b", WAY_BACK, e.Result.ROLLED_BACK), e.StageEntered("return-weight"))
    story.does(3, Weigh({"r1": 1.0}))  # type: ignore[dict-item]
    report = story.report()
    assert [(s.id, s.status) for s in report.stages if s.way_back] == [
        ("return-weight", "turned_back"),
        ("return-weight", "current"),
        ("return-stop", "not_reached"),
    ]
    assert report.way_back is not None
    assert (report.way_back.reason, report.way_back.seconds) == ("a", 1.5)


def test_never_ready() -> None:
    story = Story().started().does(1, Scale("r2", Story().plan.definition, 1)).wait(60)
    story.answers("canary-10", canary_ready=Outcome.FAIL)
    story.add(e.TurnedBack("never ready", WAY_BACK[1:], e.Result.NOT_STARTED, "canary-ready"))
    story.add(e.StageEntered("return-stop")).does(2, Scale("r2", None, 0))
    report = story.add(e.StageLeft("return-stop"), e.Closed(e.Result.NOT_STARTED, "never ready")).report()
    assert report.verdict.result is e.Result.NOT_STARTED
    assert report.series.begins is None
    assert report.way_back is not None
    assert (report.way_back.back_at, report.way_back.exposed) == (None, None)


def test_superseded_while_it_soaks() -> None:
    report = Story().soaking().add(e.Closed(e.Result.SUPERSEDED, "shop-production-3 took over")).report()
    assert report.verdict.headline == "Released: r2 (2) went live, and a newer release took over"
    assert statuses(report)["soak"] == "ended"
    assert statuses(report)["tidy"] == "not_reached"
    assert "promoted: r2 is live" in lines(report)
    assert lines(report).index("promoted: r2 is live") < lines(report).index("live passed")


def test_stopped_before_it_started() -> None:
    story = Story().add(e.StageEntered("T-48h")).add(e.Commanded(e.Command.ABORT, "not today"), by=ANN)
    report = story.add(e.Obeyed(3, "stopped"), e.Closed(e.Result.STOPPED, "ann: not today")).report()
    assert (report.verdict.headline, report.verdict.closed_at) == ("Stopped before it had any traffic", BEGAN)
    assert statuses(report)["T-48h"] == "ended"


# --- who ------------------------------------------------------------------------------------------------------------


def test_a_skipped_stage_names_who_skipped_it_and_what_was_missing() -> None:
    story = Story().canary().add(e.Commanded(e.Command.PROMOTE, "seen enough"), by=BEN)
    report = story.add(e.StageLeft("canary-10", "seen enough", story.n), e.StageEntered("canary-50")).report()
    skipped = stage(report, "canary-10")
    assert (skipped.status, skipped.skipped, skipped.skipped_by) == ("skipped", "seen enough", "ben")
    assert skipped.decision is not None
    assert skipped.decision.verdict == "undecided"
    assert "errors-judged" in {r.item for r in skipped.decision.reasons}


def test_people_and_whether_their_answers_still_count() -> None:
    story = Story()
    story.add(e.Signed("approval", "early", "plan:of another plan"), by=ANN)
    story.add(e.Signed("approval", "first", story.plan.subject("plan")), by=BEN)
    story.add(e.Signed("approval", "again", story.plan.subject("plan")), by=BEN)
    story.add(e.Waived("repository-clean", "generated file", Instant(BEGAN + 10)), by=BEN)
    before = story.add(e.StageEntered("T-48h")).report()
    assert [(p.by, p.how, p.statement, p.lapsed) for p in before.people] == [
        ("ann", "unverified", "early", "what was seen has changed since"),
        ("ben", "ssh", "first", "replaced by a later answer"),
        ("ben", "ssh", "again", ""),
        ("ben", "ssh", "generated file", ""),
    ]
    assert before.people[3].waiver
    assert item(before, "T-48h", "repository-clean").outcome is Outcome.WAIVED
    after = story.wait(20).answers("T-48h", approval=Outcome.SIGNED).report()
    assert after.people[3].lapsed == "ended at 2027-01-15 08:00:10 UTC"
    assert item(after, "T-48h", "repository-clean").outcome is None


def test_an_answer_about_something_else_has_lapsed() -> None:
    story = Story().add(e.StageEntered("T-48h"))
    for subject, lapsed in ((story.plan.world.commit, False), ("an older commit", True)):
        said = Evidence("repository-clean", Outcome.PASS, "clean", Instant(story.now), "T-48h", subject)
        assert bool(item(story.add(e.Answered(said)).report(), "T-48h", "repository-clean").lapsed) is lapsed


# --- crashes --------------------------------------------------------------------------------------------------------


def test_a_repeated_action_is_told_from_one_that_only_looks_again() -> None:
    story = Story().started().does(1, Scale("r2", Story().plan.definition, 1))
    story.add(e.Intended(2, weigh(0.1))).wait(9).add(e.Taken("driver-2", 2))
    story.add(e.Intended(3, weigh(0.1))).wait(1).add(e.Did(3)).wait(5)
    story.add(e.Intended(4, weigh(0.5))).wait(9).add(e.Taken("driver-3", 3, "the one before was frozen"))
    story.add(e.StageLeft("canary-10"), e.StageEntered("canary-50"))
    report = story.report()
    assert [(a.key, a.result, a.repeats) for a in report.actions] == [
        (1, "done", None),
        (2, "unknown", None),
        (3, "done", 2),
        (4, "unknown", None),
    ]
    assert (report.repeated, report.takeovers) == (1, 2)
    assert [(d.holder, d.fence, d.note) for d in report.drivers] == [
        ("", 1, ""),
        ("driver-2", 2, ""),
        ("driver-3", 3, "the one before was frozen"),
    ]
    assert "traffic: r1 90 %, r2 10 % (again: the driver before left no result)" in lines(report)
    # The stage was left, so the router had accepted what the third driver didn't have to repeat.
    start = BEGAN + 61
    assert [(p.at - start, p.weight) for p in report.series.weights] == [(0, 0), (10.5, 0.1), (15.5, 0.5)]


def test_what_a_dead_driver_left_open_before_the_turn_is_not_claimed_to_have_happened() -> None:
    story = Story().started().add(e.Intended(1, weigh(0.1))).wait(9).add(e.Taken("driver-2", 2))
    story.add(e.TurnedBack("bad", WAY_BACK, e.Result.ROLLED_BACK), e.StageEntered("return-weight"))
    report = story.wait(1).add(e.StageLeft("return-weight"), e.StageEntered("return-stop")).report()
    assert [(a.key, a.result) for a in report.actions] == [(1, "unknown")]
    assert [p.weight for p in report.series.weights] == []
    assert report.series.begins is None


def test_an_action_that_failed_and_is_tried_again_is_no_repetition() -> None:
    story = Story().started().add(e.Intended(1, weigh(0.1)), e.DidNot(1, "busy", False))
    report = story.add(e.Intended(2, weigh(0.1)), e.Did(2)).report()
    assert [(a.result, a.error, a.repeats) for a in report.actions] == [("failed", "busy", None), ("done", "", None)]
    assert report.repeated == 0


# --- charts' data ---------------------------------------------------------------------------------------------------


def test_series() -> None:
    report = Story().rolled_back().report()
    series = report.series
    start = BEGAN + 61
    assert [(p.at - start, p.weight) for p in series.weights] == [(0, 0), (1, 0.1), (11.5, 0)]
    assert (series.canary.requests, series.canary.bad) == (400, 20)
    assert (series.stable.requests, series.stable.bad) == (3600, 10)
    assert series.canary.share == 0.05
    assert sum(p.canary.requests for p in series.errors) == 400
    assert [(j.stage, j.outcome) for j in series.judgements] == [("canary-10", Outcome.FAIL)]
    assert [(m.kind, m.label) for m in series.marks] == [("stage", "canary-10"), ("turned_back", "turned back")]
    assert series.begins == start
    assert series.ends is not None
    assert start + 11.5 < series.ends < start + 14


def test_a_long_release_is_drawn_with_few_points() -> None:
    story = Story().canary()
    for _ in range(400):
        story.wait(1).add(checkpoint(interval(story.now)))
    series = story.report().series
    assert len(series.errors) <= 70
    assert series.canary.requests == 400 * 40 + 400


def test_other_items_checkpoints_are_not_mixed_in() -> None:
    story = Story().canary()
    story.add(e.Checkpointed("slow-judged", msgspec.Raw(b"{}"), (interval(story.now, 9),)))
    assert story.report().series.canary.requests == 400


# --- the whole ------------------------------------------------------------------------------------------------------


def test_json_round_trip() -> None:
    for story in (Story(), Story().canary(), Story().rolled_back(), Story().soaking()):
        report = story.report()
        raw = msgspec.json.encode(report)
        assert msgspec.json.decode(raw, type=Report) == report
        assert msgspec.json.decode(raw)["v"] == 1


def test_anchors_are_those_that_verify_takes() -> None:
    story = Story().rolled_back()
    report = story.report()
    assert set(report.anchors) == {release_stream(RELEASE), target_stream("shop/production")}
    assert story.journal.verify(report.anchors) == []
    assert report.integrity.intact


def test_a_changed_event_shows() -> None:
    story = Story().rolled_back()
    connection = story.journal._connection
    for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        connection.execute(f"DROP TRIGGER {name}")
    connection.execute("UPDATE events SET text = replace(text, 'looks right', 'looks bad') WHERE type = 'signed'")
    report = story.report()
    assert not report.integrity.intact
    assert report.integrity.damage[0].stream == release_stream(RELEASE)
    assert "changed" in report.integrity.damage[0].message


def test_damage_elsewhere_is_counted_and_not_ours() -> None:
    story = Story().canary()
    story.journal._connection.execute("INSERT INTO heads VALUES ('release/lost', 3, 'x', 1.0, 'planned')")
    report = story.report()
    assert report.integrity.intact
    assert report.integrity.elsewhere == 1


def test_only_what_this_release_did_to_the_target_is_told() -> None:
    story = Story().soaking().target(e.RevisionRetired("r0"))
    story.add(e.Closed(e.Result.SUPERSEDED, "")).wait(1)
    story.target(e.RevisionAdded("r3", story.plan.definition, "shop-production-3"), e.RevisionRetired("r1"), by=BEN)
    told = [line for line in lines(story.report()) if " is version " in line or " need not run " in line]
    assert told == ["r2 is version 2 (sha256:000000000000)", "r0 need not run any more"]


def test_an_unknown_release_names_the_nearest() -> None:
    with pytest.raises(InputError, match=r"no release 'shop-production-3'.*did you mean 'shop-production-2'"):
        build_report(Story().journal, "shop-production-3")


def test_a_journal_without_releases_says_so() -> None:
    from gonogo.journal.open import memory_journal

    with pytest.raises(InputError, match="holds no release yet"):
        build_report(memory_journal(), "shop-production-3")


def test_a_release_planned_anew_is_told_by_its_newest_plan() -> None:
    story = Story()
    story.add(e.Planned(make_plan(RELEASE, version="2.1", walk=walk())), by=DRIVER)
    assert story.report().identity.version == "2.1"
