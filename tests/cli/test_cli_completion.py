"""Names that a shell completes: those that are there now, and none, without a word, where they can't be had."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from contract_runner import World
from web_service import AT_ONCE, ready

from gonogo.journal.open import open_journal


def completed(world: World, *words: str) -> list[str]:
    """What gonogo answers fish with, for the last of these words."""
    done = subprocess.run(
        [sys.executable, "-m", "gonogo"],
        cwd=world.work,
        env={
            **world.environment,
            "_GONOGO_COMPLETE": "fish_complete",
            "COMP_WORDS": " ".join(["gonogo", *words]),
            "COMP_CWORD": words[-1],
        },
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.stderr == ""
    return [line.partition(",")[2].partition("\t")[0] for line in done.stdout.splitlines() if "," in line]


@pytest.fixture
def planned(world: World) -> World:
    ready(world, file=AT_ONCE.replace("tier: 3", "tier: 2").replace("approvals: 0", "approvals: 1"))
    done = world.run("plan", "Deploy web 1.0.0")
    assert done.returncode == 0, done.stderr
    return world


def test_live_names(planned: World) -> None:
    before = planned.everything()
    assert completed(planned, "wa") == ["waive"]
    assert completed(planned, "status", "web") == ["web-production-1"]
    assert completed(planned, "gate", "T-") == ["T-48h", "T-0"]
    assert completed(planned, "plan", "-e", "p") == ["production"]
    assert completed(planned, "sign-off", "app") == ["approval"]
    assert completed(planned, "explain", "errors") == ["errors-judged"]
    assert "tests-passed" in completed(planned, "waive", "t")
    assert completed(planned, "waive", "canary-rea") == []
    assert completed(planned, "check", "--format", "ju") == ["junit"]
    assert completed(planned, "nonsense", "x") == []
    assert planned.everything() == before


def test_nothing_to_read_completes_nothing(world: World) -> None:
    assert completed(world, "status", "web") == []
    assert completed(world, "waive", "t") == []
    assert completed(world, "plan", "-e", "p") == []
    assert not world.state.exists()


def test_what_cant_be_read_completes_nothing(world: World) -> None:
    world.state.mkdir()
    Path(world.state / "journal.db").write_text("this is no journal, and long enough to be looked at" * 40)
    world.write("gonogo.yaml", "service: [")
    assert completed(world, "status", "web") == []
    assert completed(world, "plan", "-e", "p") == []


def test_a_journal_that_is_written_to_is_read(planned: World) -> None:
    journal = open_journal(str(planned.state / "journal.db"))
    try:
        assert completed(planned, "status", "web") == ["web-production-1"]
    finally:
        journal.close()


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_scripts_call_gonogo(world: World, shell: str) -> None:
    done = world.run("completion", shell)
    assert done.returncode == 0 and f"_GONOGO_COMPLETE={shell}_complete" in done.stdout
