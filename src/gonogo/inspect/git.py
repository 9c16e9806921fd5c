"""What git says about a working tree."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

_SECONDS = 20


def commit(directory: Path) -> str:
    """The commit checked out, `+dirty` behind it for uncommitted changes; empty outside a repository, in one without
    a commit, or where git isn't installed."""
    head = _git(directory, "rev-parse", "--verify", "HEAD")
    if not head:
        return ""
    return head + ("+dirty" if _git(directory, "status", "--porcelain", "--untracked-files=normal") else "")


def root(directory: Path) -> Path | None:
    """Top of the working tree, or None outside one."""
    top = _git(directory, "rev-parse", "--show-toplevel")
    return Path(top) if top else None


def _git(directory: Path, *args: str) -> str:
    # A repository may carry settings that run programs; none of them is wanted for reading.
    safe = ("-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null")
    environment = {**os.environ, "GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0"}
    try:
        done = subprocess.run(
            ["git", *safe, "-C", str(directory), *args],
            capture_output=True,
            text=True,
            errors="replace",
            timeout=_SECONDS,
            check=False,
            env=environment,
        )
    except (FileNotFoundError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""
