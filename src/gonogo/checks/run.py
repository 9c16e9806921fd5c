"""Run one check: its parameters, its question, its answer. Whatever breaks inside it becomes the outcome `error`."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from gonogo.catalog.shape import read_struct
from gonogo.checks.interface import Check, Context, Unavailable
from gonogo.checks.people import SIGN_OFF, named
from gonogo.model.errors import InputError
from gonogo.model.items import CheckResult, Evidence, Item, Outcome
from gonogo.model.stages import PREPARATION


class NoAnswer(msgspec.Struct, frozen=True):
    """Stands for the raw answer that could not be had."""

    outcome: Outcome
    """`unavailable` or `error`."""
    summary: str


class Answer(NamedTuple):
    memory: Any
    evidence: Evidence
    result: CheckResult | None
    """None where the check could not be asked or broke."""


def read_params(check: Check, item: Item) -> Any:
    """An item's parameters as the check's struct; times may be written like `5m`. Raises InputError that names the
    item, every unknown or missing parameter, and the nearest right one."""
    return read_struct(item.params, check.params, f"item {item.id}, check {item.check}", "parameter")


async def ask(check: Check, ctx: Context, params: Any) -> Any:
    """The check's raw answer, or NoAnswer with the reason."""
    try:
        return await check.collect(ctx, params)
    except Unavailable as error:
        return NoAnswer(Outcome.UNAVAILABLE, str(error))
    except Exception as error:
        return NoAnswer(Outcome.ERROR, _broke("asking", error))


def answer(check: Check, ctx: Context, memory: Any, raw: Any, params: Any) -> Answer:
    """Judge a raw answer, or say why there is none. The memory stays as it was where the check could not judge."""
    if isinstance(raw, NoAnswer):
        return Answer(memory, _evidence(check, ctx, params, raw), None)
    try:
        after, result = check.evaluate(memory, raw, params, ctx.now)
        by = ", ".join(named(raw, params, ctx.now)) if check is SIGN_OFF else ""
    except Exception as error:
        failed = NoAnswer(Outcome.ERROR, _broke("judging", error))
        return Answer(memory, _evidence(check, ctx, params, failed), None)
    return Answer(after, _evidence(check, ctx, params, result, by), result)


def subject(ctx: Context, params: Any) -> str:
    """What the answer is about: what its parameters say, else the commit or artifact before traffic moves and the
    revision afterwards."""
    about = getattr(params, "about", "")
    if about:
        return ctx.plan.subject(about)
    world = ctx.plan.world
    if ctx.stage.kind in PREPARATION:
        return world.commit or world.artifact
    return ctx.state.revision


def _evidence(check: Check, ctx: Context, params: Any, said: NoAnswer | CheckResult, by: str = "") -> Evidence:
    return Evidence(
        item=ctx.item.id,
        outcome=said.outcome,
        summary=said.summary,
        at=ctx.now,
        stage=ctx.stage.id,
        subject=subject(ctx, params),
        asked=check.asks,
        fresh_for=ctx.item.fresh_for,
        findings=said.findings if isinstance(said, CheckResult) else (),
        by=by,
    )


def _broke(doing: str, error: Exception) -> str:
    """One line: what broke and where. Only the type of unexpected errors is told, because their text may hold anything
    the check has read."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    where = f"{Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}" if trace else "an unknown place"
    text = f": {error}" if isinstance(error, InputError) else ""
    return f"the check broke while {doing}: {type(error).__name__}{text} at {where}"
