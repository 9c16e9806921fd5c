from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from email.message import Message
from http.client import HTTPConnection
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Said:
    status: int
    text: str
    headers: Message


@dataclass
class Running:
    process: subprocess.Popen[str]
    port: int

    def ask(self, path: str, method: str = "GET", body: str | None = None, **headers: str) -> Said:
        """One request on a connection of its own."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=5)
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        said = Said(answer.status, answer.read().decode(), answer.headers)
        connection.close()
        return said


def run_shop(directory: Path, *arguments: str) -> subprocess.Popen[str]:
    """Isolated from every installed package."""
    command = [sys.executable, "-I", "-S", str(directory / "shop.py"), *arguments]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def until(condition: Callable[[], Any], seconds: float = 5) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
