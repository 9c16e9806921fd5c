"""What git says about a working tree. Only read, and nothing that the repository's own settings name is run."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import msgspec

_SECONDS = 20
_SAFE = ("-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", "-c", "protocol.allow=never")
"""A repository may carry settings that run programs or reach for a network; none of them is wanted for reading."""
_ELSEWHERE = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_COMMON_DIR", "GIT_OBJECT_DIRECTORY", "GIT_NAMESPACE")
"""Inside a hook these point at another repository than the directory asked about."""


class Answer(msgspec.Struct, frozen=True):
    """`failed` says why there is no answer: git's last line, or that it isn't there or didn't end."""

    text: str = ""
    failed: str = ""


def commit(directory: Path) -> str:
    """The commit checked out, `+dirty` behind it for uncommitted changes; empty outside a repository, in one without
    a commit, or where git isn't installed."""
    head = ask(directory, "rev-parse", "--verify", "HEAD").text
    if not head:
        return ""
    return head + ("+dirty" if ask(directory, "status", "--porcelain", "--untracked-files=normal").text else "")


def root(directory: Path) -> Path | None:
    """Top of the working tree, or None outside one."""
    top = ask(directory, "rev-parse", "--show-toplevel").text
    return Path(top) if top else None


def ask(directory: Path, *args: str) -> Answer:
    """Standard output of one git command, without the newline at its end."""
    environment = {name: value for name, value in os.environ.items() if name not in _ELSEWHERE}
    environment |= {"GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C"}
    try:
        done = subprocess.run(
            ["git", *_SAFE, "-C", str(directory), *args],
            capture_output=True,
            text=True,
            errors="replace",
            timeout=_SECONDS,
            check=False,
            env=environment,
            stdin=subprocess.DEVNULL,
        )
    except FileNotFoundError:
        return Answer(failed="git is not installed")
    except subprocess.TimeoutExpired:
        return Answer(failed=f"git {args[0]} did not end within {_SECONDS} s")
    if done.returncode:
        return Answer(failed=(done.stderr.strip().splitlines() or [f"exit status {done.returncode}"])[0])
    return Answer(done.stdout.rstrip("\n"))
