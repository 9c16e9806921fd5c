"""A person's orders: appended, then obeyed by the release's driver, or by us where none lives."""

from __future__ import annotations

import time

from gonogo.cli.append import append_to
from gonogo.cli.driving import drive, live_driver, process_seconds
from gonogo.cli.exits import Exit
from gonogo.cli.find import plan_of, release_state
from gonogo.cli.finish import conclude, drive_here
from gonogo.cli.progress import Progress
from gonogo.cli.session import Session
from gonogo.cli.views import order as view
from gonogo.journal.interface import Journal, Recorded, release_stream
from gonogo.model import events as e
from gonogo.model.errors import InputError, Problem
from gonogo.model.events import Command
from gonogo.model.state import Direction, State
from gonogo.model.units import format_duration
from gonogo.platforms.table import open_platform
from gonogo.rollout.driver import Tick

PATIENCE = 2.0
"""Seconds a living driver has to obey before we say that it hasn't yet."""
_BACK = (Command.ABORT, Command.ROLLBACK)


def give(session: Session, journal: Journal, state: State, command: Command, reason: str, *, now: bool = False) -> int:
    """Append the order and see to it. `now` seizes the release from whoever drives it."""

    def order(newest: State) -> tuple[e.Event, ...]:
        if newest.closed:
            said = f"{newest.release} has ended: {newest.closed.result}"
            raise InputError(Problem(said, remedy=f"gonogo report {newest.release}"))
        if command is Command.PROMOTE and not newest.started:
            said = f"{newest.release} has not started: nothing before the first traffic can be skipped"
            raise InputError(Problem(said, remedy=f"gonogo gate {newest.release}"))
        return (e.Commanded(command, reason, now),)

    number = append_to(journal, state.release, session.actor, order)[-1].n
    state = release_state(journal, state.release)
    if now and state.started:
        return _seize(session, journal, state)
    if live_driver(journal, state) is not None:
        return _await(session, journal, state, command, number)
    if command is Command.PAUSE or (not state.started and command not in _BACK):
        return _tell(session, state, command, None, Exit.DONE, driven=False)
    return drive_here(session, journal, state)


def _seize(session: Session, journal: Journal, state: State) -> int:
    progress = Progress(session.out)
    back = False

    def show(tick: Tick) -> None:
        nonlocal back
        progress.show(tick)
        weights = tick.seen.weights if tick.seen else {}
        gone = tick.seen is not None and weights.get(tick.state.revision, 0.0) == 0.0
        if gone and not back and tick.state.direction is Direction.BACK:
            back = True
            progress.warn(
                f"all traffic is back {format_duration(round(process_seconds(), 2))} after this command began"
            )

    ending = drive(
        journal, open_platform(plan_of(state)), state.release, session.actor,
        force=True, tell=progress.tell, show=show, warn=progress.warn,
    )  # fmt: skip
    return conclude(session, journal, ending, progress.seconds)


def _await(session: Session, journal: Journal, state: State, command: Command, number: int) -> int:
    """Until the driver has obeyed, for a while."""
    until = time.monotonic() + PATIENCE
    while True:
        answer = _answer(journal, state.release, number)
        if answer is not None or time.monotonic() > until:
            break
        time.sleep(0.02)
    state = release_state(journal, state.release)
    code = Exit.UNDECIDED if answer is None else Exit.DONE if _satisfied(state, command, answer) else Exit.COULD_NOT
    return _tell(session, state, command, answer, code, driven=True)


def _answer(journal: Journal, release: str, number: int) -> Recorded | None:
    later = journal.read(release_stream(release), number)
    return next((r for r in later if getattr(r.event, "command", 0) == number), None)


def _satisfied(state: State, command: Command, answer: Recorded) -> bool:
    """Whether it is now as it was wanted; a driver may have found nothing to change, for good or bad reasons."""
    if not isinstance(answer.event, e.Obeyed):
        return True
    if command is Command.PAUSE:
        return bool(state.paused)
    if command is Command.RESUME:
        return not state.paused
    return command in _BACK and (state.direction is Direction.BACK or state.closed is not None)


def _tell(
    session: Session, state: State, command: Command, answer: Recorded | None, code: Exit, *, driven: bool
) -> int:
    session.out.show(
        lambda paint: list(view.lines(state, command, answer, paint, driven=driven)),
        lambda: view.document(state, command, answer, code, driven=driven),
    )
    return code
