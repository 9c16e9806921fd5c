"""A service that isn't the demo's, released by `gonogo` as a process: Python's own web server."""

from __future__ import annotations

import http.client
import json
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from contract_runner import World

FILE = """
service: web
owner: me
tier: 3
artifact: site
local: {command: [python3, -m, http.server, "{port}", --bind, 127.0.0.1], listen: PORT, start_within: 30s, grace: 2s}
strategy: {canary: {steps: [{weight: 50, pause: PAUSE, deadline: 100s}]}}
soak: [SOAK]
approvals: 0
triggers: [{restarts: "> 5 in 5m"}]
judge: {latency: off, promote: {plus: 9 points}, block: 1s, baseline: {blocks: 1, block: 1s}}
"""

AT_ONCE = FILE.replace(FILE[FILE.index("strategy:") : FILE.index("soak:")], "strategy: direct\n")


def ready(world: World, *, pause: str = "1s", soak: str = "1s", file: str = FILE) -> None:
    world.write("gonogo.yaml", file.replace("PAUSE", pause).replace("SOAK", soak))
    write(world, "one")


def write(world: World, text: str) -> None:
    world.write("site/index.html", text)


def answer(world: World) -> str:
    connection = http.client.HTTPConnection("127.0.0.1", world.port, timeout=5)
    try:
        connection.request("GET", "/")
        return connection.getresponse().read().decode()
    finally:
        connection.close()


def status(world: World, *release: str) -> dict[str, Any]:
    said: dict[str, Any] = json.loads(world.run("status", *release, "--format", "json").stdout)
    return said


def until(holds: Callable[[], bool], driver: subprocess.Popen[str] | None = None, seconds: float = 60) -> None:
    """Wait for a condition; when it doesn't come about, show what the driver has said."""
    end = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > end or (driver is not None and driver.poll() is not None):
            if driver is not None:
                driver.kill()
            said = driver.communicate() if driver is not None else ""
            raise AssertionError(f"it did not come about: {said}")
        threading.Event().wait(0.05)


def happened(world: World, type: str, stream: str) -> bool:
    """Whether an event of this type stands in the stream, by a look into the journal."""
    from gonogo.journal.open import open_journal

    path = world.state / "journal.db"
    if not path.exists():
        return False
    journal = open_journal(str(path), read_only=True)
    try:
        return any(r.event.__struct_config__.tag == type for r in journal.read(stream))
    finally:
        journal.close()


@contextmanager
def load(port: int) -> Iterator[list[int]]:
    """Two clients asking without a break, on loopback, for two minutes at most; yields the statuses, 0 for none."""
    statuses: list[int] = []
    over = threading.Event()

    def ask() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        end = time.monotonic() + 120
        while not over.is_set() and time.monotonic() < end:
            try:
                connection.request("GET", "/")
                response = connection.getresponse()
                response.read()
                statuses.append(response.status)
            except (OSError, http.client.HTTPException):
                statuses.append(0)
                connection.close()
            over.wait(0.004)
        connection.close()

    clients = [threading.Thread(target=ask) for _ in range(2)]
    for client in clients:
        client.start()
    try:
        yield statuses
    finally:
        over.set()
        for client in clients:
            client.join()
