"""Around a check: its parameters, and what becomes of everything that can go wrong inside."""

from __future__ import annotations

import asyncio
from typing import Any

import msgspec
import pytest
from check_context import context
from msgspec.structs import replace
from plans import item

from gonogo.checks.interface import Check, Context, Nothing, Unavailable
from gonogo.checks.run import answer, ask, read_params, subject
from gonogo.checks.table import CHECKS
from gonogo.model.errors import InputError
from gonogo.model.items import CheckResult, Finding, Outcome
from gonogo.model.stages import Stage, StageKind
from gonogo.model.units import Duration, Instant


class Params(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    limit: int
    window: Duration = Duration(60)
    about: str = ""


class Raw(msgspec.Struct, frozen=True):
    number: int


def check(collect: Any = None, evaluate: Any = None) -> Check:
    async def seven(ctx: Context, params: Params) -> Raw:
        return Raw(7)

    def compare(memory: int, raw: Raw, params: Params, now: Instant) -> tuple[int, CheckResult]:
        outcome = Outcome.PASS if raw.number <= params.limit else Outcome.FAIL
        return memory + 1, CheckResult(outcome, f"{raw.number} of {params.limit}", (Finding("found"),))

    return Check(Params, Raw, int, collect or seven, evaluate or compare, asks="a number")


def test_an_answer_with_all_it_rests_on() -> None:
    ctx = context()
    ctx_item = replace(ctx.item, fresh_for=Duration(60))
    ctx = Context(**{**vars(ctx), "item": ctx_item})
    raw = asyncio.run(ask(check(), ctx, Params(9)))
    memory, evidence, result = answer(check(), ctx, 4, raw, Params(9))
    assert (memory, evidence.outcome, evidence.summary) == (5, Outcome.PASS, "7 of 9")
    assert (evidence.item, evidence.stage, evidence.at) == ("an-item", "canary-10", ctx.now)
    assert (evidence.subject, evidence.asked, evidence.fresh_for) == ("r2", "a number", 60)
    assert result is not None and evidence.findings == result.findings == (Finding("found"),)


def test_what_cannot_be_reached_is_unavailable() -> None:
    async def nobody(ctx: Context, params: Params) -> Raw:
        raise Unavailable("nobody answers")

    raw = asyncio.run(ask(check(nobody), context(), Params(9)))
    memory, evidence, result = answer(check(), context(), 4, raw, Params(9))
    assert (memory, evidence.outcome, evidence.summary, result) == (4, Outcome.UNAVAILABLE, "nobody answers", None)


def test_a_check_that_breaks_while_asking_is_an_error_without_its_text() -> None:
    async def broken(ctx: Context, params: Params) -> Raw:
        raise RuntimeError("password=hunter2")

    raw = asyncio.run(ask(check(broken), context(), Params(9)))
    memory, evidence, _ = answer(check(), context(), 4, raw, Params(9))
    assert (memory, evidence.outcome) == (4, Outcome.ERROR)
    assert evidence.summary.startswith("the check broke while asking: RuntimeError at test_check_run.py:")
    assert "hunter2" not in evidence.summary


def test_a_check_that_breaks_while_judging_is_an_error() -> None:
    def broken(memory: int, raw: Raw, params: Params, now: Instant) -> tuple[int, CheckResult]:
        return memory, CheckResult(Outcome.PASS, str(1 // 0))

    memory, evidence, result = answer(check(evaluate=broken), context(), 4, Raw(7), Params(9))
    assert (memory, evidence.outcome, result) == (4, Outcome.ERROR, None)
    assert "while judging: ZeroDivisionError at test_check_run.py:" in evidence.summary


def test_cancelling_is_not_swallowed() -> None:
    async def cancelled(ctx: Context, params: Params) -> Raw:
        raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        asyncio.run(ask(check(cancelled), context(), Params(9)))


@pytest.mark.parametrize(
    ("params", "about"),
    [(Params(1), "r2"), (Params(1, about="commit"), "c0ffee"), (Params(1, about="artifact"), f"sha256:{'2':0>64}")],
)
def test_what_an_answer_is_about(params: Params, about: str) -> None:
    assert subject(context(), params) == about


def test_before_traffic_moves_an_answer_is_about_the_commit_or_the_artifact() -> None:
    before = Stage("before", StageKind.BEFORE, "Before", None, ())
    assert subject(context(stage=before), Params(1)) == "c0ffee"
    assert subject(context(stage=before, commit=""), Params(1)) == f"sha256:{'2':0>64}"


def test_reading_parameters() -> None:
    assert read_params(check(), item("one", params={"limit": 3, "window": "5m"})) == Params(3, Duration(300))
    assert read_params(check(), item("one", params={"limit": 3, "window": 5})) == Params(3, Duration(5))


@pytest.mark.parametrize(
    ("params", "problems"),
    [
        ({"limt": 3}, ["unknown parameter 'limt' (did you mean 'limit'?)", "parameter 'limit' is missing"]),
        ({"limit": "3"}, ["Expected `int`, got `str` - at `limit`"]),
        ({"limit": 3, "window": "5 parsecs"}, ["window: '5 parsecs' is not a duration"]),
        ({"limit": 3, 4: 5}, ["a mapping of names is needed here"]),
    ],
)
def test_wrong_parameters(params: dict[Any, Any], problems: list[str]) -> None:
    with pytest.raises(InputError) as error:
        read_params(check(), item("one", "limits", params=params))
    said = [str(p) for p in error.value.problems]
    assert len(said) == len(problems)
    for text, problem in zip(said, problems, strict=True):
        assert text.startswith("item one, check limits: ") and problem in text


@pytest.mark.parametrize("name", sorted(CHECKS))
def test_every_check_can_be_written_down(name: str) -> None:
    """Memories survive JSON and begin empty; raw answers can be written as data; what is asked is said."""
    row = CHECKS[name]
    memory = row.memory()
    assert msgspec.json.decode(msgspec.json.encode(memory), type=row.memory) == memory
    msgspec.json.Decoder(row.raw)
    msgspec.json.Decoder(row.params)
    assert row.asks
    if not row.live:
        assert row.memory is Nothing, "an answer that may be asked for twice at once can't keep count"
