"""Journals of releases, written event by event."""

from __future__ import annotations

import msgspec
from plans import answer, definition, item, stages
from plans import plan as make_plan

from gonogo.journal.interface import Write, release_stream, target_stream
from gonogo.journal.open import memory_journal
from gonogo.model import events as e
from gonogo.model.items import Actor, Item, OnFailure, Outcome
from gonogo.model.metrics import Counts, Interval
from gonogo.model.plan import Plan
from gonogo.model.stages import Stage, StageKind, TrackWant, Wanted
from gonogo.model.units import Duration, Instant, Ratio
from gonogo.model.world import Action, Scale, Weigh
from gonogo.report.build import build_report
from gonogo.report.shape import Report

BEGAN = 1_800_000_000.0
ANN, BEN, DRIVER = Actor("ann"), Actor("ben", "ssh"), Actor("driver", "driver")

APPROVAL = item("approval", "sign-off", on_failure=OnFailure.NOTE, why="Two see more than one.", remedy="Ask.")
CLEAN = item("repository-clean", "repository-clean")
EXCLUDED = item("tests-passed", "tests-reported", not_applicable="applies only when release.tests")
JUDGED = item("errors-judged", "judge-errors")
RELEASE = "shop-production-2"


def walk(*judged: Item) -> tuple[Stage, ...]:
    """Preparation with three items, then the stages of `plans`."""
    prepare = Stage("T-48h", StageKind.PREPARE, "Preparation", None, (CLEAN, APPROVAL, EXCLUDED))
    return (prepare, *stages(*judged))


WAY_BACK = tuple(
    Stage(id, StageKind.RETURN, title, Wanted(canary, TrackWant(3, Ratio(1), 1)), (), restores=True)
    for id, title, canary in (
        ("return-weight", "All traffic back", TrackWant(1, Ratio(0), 0)),
        ("return-stop", "Stop the new version", None),
    )
)


class Story:
    """A journal that grows event by event; time passes only when told."""

    def __init__(self, plan: Plan | None = None) -> None:
        self.journal = memory_journal()
        made = plan or make_plan(RELEASE, walk=walk(JUDGED))
        # As it is read again: what a signature binds to is told from the plan's own text.
        self.plan = msgspec.json.decode(msgspec.json.encode(made), type=Plan)
        self.now = BEGAN
        self.target(
            e.RevisionAdded("r1", definition("1"), "shop-production-1"),
            e.LiveChanged("r1", "shop-production-1"),
            e.ReleaseOpened(self.plan.release),
        )
        self.add(e.Planned(self.plan), by=ANN)

    def wait(self, seconds: float) -> Story:
        self.now += seconds
        return self

    def add(self, *events: e.Event, by: Actor = DRIVER) -> Story:
        return self._append(release_stream(self.plan.release), events, by)

    def target(self, *events: e.Event, by: Actor = DRIVER) -> Story:
        return self._append(target_stream(self.plan.target.key), events, by)

    def _append(self, stream: str, events: tuple[e.Event, ...], by: Actor) -> Story:
        heads = {h.stream: h.n for h in self.journal.heads()}
        self.journal.append([Write(stream, heads.get(stream, 0), events)], by, Instant(self.now))
        return self

    @property
    def n(self) -> int:
        """Number of the newest event of the release."""
        return next(h.n for h in self.journal.heads(release_stream(self.plan.release)))

    # --- chapters ---------------------------------------------------------------------------------------------------

    def answers(self, stage: str, **outcomes: Outcome) -> Story:
        """`answers("T-48h", repository_clean=Outcome.PASS)`"""
        given = ((i.replace("_", "-"), o) for i, o in outcomes.items())
        said = (answer(i, o, f"{i} was looked at", stage=stage, at=self.now) for i, o in given)
        return self.add(*(e.Answered(x) for x in said))

    def prepared(self) -> Story:
        self.add(e.StageEntered("T-48h")).answers("T-48h", repository_clean=Outcome.PASS)
        self.wait(60).add(e.Signed("approval", "looks right", self.plan.subject("plan")), by=BEN)
        self.answers("T-48h", approval=Outcome.SIGNED)
        return self.add(e.StageLeft("T-48h"), e.StageEntered("before"))

    def started(self) -> Story:
        self.prepared().wait(1)
        self.target(e.RevisionAdded("r2", self.plan.definition, self.plan.release))
        return self.add(e.StageLeft("before"), e.Started("r2", "r1", 1), e.StageEntered("canary-10"))

    def does(self, key: int, action: Action) -> Story:
        return self.add(e.Intended(key, action)).wait(0.5).add(e.Did(key))

    def canary(self, *, bad: int = 0) -> Story:
        """10 % of the traffic for ten seconds, counted; `bad` of 40 requests a second fail."""
        self.started().does(1, Scale("r2", self.plan.definition, 1)).does(2, weigh(0.1))
        for _ in range(2):
            self.wait(5)
            counted = tuple(interval(self.now - 4 + k, bad) for k in range(5))
            self.add(checkpoint(*counted), e.Watched("canary-10", Duration(5), Duration(6)))
        return self

    def rolled_back(self, *before: e.Event) -> Story:
        """`before` happens right before the judge's failing answer."""
        self.canary(bad=2).add(*before).answers("canary-10", errors_judged=Outcome.FAIL)
        self.add(e.TurnedBack("the canary fails 5 %", WAY_BACK, e.Result.ROLLED_BACK, "errors-judged"))
        self.add(e.StageEntered("return-weight")).does(3, Weigh({"r1": Ratio(1)}))
        self.target(e.LiveChanged("r1", RELEASE))
        self.add(e.StageLeft("return-weight"), e.StageEntered("return-stop")).does(4, Scale("r2", None, 0))
        return self.add(e.StageLeft("return-stop"), e.Closed(e.Result.ROLLED_BACK, "the canary fails 5 %"))

    def soaking(self) -> Story:
        self.canary().answers("canary-10", errors_judged=Outcome.PASS)
        self.add(e.StageLeft("canary-10"), e.StageEntered("canary-50")).does(3, weigh(0.5)).wait(5)
        self.add(e.StageLeft("canary-50"), e.StageEntered("live")).does(4, weigh(1)).wait(1)
        self.target(e.LiveChanged("r2", RELEASE, Instant(self.now + 60)))
        return self.add(e.StageLeft("live"), e.StageEntered("soak"))

    def report(self) -> Report:
        return build_report(self.journal, self.plan.release)


def weigh(canary: float) -> Weigh:
    shares = {"r1": Ratio(1 - canary), "r2": Ratio(canary)}
    return Weigh({r: w for r, w in shares.items() if w})


def interval(at: float, bad: int = 0) -> Interval:
    return Interval(Instant(at), Duration(1), Ratio(0.1), Counts(40, bad), Counts(360, 1))


def checkpoint(*counted: Interval) -> e.Checkpointed:
    return e.Checkpointed("errors-judged", msgspec.Raw(b"{}"), counted)


__all__ = ["ANN", "BEN", "DRIVER", "JUDGED", "RELEASE", "WAY_BACK", "Story", "checkpoint", "interval", "walk", "weigh"]
