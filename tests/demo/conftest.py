from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from shop_process import Running, run_shop

from gonogo.demo.artifact import write_artifact


def _start(directory: Path) -> Running:
    process = run_shop(directory, "--port", "0")
    assert process.stdout
    line = process.stdout.readline()
    assert " on http://127.0.0.1:" in line
    return Running(process, int(line.rsplit(":", 1)[1]))


def _end(running: Running) -> None:
    running.process.kill()
    running.process.communicate()


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Callable[..., Running]]:
    """shop(version, **faults): a running instance of that version, on a free port."""
    started: list[Running] = []

    def start(version: str = "1", **faults: Any) -> Running:
        started.append(_start(write_artifact(tmp_path / f"shop-{len(started)}", version, **faults)))
        return started[-1]

    yield start
    for running in started:
        _end(running)


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """An instance of version 1 without faults, for tests that leave it as it was."""
    running = _start(write_artifact(tmp_path_factory.mktemp("plain"), "1"))
    yield running
    _end(running)
