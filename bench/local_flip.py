"""From a decision to the last answer of the other revision, on a real Envoy with real processes.

`python bench/local_flip.py [--flips 200] [--rate 500]` sends requests over kept connections to loopback, moves all
traffic from one revision to the other and back, and prints how long answers of the one left still came, measured from
the moment the weights were asked for until the last such answer arrived. Exit status 1 when the 99th percentile is
over the target or a request was lost.
"""

from __future__ import annotations

import argparse
import asyncio
import shutil
import sys
import tempfile
import time
from pathlib import Path

from gonogo.model.settings import Local
from gonogo.model.units import Duration, Ratio
from gonogo.model.world import Definition, Fence, Scale, Target, Weigh
from gonogo.platforms.local import LocalPlatform
from gonogo.platforms.local.artifact import digest
from gonogo.platforms.local.keeper import reserve_port

TARGET_MS = 150.0
CLIENTS = 10
QUIET = 0.25
"""Seconds watched after each flip for answers that come late."""

SERVICE = """
import asyncio, sys

async def serve(reader, writer):
    try:
        while await reader.readline():
            while (await reader.readline()).strip():
                pass
            writer.write(b"HTTP/1.1 200 OK\\r\\ncontent-length: 1\\r\\n\\r\\n" + sys.argv[2].encode())
    except ConnectionError:
        pass
    finally:
        writer.close()

async def main():
    async with await asyncio.start_server(serve, "127.0.0.1", int(sys.argv[1])) as server:
        await server.serve_forever()

asyncio.run(main())
"""


class Load:
    """Requests at a constant rate; remembers when each revision answered last, and how many were lost."""

    def __init__(self, port: int, rate: float) -> None:
        self.port, self.pause = port, CLIENTS / rate
        self.last: dict[bytes, float] = {}
        self.sent = self.lost = 0

    async def client(self, number: int) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        due = time.perf_counter() + self.pause * number / CLIENTS
        try:
            while True:
                due += self.pause
                await asyncio.sleep(max(0.0, due - time.perf_counter()))
                self.sent += 1
                writer.write(b"GET / HTTP/1.1\r\nhost: bench\r\n\r\n")
                head = await reader.readuntil(b"\r\n\r\n")
                body = await reader.readexactly(1) if head.startswith(b"HTTP/1.1 200") else b""
                self.last[body] = time.perf_counter()
                self.lost += not body
                if not body:
                    return
        finally:
            writer.close()


async def flips(platform: LocalPlatform, fence: Fence, port: int, count: int, rate: float) -> tuple[list[float], Load]:
    """Milliseconds of each flip, sorted."""
    load = Load(port, rate)
    clients = [asyncio.create_task(load.client(number)) for number in range(CLIENTS)]
    took = []
    for n in range(count):
        to, left = ("b", b"a") if n % 2 == 0 else ("a", b"b")
        decided = time.perf_counter()
        await platform.apply(Weigh({to: Ratio(1)}), fence)
        await asyncio.sleep(QUIET)
        took.append(max(0.0, load.last.get(left, decided) - decided) * 1000)
    for client in clients:
        client.cancel()
    results = await asyncio.gather(*clients, return_exceptions=True)
    load.lost += sum(not isinstance(r, asyncio.CancelledError) for r in results)
    return sorted(took), load


async def measure(root: Path, count: int, rate: float) -> int:
    port, held = reserve_port(None)
    target = Target("bench", "flip")
    platform = LocalPlatform(Local(command=(), listen=port), target, root / "state")
    fence = Fence("bench", target.key, 1)
    source = root / "service.py"
    source.write_text(SERVICE)
    try:
        for name in ("a", "b"):
            command = (sys.executable, "-S", "service.py", "{port}", name)
            definition = Definition(name, digest(source), str(source), command, 2, "/", grace=Duration(2))
            await platform.apply(Scale(name, definition, 2), fence)
        deadline = time.monotonic() + 20
        while any(r.ready < 2 for r in (await platform.observe()).revisions.values()):
            if time.monotonic() > deadline:
                raise SystemExit("the instances didn't get ready")
            await asyncio.sleep(0.05)
        await platform.apply(Weigh({"a": Ratio(1)}), fence)
        took, load = await flips(platform, fence, port, count, rate)
    finally:
        await platform.destroy()
        held.close()
    p50, p99 = took[len(took) // 2], took[min(len(took) - 1, int(len(took) * 0.99))]
    print(f"{count} flips at {rate:g} requests/s: p50 {p50:.1f} ms, p99 {p99:.1f} ms, max {took[-1]:.1f} ms")
    print(f"target p99 {TARGET_MS:g} ms; {load.sent} requests sent, {load.lost} lost")
    return int(p99 > TARGET_MS or load.lost > 0)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--flips", type=int, default=200)
    parser.add_argument("--rate", type=float, default=500.0, help="requests per second, at most 2000")
    given = parser.parse_args()
    if not 1 <= given.flips <= 2000 or not 1 <= given.rate <= 2000:
        parser.error("--flips and --rate lie between 1 and 2000")
    root = Path(tempfile.mkdtemp(prefix="gonogo-flip-"))
    try:
        raise SystemExit(asyncio.run(measure(root, given.flips, given.rate)))
    finally:
        shutil.rmtree(root, ignore_errors=True)


if __name__ == "__main__":
    main()
