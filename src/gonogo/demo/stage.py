"""Where the demo plays: a directory of its own with a repository, a journal and a port, and the commands run there."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from gonogo.demo.artifact import write_artifact

RELEASE_FILE = """\
service: shop
owner: team-shop
tier: 2
artifact: ./build
on_call: ana
tests: reports/*.xml
local:
  command: ["{python}", "shop.py", "--port", "{{port}}"]
  instances: 3
  listen: {port}
  ready: /health
  start_within: 6s
strategy:
  canary:
    steps:
      - {{weight: 10, pause: 3s, deadline: 40s}}
      - {{weight: 50, pause: 2s, deadline: 40s}}
judge:
  promote: {{plus: 3 points}}
  block: 1s
  baseline: {{blocks: 30, block: 250ms}}
smoke:
  - {{path: /, contains: Leaf}}
  - {{path: /api/products, contains: assam}}
soak: [4s]
"""
"""Pauses, baseline and soak are shortened so that the whole demo fits into two minutes; nothing else is."""

WIDEST = 140
"""Characters of a line that are shown."""

REPORT = """\
<testsuite name="shop" tests="12" failures="{failures}" errors="0" timestamp="{at}">{cases}</testsuite>
"""


class Playground:
    """Commands run with `gonogo` in the shop's repository; what they print is printed, indented."""

    def __init__(self, directory: Path, say: Callable[[str], None]) -> None:
        self.directory, self.say = directory, say
        self.repository = directory / "shop"
        self.port = free_port()
        self.environment = {
            **os.environ,
            "GONOGO_STATE": str(directory / "state"),
            "GONOGO_JOURNAL": str(directory / "state" / "journal.db"),
            "GIT_AUTHOR_NAME": "Dev",
            "GIT_AUTHOR_EMAIL": "dev@example.invalid",
            "GIT_COMMITTER_NAME": "Dev",
            "GIT_COMMITTER_EMAIL": "dev@example.invalid",
            "GIT_CONFIG_GLOBAL": os.devnull,
            "NO_COLOR": "1",
        }

    # --- the shop's repository --------------------------------------------------------------------------------------

    def found(self) -> None:
        """Make the repository with its release file."""
        self.repository.mkdir(parents=True)
        self._git("init", "--quiet", "--initial-branch=main")
        (self.repository / ".gitignore").write_text("build/\nreports/\n")
        python = shutil.which("python3") or sys.executable
        (self.repository / "gonogo.yaml").write_text(RELEASE_FILE.format(python=python, port=self.port))

    def build(self, version: str, *, failures: int = 0, **faults: Any) -> None:
        """A version of the shop: its source committed, its artifact built, its tests reported."""
        shutil.rmtree(self.repository / "build", ignore_errors=True)
        write_artifact(self.repository / "build", version, **faults)
        (self.repository / "VERSION").write_text(version + "\n")
        self._git("add", "--all")
        self._git("commit", "--quiet", "--message", f"shop {version}")
        self.report_tests(failures)

    def report_tests(self, failures: int) -> None:
        """The report a CI job would leave."""
        failed = "".join('<failure message="a basket of 3 costs 2"/>' for _ in range(failures))
        cases = "".join(
            f'<testcase classname="shop" name="test_{n}">{failed if n == 0 else ""}</testcase>' for n in range(12)
        )
        at = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime())
        reports = self.repository / "reports"
        reports.mkdir(exist_ok=True)
        (reports / "shop.xml").write_text(REPORT.format(failures=failures, at=at, cases=cases))

    def _git(self, *args: str) -> None:
        subprocess.run(["git", *args], cwd=self.repository, env=self.environment, check=True, capture_output=True)

    # --- gonogo, as somebody at a terminal runs it ------------------------------------------------------------------

    def gonogo(self, *args: str, expect: int, show: Callable[[str], bool] = lambda line: True) -> str:
        """Run to the end; print what `show` keeps. An unexpected exit code ends the demo with everything it said."""
        self.say(f"  $ gonogo {' '.join(quoted(a) for a in args)}".replace(f"{Path.cwd()}/", ""))
        done = subprocess.run(
            self._argv(args), cwd=self.repository, env=self.environment, capture_output=True, text=True, timeout=90
        )
        said = done.stderr + done.stdout
        if done.returncode != expect:
            raise DemoFailed(f"gonogo {args[0]} ended with {done.returncode}, not {expect}:\n{said}")
        for line in said.splitlines():
            if line.strip() and show(line):
                self.say(clipped(f"    {line}"))
        return done.stdout

    def start(self, *args: str) -> subprocess.Popen[str]:
        """Run it in another terminal."""
        self.say(f"  $ gonogo {' '.join(quoted(a) for a in args)}   (another terminal)")
        with (self.directory / "driver.log").open("a") as log:
            return subprocess.Popen(
                self._argv(args), cwd=self.repository, env=self.environment, stdout=log, stderr=log, text=True
            )

    def status(self) -> Mapping[str, Any]:
        done = subprocess.run(
            self._argv(("status", "--format", "json")),
            cwd=self.repository,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=30,
        )
        document: Mapping[str, Any] = json.loads(done.stdout)
        return document

    def until(self, what: str, holds: Callable[[Mapping[str, Any]], bool], seconds: float = 40) -> Mapping[str, Any]:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            status = self.status()
            if holds(status):
                return status
            time.sleep(0.1)
        raise DemoFailed(f"{what} did not happen within {seconds:g} s; the last status: {status}")

    @staticmethod
    def _argv(args: tuple[str, ...]) -> list[str]:
        return [sys.executable, "-m", "gonogo", *args]


class DemoFailed(Exception):
    """The demo did not go as it should."""


def free_port() -> int:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        port: int = s.getsockname()[1]
        return port


def clipped(line: str) -> str:
    return line if len(line) <= WIDEST else line[: WIDEST - 1] + "…"


def quoted(argument: str) -> str:
    return f'"{argument}"' if " " in argument else argument
