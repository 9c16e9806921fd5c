"""Ask git, without its repository's configuration being able to run anything or hide changes."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from pathlib import Path

from gonogo.checks.interface import Unavailable
from gonogo.checks.wording import shorten

_TIME_LIMIT = 20.0
_MOST_OUTPUT = 4 << 20
_SAFE = ("-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", "-c", "core.pager=cat")


async def git(repository: Path, *arguments: str, time_limit: float = _TIME_LIMIT) -> str:
    """What `git arguments` prints about the repository. Raises Unavailable: no git, no repository, no answer in time,
    or more output than anyone would read."""
    try:
        process = await asyncio.create_subprocess_exec(
            "git",
            *_SAFE,
            *arguments,
            cwd=repository,
            env=_environment(),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            start_new_session=True,
        )
    except OSError as error:
        raise Unavailable(f"git could not be run in {repository}: {error.strerror}") from None
    try:
        async with asyncio.timeout(time_limit):
            said, complaint = await asyncio.gather(_read(process.stdout), _read(process.stderr))
            code = await process.wait()
    except TimeoutError:
        raise Unavailable(f"git {arguments[0]} did not answer within {time_limit:g} s in {repository}") from None
    finally:
        await _end(process)
    if code != 0:
        reason = shorten(complaint) or f"exit code {code}"
        raise Unavailable(f"git {arguments[0]} failed in {repository}: {reason}")
    return said


async def _read(stream: asyncio.StreamReader | None) -> str:
    assert stream is not None
    content = bytearray()
    while chunk := await stream.read(1 << 16):
        content += chunk
        if len(content) > _MOST_OUTPUT:
            raise Unavailable(f"git printed more than {_MOST_OUTPUT >> 20} MiB; is a whole tree untracked?")
    return content.decode("utf-8", "replace")


async def _end(process: asyncio.subprocess.Process) -> None:
    """Leave no process behind, those it started included."""
    if process.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        await process.wait()


def _environment() -> dict[str, str]:
    """Ours without git's own variables: inside a hook they would point at another repository."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    return kept | {"GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C"}
