"""What the journal itself is evidence of: the steps were walked in order, nothing is open, it is on record."""

from __future__ import annotations

import msgspec

from gonogo.checks.interface import Check, Context, Nothing, Unavailable
from gonogo.checks.judging import absent, judged
from gonogo.checks.wording import counted
from gonogo.model.items import CheckResult, Finding, Outcome
from gonogo.model.stages import StageKind
from gonogo.model.state import Direction
from gonogo.model.units import Instant


class Plain(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """No parameters: all that is asked stands in the plan and the journal."""


class Walk(msgspec.Struct, frozen=True):
    planned: tuple[str, ...]
    """Ids of the stages that give the new version a part of the traffic."""
    left: tuple[str, ...] = ()
    """Stages left so far, in order."""


async def collect_walk(ctx: Context, params: Plain) -> Walk:
    steps = tuple(stage.id for stage in ctx.plan.stages if stage.kind is StageKind.STEP)
    return Walk(steps, ctx.state.left)


def evaluate_walk(memory: Nothing, raw: Walk, params: Plain, now: Instant) -> tuple[Nothing, CheckResult]:
    if not raw.planned:
        return memory, absent("all traffic moves at once, there are no steps to walk")
    walked = tuple(stage for stage in raw.left if stage in raw.planned)
    missing = [stage for stage in raw.planned if stage not in walked]
    remedy = "read the journal: somebody or something took another way"
    findings = [Finding(f"{stage} was never left", stage, "", "left", remedy) for stage in missing]
    if not missing and walked != raw.planned:
        found = " → ".join(walked)
        message = f"the steps were walked in another order: {found}"
        findings.append(Finding(message, found=found, expected=" → ".join(raw.planned), remedy=remedy))
    return memory, judged(findings, f"decided at each of {counted(len(walked), 'step')}: {', '.join(walked)}")


class Record(msgspec.Struct, frozen=True):
    revision: str
    version: str
    live: str | None = None
    """The target's live revision."""
    recorded: str = ""
    """Its version, as the journal has it."""
    back: bool = False
    """Whether the release has turned back."""


async def collect_record(ctx: Context, params: Plain) -> Record:
    if not ctx.state.started:
        raise Unavailable("the release has not started, so it has no revision yet")
    live = ctx.target.live
    known = ctx.target.revisions.get(live) if live else None
    back = ctx.state.direction is Direction.BACK
    return Record(ctx.state.revision, ctx.plan.version, live, known.definition.version if known else "", back)


def evaluate_record(memory: Nothing, raw: Record, params: Plain, now: Instant) -> tuple[Nothing, CheckResult]:
    if raw.back:
        return memory, absent("the release turned back, so another version is to be live")
    if raw.live == raw.revision and raw.recorded == raw.version:
        return memory, CheckResult(Outcome.PASS, f"the journal has {raw.version} ({raw.revision}) as live")
    has = f"{raw.recorded} ({raw.live})" if raw.live else "nothing"
    expected = f"{raw.version} ({raw.revision})"
    message = f"the journal has {has} as live, not {expected}"
    return memory, judged([Finding(message, found=has, expected=expected, remedy="gonogo journal verify")], "")


class Open(msgspec.Struct, frozen=True):
    back: bool
    """Whether the release has turned back."""
    because: str = ""
    paused: str = ""
    told: tuple[str, ...] = ()
    """Items that somebody was told about and that don't hold yet."""


async def collect_open(ctx: Context, params: Plain) -> Open:
    back = ctx.state.direction is Direction.BACK
    own = {ctx.item.id}
    return Open(back, ctx.state.turned_because, ctx.state.paused, tuple(sorted(ctx.state.told - own)))


def evaluate_open(memory: Nothing, raw: Open, params: Plain, now: Instant) -> tuple[Nothing, CheckResult]:
    findings = []
    if raw.back:
        findings.append(Finding(f"the release turned back: {raw.because}", found="turned back", expected="forward"))
    if raw.paused:
        remedy = "gonogo resume, once what paused it is settled"
        findings.append(Finding(f"it is paused: {raw.paused}", found="paused", expected="going on", remedy=remedy))
    for item in raw.told:
        remedy = f"gonogo status says what {item} found; put it right or have it waived"
        findings.append(Finding(f"{item} was reported and does not hold yet", item, "open", "settled", remedy))
    return memory, judged(findings, "it went forward, and nothing that was reported is still open")


class Return(msgspec.Struct, frozen=True):
    back: bool
    because: str = ""
    left: tuple[str, ...] = ()


async def collect_return(ctx: Context, params: Plain) -> Return:
    return Return(ctx.state.direction is Direction.BACK, ctx.state.turned_because, ctx.state.left)


def evaluate_return(memory: Nothing, raw: Return, params: Plain, now: Instant) -> tuple[Nothing, CheckResult]:
    if not raw.back:
        return memory, absent("the release did not turn back")
    after = f" after {raw.left[-1]}" if raw.left else ""
    missing = Finding("the journal gives no reason for turning back", remedy="write one into the incident's record")
    return memory, judged([] if raw.because else [missing], f"turned back{after}: {raw.because}")


STEPS_WALKED = Check(
    params=Plain, raw=Walk, memory=Nothing, collect=collect_walk, evaluate=evaluate_walk, live=True,
    asks="the journal: stages entered and left",
)  # fmt: skip
LIVE_RECORDED = Check(
    params=Plain, raw=Record, memory=Nothing, collect=collect_record, evaluate=evaluate_record, live=True,
    asks="the journal: the target's live revision",
)  # fmt: skip
NOTHING_OPEN = Check(
    params=Plain, raw=Open, memory=Nothing, collect=collect_open, evaluate=evaluate_open, live=True,
    asks="the journal: what was reported and has not been settled",
)  # fmt: skip
RETURN_EXPLAINED = Check(
    params=Plain, raw=Return, memory=Nothing, collect=collect_return, evaluate=evaluate_return, live=True,
    asks="the journal: why the release turned back",
)  # fmt: skip
