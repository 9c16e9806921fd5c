"""A world in memory and in virtual time: what a dry run walks through, and what tests break on purpose. It adds to the
real platforms and proves nothing about them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from gonogo.model.errors import LostLease, PermanentError, Problem
from gonogo.model.metrics import Sample, SeriesSample
from gonogo.model.units import Instant, Ratio
from gonogo.model.world import (
    Action,
    Capabilities,
    Definition,
    Fence,
    Forget,
    InstancePhase,
    InstanceSeen,
    Observation,
    RevisionSeen,
    Scale,
    Stop,
    Weigh,
)

_STOPS_IN = 0.3
EDGES = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, float("inf"))


@dataclass
class Behaviour:
    """How a version behaves."""

    starts_in: float = 0.5
    """Seconds until an instance is ready; infinite for one that never is."""
    error_rate: float = 0.003
    slow_rate: float = 0.005
    exits: bool = False
    """Its command ends at once, again and again."""


@dataclass
class _Instance:
    id: str
    born: float
    leaving_since: float | None = None
    stopping_since: float | None = None
    requests: float = 0.0


@dataclass
class _Revision:
    definition: Definition
    size: int
    instances: dict[str, _Instance] = field(default_factory=dict)


class SimulatedPlatform:
    """Instances start, take traffic by weight and fail as their version's behaviour says. Counts are exact shares of
    `rate`, without chance."""

    def __init__(
        self, now: Callable[[], Instant], *, rate: float = 200.0, behaviours: dict[str, Behaviour] | None = None
    ) -> None:
        self._now = now
        self.rate = rate
        self.behaviours = behaviours or {}
        self.revisions: dict[str, _Revision] = {}
        self.weights: dict[str, Ratio] = {}
        self.fence = 0
        self.applied: list[Action] = []
        self.unserved = 0.0
        """Requests that found no ready instance."""
        self._counted_at = float(now())

    def capabilities(self) -> Capabilities:
        return Capabilities(weight_step=Ratio(0.0001), instant_switch=True, holds_revisions=True)

    async def preflight(self, definition: Definition) -> list[Problem]:
        return []

    def seed(self, revision: str, definition: Definition, weight: float) -> None:
        """A revision that was running before anything is simulated."""
        born = self._counted_at - 3600
        instances = {f"{revision}-{k}": _Instance(f"{revision}-{k}", born) for k in range(1, definition.instances + 1)}
        self.revisions[revision] = _Revision(definition, definition.instances, instances)
        if weight:
            self.weights[revision] = Ratio(weight)

    async def observe(self) -> Observation:
        self._count()
        for r in self.revisions.values():
            stopped = [i for i in r.instances.values() if i.stopping_since is not None]
            for instance in stopped:
                if self._now() - (instance.stopping_since or 0) >= _STOPS_IN:
                    del r.instances[instance.id]
        revisions = {
            name: RevisionSeen(r.size, tuple(self._seen(r, i) for i in r.instances.values()))
            for name, r in self.revisions.items()
        }
        return Observation(self._now(), revisions, dict(self.weights))

    async def apply(self, action: Action, fence: Fence) -> None:
        self._count()
        if fence.number < self.fence:
            raise LostLease(f"fence {fence.number} is older than {self.fence}")
        self.fence = fence.number
        self.applied.append(action)
        match action:
            case Scale(revision, definition, instances):
                self._scale(revision, definition, instances)
            case Weigh(weights):
                if unknown := weights.keys() - self.revisions.keys():
                    raise PermanentError(f"no such revision: {', '.join(sorted(unknown))}")
                self.weights = dict(weights)
            case Stop(revision, instances):
                known = self.revisions[revision].instances if revision in self.revisions else {}
                for instance in instances:
                    if instance in known:
                        known[instance].stopping_since = known[instance].stopping_since or float(self._now())
            case Forget(revision):
                self.revisions.pop(revision, None)

    async def read(self, since: Instant) -> list[Sample]:
        self._count()
        series = tuple(
            self._series(name, r, i) for name, r in self.revisions.items() for i in r.instances.values() if i.requests
        )
        return [Sample(self._now(), dict(self.weights), series)]

    async def close(self) -> None:
        pass

    # --- inside -----------------------------------------------------------------------------------------------------

    def behaviour(self, revision: _Revision) -> Behaviour:
        return self.behaviours.get(revision.definition.version, Behaviour())

    def _phase(self, revision: _Revision, instance: _Instance) -> InstancePhase:
        if instance.stopping_since is not None:
            return InstancePhase.STOPPING
        if instance.leaving_since is not None:
            return InstancePhase.LEAVING
        behaviour = self.behaviour(revision)
        if behaviour.exits:
            return InstancePhase.EXITED
        grown = self._now() - instance.born >= behaviour.starts_in
        return InstancePhase.READY if grown else InstancePhase.STARTING

    def _seen(self, revision: _Revision, instance: _Instance) -> InstanceSeen:
        exits = int((self._now() - instance.born) / 0.5) + 1 if self.behaviour(revision).exits else 0
        since = None if instance.leaving_since is None else Instant(instance.leaving_since)
        code = 1 if exits else None
        return InstanceSeen(instance.id, self._phase(revision, instance), exits, code, leaving_since=since)

    def _scale(self, name: str, definition: Definition | None, size: int) -> None:
        if name not in self.revisions:
            if definition is None:
                return
            self.revisions[name] = _Revision(definition, 0)
        revision = self.revisions[name]
        revision.size = size
        for k in range(1, size + 1):
            instance = revision.instances.setdefault(f"{name}-{k}", _Instance(f"{name}-{k}", self._now()))
            if instance.stopping_since is not None:
                revision.instances[f"{name}-{k}"] = instance = _Instance(f"{name}-{k}", self._now())
            instance.leaving_since = None
        for instance in list(revision.instances.values())[size:]:
            instance.leaving_since = instance.leaving_since or self._now()

    def _count(self) -> None:
        """Requests since the last look go to ready instances by weight, or are lost."""
        now = float(self._now())
        total = (now - self._counted_at) * self.rate
        self._counted_at = now
        if total <= 0:
            return
        for name, weight in self.weights.items():
            revision = self.revisions.get(name)
            ready = [
                i
                for i in (revision.instances.values() if revision else ())
                if revision and self._phase(revision, i) is InstancePhase.READY
            ]
            for instance in ready:
                instance.requests += total * weight / len(ready)
            if not ready:
                self.unserved += total * weight

    def _series(self, name: str, revision: _Revision, instance: _Instance) -> SeriesSample:
        n = int(instance.requests)
        behaviour = self.behaviour(revision)
        slow = int(n * behaviour.slow_rate)
        buckets = tuple((edge, n if edge > 0.25 else n - slow) for edge in EDGES)
        return SeriesSample(name, instance.id, str(instance.born), n, int(n * behaviour.error_rate), buckets)
