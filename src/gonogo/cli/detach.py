"""Handing a release to a controller that lives on when the terminal is closed."""

from __future__ import annotations

import time

from gonogo.cli import exits
from gonogo.cli.driving import drive, live_driver
from gonogo.cli.find import plan_of, release_state
from gonogo.cli.finish import conclude, drive_here
from gonogo.cli.progress import Progress
from gonogo.cli.session import Session
from gonogo.journal.holder import holder_name
from gonogo.journal.interface import Journal
from gonogo.model.state import State
from gonogo.platforms.table import open_platform

PREFIX = "serve: "
"""How a controller's name as a holder begins."""
PATIENCE = 10.0
"""Seconds a controller has to take what was handed to it."""


def controllers(journal: Journal) -> list[str]:
    """Those that are alive."""
    return [holder for holder in journal.holders() if holder.startswith(PREFIX)]


def hand_over(session: Session, journal: Journal, state: State, *, patient: bool) -> int:
    """Open the gates here, start, and let a controller go on. Where none takes it in time, it is driven on here."""
    progress = Progress(session.out)
    ending = drive(
        journal, open_platform(plan_of(state)), state.release, session.actor,
        patient=patient, hand_over=True, tell=progress.tell, show=progress.show, warn=progress.warn,
    )  # fmt: skip
    if ending.interrupted or not ending.state.started or ending.state.closed:
        return conclude(session, journal, ending, progress.seconds)
    who = _taker(journal, state.release)
    if not who:
        progress.warn("nobody took it: driving on here")
        return drive_here(session, journal, state)
    following = f"gonogo status {state.release} --watch"
    session.out.show(
        lambda paint: [paint("good", "handed over") + f" to {who} · next: {following}"],
        lambda: {"kind": "handed_over", "release": state.release, "to": who, "next": following},
    )
    return exits.of(release_state(journal, state.release))


def _taker(journal: Journal, release: str) -> str:
    """Who drives it now; empty where nobody took it in time."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        lease = live_driver(journal, release_state(journal, release))
        if lease is not None:
            return holder_name(lease.holder)
        time.sleep(0.05)
    return ""
