"""A driver that is killed: applies one action given as JSON, and dies before its n-th change to files or processes.

Ends with status 0 when it came to the end of the action first, and with 77 when it was killed."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from gonogo.model.settings import Local
from gonogo.model.world import Action, Fence, Target
from gonogo.platforms.local import LocalPlatform


class Job(msgspec.Struct):
    directory: str
    port: int
    action: Action
    fence: Fence
    dies_at: int


def main() -> None:
    job = msgspec.json.decode(sys.stdin.buffer.read(), type=Job)
    steps = 0

    def counted(real: Callable[..., Any]) -> Callable[..., Any]:
        def step(*args: Any, **kwargs: Any) -> Any:
            nonlocal steps
            if steps == job.dies_at:
                os._exit(77)
            steps += 1
            return real(*args, **kwargs)

        return step

    for owner, name in (
        (Path, "rename"),
        (Path, "mkdir"),
        (Path, "unlink"),
        (subprocess, "Popen"),
        (signal, "pidfd_send_signal"),
        (os, "rmdir"),
    ):
        setattr(owner, name, counted(getattr(owner, name)))
    platform = LocalPlatform(Local(command=(), listen=job.port), Target("shop", "test"), Path(job.directory))
    asyncio.run(platform.apply(job.action, job.fence))


if __name__ == "__main__":
    main()
