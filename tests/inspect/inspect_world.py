"""Small repositories, written out as files."""

from __future__ import annotations

import subprocess
from pathlib import Path


def write(root: Path, files: dict[str, str]) -> Path:
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    return root


def git(root: Path, *args: str) -> str:
    who = ("-c", "user.name=a", "-c", "user.email=a@b", "-c", "init.defaultBranch=main", "-c", "commit.gpgsign=false")
    done = subprocess.run(["git", *who, "-C", str(root), *args], check=True, capture_output=True, text=True)
    return done.stdout.strip()


def commit(root: Path, message: str = "change") -> None:
    git(root, "add", "-A")
    git(root, "commit", "-q", "--allow-empty", "-m", message)


def start(root: Path, files: dict[str, str], tag: str = "") -> Path:
    git(write(root, files), "init", "-q")
    commit(root)
    if tag:
        git(root, "tag", tag)
    return root


def facts(profile, prefix: str = "") -> set[tuple[str, object, str]]:
    """Name, value and place, without the summaries."""
    return {
        (f.name, f.value, f.where)
        for f in profile.facts
        if f.name.startswith(prefix) and not f.name.endswith(".any") and not f.name.startswith("git.")
    }
