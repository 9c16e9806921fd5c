"""Processes on this machine behind Envoy, as a `Platform`.

Who does what: a keeper (`keeper.py`) restarts each process while no driver lives, the router's health checks take what
isn't ready out of rotation, and the driver mends what a keeper can't, by scaling again when it sees fewer instances
kept up than wanted.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import ParamSpec, TypeVar

from gonogo.journal.place import state_directory
from gonogo.model.errors import Problem, TemporaryError
from gonogo.model.metrics import Sample
from gonogo.model.settings import Local
from gonogo.model.units import Duration, Instant, Ratio
from gonogo.model.world import Action, Capabilities, Definition, Fence, Observation, Target
from gonogo.platforms.local import watch, xds
from gonogo.platforms.local.changes import Changes
from gonogo.platforms.local.layout import Layout
from gonogo.platforms.local.router import Router

P = ParamSpec("P")
T = TypeVar("T")

STOPS_WITHIN = Duration(15)


def local_directory(target: Target) -> Path:
    """The state directory of a target."""
    return state_directory() / "local" / f"{target.service}-{target.environment}"


class LocalPlatform:
    """One target. `directory` is its own: processes, router and files of it lie there and nowhere else."""

    def __init__(self, settings: Local, target: Target, directory: Path) -> None:
        self.target = target
        self._layout = Layout(directory.absolute())
        self._router = Router(self._layout, settings.listen)
        self._changes = Changes(self._layout, self._router)

    def capabilities(self) -> Capabilities:
        return Capabilities(Ratio(1 / xds.TOTAL_WEIGHT), instant_switch=True, holds_revisions=True)

    async def preflight(self, definition: Definition) -> list[Problem]:
        from gonogo.platforms.local.preflight import preflight

        return await _beside(preflight, self._layout, self._router, definition)

    async def observe(self) -> Observation:
        return await _beside(watch.observe, self._layout, self._router)

    async def apply(self, action: Action, fence: Fence) -> None:
        await _beside(self._changes.apply, action, fence)

    async def read(self, since: Instant) -> list[Sample]:
        samples = await _beside(watch.read, self._layout, self._router)
        return [sample for sample in samples if sample.at >= since]

    async def close(self) -> None:
        """Nothing is held between calls."""

    async def destroy(self, within: Duration = STOPS_WITHIN) -> None:
        """End everything of this target, and remove its directory. Raises PermanentError if something survives."""
        from gonogo.platforms.local.removal import destroy

        await _beside(destroy, self._layout, within)


async def _beside(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run it in a thread: files, processes and the router's socket all block. A disk that is full or a directory that
    was removed is worth another try."""
    try:
        return await asyncio.to_thread(work, *args, **kwargs)
    except OSError as error:
        raise TemporaryError(f"{error.strerror or error}: {error.filename or 'local platform'}") from error
