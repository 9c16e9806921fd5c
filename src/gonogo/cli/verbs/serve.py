"""`gonogo serve`."""

from __future__ import annotations

import click

from gonogo.cli import options
from gonogo.cli.session import Session


@click.command()
@click.option("--once", is_flag=True, help="Drive what needs it now to its end, then stop.")
@options.journal_options
def serve(session: Session, once: bool) -> int:
    """Drive every release of the journal that has started and has no living driver.

    Logs to stderr. A release that fails parks itself; the others go on. SIGTERM hands everything back."""
    import asyncio

    from gonogo.cli.controller import Controller
    from gonogo.cli.exits import Exit

    asyncio.run(Controller(session.journal(), session.driver, session.out.progress).run(once=once))
    return Exit.DONE
