from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from typing import Any

import pytest

from gonogo.demo.artifact import write_artifact


@dataclass
class Running:
    process: subprocess.Popen[str]
    port: int

    def ask(self, path: str, method: str = "GET", body: str | None = None, **headers: str) -> HTTPResponse:
        """One request on a connection of its own; the answer is read to its end, into `.text`."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=5)
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        answer.text = answer.read().decode()  # type: ignore[attr-defined]
        connection.close()
        return answer


def run_shop(directory: Path, *arguments: str) -> subprocess.Popen[str]:
    """Isolated from every installed package."""
    command = [sys.executable, "-I", "-S", str(directory / "shop.py"), *arguments]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Callable[..., Running]]:
    """shop(version, **faults): a running instance of that version, on a free port."""
    started: list[subprocess.Popen[str]] = []

    def start(version: str = "1", **faults: Any) -> Running:
        directory = write_artifact(tmp_path / f"shop-{len(started)}", version, **faults)
        process = run_shop(directory, "--port", "0")
        started.append(process)
        assert process.stdout
        line = process.stdout.readline()
        assert line.startswith(f"shop {version} on http://127.0.0.1:")
        return Running(process, int(line.rsplit(":", 1)[1]))

    yield start
    for process in started:
        process.kill()
        process.communicate()
