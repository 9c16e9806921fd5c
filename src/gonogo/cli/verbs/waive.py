"""`gonogo waive`."""

from __future__ import annotations

import time

import click

from gonogo.cli import completing, options
from gonogo.cli.exits import Exit
from gonogo.cli.session import Session


@click.command()
@click.argument("item", shell_complete=completing.waivable)
@options.release
@click.option("--reason", required=True, metavar="TEXT", help="Why the release may go on without it: a sentence.")
@click.option("--until", required=True, metavar="WHEN", help="When it ends: 2d, or a date (UTC); 30 days at most.")
@options.common
def waive(session: Session, item: str, release: str | None, reason: str, until: str) -> int:
    """Let a release go on without an ITEM's answer, for a reason and for a time.

    You own the waiver: it stands in your name in the report. At tiers 1 and 2 who deploys can't waive what is required,
    at tier 1 a name has to be verified, and what moves the traffic can't be waived at all."""
    from gonogo.cli import find, signing, waivers
    from gonogo.cli.append import append_to
    from gonogo.cli.views import waivers as view
    from gonogo.model.errors import InputError, Problem
    from gonogo.model.events import Event, Waived
    from gonogo.model.state import State
    from gonogo.model.units import Instant

    now = Instant(time.time())
    ends = waivers.until(until, now)
    found = find.find_release(session, session.reading(), release)
    journal = session.journal()
    given = Waived(item, reason, ends)

    def waived(state: State) -> tuple[Event, ...]:
        """Held against the newest plan and its people."""
        plan = find.plan_of(state)
        if state.closed:
            raise InputError(Problem(f"{state.release} has ended: nothing is left to waive"))
        what = waivers.asked(plan, item)
        waivers.refuse(given, what, plan, state, session.actor, Instant(max(now, state.at)))
        if what.item.check == "sign-off":
            target = find.target_state(journal, plan.target.key)
            signing.refuse(given, signing.asked(plan, item), plan, state, target, session.actor, now)
        return (given,)

    append_to(journal, found.release, session.actor, waived)
    plan = find.plan_of(find.release_state(journal, found.release))
    what, before = waivers.asked(plan, item), found.evidence.get(item)
    made = waivers.Waiver(item, session.actor.name, session.actor.how, reason, ends)
    following = f"gonogo status {plan.release}" if found.started else f"gonogo gate {plan.release}"
    session.out.show(
        lambda paint: list(view.given_lines(plan, what, made, before, following, paint)),
        lambda: view.given_document(plan, what, made, before),
    )
    return Exit.DONE
