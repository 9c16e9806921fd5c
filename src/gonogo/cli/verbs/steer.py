"""`gonogo pause`, `resume`, `promote`, `abort`: orders to whoever drives a release."""

from __future__ import annotations

import click

from gonogo.cli import options
from gonogo.cli.session import Session

_WITHOUT = "no reason given"


def _order(session: Session, release: str | None, command: str, reason: str, *, now: bool = False) -> int:
    from gonogo.cli.find import find_release
    from gonogo.cli.ordering import give
    from gonogo.model.events import Command

    state = find_release(session, session.reading(), release, journal_first=True)
    return give(session, session.journal(), state, Command(command), reason, now=now)


@click.command()
@options.release
@click.option("--reason", default=_WITHOUT, metavar="TEXT", help="Why.")
@options.common
def pause(session: Session, release: str | None, reason: str) -> int:
    """Stay in the stage the release is in. Judging, triggers and the way back go on."""
    return _order(session, release, "pause", reason)


@click.command()
@options.release
@click.option("--reason", default=_WITHOUT, metavar="TEXT", help="Why.")
@options.common
def resume(session: Session, release: str | None, reason: str) -> int:
    """Go on after a pause; where no driver lives, drive it here."""
    return _order(session, release, "resume", reason)


@click.command()
@options.release
@click.option("--reason", required=True, metavar="TEXT", help="Why the rest of the stage may be skipped.")
@options.common
def promote(session: Session, release: str | None, reason: str) -> int:
    """Skip the rest of the stage, with a reason that the report shows."""
    return _order(session, release, "promote", reason)


@click.command()
@options.release
@click.option("--reason", default=_WITHOUT, metavar="TEXT", help="Why.")
@click.option("--now", is_flag=True, help="Seize the release from its driver, and skip draining.")
@options.common
def abort(session: Session, release: str | None, reason: str, now: bool) -> int:
    """All traffic back to the version before, then the new one is stopped.

    Where no driver lives this command drives the way back itself, and exits 4 when it is done."""
    return _order(session, release, "abort", reason, now=now)
