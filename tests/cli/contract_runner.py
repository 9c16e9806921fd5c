"""Runs a contract: a text file of files, preparations and command lines, with what each command must say.

--- file NAME          the lines below, as a file; `PORT` stands for a free port
--- python             the lines below are executed in the directory; `keep(x)` closes x when the test is over
--- gonogo ARGUMENTS   a real process; below it what must hold:
    exit N             required
    out TEXT           stdout holds TEXT
    err TEXT           stderr holds TEXT
    no-err TEXT        stderr doesn't
    silent             stdout is empty
    same               no file of the directory, no event and nothing of the platform has changed
"""

from __future__ import annotations

import hashlib
import os
import shlex
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gonogo.journal.open import open_journal
from gonogo.model.errors import GonogoError


@dataclass(frozen=True)
class Block:
    line: int
    kind: str
    rest: str
    body: str


def parse(text: str) -> Iterator[Block]:
    """Blocks of a contract; what stands before the first is a comment."""
    head: tuple[int, str] | None = None
    body: list[str] = []
    for number, line in enumerate([*text.splitlines(), "--- end"], 1):
        if not line.startswith("--- "):
            body.append(line)
            continue
        if head is not None:
            kind, _, rest = head[1].partition(" ")
            yield Block(head[0], kind, rest, "\n".join(body).strip("\n") + "\n")
        head, body = (number, line.removeprefix("--- ")), []


class World:
    """A directory to work in, a state directory of its own, and gonogo as a process."""

    def __init__(self, home: Path, port: int, **variables: str) -> None:
        self.home, self.port = home, port
        self.work, self.state = home / "work", home / "state"
        self.work.mkdir()
        self.environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(home),
            "GONOGO_STATE": str(self.state),
            "LC_ALL": "C.UTF-8",
            "COLUMNS": "120",
            **variables,
        }

    def run(self, *arguments: str, seconds: float = 90) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "gonogo", *arguments],
            cwd=self.work,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=seconds,
        )

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "gonogo", *arguments],
            cwd=self.work,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def write(self, name: str, content: str) -> Path:
        path = self.work / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content.replace("PORT", str(self.port)))
        return path

    def everything(self) -> dict[str, str]:
        """Files by their hash, the journal by its events."""
        found = {}
        for path in sorted(p for p in self.home.rglob("*") if p.is_file() and p.parent.name != "logs"):
            if "journal.db" not in path.name or path.parent != self.state:
                found[str(path)] = hashlib.sha256(path.read_bytes()).hexdigest()
        return found | self.heads()

    def heads(self) -> dict[str, str]:
        """Hash of the newest event of each stream."""
        path = self.state / "journal.db"
        if not path.exists():
            return {}
        try:
            journal = open_journal(str(path), read_only=True)
        except GonogoError:
            return {"journal": hashlib.sha256(path.read_bytes()).hexdigest()}
        try:
            return {head.stream: f"{head.n}:{head.hash}" for head in journal.heads()}
        finally:
            journal.close()


def play(contract: Path, world: World) -> None:
    with ExitStack() as stack:
        names: dict[str, Any] = {
            "work": world.work,
            "state": world.state,
            "port": world.port,
            "keep": lambda thing: stack.callback(thing.close),
            "later": stack.callback,
        }
        for block in parse(contract.read_text()):
            at = f"{contract.name}:{block.line}"
            if block.kind == "file":
                world.write(block.rest, block.body)
            elif block.kind == "python":
                with _inside(world.work):
                    exec(compile(block.body, at, "exec"), names)
            elif block.kind == "gonogo":
                _command(world, block, at)
            else:
                raise ValueError(f"{at}: no such block: {block.kind}")


def _command(world: World, block: Block, at: str) -> None:
    wanted = [line.strip() for line in block.body.splitlines() if line.strip()]
    before = world.everything() if "same" in wanted else {}
    done = world.run(*shlex.split(block.rest.replace("PORT", str(world.port))))
    said = f"{at}: gonogo {block.rest}\nexit {done.returncode}\n--stdout\n{done.stdout}\n--stderr\n{done.stderr}"
    assert any(line.startswith("exit ") for line in wanted), f"{at}: says no exit code"
    assert "Traceback" not in done.stderr and "gonogo itself broke" not in done.stderr, said
    for line in wanted:
        word, _, text = line.partition(" ")
        text = text.replace("PORT", str(world.port))
        holds = {
            "exit": lambda text=text: done.returncode == int(text),
            "out": lambda text=text: text in done.stdout,
            "err": lambda text=text: text in done.stderr,
            "no-err": lambda text=text: text not in done.stderr,
            "silent": lambda: done.stdout == "",
            "same": lambda: world.everything() == before,
        }[word]
        assert holds(), f"expected: {line}\n{said}"


@contextmanager
def _inside(directory: Path) -> Iterator[None]:
    here = Path.cwd()
    os.chdir(directory)
    try:
        yield
    finally:
        os.chdir(here)
