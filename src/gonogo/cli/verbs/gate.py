"""`gonogo gate`."""

from __future__ import annotations

import click

from gonogo.cli import completing, options
from gonogo.cli.forms import Form, show
from gonogo.cli.session import Session


@click.command()
@click.argument("stage", required=False, shell_complete=completing.stages)
@options.release
@options.reporting
def gate(session: Session, forms: tuple[Form, ...], stage: str | None, release: str | None) -> int:
    """The decision for a STAGE (default: the one the RELEASE is in), each reason, and the next command.

    A stage of the preparation is asked anew, with all before it; of any other the journal's answers decide. Nothing is
    written. Exits 0 on go, 1 on no-go, 3 while undecided."""
    import asyncio
    import time

    from gonogo.cli import collecting, exits, find, waivers
    from gonogo.cli.views import gate as view
    from gonogo.cli.views.formats.sheet import Sheet
    from gonogo.cli.views.next import after_gate, of_state
    from gonogo.journal.interface import release_stream
    from gonogo.model.stages import PREPARATION
    from gonogo.model.units import Instant
    from gonogo.platforms.table import open_platform
    from gonogo.rollout.gate import answers
    from gonogo.rollout.gate import gate as decide

    journal = session.reading()
    if stage is not None and release is None and journal.read(release_stream(stage)):
        release, stage = stage, None
    state = find.find_release(session, journal, release)
    plan = find.plan_of(state)
    chosen = find.stage_of(state, stage)
    now = Instant(time.time())
    if chosen.kind in PREPARATION and not state.closed:
        target = find.target_state(journal, plan.target.key)
        stages = collecting.preparation(plan, chosen.id)
        given, decision = asyncio.run(collecting.ask(plan, stages, state, target, open_platform(plan)))
        following = after_gate(plan, decision)
    else:
        stages, given = [chosen], answers(chosen, plan, state, {}, now)
        decision = decide(chosen.items, given, now)
        following = of_state(state, driven=True)
    waived = waivers.about(waivers.standing(state, now), stages)
    code = exits.of(None, decision)
    show(
        Sheet(
            "gate",
            plan,
            True,
            stages,
            given,
            waived,
            decision,
            following,
            code,
            lambda paint: view.lines(plan, chosen, decision, waived, following, paint),
            lambda: view.document(plan, chosen, decision, waived, following),
        ),
        forms,
        session.out,
    )
    return code
