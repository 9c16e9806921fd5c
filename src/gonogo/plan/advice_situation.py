"""What advice rests on, gathered once."""

from __future__ import annotations

import re
from enum import StrEnum

import msgspec

from gonogo.inspect.asked import Asked
from gonogo.inspect.facts import Fact, Profile
from gonogo.model.world import Capabilities

STRATEGIES = ("canary", "blue-green", "rolling", "direct")
"""The most careful first. `direct` is all at once."""


class Risk(StrEnum):
    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"


class Ground(msgspec.Struct, frozen=True):
    """What a reason rests on."""

    where: str
    detail: str = ""


class Situation(msgspec.Struct, frozen=True):
    tier: int
    asked: Asked
    profile: Profile
    capabilities: Capabilities
    first: bool
    instances: int | None
    instances_where: str
    spare: int | None
    risk: Risk
    stateful: Fact | None
    """That the service itself keeps data; that a database beside it does, is no matter of its rollout."""

    @property
    def no_migrations(self) -> bool:
        return self.profile.known("migrations.any") is False

    def hint(self, name: str) -> Ground | None:
        """`contract`, `locking`, `expand`: of a new migration, or of the sentence."""
        fact = self.profile.first(f"migrations.{name}")
        if fact is not None:
            return Ground(fact.where, f"{fact.value}")
        said = next((one for one in self.asked.all("hint") if one.value == name), None)
        return Ground("the sentence", said.words) if said and self.asked.migration is not False else None

    def word(self, *risks: str) -> Ground | None:
        said = next((one for one in self.asked.all("risk") if one.value in risks), None)
        return Ground("the sentence", said.words) if said else None


def situation(
    tier: int,
    asked: Asked,
    profile: Profile,
    capabilities: Capabilities,
    service: str,
    first: bool,
    instances: int | None,
    spare: int | None,
    risk: Risk,
) -> Situation:
    """Raises ValueError for sizes below 0."""
    if (instances is not None and instances < 1) or (spare is not None and spare < 0):
        raise ValueError(f"{instances} instances with room for {spare} more: neither can be that low")
    name = service or asked.service
    where = "instances"
    if instances is None:
        found = _size(profile, name)
        instances, where = (int(found.value), found.where) if found else (None, "")
    return Situation(
        tier, asked, profile, capabilities, first, instances, where, spare, Risk(risk), _stateful(profile, name)
    )


def _size(profile: Profile, service: str) -> Fact | None:
    sizes = [
        fact
        for name in ("kubernetes.replicas", "compose.instances", "nomad.count")
        for fact in profile.all(name)
        if isinstance(fact.value, int) and fact.value > 0 and fact.certain and _about(fact, service)
    ]
    return sizes[0] if len({fact.value for fact in sizes}) == 1 else None


def _stateful(profile: Profile, service: str) -> Fact | None:
    areas = ("kubernetes.stateful", "compose.stateful", "nomad.stateful")
    return next((fact for name in areas for fact in profile.all(name) if _about(fact, service)), None)


def _about(fact: Fact, service: str) -> bool:
    """`StatefulSet/ledger`, `ledger/group`, `ledger-service` are all about ledger."""
    return bool(service) and _plain(service) in {_plain(part) for part in fact.of.split("/")}


def _plain(name: str) -> str:
    short = re.sub(r"[-_.]", "", name.lower())
    return short.removesuffix("service") or short
