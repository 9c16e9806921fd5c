"""`gonogo journal`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from gonogo.cli import options
from gonogo.cli.exits import Exit
from gonogo.cli.session import Session

if TYPE_CHECKING:
    from gonogo.journal.interface import Journal, Recorded


@click.group()
def journal() -> None:
    """List, show, verify or export the journal: everything that happened, in order, hash-chained."""


@journal.command("list")
@options.journal_options
def list_streams(session: Session) -> int:
    """Streams with their newest event."""
    from gonogo.cli.views import journal as view

    heads = session.reading().heads()
    session.out.show(lambda paint: list(view.heads(heads)), lambda: view.heads_document(heads))
    return Exit.DONE


@journal.command()
@click.argument("stream")
@options.journal_options
def show(session: Session, stream: str) -> int:
    """Events of a STREAM, such as release/shop-production-4 or target/shop/production; a release's name will do."""
    from gonogo.cli.views import journal as view

    recorded = _read(session.reading(), stream)
    session.out.show(lambda paint: list(view.events(recorded)), lambda: view.events_document(recorded))
    return Exit.DONE


@journal.command()
@click.option("--anchor", "anchors", multiple=True, metavar="STREAM=N:HASH", help="A head printed earlier; repeatable.")
@options.journal_options
def verify(session: Session, anchors: tuple[str, ...]) -> int:
    """Check every chain, and that nothing was cut off behind the anchors. Exits 1 on damage."""
    from gonogo.cli.views import journal as view
    from gonogo.model.errors import InputError, Problem

    wrong = [a for a in anchors if "=" not in a]
    if wrong:
        raise InputError(*(Problem(f"{a!r} is not an anchor", "--anchor", "write STREAM=N:HASH") for a in wrong))
    opened = session.reading()
    damage = opened.verify({stream: head for stream, _, head in (a.rpartition("=") for a in anchors)})
    heads = opened.heads()
    session.out.show(
        lambda paint: list(view.verified(damage, heads, paint)), lambda: view.damage_document(damage, heads)
    )
    return Exit.NO_GO if damage else Exit.DONE


@journal.command()
@options.journal_options
def export(session: Session) -> int:
    """Every event on stdout, as JSON lines: streams in the order of their names, each from its first event on."""
    from gonogo.cli.output import write
    from gonogo.cli.views import journal as view

    opened = session.reading()
    for head in opened.heads():
        for recorded in opened.read(head.stream):
            write(sys.stdout, view.json_line(recorded))
    return Exit.DONE


def _read(journal: Journal, stream: str) -> list[Recorded]:
    from gonogo.config.complaints import nearest
    from gonogo.model.errors import InputError, Problem

    for name in (stream, f"release/{stream}", f"target/{stream}"):
        recorded = journal.read(name)
        if recorded:
            return recorded
    known: list[Any] = [head.stream for head in journal.heads()]
    raise InputError(
        Problem(f"there is no stream {stream!r}", remedy=nearest(stream, known) if known else "it is empty")
    )
