"""Reports of releases that the real driver drove, killed at many moments."""

from __future__ import annotations

import msgspec
import pytest
from plans import JUDGED, stages
from plans import plan as make_plan
from simulation import Killer, World

from gonogo.model import events as e
from gonogo.platforms.simulated import Behaviour
from gonogo.report.build import build_report
from gonogo.report.shape import Report


def driven(killer: Killer | None = None, *, error_rate: float) -> Report:
    world = World(make_plan(walk=stages(JUDGED)), v2=Behaviour(error_rate=error_rate))
    world.run(killer)
    report = build_report(world.journal, world.plan.release)
    assert msgspec.json.decode(msgspec.json.encode(report), type=Report) == report
    assert report.integrity.intact
    return report


def weights(report: Report) -> list[float]:
    return [p.weight for p in report.series.weights]


def test_a_good_release() -> None:
    report = driven(error_rate=0.003)
    assert report.verdict.result is e.Result.DONE
    assert {s.status for s in report.stages} == {"passed"}
    assert weights(report) == [0, 0.1, 0.5, 1]
    assert [j.outcome for j in report.series.judgements] == ["pass", "pass"]
    assert (report.takeovers, report.repeated) == (0, 0)
    assert {a.result for a in report.actions} == {"done"}


def test_a_bad_release() -> None:
    report = driven(error_rate=0.05)
    assert report.verdict.result is e.Result.ROLLED_BACK
    assert weights(report) == [0, 0.1, 0]
    assert report.way_back is not None
    assert report.way_back.item == "errors-judged"
    assert report.way_back.seconds is not None
    assert report.series.canary.share == pytest.approx(0.05, abs=0.01)
    assert report.series.stable.share == pytest.approx(0.003, abs=0.003)


@pytest.mark.parametrize("error_rate", [0.003, 0.05])
def test_wherever_a_driver_dies_the_report_tells_the_same_story(error_rate: float) -> None:
    counting = Killer()
    calm = driven(counting, error_rate=error_rate)
    for moment in range(len(counting.moments)):
        killed = driven(Killer(moment), error_rate=error_rate)
        what = f"killed at {moment}, {counting.moments[moment]}"
        assert killed.verdict.result == calm.verdict.result, what
        assert [(s.id, s.status) for s in killed.stages] == [(s.id, s.status) for s in calm.stages], what
        assert weights(killed) == weights(calm), what
        assert (killed.way_back is None) == (calm.way_back is None), what
        if killed.way_back is not None:
            assert killed.way_back.exposed is not None or not any(weights(calm)), what
        done = [a.text for a in killed.actions if a.repeats is None]
        assert done == [a.text for a in calm.actions], what


def test_an_action_is_repeated_only_if_its_driver_died_before_doing_it() -> None:
    counting = Killer()
    driven(counting, error_rate=0.003)
    expected = {"after append Intended": 1, "before Weigh": 1, "after Weigh": 0, "before append Did": 0}
    checked = set()
    for moment, what in enumerate(counting.moments):
        if what in expected and what not in checked:
            checked.add(what)
            report = driven(Killer(moment), error_rate=0.003)
            unknown = [a.key for a in report.actions if a.result == "unknown"]
            assert len(unknown) == 1, what
            assert [a.repeats for a in report.actions if a.repeats is not None] == unknown * expected[what], what
            assert (report.repeated, report.takeovers) == (expected[what], 1), what
    assert checked == set(expected)
