"""Real git repositories for checks to look into, and how one is asked."""

from __future__ import annotations

import asyncio
import os
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from check_context import context
from msgspec.structs import replace
from plans import NOW, definition
from plans import target as target_of

from gonogo.checks.interface import Check, Context
from gonogo.model.items import CheckResult, Outcome
from gonogo.model.state import RevisionRecord


class Repository:
    """A working tree; commits are an hour apart, the newest an hour before NOW."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.git("init", "--quiet", "--initial-branch=main")
        self.commits = 0

    def git(self, *arguments: str, author: str = "ann", committer: str = "", ago: float = 3600.0) -> str:
        at = f"{NOW - ago:.0f} +0000"
        who = committer or author
        environment = {
            "HOME": str(self.root),
            "PATH": os.environ["PATH"],
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_AUTHOR_NAME": author,
            "GIT_AUTHOR_EMAIL": f"{author}@example.com",
            "GIT_AUTHOR_DATE": at,
            "GIT_COMMITTER_NAME": who,
            "GIT_COMMITTER_EMAIL": f"{who}@example.com",
            "GIT_COMMITTER_DATE": at,
        }
        done = subprocess.run(
            ["git", *arguments], cwd=self.root, env=environment, check=True, capture_output=True, text=True
        )
        return done.stdout.strip()

    def write(self, files: Mapping[str, str]) -> None:
        for name, text in files.items():
            path = self.root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)

    def commit(self, files: Mapping[str, str] | None = None, message: str = "Change", tag: str = "", **who: Any) -> str:
        self.write(files or {})
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "--message", message, **who)
        if tag:
            self.git("tag", tag)
        return self.git("rev-parse", "HEAD")

    def context(self, version: str = "2.0.0", live: str = "1.0.0", now: float = NOW, **variables: str) -> Context:
        """Of a plan of HEAD while `live` is; empty where nothing is."""
        head = self.git("rev-parse", "HEAD")
        state = target_of("r1" if live else None)
        if live:
            state = replace(state, revisions={"r1": RevisionRecord(definition(live), "shop-production-1")})
        ctx = context(repository=self.root, commit=head, now=now, target_state=state)
        made = replace(ctx.plan.definition, environment=variables)
        world = ctx.plan.world if live else replace(ctx.plan.world, live=None)
        plan = replace(ctx.plan, version=version, definition=made, world=world)
        return Context(**{**vars(ctx), "plan": plan})


def look(check: Check, ctx: Context, params: Any) -> CheckResult:
    raw = asyncio.run(check.collect(ctx, params))
    _, result = check.evaluate(check.memory(), raw, params, ctx.now)
    return result


def told(result: CheckResult) -> list[str]:
    return [finding.message for finding in result.findings]


__all__ = ["NOW", "Outcome", "Repository", "look", "told"]
