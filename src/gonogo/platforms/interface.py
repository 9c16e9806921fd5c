"""What a platform does. It observes and obeys; it never decides."""

from __future__ import annotations

from typing import Protocol

from gonogo.model.errors import Problem
from gonogo.model.metrics import Sample
from gonogo.model.units import Instant
from gonogo.model.world import Action, Capabilities, Definition, Fence, Observation


class Platform(Protocol):
    def capabilities(self) -> Capabilities: ...

    async def preflight(self, definition: Definition) -> list[Problem]:
        """What would keep this definition from running here (a port in use, a command that doesn't exist), without
        changing anything. Empty: nothing found."""

    async def observe(self) -> Observation:
        """Raises TemporaryError when it can't see. An empty observation means that nothing runs, never that it
        couldn't look."""

    async def apply(self, action: Action, fence: Fence) -> None:
        """Set a desired state. Idempotent: a repeated action changes nothing more. Returns when the state is set, which
        may be before the world has followed. Raises LostLease for a fence lower than one seen before, TemporaryError,
        or PermanentError."""

    async def read(self, since: Instant) -> list[Sample]:
        """Cumulative counters, oldest sample first, none older than `since`. Raises TemporaryError."""

    async def close(self) -> None:
        """Let go of connections. What runs keeps running."""
