"""What is: target, release, stage, driver, items, orders."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from gonogo.cli.exits import Exit
from gonogo.cli.output import Paint
from gonogo.cli.views import waivers as waiver_view
from gonogo.cli.views.next import of_state
from gonogo.cli.views.result import standing
from gonogo.cli.waivers import Waiver
from gonogo.journal.holder import holder_name
from gonogo.journal.interface import Lease
from gonogo.model.items import OPENING, Evidence, Item, Outcome
from gonogo.model.plan import Plan
from gonogo.model.state import State, TargetState
from gonogo.model.units import Instant, format_duration, format_instant
from gonogo.report.words import plain, spoken


class Standing(msgspec.Struct, frozen=True):
    """All that is shown."""

    plan: Plan
    state: State
    target: TargetState
    lease: Lease | None
    """Of the target, where it is for this release."""
    given: dict[str, Evidence]
    """Newest answers of the current stage."""
    now: Instant
    waivers: tuple[Waiver, ...] = ()
    """All of the release's."""

    @property
    def driven(self) -> bool:
        return self.lease is not None and self.lease.alive


def lines(s: Standing, paint: Paint) -> Iterator[str]:
    live = s.target.revisions[s.target.live].definition.version if s.target.live else ""
    yield f"{s.target.key} · live: {f'{s.target.live} ({plain(live)})' if s.target.live else 'nothing'}"
    yield paint("bold", s.state.release) + f": {plain(s.plan.version)}, {s.plan.strategy}, {standing(s.state)}"
    if s.state.closed:
        yield f"  ended   {format_instant(s.state.at)}: {plain(s.state.closed.reason)}"
    stage = s.state.current
    if stage is not None and not s.state.closed:
        since = format_duration(round(max(0.0, s.now - s.state.entered_at)))
        watched = f", watched {format_duration(round(s.state.watched))}" if s.state.started else ""
        yield f"  stage   {stage.id}: {stage.title}, for {since}{watched}"
        if s.state.turned_because:
            yield f"  because {plain(s.state.turned_because)}"
    if s.state.started and not s.state.closed:
        yield f"  driver  {driver(s)}"
    if stage is not None and not s.state.closed:
        yield from (_item(i, s.given.get(i.id), paint) for i in stage.items if not i.not_applicable)
    if not s.state.closed:
        yield from waiver_view.lines(s.waivers, paint, "  ")
    for order in s.state.orders:
        yield paint("warn", f"  waiting order: {order.command} by {order.by}: {plain(order.reason)}")
    yield summary(s, paint)


def summary(s: Standing, paint: Paint) -> str:
    """The last line: how it stands, and the next command."""
    if not s.state.started and not s.state.closed:
        return f"{standing(s.state)} · next: gonogo gate {s.state.release}"
    if s.state.started and not s.state.closed and not s.driven:
        return paint("bad", "nobody drives it") + f" · next: {of_state(s.state)}"
    return f"{standing(s.state)} · next: {of_state(s.state, driven=s.driven)}"


def driver(s: Standing) -> str:
    if s.lease is None:
        return "nobody"
    ago = format_duration(round(max(0.0, s.now - s.lease.beat), 1))
    return f"{holder_name(s.lease.holder)}, last beat {ago} ago" + ("" if s.lease.alive else ": dead")


def _item(item: Item, answer: Evidence | None, paint: Paint) -> str:
    outcome = answer.outcome if answer else Outcome.PENDING
    style = "good" if outcome in OPENING else "bad" if outcome is Outcome.FAIL else "warn"
    told = plain(answer.summary) if answer else "no answer journaled yet"
    return f"    {paint(style, f'{spoken(outcome):<14}')} {item.id}: {told}"


def document(s: Standing, code: Exit) -> dict[str, Any]:
    stage = s.state.current
    return {
        "kind": "status",
        "target": s.target.key,
        "live": s.target.live,
        "release": s.state.release,
        "version": s.plan.version,
        "standing": standing(s.state),
        "started": s.state.started,
        "direction": s.state.direction,
        "stage": s.state.stage or None,
        "entered_at": s.state.entered_at if stage else None,
        "watched": s.state.watched,
        "paused": s.state.paused,
        "turned_because": s.state.turned_because,
        "revision": s.state.revision or None,
        "stable": s.state.stable,
        "result": s.state.closed.result if s.state.closed else None,
        "reason": s.state.closed.reason if s.state.closed else "",
        "driver": {"holder": holder_name(s.lease.holder), "beat": s.lease.beat, "alive": s.lease.alive}
        if s.lease
        else None,
        "items": {
            i.id: (s.given[i.id].outcome if i.id in s.given else "pending") for i in (stage.items if stage else ())
        },
        "waivers": waiver_view.documents(s.waivers),
        "orders": [msgspec.to_builtins(o) for o in s.state.orders],
        "exit": int(code),
    }
