"""`gonogo drive`."""

from __future__ import annotations

import click

from gonogo.cli import options
from gonogo.cli.session import Session


@click.command()
@options.release
@options.common
def drive(session: Session, release: str | None) -> int:
    """Take over a release whose driver died, and go on with it from where the journal says it is."""
    from gonogo.cli import find
    from gonogo.cli.driving import refuse_held
    from gonogo.cli.finish import drive_here
    from gonogo.model.errors import InputError, Problem

    state = find.find_release(session, session.reading(), release, journal_first=True)
    if state.closed:
        raise InputError(
            Problem(f"{state.release} has ended: {state.closed.result}", remedy=f"gonogo report {state.release}")
        )
    if not state.started:
        raise InputError(Problem(f"{state.release} has not started", remedy="start it: gonogo deploy"))
    journal = session.journal()
    refuse_held(journal, find.plan_of(state).target.key, state.release)
    return drive_here(session, journal, state)
