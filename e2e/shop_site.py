"""One Envoy, one stable version of the shop and a load, for many short releases; and what must hold after each."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.ground import Ground

from gonogo.cli.planning import plan_and_save
from gonogo.cli.session import Session
from gonogo.demo.load import Load
from gonogo.demo.record import Kind
from gonogo.journal.folds import fold_release, fold_target
from gonogo.journal.interface import Journal, Write, release_stream, target_stream
from gonogo.journal.open import open_journal
from gonogo.model import events as e
from gonogo.model.items import Actor
from gonogo.model.settings import Local
from gonogo.model.state import State, TargetState
from gonogo.model.units import Instant
from gonogo.model.world import Observation, Target
from gonogo.platforms.local import LocalPlatform, instances
from gonogo.platforms.local.keeper import MARK

KEY = "shop/production"
RATE = 300.0
MORE = """\
strategy: {{canary: {{steps: [{{weight: 20, pause: {pause}, deadline: 60s}}]}}}}
judge: {{promote: {{plus: 20 points}}, latency: off, block: 250ms, baseline: {{blocks: 1, block: 250ms}}}}
soak: [1s]
"""
"""A release in a few seconds: every stage is walked, and none is waited in for long."""
QUICK = MORE.format(pause="500ms")
SLOW = MORE.format(pause="4s")
"""Stays in its canary long enough to be met there."""
FAULTS: dict[str, dict[str, Any]] = {"good": {}, "bad": {"error_rate": 0.5}}
RESULTS = {"good": e.Result.DONE, "bad": e.Result.ROLLED_BACK}
EXITS = {"good": 0, "bad": 4}
ENDED_DRIVER = Path(__file__).with_name("ended_driver.py")
GONOGO = (sys.executable, "-m", "gonogo")


@dataclass(frozen=True)
class End:
    """What a release came to, with names of revisions taken out."""

    result: str
    left: tuple[str, ...]
    """Stages, in the order they were left."""
    live: str
    """Version."""
    running: dict[str, tuple[int, int]]
    """Version → size and how many of that are ready."""
    weights: dict[str, float]
    """By version."""


class Site:
    def __init__(self, ground: Ground) -> None:
        self.ground, self.play = ground, ground.play
        self.journal: Journal = open_journal(ground.journal)
        self.versions = 1
        self.directory = self.play.directory / "state" / "local" / "shop-production"
        settings = Local(("unused", "{port}"), self.play.port)
        self.platform = LocalPlatform(settings, Target("shop", "production"), self.directory)

    # --- releases ---------------------------------------------------------------------------------------------------

    def plan(self, kind: str, more: str = QUICK) -> str:
        """Build a version of this kind and plan its release. The release's id."""
        self.versions += 1
        self.ground.write_file(more)
        self.play.build(f"{self.versions}.0.0", **FAULTS[kind])
        with Session(journal=self.ground.journal, file=self.play.repository / "gonogo.yaml") as session:
            return plan_and_save(session, session.journal(), f"Deploy shop {self.versions}.0.0").release

    def ended_driver(self, release: str, *arguments: str) -> subprocess.Popen[str]:
        command = [sys.executable, str(ENDED_DRIVER), release, "--journal", self.ground.journal, *arguments]
        return subprocess.Popen(command, env=self.play.environment, stdout=subprocess.PIPE, text=True)

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """`gonogo` in another terminal; both its streams are in `stdout`."""
        return subprocess.Popen(
            [*GONOGO, *arguments],
            cwd=self.play.repository,
            env=self.play.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def finish(self, release: str, kind: str) -> None:
        """A fresh process goes on with it, as a person would let one; none is needed where it has ended."""
        state = self.state(release)
        if not state.closed:
            verb = ["drive", release] if state.started else ["deploy", "--yes"]
            self.play.gonogo(*verb, expect=EXITS[kind])

    def order(self, release: str, *commands: e.Command) -> None:
        events = tuple(e.Commanded(command, "for the test") for command in commands)
        write = Write(release_stream(release), self.state(release).n, events)
        self.journal.append([write], Actor("ana"), Instant(0))

    def clear_way(self, release: str) -> None:
        """After a test that failed: let the next one find a target that nobody drives."""
        if not self.state(release).closed:
            subprocess.run(
                [*GONOGO, "abort", "--now", release],
                cwd=self.play.repository,
                env=self.play.environment,
                capture_output=True,
                timeout=60,
            )

    # --- what is ----------------------------------------------------------------------------------------------------

    def state(self, release: str) -> State:
        return fold_release(release, self.journal.read(release_stream(release)))

    def target(self) -> TargetState:
        return fold_target(KEY, self.journal.read(target_stream(KEY)))

    def seen(self) -> Observation:
        return asyncio.run(self.platform.observe())

    def end(self, release: str) -> End:
        state, target, seen = self.state(release), self.target(), self.seen()
        names = {r: record.definition.version for r, record in target.revisions.items()}
        mine = state.plan.version if state.plan else ""

        def role(revision: str | None) -> str:
            return "nobody" if revision is None else "new" if names[revision] == mine else "before"

        return End(
            result=state.closed.result.value if state.closed else "open",
            left=state.left,
            live=role(target.live),
            running={role(r): (x.size, x.ready) for r, x in seen.revisions.items()},
            weights={role(r): round(w, 4) for r, w in seen.weights.items()},
        )

    def processes(self) -> Counter[str]:
        """Everything that runs for the target, by the directory it belongs to, found by what the system says of each
        process and not by what the platform remembers: keepers by their arguments, all else by its mark."""
        found: Counter[str] = Counter()
        root = str(self.directory)
        for entry in Path("/proc").iterdir():
            if not entry.name.isdigit():
                continue
            try:
                arguments = (entry / "cmdline").read_bytes().split(b"\0")
                variables = (entry / "environ").read_bytes().split(b"\0")
            except OSError:
                continue
            marks = [v.partition(b"=")[2].decode() for v in variables if v.startswith(MARK.encode() + b"=")]
            kept = [a.decode() for a in arguments if a.decode(errors="replace").startswith(f"{root}/")]
            if any(a.endswith(b"keeper.py") for a in arguments) and kept:
                found[f"keeper of {Path(kept[0]).name}"] += 1
            found.update(f"process of {Path(mark).name}" for mark in marks if mark.startswith(root))
        return found

    def expected_processes(self) -> Counter[str]:
        """A keeper and its command for each instance of the live revision, and for the router."""
        live = self.target().live
        directories = [d for d in (self.directory / "instances").glob(f"{live}-*") if instances.look(d)]
        names = ["router", *(d.name for d in directories)]
        return Counter([f"{what} of {name}" for name in names for what in ("keeper", "process")])

    def lost(self) -> list[str]:
        """Every request lost so far, with when and how."""
        return [f"{a.sent:.3f} {a.request}: {a.why}" for a in self.ground.answers() if a.kind is Kind.LOST]


def open_site(directory: Path) -> tuple[Site, Load]:
    """The first deployment done, the load running."""
    ground = Ground(directory, QUICK, RATE)
    ground.found()
    load = ground.load()
    load.start()
    return Site(ground), load
