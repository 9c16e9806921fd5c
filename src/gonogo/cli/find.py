"""Which release is meant."""

from __future__ import annotations

from gonogo.cli.session import Session
from gonogo.journal.folds import fold_release, fold_target
from gonogo.journal.interface import Journal, release_stream, target_stream
from gonogo.model.errors import InputError, Problem
from gonogo.model.plan import Plan
from gonogo.model.stages import PREPARATION, Stage
from gonogo.model.state import State, TargetState


def target_state(journal: Journal, key: str) -> TargetState:
    return fold_target(key, journal.read(target_stream(key)))


def release_state(journal: Journal, release: str) -> State:
    return fold_release(release, journal.read(release_stream(release)))


def plan_of(state: State) -> Plan:
    """Raises InputError for a release that was opened and never planned."""
    if state.plan is None:
        raise InputError(Problem(f"{state.release} has no plan", remedy="plan it: gonogo plan"))
    return state.plan


def find_plan(journal: Journal, given: Plan, where: str) -> Plan:
    """The journal's plan of the same release. Raises InputError where it is another plan, or has started."""
    recorded = journal.read(release_stream(given.release))
    if not recorded:
        raise InputError(Problem(f"this journal doesn't know {given.release}", where, "plan it here: gonogo plan"))
    state = fold_release(given.release, recorded)
    if state.started or state.closed:
        said = f"{given.release} has {'ended' if state.closed else 'started'} already"
        raise InputError(Problem(said, where, f"gonogo status {given.release}"))
    if state.plan != given:
        said = f"it is not the plan that the journal holds for {given.release}"
        raise InputError(Problem(said, where, "it was changed, or planned anew since: gonogo plan -o"))
    return given


def find_release(session: Session, journal: Journal, name: str | None, *, journal_first: bool = False) -> State:
    """The release named; else the newest open one of the release file's target, or its newest; without a release file,
    the only open one in the journal. `journal_first`: if exactly one has started and is open, it is that one, and no
    file is read. Raises InputError that lists what could be meant."""
    if name is not None:
        return _named(journal, name)
    if journal_first and session.named_file is None and session.environment is None:
        started = [s for s in open_releases(journal) if s.started]
        if len(started) == 1:
            return started[0]
    if session.environment is not None or session.has_file():
        key = session.target()
        state = newest(journal, key)
        if state is None:
            raise InputError(Problem(f"{key} has no release in this journal", remedy="plan one: gonogo plan"))
        return state
    return _only(open_releases(journal))


def stage_of(state: State, id: str | None) -> Stage:
    """The stage named; else the one it is in, or the last of the preparation before it has started. Raises InputError
    that names the nearest."""
    stages = state.stages
    if id is not None:
        found = next((s for s in stages if s.id == id), None)
        if found is None:
            from gonogo.config.complaints import nearest

            remedy = nearest(id, [s.id for s in stages])
            raise InputError(Problem(f"{state.release} has no stage {id!r}", remedy=remedy))
        return found
    if state.started and state.current is not None:
        return state.current
    before = [s for s in plan_of(state).stages if s.kind in PREPARATION]
    return stages[-1] if state.closed or not before else before[-1]


def newest(journal: Journal, key: str) -> State | None:
    """The target's newest open release, else its newest."""
    target = target_state(journal, key)
    releases = target.open or target.releases
    return release_state(journal, releases[-1]) if releases else None


def open_releases(journal: Journal) -> list[State]:
    """Of every target, those that have not ended."""
    keys = [head.stream.removeprefix("target/") for head in journal.heads("target/")]
    return [release_state(journal, release) for key in keys for release in target_state(journal, key).open]


def waiting(journal: Journal, key: str) -> State | None:
    """The target's open release that has not started; the newest, should there be several."""
    states = [release_state(journal, release) for release in target_state(journal, key).open]
    unstarted = [s for s in states if not s.started and not s.closed]
    return unstarted[-1] if unstarted else None


def _named(journal: Journal, name: str) -> State:
    recorded = journal.read(release_stream(name))
    if recorded:
        return fold_release(name, recorded)
    known = [head.stream.removeprefix("release/") for head in journal.heads("release/")]
    if not known:
        raise InputError(Problem(f"there is no release {name!r}: this journal has none", remedy="gonogo plan"))
    from gonogo.config.complaints import nearest

    raise InputError(Problem(f"there is no release {name!r}", remedy=nearest(name, known)))


def _only(states: list[State]) -> State:
    if len(states) == 1:
        return states[0]
    if not states:
        raise InputError(
            Problem("no release is open in this journal", remedy="name one, or run this where the release file lies")
        )
    names = ", ".join(s.release for s in states)
    raise InputError(Problem("several releases are open", remedy=f"name one of them: {names}"))
