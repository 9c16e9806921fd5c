"""A repository → its profile."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from gonogo.inspect import history
from gonogo.inspect.detectors import (
    api,
    ci,
    compose,
    dockerfile,
    docs,
    entry,
    flags,
    kubernetes,
    languages,
    migrations,
    ml,
    names,
    nomad,
    tests,
)
from gonogo.inspect.facts import Fact, Note, Profile
from gonogo.inspect.tree import Limits, Tree, walk
from gonogo.inspect.words import counted
from gonogo.model.errors import InputError, Problem

DETECTORS: dict[str, Callable[[Tree], Iterator[Fact]]] = {
    "languages": languages.look,
    "service": names.look,
    "docker": dockerfile.look,
    "kubernetes": kubernetes.look,
    "compose": compose.look,
    "nomad": nomad.look,
    "ci": ci.look,
    "api": api.look,
    "flags": flags.look,
    "ml": ml.look,
    "tests": tests.look,
    "docs": docs.look,
    "owners": docs.owners,
    "entry": entry.look,
}
"""Area → who looks for it."""


def inspect_repository(root: Path, since: str = "", limits: Limits | None = None) -> Profile:
    """What can be seen in a directory, a git repository or not. `since` is the commit that is live, where the caller
    knows it; otherwise new migrations are counted from the highest release tag below HEAD.

    Nothing of the repository is run. What wasn't looked at is in `notes`. Raises InputError where the directory can't
    be listed."""
    try:
        tree = walk(root, limits)
    except OSError as error:
        raise InputError(Problem(f"can't be listed: {error.strerror}", str(root), "name a directory")) from None
    past = history.read(root, tree, since)
    facts = list(past.facts)
    for area, look in DETECTORS.items():
        facts += _area(area, look, tree)
    facts += _area("migrations", lambda seen: migrations.look(seen, past), tree)
    notes = tuple(dict.fromkeys(tree.notes))
    return Profile(str(root), tuple(facts), notes, len(tree.files), tree.complete)


def _area(area: str, look: Callable[[Tree], Iterator[Fact]], tree: Tree) -> list[Fact]:
    """The area's facts with `area.any` before them; that it is absent is said only if nothing was missed."""
    missed = tree.missed
    found = list(look(tree))
    if found:
        first = next((fact for fact in found if fact.certain), found[0])
        return [Fact(f"{area}.any", True, first.where, first.certain, first.how), *found]
    if tree.complete and tree.missed == missed and tree.files:
        return [Fact(f"{area}.any", False, ".", how=f"nothing of the kind among {counted(len(tree.files), 'file')}")]
    return []


__all__ = ["Fact", "Note", "Profile", "inspect_repository"]
