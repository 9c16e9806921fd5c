"""Errors become a line and an exit code; what breaks becomes a log without secrets."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from gonogo.cli import boundary, exits
from gonogo.cli.exits import Exit
from gonogo.model import events as e
from gonogo.model.errors import GonogoError, Held, InputError, LostLease, PermanentError, Problem, TemporaryError
from gonogo.model.stages import Decision
from gonogo.model.state import Direction, State

PROOF = " [boot=b space=1 pid=2 start=3]"


def run_with(error: BaseException, monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    def fails(arguments: list[str]) -> int:
        raise error

    monkeypatch.setattr(boundary, "_run", fails)
    return boundary.run(list(arguments))


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (InputError(Problem("is bad", "a.yaml:3", "write b"), "is too"), ["a.yaml:3: is bad (write b)", "is too"]),
        (Held(f"ann@host pid 2 for shop-1 since noon{PROOF}", "a/b"), ["a/b is held by ann@host pid 2"]),
        (LostLease(f"a/b is driven by bob@host pid 9{PROOF} now"), ["another has taken over", "bob@host pid 9 now"]),
        (TemporaryError("the disk is slow"), ["the disk is slow"]),
        (PermanentError("event 3 can't be read"), ["event 3 can't be read"]),
    ],
)
def test_errors_on_purpose_are_lines(
    error: GonogoError, said: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_with(error, monkeypatch) == 2
    err = capsys.readouterr().err
    assert all(line.startswith("error: ") for line in err.splitlines())
    assert all(text in err for text in said) and "boot=" not in err


def test_json_has_the_problems_too(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert (
        run_with(InputError(Problem("is wrong", "a.yaml:3", "write b")), monkeypatch, "plan", "--format", "json") == 2
    )
    made = json.loads(capsys.readouterr().out)
    assert made["v"] == 1 and made["problems"] == [{"message": "is wrong", "where": "a.yaml:3", "remedy": "write b"}]


def test_an_interruption_is_130(monkeypatch: pytest.MonkeyPatch) -> None:
    assert run_with(KeyboardInterrupt(), monkeypatch) == 130


def test_what_breaks_leaves_a_log_without_secrets(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GONOGO_STATE", str(tmp_path / "state"))
    monkeypatch.setenv("DATABASE_PASSWORD", "tr0ub4dor&3")
    broken = RuntimeError("could not log in with tr0ub4dor&3")
    assert run_with(broken, monkeypatch, "deploy", "a secret sentence") == 2
    err = capsys.readouterr().err
    (log,) = (tmp_path / "state" / "logs").iterdir()
    text = log.read_text()
    assert len(err.splitlines()) == 1 and str(log) in err and "RuntimeError" in err
    assert "Traceback" in text and "verb: deploy" in text and "${DATABASE_PASSWORD}" in text
    assert "tr0ub4dor&3" not in text + err and "a secret sentence" not in text + err
    assert log.stat().st_mode & 0o077 == 0


def test_a_reader_that_went_away_is_no_error(tmp_path: Path) -> None:
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run(
        [sys.executable, "-m", "gonogo", "journal", "list", "--journal", "sqlite://:memory:"],
        stdout=write,
        stderr=subprocess.PIPE,
        text=True,
        timeout=60,
        env={**os.environ, "GONOGO_STATE": str(tmp_path)},
    )
    os.close(write)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(
    ("result", "code"),
    [
        (e.Result.DONE, 0),
        (e.Result.SUPERSEDED, 0),
        (e.Result.ROLLED_BACK, 4),
        (e.Result.STOPPED, 4),
        (e.Result.NOT_STARTED, 2),
    ],
)
def test_a_closed_release_has_the_code_of_its_result(result: e.Result, code: int) -> None:
    assert exits.of(State("shop-1", closed=e.Closed(result, "")), Decision("no_go")) == code


def test_every_result_has_a_code() -> None:
    assert all(isinstance(exits.of(State("shop-1", closed=e.Closed(r, ""))), Exit) for r in e.Result)


@pytest.mark.parametrize(
    ("state", "decision", "driven", "code"),
    [
        (State("shop-1"), Decision("go"), True, 0),
        (State("shop-1"), Decision("no_go"), True, 1),
        (State("shop-1"), Decision("undecided"), True, 3),
        (State("shop-1"), None, True, 3),
        (State("shop-1", revision="r2"), Decision("undecided"), True, 0),
        (State("shop-1", revision="r2"), None, False, 3),
        (State("shop-1", revision="r2", paused="x"), None, True, 3),
        (State("shop-1", revision="r2", direction=Direction.BACK), None, True, 3),
        (State("shop-1", revision="r2", direction=Direction.BACK, paused="x"), None, True, 5),
    ],
)
def test_an_open_release_has_the_code_of_how_it_stands(
    state: State, decision: Decision | None, driven: bool, code: int
) -> None:
    assert exits.of(state, decision, driven=driven) == code
