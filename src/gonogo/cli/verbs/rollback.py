"""`gonogo rollback`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from gonogo.cli import options
from gonogo.cli.session import Session

if TYPE_CHECKING:
    from gonogo.journal.interface import Journal
    from gonogo.model.plan import Plan
    from gonogo.model.state import State


@click.command()
@options.release
@click.option("--to", metavar="REVISION", help="The revision to restore (default: the one before).")
@click.option("--reason", default="no reason given", metavar="TEXT", help="Why.")
@options.common
def rollback(session: Session, release: str | None, to: str | None, reason: str) -> int:
    """Restore a revision that was promoted over.

    While the release still soaks it turns back. Afterwards, or with --to, a new release brings the revision back, all
    traffic at once; its preparation is not asked again."""
    from gonogo.cli import find
    from gonogo.cli.finish import drive_here
    from gonogo.cli.ordering import give
    from gonogo.model.errors import InputError, Problem
    from gonogo.model.events import Command

    reading = session.reading()
    last = _started(reading, find.find_release(session, reading, release, journal_first=True))
    if not last.closed:
        if to is not None and to != last.stable:
            said = f"{last.release} is open, and goes back to {last.stable or 'nothing'}, not to {to}"
            raise InputError(Problem(said, remedy=f"first: gonogo abort {last.release}"))
        return give(session, session.journal(), last, Command.ROLLBACK, reason)
    journal = session.journal()
    plan = _restore(session, journal, last, to, reason)
    session.out.progress(f"{plan.release}: {plan.sentence}")
    return drive_here(session, journal, find.release_state(journal, plan.release))


def _started(journal: Journal, state: State) -> State:
    """The release, or where it has not started, its target's newest that has."""
    from gonogo.cli import find
    from gonogo.model.errors import InputError, Problem

    if state.started:
        return state
    key = find.plan_of(state).target.key
    states = (find.release_state(journal, r) for r in reversed(find.target_state(journal, key).releases))
    found = next((s for s in states if s.started), None)
    if found is None:
        raise InputError(Problem(f"nothing was ever released to {key}", remedy="gonogo deploy"))
    return found


def _restore(session: Session, journal: Journal, last: State, to: str | None, reason: str) -> Plan:
    from gonogo.cli import find, planning
    from gonogo.cli.append import ATTEMPTS
    from gonogo.cli.driving import now, refuse_held
    from gonogo.cli.restoring import restoring, revision_before
    from gonogo.journal.interface import Write, release_stream, target_stream
    from gonogo.model import events as e
    from gonogo.model.errors import Conflict, TemporaryError

    base = find.plan_of(last)
    key = base.target.key
    for _ in range(ATTEMPTS):
        target = find.target_state(journal, key)
        revision = to or revision_before(target, last)
        release = planning.next_id(target)
        plan = restoring(base, target, revision, release, reason, session.actor.name, now())
        refuse_held(journal, key, release)
        planning.preflight(plan)
        writes = [
            Write(target_stream(key), target.n, (e.ReleaseOpened(release),)),
            Write(release_stream(release), 0, (e.Planned(plan),)),
        ]
        try:
            journal.append(writes, session.actor, plan.made_at)
            return plan
        except Conflict:
            continue
    raise TemporaryError(f"{key}: others keep planning; try again")
