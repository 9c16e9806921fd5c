from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from journal_world import Place

from gonogo.journal.holder import holder_name, is_provably_dead, this_holder
from gonogo.model.errors import Held

PRINT = "from gonogo.journal.holder import this_holder; print(this_holder(), flush=True); input()"


def start() -> tuple[subprocess.Popen[str], str]:
    process = subprocess.Popen([sys.executable, "-c", PRINT], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout
    return process, process.stdout.readline().strip()


def end(process: subprocess.Popen[str]) -> None:
    process.kill()
    process.communicate()


def test_a_holder_is_named_for_people_first() -> None:
    holder = this_holder()
    assert holder_name(holder).endswith(f"@{os.uname().nodename} pid {os.getpid()}")
    assert holder.startswith(holder_name(holder) + " [boot=")
    assert holder_name("just a name") == "just a name"


def test_this_process_is_not_dead() -> None:
    assert not is_provably_dead(this_holder())


def test_a_process_is_dead_once_killed_even_before_it_is_reaped() -> None:
    process, holder = start()
    try:
        assert f" pid {process.pid}" in holder and not is_provably_dead(holder)
        process.kill()
        deadline = time.monotonic() + 10
        while not is_provably_dead(holder):
            assert time.monotonic() < deadline
        assert ") Z " in Path(f"/proc/{process.pid}/stat").read_text()
    finally:
        end(process)
    assert is_provably_dead(holder)


def test_a_pid_that_belongs_to_another_process_by_now_is_dead() -> None:
    mine = this_holder()
    assert is_provably_dead(mine.replace("start=", "start=1"))


@pytest.mark.parametrize("elsewhere", ["boot", "space"])
def test_a_process_of_another_boot_or_container_is_never_proved_dead(elsewhere: str) -> None:
    process, holder = start()
    end(process)
    assert is_provably_dead(holder)
    assert not is_provably_dead(holder.replace(f"{elsewhere}=", f"{elsewhere}=1"))
    assert not is_provably_dead(holder_name(holder))


def test_a_dead_holder_is_replaced_at_once(durable: Place) -> None:
    journal = durable.open()
    process, holder = start()
    try:
        journal.take("shop/production", "shop-1", holder)
        with pytest.raises(Held):
            journal.take("shop/production", "shop-1", this_holder())
    finally:
        end(process)
    lease = journal.lease("shop/production")
    assert lease and not lease.alive and lease.holder == holder and journal.holders() == {}
    assert journal.take("shop/production", "shop-1", this_holder()).fence == 2
    assert list(journal.holders()) == [this_holder()]
