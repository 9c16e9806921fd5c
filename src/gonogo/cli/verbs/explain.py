"""`gonogo explain`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from gonogo.cli import completing, options
from gonogo.cli.exits import Exit
from gonogo.cli.session import Session

if TYPE_CHECKING:
    from gonogo.catalog.item import CatalogItem
    from gonogo.cli.explaining import Here


@click.command()
@click.argument("item", shell_complete=completing.catalog)
@options.common
def explain(session: Session, item: str) -> int:
    """What an ITEM asks of which source, why, when it applies, what happens when it fails, and what to do then.

    Nothing is asked and no journal is read. Where a release file lies, the item's own numbers are shown."""
    from gonogo.catalog.loader import load_catalog
    from gonogo.checks.table import CHECKS
    from gonogo.cli.explaining import find_item
    from gonogo.cli.views import explain as view

    found = find_item(load_catalog(), item)
    check = CHECKS.get(found.check)
    asks = check.asks if check else ""
    here, note = _here(session, found)
    session.out.show(
        lambda paint: list(view.lines(found, asks, here, note, paint)), lambda: view.document(found, asks, here)
    )
    return Exit.DONE


def _here(session: Session, item: CatalogItem) -> tuple[Here | None, str]:
    """The item in this repository, or why that can't be told. What was named on the command line has to be right."""
    from gonogo.cli.explaining import here
    from gonogo.model.errors import InputError

    named = session.named_file is not None or session.environment is not None
    if not named and not session.has_file():
        return None, ""
    try:
        return here(item, session.file(), session.chosen()), ""
    except InputError as error:
        if named:
            raise
        return None, str(error.problems[0])
