"""From a release file and a sentence to a plan in the journal."""

from __future__ import annotations

import asyncio
import time
from datetime import date
from pathlib import Path
from typing import NamedTuple

from gonogo.catalog.loader import load_catalog
from gonogo.cli.append import ATTEMPTS
from gonogo.cli.find import release_state, target_state, waiting
from gonogo.cli.session import Session
from gonogo.inspect import git
from gonogo.inspect.asked import Asked
from gonogo.inspect.profile import inspect_repository
from gonogo.journal.interface import Journal, Write, release_stream, target_stream
from gonogo.model import events as e
from gonogo.model.errors import Conflict, InputError, Problem, TemporaryError
from gonogo.model.plan import Plan, World
from gonogo.model.settings import Environment, ReleaseFile
from gonogo.model.state import TargetState
from gonogo.model.units import Instant
from gonogo.plan.build import Request, build
from gonogo.plan.observed import observed
from gonogo.platforms.table import digest, open_platform


class Facts(NamedTuple):
    """What the world holds now: everything a plan is made from beside the target's state."""

    file: ReleaseFile
    environment: Environment
    artifact: str
    commit: str
    repository: Path


def look(session: Session) -> Facts:
    """Raises InputError for what the user can put right."""
    file, environment = session.file(), session.chosen()
    folder = Path(file.path).parent
    artifact = digest(environment.platform, Path(file.artifact))
    return Facts(file, environment, artifact, git.commit(folder), git.root(folder) or folder)


def draft(session: Session, facts: Facts, target: TargetState, release: str, sentence: str) -> Plan:
    """The plan of a release, not yet saved. A sentence that names no version leaves the content to name it."""
    file, environment = facts.file, facts.environment
    asked = _asked(sentence)
    named = asked.version or (facts.commit[:12] if facts.commit else facts.artifact.partition(":")[2][:12])
    request = Request(
        release=release,
        sentence=sentence or f"Deploy {file.service} to {environment.name}",
        version=named,
        by=session.actor.name,
        at=Instant(time.time()),
        commit=facts.commit,
        repository=str(facts.repository),
        observed=observed(inspect_repository(facts.repository), asked),
    )
    return build(file, environment, request, facts.artifact, target, load_catalog())


def _asked(sentence: str) -> Asked:
    if not sentence:
        return Asked("")  # without its grammar, which takes longer to load than everything else here
    from gonogo.inspect.sentence import understand

    return understand(sentence, date.today())


def release_id(journal: Journal, target: TargetState) -> str:
    """That of the open release which has not started, else the next number."""
    open_one = waiting(journal, target.key)
    return open_one.release if open_one else next_id(target)


def next_id(target: TargetState) -> str:
    return f"{target.key.replace('/', '-')}-{len(target.releases) + 1}"


def unsaved(session: Session, journal: Journal, sentence: str) -> Plan:
    """What would be planned now."""
    target = target_state(journal, session.target())
    return draft(session, look(session), target, release_id(journal, target), sentence)


def plan_and_save(session: Session, journal: Journal, sentence: str) -> Plan:
    """Plan the target's open release anew, or open the next one. Nothing is appended when the platform finds a problem
    with it (InputError)."""
    facts, key = look(session), session.target()
    for _ in range(ATTEMPTS):
        target = target_state(journal, key)
        release = release_id(journal, target)
        plan = draft(session, facts, target, release, sentence)
        preflight(plan)
        writes = [Write(release_stream(release), release_state(journal, release).n, (e.Planned(plan),))]
        if release not in target.releases:
            writes.append(Write(target_stream(key), target.n, (e.ReleaseOpened(release),)))
        try:
            journal.append(writes, session.actor, plan.made_at)
            return plan
        except Conflict:
            continue
    raise TemporaryError(f"{key}: others keep planning; try again")


def preflight(plan: Plan) -> None:
    """Raises InputError with what would keep the plan's definition from running."""
    problems = asyncio.run(open_platform(plan).preflight(plan.definition))
    if problems:
        raise InputError(*problems)


def moved(plan: Plan, now: World) -> list[Problem]:
    """Every difference between the world a plan was made for and the world there is."""
    named = {
        "the release file": (plan.world.release_file, now.release_file),
        "the artifact": (plan.world.artifact, now.artifact),
        "the commit": (plan.world.commit, now.commit),
        "the live revision": (plan.world.live or "none", now.live or "none"),
    }
    return [
        Problem(f"{what} moved: {_short(was)} when it was planned, {_short(is_now)} now", plan.release)
        for what, (was, is_now) in named.items()
        if was != is_now
    ]


def refuse_moved(session: Session, journal: Journal, plan: Plan) -> None:
    """Raises InputError where the release file, the artifact, the commit or the live revision has moved."""
    facts = look(session)
    live = target_state(journal, plan.target.key).live
    differences = moved(plan, World(facts.file.digest, facts.artifact, facts.commit, live))
    if session.target() != plan.target.key:
        differences.insert(0, Problem(f"it is for {plan.target.key}, this is {session.target()}", plan.release))
    if differences:
        raise InputError(*differences, Problem("nothing was changed", remedy="plan again: gonogo plan"))


def _short(text: str) -> str:
    head, colon, rest = text.partition(":")
    dirty = "+dirty" if text.endswith("+dirty") else ""
    return (f"{head}:{rest[:12]}…" if colon else head[:12] + dirty) or "none"
