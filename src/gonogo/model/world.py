"""What runs: targets, revisions, what is wanted of them, what is seen of them, and the actions between the two."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from gonogo.model.units import Duration, Instant, Ratio


class Target(msgspec.Struct, frozen=True):
    """A service in an environment: it has one live revision and at most one driver."""

    service: str
    environment: str

    @property
    def key(self) -> str:
        return f"{self.service}/{self.environment}"


class Definition(msgspec.Struct, frozen=True):
    """All it takes to run a revision, now or again later. Secrets appear as references, never resolved."""

    version: str
    artifact: str
    """`sha256:…` of the content."""
    source: str
    """Absolute path the content was read from; it is copied once, and refused when its digest differs."""
    command: tuple[str, ...]
    """argv; `{port}` stands for the instance's port, and the working directory is the artifact's copy."""
    instances: int
    ready: str
    """Path that answers 200 once an instance may have traffic."""
    environment: dict[str, str] = {}
    """Variables by name; a value may be a reference such as `${PASSWORD}`."""
    grace: Duration = Duration(10)
    """Between SIGTERM and SIGKILL."""


class InstancePhase(StrEnum):
    STARTING = "starting"
    """Running, never yet ready."""
    READY = "ready"
    UNREADY = "unready"
    """Was ready and is no longer."""
    LEAVING = "leaving"
    """Gets no new requests; finishes those it has."""
    STOPPING = "stopping"
    """Told to stop, and not gone yet."""
    EXITED = "exited"
    """Not running: it waits to be started again, or was stopped."""


class InstanceSeen(msgspec.Struct, frozen=True):
    id: str
    phase: InstancePhase
    exits: int = 0
    """How often its process ended without being told to."""
    exit_code: int | None = None
    """Of the newest such end; negative is a signal."""
    last_words: str = ""
    """The end of its output after such an end: a few lines at most."""
    in_flight: int = 0
    leaving_since: Instant | None = None


class RevisionSeen(msgspec.Struct, frozen=True):
    size: int
    """How many instances the platform was told to run."""
    instances: tuple[InstanceSeen, ...] = ()

    @property
    def ready(self) -> int:
        return sum(i.phase is InstancePhase.READY for i in self.instances)

    @property
    def running(self) -> int:
        return sum(i.phase is not InstancePhase.EXITED for i in self.instances)

    @property
    def leaving(self) -> tuple[InstanceSeen, ...]:
        return tuple(i for i in self.instances if i.phase is InstancePhase.LEAVING)

    @property
    def staying(self) -> int:
        """Instances that run and are meant to."""
        going = (InstancePhase.LEAVING, InstancePhase.STOPPING, InstancePhase.EXITED)
        return sum(i.phase not in going for i in self.instances)

    @property
    def exits(self) -> int:
        return sum(i.exits for i in self.instances)


class Observation(msgspec.Struct, frozen=True):
    """What the platform shows. `weights` is what the router has accepted, never what it was asked for; a revision
    that gets nothing is absent, and no revision at all means that nobody is served."""

    at: Instant
    revisions: dict[str, RevisionSeen]
    weights: dict[str, Ratio]


class RevisionWant(msgspec.Struct, frozen=True):
    definition: Definition
    instances: int
    weight: Ratio
    min_ready: int
    """Ready instances it takes before it may be given its weight."""
    drain: Duration
    """How long in-flight requests may take before an instance that leaves is stopped all the same."""


class Desired(msgspec.Struct, frozen=True):
    """What the world should look like. A revision that is seen but not wanted is to be drained and stopped."""

    revisions: dict[str, RevisionWant]
    drain: Duration = Duration(10)
    """For revisions that are not wanted."""
    keep: Duration = Duration(86400)
    """How long what it takes to run a revision again stays after it was dropped."""


class Scale(msgspec.Struct, frozen=True, tag="scale"):
    """Run `instances` of the revision. Instances above that number leave: no new requests, not yet stopped."""

    revision: str
    definition: Definition | None
    """None only to scale to 0."""
    instances: int


class Weigh(msgspec.Struct, frozen=True, tag="weigh"):
    """Split live traffic. Shares sum to 1; an empty table serves nobody."""

    weights: dict[str, Ratio]


class Stop(msgspec.Struct, frozen=True, tag="stop"):
    """Stop instances that leave: SIGTERM, and SIGKILL after the grace period."""

    revision: str
    instances: tuple[str, ...]


class Forget(msgspec.Struct, frozen=True, tag="forget"):
    """Drop what is left of a revision that runs nothing. What it takes to run it again stays for `keep`."""

    revision: str
    keep: Duration = Duration(86400)


Action = Scale | Weigh | Stop | Forget


class Capabilities(msgspec.Struct, frozen=True):
    weight_step: Ratio
    """The finest share of traffic that can be given; 1 means all or nothing."""
    instant_switch: bool
    holds_revisions: bool
    """Can keep a revision running at weight 0."""


class Fence(msgspec.Struct, frozen=True):
    """Proof of holding a target's lease. A platform refuses one lower than the highest it has seen."""

    journal: str
    """Id of the journal that counts; two journals must not drive one target."""
    target: str
    number: int
