"""Where the benchmarks on real parts play: one Envoy, one stable version of the shop and a load, for many releases."""

from __future__ import annotations

import asyncio
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench.figures import Figure, compiled

from gonogo.demo.bounds import Bounds
from gonogo.demo.load import Load
from gonogo.demo.record import Answer, answers
from gonogo.demo.stage import Playground
from gonogo.demo.tally import LoadSummary
from gonogo.journal.interface import Recorded, release_stream
from gonogo.journal.open import open_journal
from gonogo.model.events import Event
from gonogo.model.settings import Local
from gonogo.model.world import Target
from gonogo.platforms.local import LocalPlatform

LONGEST = 1800.0
"""Seconds after which a load ends whatever happens."""

RELEASE_FILE = """\
service: shop
owner: team-shop
tier: 3
artifact: ./build
approvals: 0
local:
  command: ["{python}", "shop.py", "--port", "{{port}}"]
  instances: 3
  listen: {port}
  ready: /health
  start_within: 20s
{more}
"""


class Ground:
    """A repository, a journal, a router, a load. `more` is what the benchmark adds to the release file."""

    def __init__(self, directory: Path, more: str, rate: float) -> None:
        self.play = Playground(directory, lambda line: None)
        self.more, self.rate = more, rate
        self.record = directory / "load.jsonl"

    @property
    def journal(self) -> str:
        return self.play.environment["GONOGO_JOURNAL"]

    def write_file(self, more: str) -> None:
        python = shutil.which("python3")
        (self.play.repository / "gonogo.yaml").write_text(
            RELEASE_FILE.format(python=python, port=self.play.port, more=more)
        )

    def found(self, **faults: Any) -> None:
        """The first deployment: version 1.0.0, with these faults, becomes stable."""
        compiled()
        self.play.found()
        self.write_file(self.more)
        self.play.build("1.0.0", **faults)
        self.play.gonogo("deploy", "Deploy shop 1.0.0", "--yes", expect=0)

    def load(self) -> Load:
        bounds = Bounds(self.play.port, self.rate, LONGEST, int(LONGEST * self.rate))
        return Load(bounds, self.record)

    def events(self, release: str) -> list[Recorded]:
        journal = open_journal(self.journal, read_only=True)
        try:
            return journal.read(release_stream(release))
        finally:
            journal.close()

    def answers(self) -> list[Answer]:
        return answers(self.record)

    def until(self, what: str, holds: Callable[[], bool], seconds: float = 40) -> None:
        """Raises SystemExit where it doesn't come true in time."""
        deadline = time.monotonic() + seconds
        while not holds():
            if time.monotonic() > deadline:
                raise SystemExit(f"{what} did not happen within {seconds:g} s")
            time.sleep(0.02)

    def clear(self) -> None:
        """End whatever runs here."""
        directory = self.play.directory / "state" / "local" / "shop-production"
        if directory.exists():
            settings = Local(("unused", "{port}"), self.play.port)
            asyncio.run(LocalPlatform(settings, Target("shop", "production"), directory).destroy())


def lost(name: str, counted: LoadSummary) -> Figure:
    """What became of the load: no request may have been lost, or be without an end."""
    for answer in counted.lost_details[:10]:
        print(f"{name}: lost {answer.request}, sent at {answer.sent:.3f}: {answer.why}", file=sys.stderr)
    measured = f"{counted.lost + counted.unfinished} of {counted.sent:,} at {counted.rate:.0f}/s"
    return Figure(f"{name}: lost requests", "0", measured, counted.lost == 0 and counted.unfinished == 0)


@contextmanager
def ground(more: str, rate: float, **faults: Any) -> Iterator[tuple[Ground, Load]]:
    """A ground whose stable version has these faults and already has its load. Leaves nothing behind."""
    directory = Path(tempfile.mkdtemp(prefix="gonogo-bench-"))
    made = Ground(directory, more, rate)
    try:
        made.found(**faults)
        with made.load() as load:
            load.start()
            yield made, load
    finally:
        made.clear()
        shutil.rmtree(directory, ignore_errors=True)


def first(recorded: list[Recorded], kind: type[Event], **fields: object) -> Recorded | None:
    """The first event of this kind with these fields."""
    return next(
        (r for r in recorded if isinstance(r.event, kind) and all(getattr(r.event, k) == v for k, v in fields.items())),
        None,
    )
