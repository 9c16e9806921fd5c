"""Smoke requests: ask the service through the router, as a user would, and look at status and body."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Annotated

import msgspec

from gonogo.checks.interface import Check, Context, Nothing
from gonogo.checks.wording import counted, shorten
from gonogo.model.items import CheckResult, Finding, Outcome
from gonogo.model.settings import Smoke
from gonogo.model.units import Duration, Instant, format_duration

if TYPE_CHECKING:
    import httpx2

_MOST_BODY = 1 << 20
_BETWEEN = 0.2
"""Seconds between two attempts at a request."""
_SHOWN = 120


class SmokeRequests(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    requests: Annotated[tuple[Smoke, ...], msgspec.Meta(max_length=100)]
    timeout: Annotated[Duration, msgspec.Meta(gt=0, le=60)] = Duration(5)
    """Per attempt."""
    attempts: Annotated[int, msgspec.Meta(ge=1, le=10)] = 3


class Said(msgspec.Struct, frozen=True):
    """What a request came to, after the last attempt at it."""

    path: str
    status: int = 0
    """0 where there was no answer."""
    contains: bool = True
    """Whether the expected text stands in the first MiB of the body."""
    body: str = ""
    """How it begins, where something was wrong with it."""
    trouble: str = ""
    """Why there was no answer."""
    reached: bool = True
    """Whether anybody accepted the connection."""


class Responses(msgspec.Struct, frozen=True):
    base: str
    said: tuple[Said, ...] = ()


async def collect(ctx: Context, params: SmokeRequests) -> Responses:
    import httpx2

    base = f"http://127.0.0.1:{ctx.plan.platform.listen}"
    said = []
    async with httpx2.AsyncClient(base_url=base, trust_env=False, follow_redirects=False) as client:
        for request in params.requests:
            said.append(await _insist(client, request, params))
    return Responses(base, tuple(said))


async def _insist(client: httpx2.AsyncClient, request: Smoke, params: SmokeRequests) -> Said:
    """Ask until the answer is right or the attempts are used up."""
    for attempt in range(params.attempts):
        if attempt:
            await asyncio.sleep(_BETWEEN)
        said = await _ask(client, request, params.timeout)
        if _right(said, request):
            break
    return said


async def _ask(client: httpx2.AsyncClient, request: Smoke, within: Duration) -> Said:
    import httpx2

    try:
        async with asyncio.timeout(within), client.stream("GET", request.path, timeout=within) as response:
            body = bytearray()
            async for chunk in response.aiter_bytes():
                body += chunk
                if len(body) >= _MOST_BODY:
                    break
            text = bytes(body[:_MOST_BODY]).decode(response.encoding or "utf-8", "replace")
    except httpx2.ConnectError:
        return Said(request.path, trouble="nobody accepts connections", reached=False)
    except (TimeoutError, httpx2.TimeoutException):
        return Said(request.path, trouble=f"no answer within {format_duration(within)}")
    except httpx2.HTTPError as error:
        return Said(request.path, trouble=f"the answer broke off: {type(error).__name__}")
    said = Said(request.path, response.status_code, request.contains in text)
    return said if _right(said, request) else msgspec.structs.replace(said, body=shorten(text, _SHOWN))


def _right(said: Said, request: Smoke) -> bool:
    return said.status == request.status and said.contains and not said.trouble


def evaluate(memory: Nothing, raw: Responses, params: SmokeRequests, now: Instant) -> tuple[Nothing, CheckResult]:
    if not params.requests:
        return memory, CheckResult(Outcome.NOT_APPLICABLE, "no smoke request is configured")
    pairs = list(zip(params.requests, raw.said, strict=True))
    wrong = tuple(
        _finding(raw.base, request, said) for request, said in pairs if said.reached and not _right(said, request)
    )
    away = [said for said in raw.said if not said.reached]
    asked = counted(len(pairs), "request")
    if wrong:
        return memory, CheckResult(Outcome.FAIL, f"{len(wrong)} of {asked} answered wrongly: {wrong[0].message}", wrong)
    if away:
        return memory, CheckResult(Outcome.UNAVAILABLE, f"{raw.base} can't be reached: {away[0].trouble}")
    return memory, CheckResult(Outcome.PASS, f"{asked} answered as expected")


def _finding(base: str, request: Smoke, said: Said) -> Finding:
    expected = f"status {request.status}" + (f", a body with {request.contains!r}" if request.contains else "")
    if said.trouble:
        found = said.trouble
    elif said.status != request.status:
        found = f"status {said.status}: {said.body}".removesuffix(": ")
    else:
        found = f"status {said.status}, a body without it: {said.body}".removesuffix(": ")
    remedy = f"ask it yourself: curl -i {base}{said.path}"
    return Finding(f"GET {said.path}: {found}", base + said.path, found, expected, remedy)


SMOKE_REQUESTS = Check(
    params=SmokeRequests,
    raw=Responses,
    memory=Nothing,
    collect=collect,
    evaluate=evaluate,
    asks="the service, through the router",
)
