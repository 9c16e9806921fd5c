"""Every event has words, or is known to need none; and no words can steer a terminal."""

from __future__ import annotations

from typing import get_args

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from plans import definition
from plans import plan as make_plan

from gonogo.journal.interface import Recorded
from gonogo.model import events as e
from gonogo.model.items import Actor, Evidence, Outcome
from gonogo.model.metrics import Baseline, Counts
from gonogo.model.units import Duration, Instant, Ratio
from gonogo.model.world import Forget, Scale, Stop, Weigh
from gonogo.report.words import LONGEST, WORDS, action_text, line, plain

AT = Instant(1_800_000_000.0)
ALICE = Actor("alice", "ssh")
SILENT = {e.Watched, e.Checkpointed, e.Did, e.ReleaseOpened, e.ReleaseEnded}


def said(event: e.Event, by: Actor = ALICE) -> str:
    return line(Recorded("release/x", 7, AT, by, event, "hash"))


def judged(outcome: Outcome, summary: str = "canary 4.8 % errors") -> e.Answered:
    return e.Answered(Evidence("errors-judged", outcome, summary, AT))


BASELINE = Baseline("r1", AT, Duration(1), ((Counts(300, 1), Counts(300, 2)), (Counts(400, 0),)), ())

SAMPLES: dict[type, tuple[e.Event, str]] = {
    e.Planned: (e.Planned(make_plan()), "planned by ann: shop 2 to production, canary, 6 stages"),
    e.Answered: (judged(Outcome.FAIL), "errors-judged: fail – canary 4.8 % errors"),
    e.Signed: (e.Signed("approval", "read it", "plan:1"), "alice signed approval: read it"),
    e.Waived: (
        e.Waived("tests-passed", "flaky", AT),
        "alice waived tests-passed until 2027-01-15 08:00:00 UTC: flaky",
    ),
    e.Commanded: (
        e.Commanded(e.Command.ABORT, "users complain", now=True),
        "alice ordered abort at once: users complain",
    ),
    e.Started: (e.Started("r8", "r7", 4), "started by alice: r8 is the new revision, r7 is stable"),
    e.Taken: (
        e.Taken("ann@host pid 7 [boot=b space=1 pid=7 start=2]", 5),
        "taken over by ann@host pid 7",
    ),
    e.StageEntered: (e.StageEntered("canary-10"), "canary-10 entered"),
    e.StageLeft: (e.StageLeft("canary-10"), "canary-10 passed"),
    e.Watched: (e.Watched("canary-10", Duration(3), Duration(4)), ""),
    e.Checkpointed: (e.Checkpointed("errors-judged", msgspec.Raw(b"{}")), ""),
    e.Paused: (e.Paused("the clock jumped"), "paused: the clock jumped"),
    e.Resumed: (e.Resumed("alice: go on"), "resumed: alice: go on"),
    e.Obeyed: (e.Obeyed(3, "it isn't paused"), "an order changed nothing: it isn't paused"),
    e.TurnedBack: (e.TurnedBack("errors", (), e.Result.ROLLED_BACK), "turned back because errors"),
    e.Paged: (e.Paged("no answer"), "a person is called: no answer"),
    e.Noted: (e.Noted("slow"), "noted: slow"),
    e.Intended: (
        e.Intended(1, Weigh({"r10": Ratio(0.1), "r9": Ratio(0.9)})),
        "traffic: r9 90 %, r10 10 %",
    ),
    e.Did: (e.Did(1), ""),
    e.DidNot: (e.DidNot(1, "busy", False), "did not work, will be tried again: busy"),
    e.Closed: (e.Closed(e.Result.ROLLED_BACK, "errors"), "closed as rolled back: errors"),
    e.ReleaseOpened: (e.ReleaseOpened("shop-production-8"), ""),
    e.RevisionAdded: (
        e.RevisionAdded("r8", definition("2"), "shop-production-8"),
        "r8 is version 2 (sha256:000000000000)",
    ),
    e.LiveChanged: (e.LiveChanged("r8", "shop-production-8", AT), "promoted: r8 is live"),
    e.RevisionRetired: (e.RevisionRetired("r7"), "r7 need not run any more"),
    e.BaselineCaptured: (
        e.BaselineCaptured(BASELINE),
        "baseline of r1 captured: 0.3 % errors in 1,000 requests, 2 blocks of 1s",
    ),
    e.ReleaseEnded: (e.ReleaseEnded("shop-production-8", e.Result.DONE), ""),
}


def test_every_event_has_words_or_is_known_to_need_none() -> None:
    union = set(get_args(e.Event))
    assert set(WORDS) == union
    assert set(SAMPLES) == union
    assert {kind for kind, words in WORDS.items() if words is None} == SILENT


@pytest.mark.parametrize("kind", SAMPLES, ids=lambda kind: kind.__name__)
def test_what_each_event_says(kind: type) -> None:
    event, expected = SAMPLES[kind]
    assert type(event) is kind
    assert said(event) == expected


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        (judged(Outcome.PENDING), ""),
        (judged(Outcome.NOT_APPLICABLE, "a rule"), "errors-judged: not applicable – a rule"),
        (e.StageLeft("canary-10", "seen enough", 4), "canary-10 skipped: seen enough"),
        (e.Started("r1", None, 1), "started by alice: r1 is the new revision, nothing is live yet"),
        (e.LiveChanged("r7", "shop-production-8"), "r7 is live again"),
        (e.LiveChanged(None, "shop-production-8"), "nothing is live any more"),
        (e.DidNot(1, "no such command", True), "refused for good: no such command"),
        (e.Signed("approval", "", "plan:1", AT), "alice signed approval (until 2027-01-15 08:00:00 UTC)"),
    ],
)
def test_what_else_they_may_say(event: e.Event, expected: str) -> None:
    assert said(event) == expected


def test_an_unverified_person_is_called_so() -> None:
    assert said(e.Signed("approval", "", "plan:1"), Actor("bob")) == "bob (unverified) signed approval"


@pytest.mark.parametrize(
    ("action", "expected"),
    [
        (Scale("r8", definition(), 2), "r8: 2 instances wanted"),
        (Scale("r8", definition(), 1), "r8: 1 instance wanted"),
        (Scale("r8", None, 0), "r8: no instances wanted"),
        (Weigh({}), "traffic: nobody is served"),
        (Stop("r7", ("a", "b")), "r7: stopping 2 instances"),
        (Forget("r7"), "r7: cleared away"),
    ],
)
def test_actions(action: Scale | Weigh | Stop | Forget, expected: str) -> None:
    assert action_text(action) == expected


def test_last_words_can_not_steer_a_terminal() -> None:
    words = "Traceback\n  boom \x1b[2J\x1b]0;owned\x07 \u009b31m \u202egnp.exe"
    assert said(e.Paused(words)) == r"paused: Traceback boom \x1b[2J\x1b]0;owned\x07 \x9b31m \u202egnp.exe"


def test_a_pasted_log_stays_one_short_line() -> None:
    shown = said(e.Paused("x" * 100_000))
    assert len(shown) == LONGEST
    assert shown.endswith("…")


@given(st.text(max_size=60))
def test_plain_text_is_one_printable_line(text: str) -> None:
    shown = plain(text)
    assert shown.replace("\u200c", "").replace("\u200d", "").isprintable()
    assert plain(shown) == shown


def test_words_of_every_script_are_left_alone() -> None:
    for text in ("Déploiement à l'épreuve", "发布 2.4.0", "می\u200cشود", "👩\u200d💻 ships"):
        assert plain(text) == text
