"""`gonogo deploy`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gonogo.cli import options
from gonogo.cli.session import Session

if TYPE_CHECKING:
    from gonogo.journal.interface import Journal
    from gonogo.model.plan import Plan


@click.command()
@click.argument("what", required=False, default="", metavar="[SENTENCE | plan.json]")
@click.option("--dry-run", is_flag=True, help="Walk the same stages in a simulated world; write nothing anywhere.")
@click.option("--yes", is_flag=True, help="Don't ask for confirmation; needed where nobody can be asked.")
@click.option("--wait", is_flag=True, help="Wait for people's answers instead of stopping at the gate.")
@click.option("--detach", is_flag=True, help="Hand it over to a running gonogo serve as soon as it has started.")
@options.common
def deploy(session: Session, what: str, dry_run: bool, yes: bool, wait: bool, detach: bool) -> int:
    """Ask the gates, then roll out stage by stage; a bad release goes back by itself.

    With a SENTENCE the release is planned (anew); with nothing, the planned one is deployed, or planned if there is
    none. With the plan.json of `gonogo plan -o` exactly that plan is deployed. A plan is refused if the world moved.

    Ctrl-C before traffic moved undoes the new version; afterwards everything serves on, and `gonogo drive` resumes."""
    session.file()
    from gonogo.cli import dry, find
    from gonogo.cli.driving import refuse_held
    from gonogo.cli.finish import drive_here

    if dry_run:
        return dry.walk(session, _unsaved(session, what))
    _confirm(session, yes)
    journal = session.journal()
    if detach:
        refuse_alone(journal)
    refuse_held(journal, session.target())
    plan = _planned(session, journal, what)
    session.out.progress(f"{plan.release}: {plan.target.service} {plan.version} to {plan.target.environment}")
    state = find.release_state(journal, plan.release)
    if detach:
        from gonogo.cli.detach import hand_over

        return hand_over(session, journal, state, patient=wait)
    return drive_here(session, journal, state, patient=wait)


def _planned(session: Session, journal: Journal, what: str) -> Plan:
    """The plan to deploy, in the journal, for the world as it is now. Raises InputError otherwise."""
    from gonogo.cli import find, planning

    if Path(what).suffix == ".json":
        plan = _from_file(journal, Path(what))
    else:
        waiting = find.waiting(journal, session.target())
        if what or waiting is None:
            return planning.plan_and_save(session, journal, what)
        plan = find.plan_of(waiting)
    planning.refuse_moved(session, journal, plan)
    planning.preflight(plan)
    return plan


def _from_file(journal: Journal, path: Path) -> Plan:
    """What people have signed is the journal's plan, so the file has to be that very plan."""
    from gonogo.cli.find import find_plan
    from gonogo.cli.planfile import read

    return find_plan(journal, read(path), str(path))


def _unsaved(session: Session, what: str) -> Plan:
    from gonogo.cli import find, planning

    journal = session.reading(absent_is_empty=True)
    if Path(what).suffix == ".json":
        plan = _from_file(journal, Path(what))
    else:
        waiting = find.waiting(journal, session.target())
        if what or waiting is None:
            plan = planning.unsaved(session, journal, what)
            planning.preflight(plan)
            return plan
        plan = find.plan_of(waiting)
    planning.refuse_moved(session, journal, plan)
    planning.preflight(plan)
    return plan


def _confirm(session: Session, yes: bool) -> None:
    """Raises InputError where nobody can be asked, or where the answer is another name."""
    from gonogo.model.errors import InputError, Problem

    if yes:
        return
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise InputError(Problem("nobody can be asked to confirm", remedy="add --yes"))
    service, environment = session.file().service, session.chosen().name
    answer = click.prompt(
        f"deploy {service} to {environment}? type {service} to go on", err=True, default="", show_default=False
    )
    if answer.strip() != service:
        raise InputError(Problem(f"not confirmed: {answer.strip()!r} is not {service!r}", remedy="nothing was changed"))


def refuse_alone(journal: Journal) -> None:
    """Raises InputError where no `gonogo serve` lives to hand a release to."""
    from gonogo.cli.detach import controllers
    from gonogo.model.errors import InputError, Problem

    if not controllers(journal):
        said = "nobody would watch it: no gonogo serve runs on this journal"
        raise InputError(Problem(said, remedy="start one: gonogo serve, or leave out --detach"))
