from __future__ import annotations

import time

import pytest
from journal_world import Clock, Place

from gonogo.journal.interface import ALIVE_FOR, BEAT_EVERY, Journal
from gonogo.model.errors import Held

T = "shop/production"


def test_a_lease_names_its_holder_and_keeps_others_out(journal: Journal) -> None:
    assert journal.lease(T) is None
    lease = journal.take(T, "shop-1", "ann@host pid 1")
    assert (lease.target, lease.release, lease.holder, lease.fence) == (T, "shop-1", "ann@host pid 1", 1)
    assert lease.alive and lease.taken_at == lease.beat == pytest.approx(time.time(), abs=2)
    assert journal.lease(T) == lease
    with pytest.raises(Held, match=rf"{T} is held by ann@host pid 1 for shop-1 since 20\d\d-") as held:
        journal.take(T, "shop-1", "bob@host pid 2")
    assert held.value.target == T and held.value.holder.startswith("ann@host pid 1 for shop-1")
    assert journal.lease(T) == lease
    assert journal.take("shop/staging", "shop-2", "bob@host pid 2").fence == 1


def test_taking_again_for_the_same_release_renews(timed: Journal, clock: Clock) -> None:
    first = timed.take(T, "shop-1", "ann")
    clock.now += ALIVE_FOR * 3
    assert not timed.lease(T).alive  # type: ignore[union-attr]
    again = timed.take(T, "shop-1", "ann")
    assert again.alive and (again.fence, again.taken_at) == (first.fence, first.taken_at)


def test_taking_for_another_release_raises_the_fence(journal: Journal) -> None:
    journal.take(T, "shop-1", "ann")
    assert journal.take(T, "shop-2", "ann").fence == 2
    assert journal.lease(T).release == "shop-2"  # type: ignore[union-attr]


def test_force_always_takes_and_raises_the_fence(journal: Journal) -> None:
    fences = [journal.take(T, "shop-1", who, force=True).fence for who in ("ann", "bob", "bob", "ann")]
    assert fences == [1, 2, 3, 4]
    assert journal.lease(T).holder == "ann"  # type: ignore[union-attr]


def test_a_silent_holder_is_replaced_only_after_a_while(timed: Journal, clock: Clock) -> None:
    timed.take(T, "shop-1", "ann")
    clock.now += ALIVE_FOR
    with pytest.raises(Held):
        timed.take(T, "shop-1", "bob")
    timed.beat("ann")
    clock.now += ALIVE_FOR
    with pytest.raises(Held):
        timed.take(T, "shop-1", "bob")
    clock.now += 0.1
    assert not timed.lease(T).alive  # type: ignore[union-attr]
    assert timed.take(T, "shop-1", "bob").fence == 2
    assert ALIVE_FOR > 2 * BEAT_EVERY


def test_one_beat_serves_all_leases_of_a_holder(timed: Journal, clock: Clock) -> None:
    targets = [f"shop-{i}/production" for i in range(3)]
    for target in targets:
        timed.take(target, "r", "ann")
    clock.now += ALIVE_FOR + 1
    timed.beat("ann")
    assert [timed.lease(t).beat for t in targets] == [clock.now] * 3  # type: ignore[union-attr]
    assert timed.holders() == {"ann": clock.now}


def test_holders_are_those_that_beat_lately(timed: Journal, clock: Clock) -> None:
    timed.beat("gone")
    clock.now += ALIVE_FOR + 1
    timed.beat("here")
    assert timed.holders() == {"here": clock.now}


def test_a_beat_from_before_the_clock_was_set_back_proves_nothing(timed: Journal, clock: Clock) -> None:
    timed.take(T, "shop-1", "ann")
    clock.now -= 3600
    assert not timed.lease(T).alive  # type: ignore[union-attr]
    timed.beat("ann")
    assert timed.lease(T).alive  # type: ignore[union-attr]


def test_fences_rise_across_give_backs_and_releases(journal: Journal) -> None:
    for expected in (1, 2, 3):
        assert journal.take(T, f"shop-{expected}", "ann").fence == expected
        journal.release_lease(T, expected)
        assert journal.lease(T) is None


def test_giving_back_a_lease_that_was_lost_changes_nothing(journal: Journal) -> None:
    journal.take(T, "shop-1", "ann")
    taken = journal.take(T, "shop-1", "bob", force=True)
    journal.release_lease(T, 1)
    assert journal.lease(T) == taken
    journal.release_lease("unknown/target", 1)


def test_fences_survive_a_restart(durable: Place) -> None:
    first = durable.open()
    first.take(T, "shop-1", "ann")
    first.release_lease(T, 1)
    first.close()
    assert durable.open().take(T, "shop-2", "bob").fence == 2


def test_silent_holders_are_forgotten_unless_they_hold_something(timed: Journal, clock: Clock) -> None:
    timed.take(T, "shop-1", "ann")
    timed.beat("gone")
    start = clock.now
    clock.now += 90_000
    timed.take("other/production", "o-1", "bob")
    assert timed.lease(T).beat == start  # type: ignore[union-attr]
    clock.now = start
    assert timed.holders() == {"ann": start}
