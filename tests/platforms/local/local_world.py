"""A target in a temporary directory, with what tests keep asking of it."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import sys
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, TypeVar

from gonogo.model.errors import TemporaryError
from gonogo.model.settings import Local
from gonogo.model.units import Duration, Ratio
from gonogo.model.world import Definition, Fence, Forget, InstanceSeen, Observation, Scale, Stop, Target, Weigh
from gonogo.platforms.local import LocalPlatform, instances
from gonogo.platforms.local.artifact import digest

SERVICE = Path(__file__).with_name("local_service.py")
T = TypeVar("T")


async def eventually(ask: Callable[[], Awaitable[T | None]], within: float = 15.0) -> T:
    """The first true answer. Fails after `within` seconds."""
    deadline = time.monotonic() + within
    while True:
        try:
            found = await ask()
        except TemporaryError as error:
            found, why = None, str(error)
        else:
            why = repr(found)
        if found:
            return found
        assert time.monotonic() < deadline, f"still not so: {why}"
        await asyncio.sleep(0.01)


class World:
    def __init__(self, root: Path, port: int) -> None:
        self.root = root
        self.port = port
        self.target = Target("shop", "test")
        self.directory = root / "s"
        self.settings = Local(command=(), listen=port)
        self.platform = LocalPlatform(self.settings, self.target, self.directory)
        self.fence = Fence("journal-1", self.target.key, 1)

    def artifact(self, version: str, **settings: Any) -> Path:
        directory = self.root / f"artifact-{version}"
        if not directory.exists():
            directory.mkdir()
            shutil.copy(SERVICE, directory / "service.py")
            (directory / "service.json").write_text(json.dumps({"version": version, **settings}))
        return directory

    def definition(self, version: str, environment: dict[str, str] | None = None, **settings: Any) -> Definition:
        source = self.artifact(version, **settings)
        command = (sys.executable, "-S", "service.py", "{port}")
        return Definition(
            version, digest(source), str(source), command, 2, "/health", environment or {}, grace=Duration(2)
        )

    async def apply(self, action: Scale | Weigh | Stop | Forget) -> None:
        await self.platform.apply(action, self.fence)

    async def run(self, version: str, instances: int = 2, definition: Definition | None = None) -> None:
        """Scale, and wait until all are ready."""
        await self.apply(Scale(version, definition or self.definition(version), instances))
        await self.ready(version, instances)

    async def ready(self, version: str, instances: int) -> Observation:
        async def look() -> Observation | None:
            seen = await self.platform.observe()
            return seen if seen.revisions[version].ready == instances else None

        return await eventually(look)

    async def weigh(self, **weights: float) -> None:
        await self.apply(Weigh({name: Ratio(weight) for name, weight in weights.items()}))

    async def retire(self, version: str) -> None:
        """Drain, stop and forget, as a driver would."""
        await self.apply(Scale(version, None, 0))

        async def idle() -> bool:
            seen = (await self.platform.observe()).revisions[version]
            done = tuple(i.id for i in seen.leaving if i.in_flight == 0)
            if done:
                await self.apply(Stop(version, done))
            return not seen.running

        await eventually(idle)
        await self.apply(Forget(version))

    async def instance(self, id: str) -> InstanceSeen:
        seen = (await self.platform.observe()).revisions[id.rpartition("-")[0]]
        return next(i for i in seen.instances if i.id == id)

    def record(self, id: str) -> instances.Record:
        directory = self.directory / "router" if id == "router" else self.directory / "instances" / id
        record = instances.look(directory)
        assert record, f"{id} has no record"
        return record

    async def get(self, path: str = "/") -> tuple[int, str]:
        """One request on a connection of its own: status and body; (0, "") when there was no whole answer."""
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        except OSError:
            return 0, ""
        try:
            return await exchange(reader, writer, path)
        finally:
            writer.close()

    async def answers(self, count: int, path: str = "/") -> Counter[str]:
        """Bodies of so many requests."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        try:
            return Counter([(await exchange(reader, writer, path))[1] for _ in range(count)])
        finally:
            writer.close()

    def processes(self) -> list[int]:
        """Whatever runs for this target."""
        directories = [self.directory / "router", *(self.directory / "instances").glob("*")]
        keepers = [r.keeper for d in directories if (r := instances.look(d)) and r.alive]
        return [*keepers, *instances.marked(directories)]


async def exchange(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, path: str) -> tuple[int, str]:
    try:
        writer.write(f"GET {path} HTTP/1.1\r\nhost: test\r\n\r\n".encode())
        status, length = int((await reader.readline()).split()[1]), 0
        while line := (await reader.readline()).strip():
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                length = int(value)
        return status, (await reader.readexactly(length)).decode()
    except (OSError, IndexError, asyncio.IncompleteReadError):
        return 0, ""


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return b") Z" not in Path(f"/proc/{pid}/stat").read_bytes()
