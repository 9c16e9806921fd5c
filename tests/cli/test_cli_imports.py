"""What a command imports before it is through: the heavy libraries only where they earn it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from plans import plan

from gonogo.journal.interface import Write, release_stream, target_stream
from gonogo.journal.open import open_journal
from gonogo.model import events as e
from gonogo.model.items import Actor

_HEAVY = ("pydantic", "numpy", "jinja2", "httpx2", "yaml")

_ASK = """
import json, sys
sys.argv = ["gonogo", *{arguments!r}]
from gonogo.__main__ import main
code = main()
sys.stdout.flush()
print("\\n" + json.dumps([code, sorted({{name.partition(".")[0] for name in sys.modules}})]))
"""


def imported(*arguments: str, state: Path) -> tuple[int, set[str]]:
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(state), "GONOGO_STATE": str(state)}
    done = subprocess.run(
        [sys.executable, "-c", _ASK.format(arguments=list(arguments))],
        cwd=state,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
    )
    code, names = json.loads(done.stdout.splitlines()[-1])
    return code, set(names)


def test_version_imports_nothing_but_itself(tmp_path: Path) -> None:
    code, names = imported("--version", state=tmp_path)
    assert code == 0
    assert not names & {*_HEAVY, "click", "msgspec", "asyncio", "sqlite3"}


def test_help_imports_neither_journal_nor_engine(tmp_path: Path) -> None:
    code, names = imported("--help", state=tmp_path)
    assert code == 0 and "click" in names
    assert not names & {*_HEAVY, "asyncio", "sqlite3"}


def test_check_with_nothing_to_read_imports_no_engine(tmp_path: Path) -> None:
    code, names = imported("check", state=tmp_path)
    assert code == 2
    assert not names & {*_HEAVY, "asyncio", "sqlite3"}


@pytest.mark.parametrize("now", [(), ("--now",)])
def test_abort_drives_without_the_heavy_libraries(tmp_path: Path, now: tuple[str, ...], release: str) -> None:
    code, names = imported("abort", *now, state=tmp_path)
    assert code == 4, names
    assert {"asyncio", "sqlite3", "gonogo"} <= names
    assert not names & set(_HEAVY)


@pytest.fixture
def release(tmp_path: Path) -> str:
    """A release that has started and that nobody drives, alone in the journal of the state directory."""
    journal = open_journal(str(tmp_path / "journal.db"))
    made = plan("shop-production-1", live=None)
    ann = Actor("ann")
    lease = journal.take(made.target.key, made.release, "somebody else")
    ours = (e.Planned(made), e.StageEntered("before"), e.StageLeft("before"), e.Started("r1", None, lease.fence))
    theirs = (e.ReleaseOpened(made.release), e.RevisionAdded("r1", made.definition, made.release))
    journal.append(
        [
            Write(release_stream(made.release), 0, (*ours, e.StageEntered("live"))),
            Write(target_stream(made.target.key), 0, theirs),
        ],
        ann,
        made.made_at,
    )
    journal.release_lease(made.target.key, lease.fence)
    journal.close()
    return made.release
