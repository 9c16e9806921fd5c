"""Sends requests on schedule, whatever becomes of them: a slow service gets no fewer of them."""

from __future__ import annotations

import asyncio
import os
import random
import time
from collections.abc import Callable

from gonogo.demo.bounds import Bounds
from gonogo.demo.client import Connection, Head, Request
from gonogo.demo.record import Answer, Kind, Mark, Record
from gonogo.model.units import Duration, Instant

LATE = 0.25
"""Seconds behind schedule from which a request is skipped: a load that was held up doesn't follow with a burst."""
PER_CONNECTION = 100
"""Requests until a connection is closed and a fresh one opened, as visitors come and go."""
TIDY = 0.1
"""Seconds between looks at timeouts, bounds and the record."""
UNDER_WAY = 500
"""Requests waiting for their answers at once; one more is lost without being sent."""

MIX = (
    (50, "GET /", ""),
    (25, "GET /api/products", ""),
    (15, "POST /api/cart", '{"sku": "assam", "quantity": 1}'),
    (10, "POST /api/checkout", "{}"),
)
"""(parts of 100, request, body)"""


class Generator:
    """The load within this process. `start`, `stop` and `quit` are called on the loop that `run` runs on."""

    def __init__(self, bounds: Bounds, record: Record, told: Callable[[str], None] = lambda mark: None) -> None:
        """On a running loop. `told` hears each mark but `second`."""
        self._loop = asyncio.get_running_loop()
        self._wall = time.time() - self._loop.time()
        self._cpu = time.process_time()
        self._bounds, self._record, self._told = bounds, record, told
        self._wires = [_wire(bounds, name, body) for _, name, body in MIX]
        self._parts = [parts for parts, _, _ in MIX]
        self._dice = random.Random(0)
        self._idle: list[Connection] = []
        self._waiting: set[Request] = set()
        self._openings: set[asyncio.Task[None]] = set()
        self._running = self._stopping = False
        self._why = ""
        self._sent = self._skipped = 0
        self._behind = self._sending = 0.0
        self._due = self._turn = self._loop.time()

    async def run(self) -> None:
        """Until a bound is reached, `quit` is called, or the parent process is gone."""
        parent = os.getppid()
        tidy = self._loop.time()
        end = tidy + self._bounds.seconds
        while not self._why:
            now = self._loop.time()
            if self._running:
                self._send_due(now)
            if now >= tidy:
                self._tidy(now)
                tidy = now + TIDY
            if self._sent >= self._bounds.count:
                self._why = f"all {self._bounds.count} requests are sent"
            elif now >= end:
                self._why = f"{self._bounds.seconds:g} s are over"
            elif os.getppid() != parent:
                self._why = "its parent is gone"
            wake = min(tidy, end, self._due) if self._running else min(tidy, end)
            await asyncio.sleep(wake - self._loop.time())
        self.stop()
        while self._waiting and os.getppid() == parent:
            await asyncio.sleep(TIDY / 4)
            self._tidy(self._loop.time())
        await self._close()

    def start(self) -> None:
        if self._running:
            self._told("started")
        else:
            self._running, self._stopping = True, False
            # The loop looks up from its sleep by then, so that the first requests are on schedule too.
            self._due = self._turn = self._loop.time() + TIDY
            self._mark("started")

    def stop(self) -> None:
        """Send no more; `stopped` is marked when what is under way has ended."""
        if self._running:
            self._count_time(self._loop.time())
            self._running, self._stopping = False, True
            self._tidy(self._loop.time())
        elif not self._stopping:
            self._told("stopped")

    def quit(self, why: str) -> None:
        self._why = self._why or why

    def _send_due(self, now: float) -> None:
        step = 1 / self._bounds.rate
        while self._due <= now and self._sent < self._bounds.count:
            if now - self._due > LATE:
                self._skipped += 1
            else:
                self._behind = max(self._behind, now - self._due)
                self._send(self._dice.choices(self._wires, self._parts)[0])
            self._due += step

    def _send(self, wire: tuple[str, bytes]) -> None:
        name, raw = wire
        request = Request(name, raw, repeatable=name.startswith("GET "), sent=self._loop.time())
        self._sent += 1
        if len(self._waiting) >= UNDER_WAY:
            self._lose(request, f"not sent: {UNDER_WAY} requests wait for their answers")
            return
        self._waiting.add(request)
        while self._idle:
            connection = self._idle.pop()
            if not connection.transport.is_closing():
                connection.send(request)
                return
        self._open_for(request)

    def _open_for(self, request: Request) -> None:
        request.connection = None
        opening = self._loop.create_task(self._open(request))
        self._openings.add(opening)
        opening.add_done_callback(self._openings.discard)

    async def _open(self, request: Request) -> None:
        try:
            _, connection = await self._loop.create_connection(
                lambda: Connection(self), self._bounds.host, self._bounds.port
            )
        except OSError as error:
            self._lose(request, f"no connection: {os.strerror(error.errno) if error.errno else error}")
            return
        if request in self._waiting:
            connection.send(request)
        else:
            connection.transport.close()

    # --- what connections tell -------------------------------------------------------------------------------------

    def answered(self, connection: Connection, request: Request, head: Head) -> None:
        if connection.served >= PER_CONNECTION:
            connection.transport.close()
        elif not connection.transport.is_closing():
            self._idle.append(connection)
        if head.status < 400:
            self._end(request, Kind.OK, head.status, head.version)
        elif head.version:
            self._end(request, Kind.BAD, head.status, head.version)
        else:
            self._end(request, Kind.LOST, head.status, "", f"{head.status} from no version")

    def broken(self, connection: Connection, request: Request, why: str, *, untouched: bool) -> None:
        if untouched and request.repeatable:
            # At most once: the fresh connection has not served before, so it is never untouched in this sense.
            request.retried = True
            self._open_for(request)
        else:
            self._lose(request, why)

    def gone(self, connection: Connection) -> None:
        if connection in self._idle:
            self._idle.remove(connection)

    # --- bookkeeping -----------------------------------------------------------------------------------------------

    def _lose(self, request: Request, why: str) -> None:
        self._end(request, Kind.LOST, 0, "", why)

    def _end(self, request: Request, kind: Kind, status: int, version: str, why: str = "") -> None:
        self._waiting.discard(request)
        sent, seconds = Instant(round(self._wall + request.sent, 6)), round(self._loop.time() - request.sent, 6)
        self._record.add(Answer(sent, Duration(seconds), kind, status, version, request.name, why, request.retried))

    def _tidy(self, now: float) -> None:
        for request in [r for r in self._waiting if now - r.sent > self._bounds.timeout]:
            why = f"no whole answer in {self._bounds.timeout:g} s"
            if request.connection is None:
                self._lose(request, why)
            else:
                request.connection.give_up(why)
        if self._running and now - self._turn >= 1:
            self._count_time(now)
            self._mark("second")
        if self._stopping and not self._waiting:
            self._stopping = False
            self._mark("stopped")
        self._record.flush()

    def _count_time(self, now: float) -> None:
        self._sending += max(0.0, now - self._turn)
        self._turn = max(now, self._turn)

    def _mark(self, mark: str) -> None:
        at, cpu = Instant(self._wall + self._loop.time()), Duration(time.process_time() - self._cpu)
        sending, behind = Duration(self._sending), Duration(self._behind)
        self._record.add(Mark(mark, at, self._sent, self._skipped, sending, cpu, behind, self._why))
        if mark != "second":
            self._record.flush()
            self._told(mark)

    async def _close(self) -> None:
        for opening in list(self._openings):
            opening.cancel()
        await asyncio.gather(*self._openings, return_exceptions=True)
        for connection in [*self._idle, *(r.connection for r in self._waiting if r.connection)]:
            connection.request = None
            connection.transport.abort()
        self._mark("finished")
        self._record.close()


def _wire(bounds: Bounds, name: str, body: str) -> tuple[str, bytes]:
    lines = [f"{name} HTTP/1.1", f"Host: {bounds.host}:{bounds.port}", "User-Agent: gonogo-demo-load", "Accept: */*"]
    if body:
        lines += ["Cookie: cart=assam:1", "Content-Type: application/json", f"Content-Length: {len(body)}"]
    return name, ("\r\n".join(lines) + "\r\n\r\n" + body).encode()
