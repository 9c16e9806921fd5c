"""`gonogo plan`."""

from __future__ import annotations

from pathlib import Path

import click

from gonogo.cli import options
from gonogo.cli.exits import Exit
from gonogo.cli.session import Session


@click.command()
@click.argument("sentence", required=False, default="")
@click.option("-o", "output", type=click.Path(path_type=Path), metavar="FILE", help="Write the plan there, as JSON.")
@click.option("--dry-run", is_flag=True, help="Show it; write nothing anywhere.")
@options.common
def plan(session: Session, sentence: str, output: Path | None, dry_run: bool) -> int:
    """Write a release out as stages, with the items each has to answer.

    SENTENCE says what is released, such as "Deploy shop 2.3.0". The open release of the target is planned anew
    under its name, as long as it has not started."""
    session.file()
    import msgspec

    from gonogo.cli.planning import plan_and_save, preflight, unsaved
    from gonogo.cli.views import plan as view
    from gonogo.model.errors import InputError, Problem

    if dry_run:
        made = unsaved(session, session.reading(absent_is_empty=True), sentence)
        preflight(made)
    else:
        made = plan_and_save(session, session.journal(), sentence)
    if output is not None and not dry_run:
        try:
            output.write_bytes(msgspec.json.format(msgspec.json.encode(made)) + b"\n")
        except OSError as error:
            said = f"the plan can't be written: {error.strerror}"
            raise InputError(Problem(said, str(output), f"{made.release} is planned all the same")) from None
    session.out.show(
        lambda paint: list(view.lines(made, paint, saved=not dry_run)), lambda: view.document(made, saved=not dry_run)
    )
    return Exit.DONE
