"""Looking at a target: what its keepers recorded and what its router does. Changes nothing but a note of readiness."""

from __future__ import annotations

import time
from contextlib import suppress
from pathlib import Path

from gonogo.model.errors import TemporaryError
from gonogo.model.metrics import Sample
from gonogo.model.units import Instant, Ratio
from gonogo.model.world import InstancePhase, InstanceSeen, Observation, RevisionSeen
from gonogo.platforms.local import instances, xds
from gonogo.platforms.local.admin import Host, View, connected
from gonogo.platforms.local.counters import Key, series
from gonogo.platforms.local.layout import Layout
from gonogo.platforms.local.router import Router
from gonogo.platforms.local.state import RevisionState, Slot, instance_id, load


def observe(layout: Layout, router: Router) -> Observation:
    """Raises TemporaryError while the router should answer and doesn't."""
    state = load(layout)
    view = router.view()
    seen = {name: _revision(layout, name, revision, view) for name, revision in state.revisions.items()}
    return Observation(Instant(time.time()), seen, _weights(view.shares if view else {}))


def _weights(shares: dict[str, int]) -> dict[str, Ratio]:
    return {name: Ratio(parts / xds.TOTAL_WEIGHT) for name, parts in shares.items() if parts}


def _revision(layout: Layout, name: str, revision: RevisionState, view: View | None) -> RevisionSeen:
    """Where a driver died halfway or a keeper was killed, `size` and the list differ, so that scaling again mends it:
    an instance that nobody keeps up is listed and not counted, and one that the router doesn't know as it should is
    counted and not listed. Stopped instances that have ended are neither."""
    size = 0
    seen = []
    for n, slot in sorted(revision.slots.items()):
        directory = layout.instance(instance_id(name, n))
        record = instances.look(directory)
        kept = record if record and record.alive else None
        host = view.clusters.get(name, {}).get(kept.port) if view and kept and kept.port else None
        going = slot.stopped or (slot.leaving_since is not None and (host is None or host.draining))
        size += kept is not None and not going
        if kept is None and going:
            continue
        if kept is None or going or (host and not host.draining):
            phase = _phase(kept, going, slot.stopped, host, directory)
            seen.append(_instance(instance_id(name, n), slot, phase, record, host))
    return RevisionSeen(size, tuple(seen))


def _phase(
    kept: instances.Record | None, going: bool, stopped: bool, host: Host | None, directory: Path
) -> InstancePhase:
    if kept is None:
        return InstancePhase.EXITED
    if going:
        return InstancePhase.STOPPING if stopped else InstancePhase.LEAVING
    if not kept.running:
        return InstancePhase.EXITED
    note = directory / "was-ready"
    if host and host.healthy:
        if not note.exists():
            with suppress(OSError):  # who looks may lack the right to write
                note.touch()
        return InstancePhase.READY
    return InstancePhase.UNREADY if note.exists() else InstancePhase.STARTING


def _instance(
    id: str, slot: Slot, phase: InstancePhase, record: instances.Record | None, host: Host | None
) -> InstanceSeen:
    return InstanceSeen(
        id,
        phase,
        exits=record.exits if record else 0,
        exit_code=record.exit_code if record else None,
        last_words=record.last_words if record else "",
        in_flight=host.in_flight if host else 0,
        leaving_since=slot.leaving_since if phase is InstancePhase.LEAVING else None,
    )


def read(layout: Layout, router: Router) -> list[Sample]:
    """One sample of all counters; none before there was a router. Raises TemporaryError while it doesn't answer."""
    record = router.record()
    if record is None:
        return []
    if not record.running:
        raise TemporaryError("the router isn't running")
    with connected(router.socket) as admin:
        admin.get("/ready")
        shares, _ = admin.routes()
        text = admin.counters()
    # Envoy counts: its counters go on when an instance is restarted, and begin anew only with Envoy itself.
    epoch = f"{record.boot[:8]}-{record.child}-{record.child_start}"
    return [Sample(Instant(time.time()), _weights(shares), series(text, _addresses(layout), epoch))]


def _addresses(layout: Layout) -> dict[Key, str]:
    """Instance by revision and address. Stopped ones count too; a port used again belongs to its newer user."""
    found: dict[Key, str] = {}
    for name, revision in load(layout).revisions.items():
        for n in sorted(revision.slots, key=lambda n: not revision.slots[n].stopped):
            record = instances.look(layout.instance(instance_id(name, n)))
            if record and record.port:
                found[name, f"127.0.0.1:{record.port}"] = instance_id(name, n)
    return found
