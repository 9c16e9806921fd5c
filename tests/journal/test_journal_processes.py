from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from journal_world import Child, Place

from gonogo.journal import open as opening
from gonogo.journal.interface import Write
from gonogo.model.errors import TemporaryError
from gonogo.model.events import Noted
from gonogo.model.items import Actor
from gonogo.model.units import Instant

Children = Callable[[str], Child]
T = "shop/production"


def stop(pid: int) -> None:
    os.kill(pid, signal.SIGSTOP)
    deadline = time.monotonic() + 10
    while Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2][0] != "T":
        assert time.monotonic() < deadline


def test_racing_appends_give_each_number_to_exactly_one(durable: Place, children: Children) -> None:
    racers = [children(durable.url), children(durable.url)]
    for racer in racers:
        racer.tell(do="race", stream="s", wins=40)
    won = [racer.hear() for racer in racers]
    assert sorted(won[0] + won[1]) == list(range(2, 161, 2))
    journal = durable.open()
    assert [r.n for r in journal.read("s")] == list(range(1, 161)) and journal.verify() == []


def test_of_two_that_race_for_a_lease_one_holds_it(durable: Place, children: Children) -> None:
    racers = [children(durable.url), children(durable.url)]
    for round in range(10):
        for racer in racers:
            racer.tell(do="take", release=f"shop-{round}-{racer.pid}")
        answers = [racer.hear() for racer in racers]
        winner, loser = (0, 1) if answers[0] == round + 1 else (1, 0)
        assert answers[winner] == round + 1
        assert answers[loser]["error"] == "Held"
        assert f"{T} is held by" in answers[loser]["text"] and f"pid {racers[winner].pid} " in answers[loser]["text"]
        durable.open().release_lease(T, round + 1)


def test_a_holder_frozen_while_its_lease_is_taken_can_append_no_more(durable: Place, children: Children) -> None:
    journal = durable.open()
    frozen, other = children(durable.url), children(durable.url)
    fence = frozen.ask(do="take", release="shop-1")
    assert frozen.ask(do="append", stream="s", after=0, fence=fence) == 2
    stop(frozen.pid)
    # Told while frozen, so that it appends the moment it runs again.
    frozen.tell(do="append", stream="s", after=2, fence=fence)
    assert other.ask(do="take", release="shop-1")["error"] == "Held"
    journal.take(T, "shop-1", "another driver", force=True)
    os.kill(frozen.pid, signal.SIGCONT)
    lost = frozen.hear()
    assert lost["error"] == "LostLease" and "another driver" in lost["text"]
    assert len(journal.read("s")) == 2


@pytest.mark.parametrize("told", [1, 4, 9, 17])
def test_a_kill_in_the_midst_of_appends_leaves_a_whole_chain(durable: Place, children: Children, told: int) -> None:
    child = children(durable.url)
    child.tell(do="flood", stream="s")
    for _ in range(told):
        last = child.hear()
    os.kill(child.pid, signal.SIGKILL)
    child.process.wait()
    journal = durable.open()
    events = journal.read("s")
    assert len(events) >= last == told * 2 and len(events) % 2 == 0
    assert journal.verify() == [] and journal.heads()[0].n == len(events)
    journal.append([Write("s", len(events), (Noted("goes on"),))], Actor("ann"), Instant(1))
    assert journal.verify() == []


def test_processes_that_create_a_journal_together_share_it(durable: Place, children: Children) -> None:
    racers = [children(durable.url) for _ in range(4)]
    for racer in racers:
        racer.tell(do="race", stream="s", wins=3)
    assert sorted(n for racer in racers for n in racer.hear()) == list(range(2, 25, 2))
    assert durable.open().verify() == []


def test_a_journal_locked_by_a_stopped_process_names_it(
    durable: Place, children: Children, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(opening, "BUSY", 0.05)
    journal = durable.open()
    child = children(durable.url)
    assert child.ask(do="lock") == "locked"
    with pytest.raises(TemporaryError, match=rf"is locked by pid {child.pid}$"):
        journal.beat("me")
    stop(child.pid)
    with pytest.raises(TemporaryError, match=rf"is locked by pid {child.pid} \(stopped\)"):
        journal.beat("me")
    assert journal.heads() == []
    child.close()
    journal.beat("me")
