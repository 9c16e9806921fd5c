"""`gonogo status`."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import click

from gonogo.cli import options
from gonogo.cli.session import Session

if TYPE_CHECKING:
    from gonogo.cli.views.status import Standing
    from gonogo.journal.interface import Journal
    from gonogo.model.stages import Decision

_LOOK_EVERY = 0.5


@click.command()
@options.release
@click.option("--watch", is_flag=True, help="Stay, and print a line whenever something changes, until it has ended.")
@options.common
def status(session: Session, release: str | None, watch: bool) -> int:
    """What is: the target's live revision, the release, its stage, items and driver, and orders not yet obeyed.

    Exits as the release stands: 0 while it goes well or is done, 3 while it waits, is paused or has no driver, 4 after
    a rollback, 5 when the way back is parked."""
    from gonogo.cli import exits, find
    from gonogo.cli.views import status as view

    journal = session.reading()
    name = find.find_release(session, journal, release, journal_first=True).release
    now = look(journal, name)
    if watch and not session.out.json:
        now = _watch(session, journal, now)
    code = exits.of(now.state, _decision(now), driven=now.driven)
    session.out.show(lambda paint: list(view.lines(now, paint)), lambda: view.document(now, code))
    return code


def look(journal: Journal, release: str) -> Standing:
    from gonogo.cli import find, waivers
    from gonogo.cli.views.status import Standing
    from gonogo.model.units import Instant
    from gonogo.rollout.gate import answers

    state = find.release_state(journal, release)
    plan = find.plan_of(state)
    lease = journal.lease(plan.target.key)
    ours = lease if lease is not None and lease.release == release else None
    now, stage = Instant(time.time()), state.current
    given = answers(stage, plan, state, {}, now) if stage else {}
    target = find.target_state(journal, plan.target.key)
    return Standing(plan, state, target, ours, given, now, waivers.standing(state, now))


def _decision(now: Standing) -> Decision | None:
    from gonogo.rollout.gate import gate

    stage = now.state.current
    return gate(stage.items, now.given, now.now) if stage else None


def _watch(session: Session, journal: Journal, now: Standing) -> Standing:
    """Events as they come, and a driver's coming and going."""
    from gonogo.cli.views import status as view
    from gonogo.journal.interface import release_stream
    from gonogo.model.state import Direction
    from gonogo.report.words import line

    release, driven = now.state.release, now.driven
    session.out.say(*view.lines(now, session.out.paint))
    while not now.state.closed and not (now.state.direction is Direction.BACK and now.state.paused):
        time.sleep(_LOOK_EVERY)
        told = [line(r) for r in journal.read(release_stream(release), now.state.n)]
        session.out.say(*(text for text in told if text))
        now = look(journal, release)
        if now.state.started and now.driven != driven:
            driven = now.driven
            session.out.say(f"driver: {view.driver(now)}")
    return now
