from __future__ import annotations

import shutil
import socket
from collections.abc import Iterator

import pytest
from contract_runner import World

from gonogo.platforms.local.layout import Layout
from gonogo.platforms.local.removal import destroy


@pytest.fixture
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Everything that a test starts on the local platform ends with it. The path is short, as a socket's has to be."""
    made = World(tmp_path_factory.mktemp("w"), free_port())
    yield made
    for directory in (made.state / "local").glob("*"):
        destroy(Layout(directory), 15)
    shutil.rmtree(made.state, ignore_errors=True)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
