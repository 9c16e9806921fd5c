"""One kept-alive HTTP/1.1 connection of the load. It sends what it is given and tells its owner how that ended."""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass
from typing import Protocol

MAX_ANSWER = 1 << 20
_STATUS = re.compile(rb"HTTP/1\.([01]) ([1-5][0-9][0-9])(?: |$)")


@dataclass(eq=False)
class Request:
    name: str
    """`GET /`"""
    wire: bytes
    repeatable: bool
    """Whether sending it twice does what sending it once does."""
    sent: float = 0.0
    """On the loop's clock."""
    retried: bool = False
    connection: Connection | None = None
    """None while one is being opened for it."""


class Unreadable(Exception):
    """What came is not an answer that HTTP/1.1 allows, or not one that this client reads."""


@dataclass(frozen=True)
class Head:
    status: int
    version: str
    length: int | None
    """Bytes of the body; None where it ends with the connection."""
    keep: bool


class Owner(Protocol):
    def answered(self, connection: Connection, request: Request, head: Head) -> None: ...

    def broken(self, connection: Connection, request: Request, why: str, *, untouched: bool) -> None:
        """No whole answer. `untouched`: the connection had served before, and not one byte of this answer came."""

    def gone(self, connection: Connection) -> None:
        """An idle connection was closed."""


def read_head(head: bytes) -> Head:
    """`head` is without the empty line at its end. Raises Unreadable."""
    first, *lines = head.split(b"\r\n")
    status = _STATUS.match(first)
    if not status:
        raise Unreadable(f"the answer begins with {first[:40]!r}")
    keep, version, length = status[1] == b"1", "", None
    for line in lines:
        name, colon, value = line.partition(b":")
        name, value = name.lower(), value.strip()
        if not colon:
            raise Unreadable(f"the answer has a header {line[:40]!r}")
        if name == b"x-version":
            version = value.decode("latin-1")
        elif name == b"content-length":
            if not value.isdigit() or len(value) > 12:
                raise Unreadable(f"the answer has a Content-Length of {value[:40]!r}")
            length = int(value)
        elif name == b"transfer-encoding":
            raise Unreadable("the answer comes in chunks, which this client doesn't read")
        elif name == b"connection":
            keep = value.lower() == b"keep-alive" or (keep and value.lower() != b"close")
    if status[2] in (b"204", b"304"):
        length = 0
    return Head(int(status[2]), version, length, keep and length is not None)


class Connection(asyncio.Protocol):
    transport: asyncio.Transport

    def __init__(self, owner: Owner) -> None:
        self.owner = owner
        self.request: Request | None = None
        self.head: Head | None = None
        self.buffer = b""
        self.served = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport  # type: ignore[assignment]

    def send(self, request: Request) -> None:
        self.request = request
        request.connection = self
        self.transport.write(request.wire)

    def data_received(self, data: bytes) -> None:
        if self.request is None:
            # Nothing was asked: whatever this is, the connection can't be trusted with another request.
            self.transport.abort()
            return
        self.buffer += data
        try:
            self._read()
        except Unreadable as error:
            self.give_up(str(error))

    def _read(self) -> None:
        if self.head is None:
            head, end, rest = self.buffer.partition(b"\r\n\r\n")
            if not end:
                if len(self.buffer) > MAX_ANSWER:
                    raise Unreadable(f"the answer's head is longer than {MAX_ANSWER} bytes")
                return
            self.head = read_head(head)
            self.buffer = rest
        length = self.head.length
        if max(length or 0, len(self.buffer)) > MAX_ANSWER:
            raise Unreadable(f"the answer is longer than {MAX_ANSWER} bytes")
        if length is not None and len(self.buffer) >= length:
            self._finish(self.head)

    def _finish(self, head: Head) -> None:
        request = self.request
        assert request is not None
        in_step = head.length is None or len(self.buffer) == head.length
        self.request, self.head, self.buffer = None, None, b""
        self.served += 1
        if not head.keep or not in_step:
            self.transport.close()
        self.owner.answered(self, request, head)

    def give_up(self, why: str, *, untouched: bool = False) -> None:
        """Stop waiting for the answer under way; nothing happens where none is."""
        request, self.request = self.request, None
        if request is not None:
            self.transport.abort()
            self.owner.broken(self, request, why, untouched=untouched)

    def eof_received(self) -> None:
        if self.request is not None and self.head is not None and self.head.length is None:
            self._finish(self.head)

    def connection_lost(self, exc: Exception | None) -> None:
        if self.request is None:
            self.owner.gone(self)
            return
        begun = self.head is not None or bool(self.buffer)
        how = f"failed ({exc})" if exc else "closed"
        where = "inside the answer" if begun else "before the answer"
        self.give_up(f"connection {how} {where}", untouched=self.served > 0 and not begun)
