"""Drive a release here, tell how it goes, and turn what it came to into an exit code."""

from __future__ import annotations

from gonogo.cli import exits
from gonogo.cli.driving import Ending, drive, live_driver
from gonogo.cli.find import plan_of
from gonogo.cli.progress import Progress
from gonogo.cli.session import Session
from gonogo.cli.views import result as view
from gonogo.journal.interface import Journal
from gonogo.model.state import State
from gonogo.platforms.table import open_platform


def drive_here(
    session: Session, journal: Journal, state: State, *, patient: bool = False, hand_over: bool = False
) -> int:
    progress = Progress(session.out)
    ending = drive(
        journal,
        open_platform(plan_of(state)),
        state.release,
        session.actor,
        patient=patient,
        hand_over=hand_over,
        tell=progress.tell,
        show=progress.show,
        warn=progress.warn,
    )
    return conclude(session, journal, ending, progress.seconds)


def conclude(session: Session, journal: Journal, ending: Ending, seconds: float) -> int:
    """Show what it came to."""
    state, last = ending.state, ending.last
    decision = last.decision if last else None
    code = exits.of(state, decision)
    if ending.interrupted:
        code = exits.Exit.INTERRUPTED
    words = ending.words
    driven = live_driver(journal, state) is not None
    session.out.show(
        lambda paint: list(view.lines(state, decision, seconds, paint, driven=driven, words=words)),
        lambda: view.document(state, decision, seconds, code, words),
    )
    return code
