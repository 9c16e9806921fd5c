"""`gonogo sign-off`."""

from __future__ import annotations

import time

import click

from gonogo.cli import completing, options
from gonogo.cli.exits import Exit
from gonogo.cli.session import Session


@click.command("sign-off")
@click.argument("item", shell_complete=completing.signed)
@options.release
@click.option("--statement", default="", metavar="TEXT", help="What you say with it.")
@options.common
def sign_off(session: Session, item: str, release: str | None, statement: str) -> int:
    """Answer an ITEM that asks for a person.

    The signature is bound to what is shown: the plan, the commit or the artifact. When that changes, it lapses."""
    from gonogo.cli import find, signing
    from gonogo.cli.append import append_to
    from gonogo.cli.views import sign_off as view
    from gonogo.model.errors import InputError, Problem
    from gonogo.model.events import Event, Signed
    from gonogo.model.state import State
    from gonogo.model.units import Instant

    found = find.find_release(session, session.reading(), release)
    journal, now = session.journal(), Instant(time.time())

    def signature(state: State) -> tuple[Event, ...]:
        """Made of the newest plan, so that a plan made in between is what gets signed, or refused."""
        plan = find.plan_of(state)
        if state.closed:
            raise InputError(Problem(f"{state.release} has ended: nothing is left to sign"))
        what = signing.asked(plan, item)
        target = find.target_state(journal, plan.target.key)
        signed = Signed(item, statement, what.subject)
        signing.refuse(signed, what, plan, state, target, session.actor, now)
        return (signed,)

    append_to(journal, found.release, session.actor, signature)
    state = find.release_state(journal, found.release)
    plan = find.plan_of(state)
    what = signing.asked(plan, item)
    result = signing.answer(state, what, plan, find.target_state(journal, plan.target.key), now)
    session.out.show(
        lambda paint: list(view.lines(plan, what.item, what.subject, session.actor, result, paint)),
        lambda: view.document(plan, what.item, what.subject, session.actor, result),
    )
    return Exit.DONE
