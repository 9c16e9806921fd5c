"""Keeps the answers of a stage's items coming: live checks inside the tick, all others beside it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from gonogo.checks.interface import Check, Context, Nothing
from gonogo.checks.run import answer, ask, read_params
from gonogo.checks.table import CHECKS
from gonogo.judge.intervals import coarsen
from gonogo.model import events as e
from gonogo.model.items import OPENING, Cadence, Evidence, Outcome
from gonogo.model.metrics import Baseline, Interval, Sample
from gonogo.model.plan import Plan
from gonogo.model.stages import PREPARATION, Stage, StageKind
from gonogo.model.state import State, TargetState
from gonogo.model.units import Duration, Instant
from gonogo.model.world import Observation

_AGAIN = Duration(2)
"""An answer that decides nothing is asked for again after this long."""
_CHECKPOINTS = {StageKind.SOAK: Duration(1800)}
_CHECKPOINT = Duration(5)
_FINEST = Duration(1)
"""Intervals are journaled no finer than this."""


class Collector:
    """Answers for one driver. Its memories are the journal's checkpoints plus what came since."""

    def __init__(self, checks: Mapping[str, Check] = CHECKS) -> None:
        self._checks = checks
        self._memories: dict[str, Any] = {}
        self._intervals: dict[str, list[Interval]] = {}
        self._answers: dict[tuple[str, str], Evidence] = {}
        """Newest by stage and item."""
        self._tasks: dict[tuple[str, str], asyncio.Task[Any]] = {}
        self._baseline: Baseline | None = None
        self._handed_out: set[str] = set()
        self._baseline_handed_out = False

    @property
    def busy(self) -> bool:
        return bool(self._tasks)

    def restore(self, state: State) -> None:
        """Forget what was learned; the journal's memories are the truth."""
        self._memories.clear()
        self._intervals.clear()
        self._answers.clear()

    def keep(self, stages: set[str]) -> None:
        """Stop asking for any other stage."""
        for key in [k for k in self._tasks if k[0] not in stages]:
            self._tasks.pop(key).cancel()

    async def close(self) -> None:
        for task in self._tasks.values():
            task.cancel()
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)
        self._tasks.clear()

    async def collect(
        self,
        plan: Plan,
        stage: Stage,
        state: State,
        target: TargetState,
        seen: Observation | None,
        samples: tuple[Sample, ...] | None,
        *,
        settled: bool,
        now: Instant,
    ) -> dict[str, Evidence]:
        """Newest answers of the stage's items. Starts what is due, takes in what has finished, waits for nothing."""
        given = {}
        for item in stage.items:
            if item.not_applicable:
                continue
            ctx = Context(now, plan, stage, item, state, target, _path(plan), seen, samples, settled)
            check = self._checks[item.check]
            if check.live:
                raw = await ask(check, ctx, read_params(check, item))
                self._take_in(check, ctx, raw)
            else:
                await self._beside(check, ctx)
            if (stage.id, item.id) in self._answers:
                given[item.id] = self._answers[stage.id, item.id]
        return given

    async def _beside(self, check: Check, ctx: Context) -> None:
        key = (ctx.stage.id, ctx.item.id)
        task = self._tasks.get(key)
        if task is None and self._due(ctx):
            task = self._tasks[key] = asyncio.create_task(ask(check, ctx, read_params(check, ctx.item)))
            await asyncio.sleep(0)
        if task is not None and task.done():
            del self._tasks[key]
            self._take_in(check, ctx, task.result())

    def _due(self, ctx: Context) -> bool:
        """One-shot items of a stage that changes the world are asked once that world is as wanted."""
        item, stage = ctx.item, ctx.stage
        if stage.kind not in PREPARATION and not ctx.settled:
            return False
        known = self._answers.get((stage.id, item.id))
        if known is None:
            earlier = ctx.state.evidence.get(item.id)
            settled_before = (
                item.cadence is Cadence.ONCE
                and stage.kind not in PREPARATION
                and earlier is not None
                and earlier.stage == stage.id
                and earlier.outcome in (*OPENING, Outcome.FAIL)
            )
            return not settled_before
        if known.outcome in OPENING or known.outcome is Outcome.FAIL:
            return item.cadence is Cadence.CONTINUOUS and ctx.now - known.at >= _AGAIN
        return ctx.now - known.at >= _AGAIN

    def _take_in(self, check: Check, ctx: Context, raw: Any) -> None:
        item = ctx.item
        memory, evidence, result = answer(check, ctx, self._memory(check, ctx), raw, read_params(check, item))
        self._memories[item.id] = memory
        known = self._answers.get((ctx.stage.id, item.id))
        if known is not None and known.outcome is evidence.outcome and evidence.outcome not in OPENING:
            # An answer that keeps a stage closed is as old as the trouble, so that "since when" can be told.
            evidence = msgspec.structs.replace(evidence, at=known.at)
        self._answers[ctx.stage.id, item.id] = evidence
        if result is not None:
            self._intervals.setdefault(item.id, []).extend(result.intervals)
            self._baseline = result.baseline or self._baseline

    def _memory(self, check: Check, ctx: Context) -> Any:
        if ctx.item.id in self._memories:
            return self._memories[ctx.item.id]
        journaled = ctx.state.memories.get(ctx.item.id)
        if journaled is None:
            return check.memory()
        return msgspec.json.decode(journaled, type=check.memory)

    # --- for the journal --------------------------------------------------------------------------------------------

    @staticmethod
    def checkpoint_every(kind: StageKind) -> Duration:
        return _CHECKPOINTS.get(kind, _CHECKPOINT)

    def checkpoints(self) -> list[e.Event]:
        """Memories and intervals since the last checkpoint; handed out again until they are `written`."""
        self._handed_out = {i for i, m in self._memories.items() if not isinstance(m, Nothing)}
        return [
            e.Checkpointed(
                item,
                msgspec.Raw(msgspec.json.encode(self._memories[item])),
                coarsen(self._intervals.get(item, ()), _FINEST),
            )
            for item in sorted(self._handed_out)
        ]

    def captured(self) -> list[e.Event]:
        """A baseline that was captured since the last append."""
        self._baseline_handed_out = self._baseline is not None
        return [e.BaselineCaptured(self._baseline)] if self._baseline else []

    def written(self) -> None:
        """What was handed out stands in the journal."""
        for item in self._handed_out:
            self._intervals.pop(item, None)
        self._handed_out = set()
        if self._baseline_handed_out:
            self._baseline, self._baseline_handed_out = None, False


def _path(plan: Plan) -> Path | None:
    return Path(plan.repository) if plan.repository else None
