"""Live names for a shell's completion. A shell that completes shows no errors, so whatever fails completes nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.shell_completion import CompletionItem

if TYPE_CHECKING:
    from gonogo.model.items import Item
    from gonogo.model.state import State

Names = Iterable[tuple[str, str]]
"""(name, what it is)"""
Completer = Callable[[click.Context, click.Parameter, str], list[CompletionItem]]


def _completer(names: Callable[[click.Context], Names]) -> Completer:
    def complete(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        try:
            found = dict(names(ctx))
        except Exception:
            return []
        return [CompletionItem(name, help=what) for name, what in found.items() if name.startswith(incomplete)]

    return complete


def _states(ctx: click.Context) -> list[State]:
    """The release named before the cursor, or those that are open."""
    from gonogo.cli.find import open_releases, release_state
    from gonogo.journal.open import open_journal

    journal = open_journal(ctx.params.get("journal"), read_only=True)
    try:
        named = ctx.params.get("release")
        return [release_state(journal, named)] if named else open_releases(journal)
    finally:
        journal.close()


def _releases(ctx: click.Context) -> Names:
    """Newest first; of those that have ended only the names are known, for speed."""
    from gonogo.cli.find import target_state
    from gonogo.journal.open import open_journal

    journal = open_journal(ctx.params.get("journal"), read_only=True)
    try:
        targets = [target_state(journal, h.stream.removeprefix("target/")) for h in journal.heads("target/")]
    finally:
        journal.close()
    for target in targets:
        yield from ((name, "open" if name in target.open else "ended") for name in reversed(target.releases))


def _stages(ctx: click.Context) -> Names:
    for state in _states(ctx):
        yield from ((s.id, s.title) for s in state.stages)


def _items(ctx: click.Context) -> Iterable[Item]:
    for state in _states(ctx):
        yield from (i for s in state.stages for i in s.items if not i.not_applicable)


def _signed(ctx: click.Context) -> Names:
    return ((i.id, i.title) for i in _items(ctx) if i.check == "sign-off")


def _waivable(ctx: click.Context) -> Names:
    from gonogo.plan.tailor import MECHANICS

    return ((i.id, i.title) for i in _items(ctx) if i.check not in MECHANICS)


def _catalog(ctx: click.Context) -> Names:
    from gonogo.catalog.loader import load_catalog

    return ((i.id, i.title) for i in load_catalog().items.values())


def _environments(ctx: click.Context) -> Names:
    from gonogo.config.load import find, load

    file = load(ctx.params.get("file") or find(Path.cwd()))
    return ((name, f"{file.service}, {env.strategy}") for name, env in file.environments.items())


releases = _completer(_releases)
stages = _completer(_stages)
signed = _completer(_signed)
waivable = _completer(_waivable)
catalog = _completer(_catalog)
environments = _completer(_environments)
