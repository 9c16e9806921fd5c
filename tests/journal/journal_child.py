"""A driver in a process of its own, for the tests: reads orders from stdin, answers each with a line of JSON."""

from __future__ import annotations

import json
import sys
from typing import Any

from gonogo.journal.holder import this_holder
from gonogo.journal.interface import Journal, Write
from gonogo.journal.open import open_journal
from gonogo.model.errors import Conflict, GonogoError
from gonogo.model.events import Noted
from gonogo.model.items import Actor
from gonogo.model.units import Instant
from gonogo.model.world import Fence


def append(journal: Journal, stream: str, after: int, fence: int | None) -> int:
    proof = None if fence is None else Fence(journal.id, "shop/production", fence)
    write = Write(stream, after, (Noted(f"after {after}"), Noted("its pair")))
    return journal.append([write], Actor("child", "driver"), Instant(1.0), proof)[-1].n


def race(journal: Journal, stream: str, wins: int) -> list[int]:
    """Append until this process has won `wins` times; the numbers it won."""
    won: list[int] = []
    while len(won) < wins:
        head = journal.heads(stream)
        try:
            won.append(append(journal, stream, head[0].n if head else 0, None))
        except Conflict:
            continue
    return won


def flood(journal: Journal, stream: str) -> None:
    """Append for ever, telling the number after each."""
    n = 0
    while True:
        n = append(journal, stream, n, None)
        print(n, flush=True)


def obey(journal: Journal, order: dict[str, Any]) -> Any:
    match order:
        case {"do": "race", "stream": stream, "wins": wins}:
            return race(journal, stream, wins)
        case {"do": "flood", "stream": stream}:
            return flood(journal, stream)
        case {"do": "take", "release": release}:
            return journal.take("shop/production", release, this_holder()).fence
        case {"do": "append", "stream": stream, "after": after, "fence": fence}:
            return append(journal, stream, after, fence)
        case {"do": "lock"}:
            journal._connection.execute("BEGIN IMMEDIATE")  # type: ignore[attr-defined]
            return "locked"
    raise ValueError(order)


def main() -> None:
    journal = open_journal(sys.argv[1])
    for line in sys.stdin:
        try:
            answer = obey(journal, json.loads(line))
        except GonogoError as error:
            answer = {"error": type(error).__name__, "text": str(error)}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
