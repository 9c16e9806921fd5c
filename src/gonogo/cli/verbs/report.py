"""`gonogo report`."""

from __future__ import annotations

from pathlib import Path

import click

from gonogo.cli import options
from gonogo.cli.exits import Exit
from gonogo.cli.session import Session


@click.command()
@options.release
@click.option("--html", type=click.Path(path_type=Path), metavar="FILE", help="Write it there as a web page, too.")
@options.common
def report(session: Session, release: str | None, html: Path | None) -> int:
    """What was: the decisions, the evidence they rest on, people's answers, the timeline, and the journal's anchors."""
    from gonogo.cli import find
    from gonogo.report.build import build_report
    from gonogo.report.text import render_text

    journal = session.reading()
    made = build_report(journal, find.find_release(session, journal, release).release)
    if html is not None:
        from gonogo.model.errors import InputError, Problem
        from gonogo.report.html import render_html

        try:
            html.write_text(render_html(made), encoding="utf-8")
        except OSError as error:
            raise InputError(Problem(f"the report can't be written: {error.strerror}", str(html))) from None

    def document() -> dict[str, object]:
        import msgspec

        return {"kind": "report", "report": msgspec.to_builtins(made)}

    session.out.show(lambda paint: render_text(made).splitlines(), document)
    return Exit.DONE
