"""Who may drive a target."""

from __future__ import annotations

from gonogo.journal.folds import fold_release, fold_target
from gonogo.journal.interface import Journal, Lease, Write, release_stream, target_stream
from gonogo.model import events as e
from gonogo.model.errors import InputError
from gonogo.model.items import Actor
from gonogo.model.state import Direction, State
from gonogo.model.units import Instant
from gonogo.model.world import Fence


def take(journal: Journal, target: str, release: str, holder: str, *, force: bool = False) -> Lease:
    """The target's lease for this release. A release that soaks yields to a newer one; anything else that is half-way
    keeps the target: Held where it has a live driver, InputError where it has none."""
    for other in _others(journal, target, release):
        if soaks(other):
            force = True
        elif (lease := journal.lease(target)) is None or not lease.alive:
            raise InputError(
                f"{other.release} is half-way on {target} and nobody drives it;"
                f" finish it first: gonogo drive {other.release}, or gonogo abort {other.release}"
            )
    return journal.take(target, release, holder, force=force)


def soaks(state: State) -> bool:
    """Whether its revision is the live one already, so that a newer release may take over."""
    promoted = any(s.promotes and s.id in state.left for s in state.stages)
    return state.direction is Direction.FORWARD and promoted and not state.closed


def supersede_soaking(journal: Journal, target: str, release: str, fence: Fence, actor: Actor, now: Instant) -> None:
    """Close the releases whose soak the newer one ends. Their revision stays."""
    stream = target_stream(target)
    for other in _others(journal, target, release):
        if not soaks(other):
            continue
        after = fold_target(target, journal.read(stream)).n
        closed = e.Closed(e.Result.SUPERSEDED, f"{release} took over the target")
        journal.append(
            [
                Write(release_stream(other.release), other.n, (closed,)),
                Write(stream, after, (e.ReleaseEnded(other.release, e.Result.SUPERSEDED),)),
            ],
            actor,
            now,
            fence,
        )


def _others(journal: Journal, target: str, release: str) -> list[State]:
    """Releases on this target, other than `release`, that have started and not ended."""
    known = fold_target(target, journal.read(target_stream(target)))
    others = (fold_release(r, journal.read(release_stream(r))) for r in known.open if r != release)
    return [o for o in others if o.started and not o.closed]
