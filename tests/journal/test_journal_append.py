from __future__ import annotations

import math
from concurrent.futures import ThreadPoolExecutor

import msgspec
import pytest
from journal_world import Place

from gonogo.journal.interface import Journal, Write
from gonogo.journal.open import memory_journal
from gonogo.model.errors import Conflict, LostLease, PermanentError
from gonogo.model.events import Checkpointed, Noted, Paused, ReleaseOpened, StageEntered, Waived
from gonogo.model.items import Actor
from gonogo.model.units import Instant
from gonogo.model.world import Fence

ANN = Actor("ann", "oidc")


def note(journal: Journal, stream: str, after: int, *, at: float = 1.0, fence: Fence | None = None) -> None:
    journal.append([Write(stream, after, (Noted(f"after {after}"),))], ANN, Instant(at), fence)


def test_events_come_back_as_they_were_appended(journal: Journal) -> None:
    events = (StageEntered("step-1"), Noted("ü \U0001f600 \0 'quoted' \\"), Paused("", 7))
    recorded = journal.append([Write("release/a", 0, events)], ANN, Instant(1700000000.123456))
    assert [(r.n, r.event, r.actor, r.at) for r in recorded] == [
        (n, event, ANN, 1700000000.123456) for n, event in enumerate(events, 1)
    ]
    assert journal.read("release/a") == recorded
    assert journal.read("release/a", after=2) == recorded[2:]
    assert journal.read("release/a", after=3) == journal.read("release/b") == []


def test_an_append_to_a_stream_that_moved_on_conflicts(journal: Journal) -> None:
    note(journal, "release/a", 0)
    for stale in (0, 2):
        with pytest.raises(Conflict, match=f"release/a is at event 1, not {stale}"):
            note(journal, "release/a", stale)
    assert len(journal.read("release/a")) == 1


def test_several_writes_are_appended_together_or_not_at_all(journal: Journal) -> None:
    note(journal, "target/t", 0)
    opened = Write("release/a", 0, (Noted("x"), Noted("y")))
    with pytest.raises(Conflict):
        journal.append([opened, Write("target/t", 0, (ReleaseOpened("a"),))], ANN, Instant(1))
    assert journal.read("release/a") == [] and journal.heads("release/") == []
    recorded = journal.append([opened, Write("target/t", 1, (ReleaseOpened("a"),))], ANN, Instant(1))
    assert [(r.stream, r.n) for r in recorded] == [("release/a", 1), ("release/a", 2), ("target/t", 2)]
    assert journal.verify() == []


def test_one_append_may_extend_a_stream_twice(journal: Journal) -> None:
    journal.append([Write("s", 0, (Noted("a"),)), Write("s", 1, (Noted("b"),))], ANN, Instant(1))
    assert [r.n for r in journal.read("s")] == [1, 2] and journal.verify() == []


def test_a_write_without_events_only_compares(journal: Journal) -> None:
    assert journal.append([Write("s", 0, ())], ANN, Instant(1)) == [] and journal.heads() == []
    with pytest.raises(Conflict):
        journal.append([Write("s", 1, ())], ANN, Instant(1))


def test_time_never_runs_backwards_within_a_stream(journal: Journal) -> None:
    for after, at in enumerate((100.0, 50.0, 120.0, -0.0)):
        note(journal, "s", after, at=at)
    note(journal, "other", 0, at=-0.0)
    assert [float(r.at) for r in journal.read("s")] == [100.0, 100.0, 120.0, 120.0]
    assert [str(r.at) for r in journal.read("other")] == ["0.0"]
    assert journal.verify() == []


@pytest.mark.parametrize("at", [math.nan, math.inf])
def test_a_time_that_is_none_is_refused(journal: Journal, at: float) -> None:
    with pytest.raises(PermanentError, match="time must be a number"):
        note(journal, "s", 0, at=at)


@pytest.mark.parametrize(
    "event",
    [Waived("i", "r", Instant(math.nan)), Noted("\ud800"), Checkpointed("i", msgspec.Raw(b"{no json"))],
    ids=["nan", "surrogate", "raw"],
)
def test_an_event_that_could_not_be_read_again_is_refused(journal: Journal, event: Noted) -> None:
    with pytest.raises(PermanentError, match="can't be journaled"):
        journal.append([Write("s", 0, (Noted("fine"), event))], ANN, Instant(1))
    assert journal.read("s") == []


def test_an_actor_that_could_not_be_read_again_is_refused(journal: Journal) -> None:
    with pytest.raises(PermanentError, match="can't be journaled"):
        journal.append([Write("s", 0, (Noted("x"),))], Actor("\udcff"), Instant(1))


def test_heads_are_the_newest_events_by_prefix(journal: Journal) -> None:
    journal.append([Write("release/a", 0, (Noted("x"), StageEntered("s")))], ANN, Instant(5))
    note(journal, "release/b", 0)
    note(journal, "releases", 0)
    note(journal, "target/t", 0)
    newest = journal.read("release/a")[-1]
    heads = journal.heads("release/")
    assert [h.stream for h in heads] == ["release/a", "release/b"]
    assert msgspec.structs.astuple(heads[0]) == ("release/a", 2, newest.hash, 5.0, "stage_entered")
    assert len(journal.heads()) == 4 and journal.heads("x") == []
    assert [h.stream for h in journal.heads("release/a")] == ["release/a"]


def test_an_append_with_a_fence_that_is_not_the_newest_is_refused(journal: Journal) -> None:
    old = journal.take("shop/production", "a", "one").fence
    note(journal, "s", 0, fence=Fence(journal.id, "shop/production", old))
    new = journal.take("shop/production", "a", "two", force=True).fence
    for fence in (
        Fence(journal.id, "shop/production", old),
        Fence(journal.id, "shop/production", new + 1),
        Fence(journal.id, "shop/staging", new),
        Fence("another", "shop/production", new),
    ):
        with pytest.raises(LostLease):
            note(journal, "s", 1, fence=fence)
    note(journal, "s", 1, fence=Fence(journal.id, "shop/production", new))
    assert [r.n for r in journal.read("s")] == [1, 2]


def test_blobs_are_kept_by_hash_until_they_are_erased(journal: Journal) -> None:
    content = bytes(range(256)) * 100
    hash = journal.put_blob(content)
    assert hash.startswith("sha256:") and journal.put_blob(content) == hash
    assert journal.blob(hash) == content and journal.put_blob(b"") != hash
    journal.erase_blob(hash)
    journal.erase_blob(hash)
    assert journal.blob(hash) is None and journal.blob("sha256:0") is None


def test_threads_of_one_process_share_a_journal(journal: Journal) -> None:
    def write(thread: int) -> None:
        for after in range(20):
            note(journal, f"s{thread}", after)
            journal.beat(f"holder {thread}")

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, range(4)))
    assert [h.n for h in journal.heads("s")] == [20] * 4 and journal.verify() == []


def test_what_one_connection_appends_another_reads(durable: Place) -> None:
    one, other = durable.open(), durable.open()
    assert one.id == other.id and len(one.id) >= 16
    note(one, "s", 0)
    note(other, "s", 1)
    with pytest.raises(Conflict):
        note(one, "s", 1)
    assert one.read("s") == other.read("s") and len(one.read("s")) == 2


def test_two_journals_have_different_ids(journal: Journal) -> None:
    other = memory_journal()
    assert other.id != journal.id
    other.close()
