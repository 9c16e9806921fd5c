"""`gonogo check`."""

from __future__ import annotations

import click

from gonogo.cli import options
from gonogo.cli.forms import Form, show
from gonogo.cli.session import Session


@click.command()
@options.release
@options.reporting
def check(session: Session, forms: tuple[Form, ...], release: str | None) -> int:
    """Collect the evidence of the preparation, and show what needs action.

    With a planned release the answers are journaled. Without one the release file is planned as it is now, and nothing
    is written."""
    if release is None:
        session.file()
    import asyncio
    import time

    from gonogo.cli import collecting, exits, find, planning, waivers
    from gonogo.cli.views import check as view
    from gonogo.cli.views.formats.sheet import Sheet
    from gonogo.model.errors import InputError, Problem
    from gonogo.model.units import Instant
    from gonogo.platforms.table import open_platform

    reading = session.reading(absent_is_empty=release is None)
    state = find.find_release(session, reading, release) if release else find.waiting(reading, session.target())
    if state is not None and (state.started or state.closed):
        said = f"{state.release} has {'ended' if state.closed else 'started'}: its preparation is over"
        raise InputError(Problem(said, remedy=f"gonogo status {state.release}"))
    plan = find.plan_of(state) if state else planning.unsaved(session, reading, "")
    target = find.target_state(reading, plan.target.key)
    stages = collecting.preparation(plan)
    terminal = session.out.terminal

    def announce(title: str) -> None:
        if terminal:
            session.out.progress(f"asking: {title}")

    given, decision = asyncio.run(
        collecting.ask(
            plan,
            stages,
            state or find.release_state(reading, plan.release),
            target,
            open_platform(plan),
            announce=announce,
        )
    )
    if state is not None:
        collecting.journal_answers(session.journal(), state, given, session.actor)
    saved = state is not None
    waived = waivers.standing(state, Instant(time.time())) if state else ()
    code = exits.of(None, decision)
    following = view.following(plan, decision, saved=saved)
    show(
        Sheet(
            "check",
            plan,
            saved,
            stages,
            given,
            waived,
            decision,
            following,
            code,
            lambda paint: view.lines(stages, given, decision, waived, following, paint),
            lambda: view.document(plan, stages, given, decision, waived, saved=saved),
        ),
        forms,
        session.out,
    )
    return code
