"""Where the load may go, and how much of it."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import ip_address

from gonogo.model.errors import InputError, Problem


@dataclass(frozen=True)
class Bounds:
    """Where the load goes, how much of it, and when it ends by itself. Raises InputError with every mistake."""

    port: int
    rate: float
    """Requests per second."""
    seconds: float
    """From the start of the process, whether it sends or not."""
    count: int
    """Requests sent in all."""
    host: str = "127.0.0.1"
    timeout: float = 5.0
    """Seconds for a whole answer."""

    def __post_init__(self) -> None:
        wrong = [
            Problem(f"{name} is {value:g}, but must be {low:g} to {high:g}", where="load")
            for name, value, low, high in (
                ("port", self.port, 1, 65535),
                ("rate", self.rate, 0.1, 2000),
                ("seconds", self.seconds, 0.1, 3600),
                ("count", self.count, 1, 2_000_000),
                ("timeout", self.timeout, 0.1, 60),
            )
            if not low <= value <= high
        ]
        try:
            loopback = ip_address(self.host).is_loopback
        except ValueError:
            loopback = False
        if not loopback:
            wrong.append(Problem(f"{self.host!r} is not a loopback address", "load", "load goes to 127.0.0.1 only"))
        if wrong:
            raise InputError(*wrong)
