"""Where the sentence and the repository don't agree. One function for each thing, in one table; each rests on facts."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from difflib import get_close_matches

import msgspec

from gonogo.inspect.asked import Asked
from gonogo.inspect.facts import Profile
from gonogo.inspect.versions import parse


class Contradiction(msgspec.Struct, frozen=True):
    """`where` is the fact's place; `certain` is False where the fact is a guess."""

    about: str
    text: str
    said: str
    where: str
    remedy: str = ""
    certain: bool = True


NAMES = ("service.name", "kubernetes.workload", "kubernetes.chart", "compose.service", "nomad.job")
"""Facts that carry names a service may go by."""
ALIKE = {
    "prod": "production",
    "prd": "production",
    "live": "production",
    "stage": "staging",
    "stg": "staging",
    "dev": "development",
}


def contradictions(asked: Asked, profile: Profile, environments: Sequence[str] = ()) -> tuple[Contradiction, ...]:
    """`environments` are those of the release file. Nothing unknown contradicts anything. Pure."""
    found = [one for rule in RULES for one in rule(asked, profile)]
    return (*found, *_environment(asked, profile, environments))


def _words(asked: Asked, what: str) -> str:
    said = asked.all(what) or asked.denied(what)
    return said[0].words if said else ""


def _no_migration(asked: Asked, profile: Profile) -> Iterator[Contradiction]:
    fresh = profile.all("migrations.new")
    if asked.migration is False and fresh:
        new = fresh[0]
        more = f", and {len(fresh) - 1} more" if len(fresh) > 1 else ""
        text = f"it says there is no migration, but {new.value} was {new.how}{more}"
        yield Contradiction(
            "migration", text, _words(asked, "migration"), new.where, "name the migration, or leave it out"
        )
    elif asked.migration and profile.known("migrations.fresh") == 0:
        since = profile.known("git.since")
        text = f"it tells of a migration, but no migration was added since {since}"
        yield Contradiction("migration", text, _words(asked, "migration"), ".", "commit it, or say that there is none")
    elif asked.migration and profile.known("migrations.any") is False:
        text = "it tells of a migration, but the repository has none"
        yield Contradiction("migration", text, _words(asked, "migration"), ".", "is it the right repository?")


def _harmless(asked: Asked, profile: Profile) -> Iterator[Contradiction]:
    """What a new migration does against what is said of it."""
    drops = profile.first("migrations.contract")
    if drops and asked.hints and "contract" not in asked.hints:
        text = f"it says that the schema only grows, but {drops.of} has {drops.value}: {drops.how}"
        yield Contradiction("migration", text, _words(asked, "hint"), drops.where, "release that part later", False)
    locks = profile.first("migrations.locking")
    if locks and "no downtime" in asked.risks:
        said = next(one.words for one in asked.all("risk") if one.value == "no downtime")
        text = f"it says no downtime, but {locks.of} has {locks.value}: {locks.how}"
        yield Contradiction("downtime", text, said, locks.where, "make it not lock, or plan a window", False)


def _tag(asked: Asked, profile: Profile) -> Iterator[Contradiction]:
    wanted = parse(asked.version)
    tags = profile.all("git.tag")
    if wanted is None or not tags or asked.intent == "rollback":
        return
    said = _words(asked, "version")
    same = [tag for tag in tags if (found := parse(tag.of)) and found.same(wanted)]
    if not same:
        newest = tags[-1].value
        text = f"no tag is {asked.version}; the newest is {newest}"
        yield Contradiction("version", text, said, ".", f"tag the commit that is {asked.version}")
    elif not any(tag.value == here.value for tag in same for here in profile.all("git.head_tag")):
        text = f"the tag {same[0].value} is not the commit that is checked out"
        yield Contradiction("version", text, said, ".", f"git checkout {same[0].value}")
    latest = profile.first("git.latest")
    newest_version = parse(latest.of) if latest else None
    if newest_version and latest and wanted.key < newest_version.key:
        text = f"{asked.version} is lower than {latest.value}, the highest release"
        yield Contradiction("version", text, said, ".", "is a rollback meant?")


def _manifest(asked: Asked, profile: Profile) -> Iterator[Contradiction]:
    wanted = parse(asked.version)
    if wanted is None or asked.intent == "rollback":
        return
    for fact in profile.all("service.version"):
        there = parse(str(fact.value))
        if fact.certain and there and not there.same(wanted):
            text = f"it says {asked.version}, but {fact.of} says {fact.value}"
            yield Contradiction("version", text, _words(asked, "version"), fact.where, "raise the one or the other")


def _previous(asked: Asked, profile: Profile) -> Iterator[Contradiction]:
    latest = profile.first("git.latest")
    before, released = parse(asked.previous), parse(latest.of) if latest else None
    wanted = parse(asked.version)
    if not (before and released and latest) or (wanted and released.same(wanted)):
        return
    if before.numbers != released.numbers[: len(before.numbers)]:
        text = f"it says that {asked.previous} is replaced, but the highest release is {latest.value}"
        yield Contradiction("previous", text, _words(asked, "previous"), ".", "is this branch up to date?")


def _service(asked: Asked, profile: Profile) -> Iterator[Contradiction]:
    named = [(fact, str(fact.value).rpartition("/")[2]) for name in NAMES for fact in profile.all(name)]
    if not asked.service or not named:
        return
    known = {_short(name): (fact, name) for fact, name in named}
    folder = profile.root.rstrip("/").rpartition("/")[2]
    if _short(asked.service) in {*known, _short(folder)}:
        return
    near = get_close_matches(_short(asked.service), known, 1, 0.6)
    fact, name = known[near[0]] if near else named[0]
    text = f"nothing here is called {asked.service}; the repository names {name}"
    remedy = f"did you mean {name}?" if near else "is it the right repository?"
    yield Contradiction("service", text, _words(asked, "service"), fact.where, remedy, fact.certain)


def _short(name: str) -> str:
    """Names are compared without case, hyphens and the word service."""
    plain = re.sub(r"[-_.\s]", "", name.lower())
    return plain.removesuffix("service") or plain


def _environment(asked: Asked, profile: Profile, environments: Sequence[str]) -> Iterator[Contradiction]:
    wanted = asked.environment
    if not wanted:
        return
    places = list(environments) or [str(fact.value) for fact in profile.all("kubernetes.overlay")]
    if not places or _place(wanted) in {_place(name) for name in places}:
        return
    overlay = profile.first("kubernetes.overlay") if not environments else None
    text = f"there is no environment {wanted}, only {', '.join(dict.fromkeys(places))}"
    where = overlay.where if overlay else ""
    yield Contradiction(
        "environment", text, _words(asked, "environment"), where, "name one of these", bool(environments)
    )


def _place(name: str) -> str:
    return ALIKE.get(name.lower(), name.lower())


def _hotfix(asked: Asked, profile: Profile) -> Iterator[Contradiction]:
    latest, contains = profile.first("git.latest"), profile.known("git.contains_latest")
    if asked.urgency == "hotfix" and latest and contains is False:
        text = f"it says hotfix, but this branch doesn't come from {latest.value}, the highest release"
        yield Contradiction("urgency", text, _words(asked, "urgency"), ".", f"branch from {latest.value}")


def _flag(asked: Asked, profile: Profile) -> Iterator[Contradiction]:
    if not asked.flag:
        return
    said = _words(asked, "flag")
    flags = {str(fact.value): fact for fact in profile.all("flags.flag")}
    if profile.known("flags.any") is False:
        text = "it tells of a feature flag, but no flag system was seen in the repository"
        yield Contradiction("flag", text, said, ".", "is the flag read by other means?", False)
    elif flags and asked.flag != "unnamed" and asked.flag not in flags:
        near = get_close_matches(asked.flag, flags, 1)
        fact = flags[near[0]] if near else next(iter(flags.values()))
        text = f"no flag is called {asked.flag}"
        yield Contradiction("flag", text, said, fact.where, f"did you mean {near[0]}?" if near else "define it first")


def _first(asked: Asked, profile: Profile) -> Iterator[Contradiction]:
    latest = profile.first("git.latest")
    if "first" in asked.risks and latest and latest.of != asked.version:
        said = next(one.words for one in asked.all("risk") if one.value == "first")
        text = f"it says that this is the first release, but {latest.value} is tagged"
        yield Contradiction("first", text, said, ".", "say what it replaces")


RULES: tuple[Callable[[Asked, Profile], Iterator[Contradiction]], ...] = (
    _no_migration,
    _harmless,
    _tag,
    _manifest,
    _previous,
    _service,
    _hotfix,
    _flag,
    _first,
)
