"""Questions to a real git about a real repository."""

from __future__ import annotations

import asyncio
import os
import subprocess
from pathlib import Path

import pytest
from check_context import context

from gonogo.checks.git import git
from gonogo.checks.interface import Unavailable
from gonogo.checks.repository import REPOSITORY_CLEAN, Change, Clean, WorkingTree
from gonogo.model.items import Outcome


def run_git(repository: Path, *arguments: str) -> str:
    environment = {"HOME": str(repository), "PATH": os.environ["PATH"], "GIT_CONFIG_NOSYSTEM": "1"}
    identity = ("-c", "user.name=Ann", "-c", "user.email=ann@example.com")
    done = subprocess.run(
        ["git", *identity, *arguments], cwd=repository, env=environment, check=True, capture_output=True, text=True
    )
    return done.stdout.strip()


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    path = tmp_path / "repository"
    path.mkdir()
    run_git(path, "init", "--quiet")
    (path / "shop.py").write_text("print('shop')\n")
    (path / ".gitignore").write_text("*.log\n")
    run_git(path, "add", ".")
    run_git(path, "commit", "--quiet", "-m", "One")
    return path


def look(
    repository: Path | None, commit: str = "c0ffee", params: Clean | None = None
) -> tuple[WorkingTree, Outcome, str]:
    params = params or Clean()
    ctx = context(repository=repository, commit=commit)
    raw = asyncio.run(REPOSITORY_CLEAN.collect(ctx, params))
    _, result = REPOSITORY_CLEAN.evaluate(REPOSITORY_CLEAN.memory(), raw, params, ctx.now)
    return raw, result.outcome, result.summary


def test_clean_at_the_planned_commit(repository: Path) -> None:
    head = run_git(repository, "rev-parse", "HEAD")
    (repository / "noise.log").write_text("ignored by git\n")
    raw, outcome, summary = look(repository, head)
    assert raw == WorkingTree(head, head)
    assert (outcome, summary) == (Outcome.PASS, f"clean at the planned commit {head[:12]}")


def test_every_kind_of_change(repository: Path) -> None:
    head = run_git(repository, "rev-parse", "HEAD")
    (repository / "shop.py").write_text("print('changed')\n")
    (repository / "new dir").mkdir()
    (repository / "new dir" / "naïve\nname").write_text("untracked\n")
    (repository / "staged").write_text("staged\n")
    run_git(repository, "add", "staged")
    raw, outcome, _ = look(repository, head)
    assert set(raw.changes) == {Change("M", "shop.py"), Change("A", "staged"), Change("??", "new dir/naïve\nname")}
    assert outcome is Outcome.FAIL


def test_a_repository_configured_to_hide_changes(repository: Path) -> None:
    head = run_git(repository, "rev-parse", "HEAD")
    run_git(repository, "config", "status.showUntrackedFiles", "no")
    (repository / "new").write_text("untracked\n")
    assert look(repository, head)[1] is Outcome.FAIL


def test_ignored_by_parameter(repository: Path) -> None:
    head = run_git(repository, "rev-parse", "HEAD")
    (repository / "build").mkdir()
    (repository / "build" / "shop.js").write_text("made\n")
    _, outcome, summary = look(repository, head + "+dirty", Clean(ignore=("build/*",)))
    assert (outcome, summary) == (Outcome.PASS, f"clean at the planned commit {head[:12]}; 1 ignored change")
    assert look(repository, head, Clean(ignore=("dist/*",)))[1] is Outcome.FAIL


def test_another_commit_than_planned(repository: Path) -> None:
    planned = run_git(repository, "rev-parse", "HEAD")
    run_git(repository, "commit", "--quiet", "--allow-empty", "-m", "Two")
    _, outcome, summary = look(repository, planned)
    assert outcome is Outcome.FAIL
    assert f"the plan at {planned[:12]}" in summary


def test_looking_runs_nothing_and_writes_nothing(repository: Path) -> None:
    """Neither a configured monitor nor a hook runs, and the index isn't refreshed behind anyone's back."""
    head = run_git(repository, "rev-parse", "HEAD")
    trap = repository.parent / "ran"
    script = repository.parent / "monitor"
    script.write_text(f"#!/bin/sh\ntouch {trap}\n")
    script.chmod(0o755)
    run_git(repository, "config", "core.fsmonitor", str(script))
    run_git(repository, "config", "core.pager", str(script))
    index = repository / ".git" / "index"
    os.utime(repository / "shop.py", (1, 1))
    before = (index.stat().st_mtime_ns, index.read_bytes())
    assert look(repository, head)[1] is Outcome.PASS
    assert (index.stat().st_mtime_ns, index.read_bytes()) == before
    assert not trap.exists()


def test_inside_a_hook_of_another_repository(repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    head = run_git(repository, "rev-parse", "HEAD")
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "elsewhere"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(tmp_path / "elsewhere" / "index"))
    assert look(repository, head)[1] is Outcome.PASS


@pytest.mark.parametrize(
    ("what", "why"),
    [
        ("no repository", "not a git repository"),
        ("empty repository", "git rev-parse failed"),
        ("no folder", "git could not be run"),
        ("none named", "the plan names no repository"),
    ],
)
def test_what_cannot_be_asked_is_unavailable(tmp_path: Path, what: str, why: str) -> None:
    if what == "empty repository":
        run_git(tmp_path, "init", "--quiet")
    folder = {"no folder": tmp_path / "none", "none named": None}.get(what, tmp_path)
    with pytest.raises(Unavailable, match=why):
        look(folder)


def test_a_git_that_hangs_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pid_file = tmp_path / "pid"
    fake = tmp_path / "git"
    fake.write_text(f"#!/bin/sh\necho $$ > {pid_file}\nexec sleep 600\n")
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    with pytest.raises(Unavailable, match="did not answer within 1 s"):
        asyncio.run(git(tmp_path, "status", time_limit=1.0))
    with pytest.raises(ProcessLookupError):
        os.kill(int(pid_file.read_text()), 0)


def test_without_git(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(Unavailable, match="git could not be run"):
        asyncio.run(git(tmp_path, "status"))
