"""What the tests of journals stand on: where a journal lies, its time, other processes at it.

A new implementation adds a row to PLACES, and to DURABLE where other processes can open it too."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from gonogo.journal.interface import Journal
from gonogo.journal.open import open_journal

CHILD = Path(__file__).with_name("journal_child.py")


class Place:
    """A fresh journal's address; each `open` gives another connection to it."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._opened: list[Journal] = []

    def open(self) -> Journal:
        self._opened.append(open_journal(self.url))
        return self._opened[-1]

    def close(self) -> None:
        for journal in self._opened:
            journal.close()


def sqlite_place(tmp_path: Path) -> Place:
    return Place(f"sqlite://{tmp_path}/journal.db")


def memory_place(tmp_path: Path) -> Place:
    return Place("sqlite://:memory:")


PLACES: list[Callable[[Path], Place]] = [sqlite_place, memory_place]
DURABLE: list[Callable[[Path], Place]] = [sqlite_place]


class Clock:
    def __init__(self) -> None:
        self.now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


class Child:
    """Another process at the same journal: it answers each line it is told with one line of JSON."""

    def __init__(self, url: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, str(CHILD), url], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    @property
    def pid(self) -> int:
        return self.process.pid

    def tell(self, **order: Any) -> None:
        assert self.process.stdin
        self.process.stdin.write(json.dumps(order) + "\n")
        self.process.stdin.flush()

    def hear(self) -> Any:
        assert self.process.stdout
        line = self.process.stdout.readline()
        assert line, f"the child ended with {self.process.wait()}"
        return json.loads(line)

    def ask(self, **order: Any) -> Any:
        self.tell(**order)
        return self.hear()

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            assert pipe
            with contextlib.suppress(BrokenPipeError):
                pipe.close()
