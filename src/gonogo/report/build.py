"""Puts a report together from the journal. The same events give the same report, whenever it is asked for."""

from __future__ import annotations

from gonogo.journal.interface import Journal
from gonogo.model import events as e
from gonogo.report.actions import actions, deeds, way_back, weights
from gonogo.report.people import people
from gonogo.report.reading import Reading, read
from gonogo.report.series import series
from gonogo.report.shape import Identity, Integrity, Report, Wound
from gonogo.report.stages import stages
from gonogo.report.timeline import drivers, timeline
from gonogo.report.verdict import verdict


def build_report(journal: Journal, release: str) -> Report:
    """Everything about one release, whether it is planned, half-way or closed. Raises InputError for a release that the
    journal doesn't know, naming the nearest; PermanentError for events that can't be read."""
    reading = read(journal, release)
    done = deeds(reading)
    moved = weights(reading, done)
    drove = drivers(reading)
    return Report(
        release=release,
        identity=_identity(reading),
        verdict=verdict(reading),
        stages=stages(reading),
        people=people(reading),
        timeline=timeline(reading, done),
        drivers=drove,
        takeovers=max(0, len(drove) - 1),
        actions=actions(done),
        repeated=sum(1 for deed in done if deed.repeats is not None),
        way_back=way_back(reading, moved),
        series=series(reading, moved),
        as_of=reading.state.at,
        anchors=reading.anchors,
        integrity=_integrity(journal, reading),
    )


def _identity(reading: Reading) -> Identity:
    plan, state = reading.plan, reading.state
    started = reading.first(e.Started)
    return Identity(
        target=plan.target.key,
        version=plan.version,
        sentence=plan.sentence,
        strategy=plan.strategy,
        tier=plan.tier,
        mode=plan.mode,
        artifact=plan.world.artifact,
        commit=plan.world.commit,
        revision=state.revision,
        stable=state.stable,
        made_by=plan.made_by,
        made_at=plan.made_at,
        started_by=state.started_by,
        started_at=started.at if started else None,
    )


def _integrity(journal: Journal, reading: Reading) -> Integrity:
    """Damage to the file itself is everybody's."""
    found = journal.verify(reading.anchors)
    ours = tuple(Wound(d.stream, d.n, d.message) for d in found if d.stream in ("", *reading.anchors))
    return Integrity(not ours, ours, len(found) - len(ours))
