"""Each kind of damage, done to the file with SQLite itself, and found."""

from __future__ import annotations

import re
import sqlite3
import tracemalloc
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from gonogo.journal import verify as verifying
from gonogo.journal.chain import link
from gonogo.journal.interface import Damage, Journal, Write
from gonogo.journal.open import memory_journal, open_journal
from gonogo.model.errors import InputError, PermanentError
from gonogo.model.events import Noted, Paused
from gonogo.model.items import Actor
from gonogo.model.units import Instant

ANN = Actor("ann", "oidc")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Two streams of five events between two more."""
    path = tmp_path / "journal.db"
    with closing(open_journal(str(path))) as journal:
        for stream in ("release/a", "release/b", "release/c", "target/t"):
            fill(journal, stream, 5)
    return path


def fill(journal: Journal, stream: str, events: int) -> None:
    for n in range(events):
        event = Paused(f"pause {n}") if n % 2 else Noted(f"note {n}", "an item")
        journal.append([Write(stream, n, (event,))], ANN, Instant(1000.0 + n))


def edit(path: Path, *statements: str) -> None:
    with closing(sqlite3.connect(path)) as raw:
        raw.execute("DROP TRIGGER IF EXISTS events_stay")
        raw.execute("DROP TRIGGER IF EXISTS events_last")
        for statement in statements:
            assert raw.execute(statement).rowcount, statement
        raw.commit()


def found(path: Path, anchors: dict[str, str] | None = None) -> list[tuple[str, int, str]]:
    with closing(open_journal(str(path), read_only=True)) as journal:
        return [(d.stream, d.n, d.message) for d in journal.verify(anchors)]


def anchors(path: Path) -> dict[str, str]:
    with closing(open_journal(str(path), read_only=True)) as journal:
        return {h.stream: f"{h.n}:{h.hash}" for h in journal.heads()}


def only(path: Path, stream: str, n: int, message: str, anchors: dict[str, str] | None = None) -> None:
    damage = found(path, anchors)
    assert [(s, k) for s, k, _ in damage] == [(stream, n)]
    assert re.search(message, damage[0][2]), damage


def test_a_whole_journal_has_no_damage(path: Path) -> None:
    assert found(path) == [] and found(path, anchors(path)) == []


def test_an_anchor_stays_good_while_the_stream_goes_on(path: Path) -> None:
    before = anchors(path)
    with closing(open_journal(str(path))) as journal:
        journal.append([Write("release/b", 5, (Noted("more"),))], ANN, Instant(2000))
    assert found(path, before) == []


@pytest.mark.parametrize(
    "change",
    [
        "text = replace(text, 'note 2', 'note 9')",
        "text = text || ' '",
        "text = CAST(x'ff' AS TEXT)",
        "v = 2",
        "at = at + 0.000001",
        "actor = replace(actor, 'ann', 'bob')",
        "type = 'paused'",
        "hash = replace(hash, substr(hash, 1, 1), 'x')",
        "hash = upper(hash) || 'A'",
    ],
)
def test_a_changed_column_shows(path: Path, change: str) -> None:
    edit(path, f"UPDATE events SET {change} WHERE stream = 'release/b' AND n = 3")
    damage = found(path)
    assert ("release/b", 3) in [(s, n) for s, n, m in damage if "it was changed" in m]
    assert {(s, n) for s, n, _ in damage} <= {("release/b", 3), ("release/b", 4)}


def test_a_changed_previous_hash_shows(path: Path) -> None:
    edit(path, "UPDATE events SET previous_hash = hash WHERE stream = 'release/b' AND n = 3")
    only(path, "release/b", 3, "does not follow.*it was changed")


@pytest.mark.parametrize("change", ["text = CAST(text AS BLOB)", "at = 'noon'", "v = 'x'", "actor = x'00'"])
def test_a_column_of_another_type_shows(path: Path, change: str) -> None:
    edit(path, f"UPDATE events SET {change} WHERE stream = 'release/b' AND n = 3")
    only(path, "release/b", 3, "another type")


def test_a_renamed_stream_shows(path: Path) -> None:
    edit(path, "UPDATE events SET stream = 'release/d' WHERE stream = 'release/b'")
    assert {s for s, _, _ in found(path)} == {"release/d", "release/b"}


@pytest.mark.parametrize(
    ("gone", "at", "first", "message"),
    [
        ("n = 3", 4, 3, "event 3 is missing"),
        ("n IN (2, 3)", 4, 2, "events 2 to 3 are missing"),
        ("n = 1", 2, 1, "event 1 is missing"),
    ],
)
def test_a_missing_event_shows(path: Path, gone: str, at: int, first: int, message: str) -> None:
    edit(path, f"DELETE FROM events WHERE stream = 'release/b' AND {gone}")
    only(path, "release/b", at, message)
    with (
        closing(open_journal(str(path), read_only=True)) as journal,
        pytest.raises(PermanentError, match=f"release/b, event {first}: it is missing"),
    ):
        journal.read("release/b")


def test_a_missing_event_shows_although_the_rest_was_renumbered(path: Path) -> None:
    edit(
        path,
        "DELETE FROM events WHERE stream = 'release/b' AND n = 3",
        "UPDATE events SET n = n - 1 WHERE stream = 'release/b' AND n > 3",
        "UPDATE heads SET n = 4 WHERE stream = 'release/b'",
    )
    assert found(path)[0][:2] == ("release/b", 3)


def test_reordered_events_show(path: Path) -> None:
    edit(
        path,
        "UPDATE events SET n = 99 WHERE stream = 'release/b' AND n = 2",
        "UPDATE events SET n = 2 WHERE stream = 'release/b' AND n = 3",
        "UPDATE events SET n = 3 WHERE stream = 'release/b' AND n = 99",
    )
    assert [d[:2] for d in found(path)] == [("release/b", 2), ("release/b", 3), ("release/b", 4)]


def test_a_number_before_the_first_shows(path: Path) -> None:
    edit(path, "UPDATE events SET n = 0 WHERE stream = 'release/b' AND n = 1")
    first, second = found(path)
    assert first[:2] == ("release/b", 0) and "out of order: 1 was expected" in first[2]
    assert second[:2] == ("release/b", 2) and "event 1 is missing" in second[2]


def test_an_end_cut_off_shows_against_the_head(path: Path) -> None:
    edit(path, "DELETE FROM events WHERE stream = 'release/b' AND n > 3")
    only(path, "release/b", 4, "cut off: events 4 to 5 are missing")


def test_an_end_cut_off_with_its_head_shows_against_an_anchor(path: Path) -> None:
    before = anchors(path)
    edit(
        path,
        "DELETE FROM events WHERE stream = 'release/b' AND n > 3",
        """UPDATE heads SET (n, hash, at, type) = (SELECT n, hash, at, type FROM events
        WHERE stream = 'release/b' AND n = 3) WHERE stream = 'release/b'""",
    )
    assert found(path) == []
    only(path, "release/b", 4, "cut off: an anchor names event 5, the last one is 3", before)


def test_a_stream_removed_shows_against_its_head_or_an_anchor(path: Path) -> None:
    before = anchors(path)
    edit(path, "DELETE FROM events WHERE stream = 'release/b'")
    only(path, "release/b", 5, "only its head is left")
    edit(path, "DELETE FROM heads WHERE stream = 'release/b'")
    assert found(path) == []
    only(path, "release/b", 5, "all events are missing: an anchor", before)


def rewrite(path: Path, change: str) -> None:
    """Change event 3 of release/b, and every hash that follows from it."""
    edit(path, f"UPDATE events SET {change} WHERE stream = 'release/b' AND n = 3")
    with closing(sqlite3.connect(path)) as raw:
        previous = ""
        for n, v, at, actor, type, text in raw.execute(
            "SELECT n, v, at, actor, type, text FROM events WHERE stream = 'release/b' ORDER BY n"
        ).fetchall():
            fields = (actor.encode(), type.encode(), text.encode())
            hash = link(previous.encode(), b"release/b", n, v, at, *fields)
            raw.execute(
                "UPDATE events SET previous_hash = ?, hash = ? WHERE stream = 'release/b' AND n = ?",
                (previous, hash, n),
            )
            previous = hash
        raw.execute("UPDATE heads SET hash = ? WHERE stream = 'release/b'", (previous,))
        raw.commit()


def test_a_rewritten_stream_shows_against_an_anchor(path: Path) -> None:
    before = anchors(path)
    rewrite(path, "text = replace(text, 'note 2', 'note 9')")
    assert found(path) == []
    only(path, "release/b", 5, "not that of the anchor: the stream was rewritten", before)


def test_time_that_runs_backwards_shows(path: Path) -> None:
    rewrite(path, "at = 3.0")
    only(path, "release/b", 3, "^it is earlier than the event before it$")


@pytest.mark.parametrize(
    ("lie", "message"),
    [
        ("n = 4", r"the head \(event 4\) is not the newest event \(5\)"),
        ("n = 7", "events 6 to 7 are missing"),
        ("hash = 'x'", "is not the newest"),
        ("at = 1", "is not the newest"),
        ("type = 'closed'", "is not the newest"),
    ],
)
def test_a_head_that_lies_shows(path: Path, lie: str, message: str) -> None:
    edit(path, f"UPDATE heads SET {lie} WHERE stream = 'release/b'")
    only(path, "release/b", 6 if "n = 7" in lie else 5, message)


def test_a_missing_head_shows(path: Path) -> None:
    edit(path, "DELETE FROM heads WHERE stream = 'release/b'")
    only(path, "release/b", 5, "no head")


@pytest.mark.parametrize(("lie", "after"), [("n = 4", 4), ("n = 7", 7), ("hash = 'x'", 5)])
def test_nothing_is_appended_upon_a_head_that_lies(path: Path, lie: str, after: int) -> None:
    edit(path, f"UPDATE heads SET {lie} WHERE stream = 'release/b'")
    with closing(open_journal(str(path))) as journal, pytest.raises(PermanentError, match="journal verify"):
        journal.append([Write("release/b", after, (Noted("x"),))], ANN, Instant(1))


def test_nothing_is_appended_where_the_head_is_gone(path: Path) -> None:
    edit(path, "DELETE FROM heads WHERE stream = 'release/b'")
    with closing(open_journal(str(path))) as journal, pytest.raises(PermanentError, match="journal verify"):
        journal.append([Write("release/b", 0, (Noted("x"),))], ANN, Instant(1))


@pytest.mark.parametrize("statement", ["UPDATE events SET text = ''", "DELETE FROM events"])
def test_the_database_itself_refuses_to_change_events(path: Path, statement: str) -> None:
    with closing(sqlite3.connect(path)) as raw, pytest.raises(sqlite3.IntegrityError, match="never"):
        raw.execute(statement)


def test_a_changed_blob_is_not_handed_out(path: Path) -> None:
    with closing(open_journal(str(path))) as journal:
        hash = journal.put_blob(b"a raw answer")
        edit(path, "UPDATE blobs SET content = x'00'")
        with pytest.raises(PermanentError, match="was changed"):
            journal.blob(hash)


def test_an_erased_blob_leaves_nothing_in_the_files_and_the_chain_whole(path: Path) -> None:
    secret = b"jane.doe@example.org " * 500
    with closing(open_journal(str(path))) as journal:
        hash = journal.put_blob(secret)
        assert any(secret[:21] in file.read_bytes() for file in path.parent.iterdir())
        journal.erase_blob(hash)
        assert not any(secret[:21] in file.read_bytes() for file in path.parent.iterdir())
        assert journal.verify() == []


def test_pages_destroyed_on_the_disk_show_and_nothing_breaks(path: Path) -> None:
    with closing(open_journal(str(path))) as journal:
        fill(journal, "release/long", 300)
    content = bytearray(path.read_bytes())
    for page in range(len(content) // 4096 // 2, len(content) // 4096):
        content[page * 4096 : page * 4096 + 4096] = b"\xa5" * 4096
    path.write_bytes(content)
    damage = found(path)
    assert damage and any("the file" in message for _, _, message in damage)


def test_a_page_destroyed_beside_the_events_shows(path: Path) -> None:
    with closing(sqlite3.connect(path)) as raw:
        (page,) = raw.execute("SELECT rootpage FROM sqlite_master WHERE name = 'blobs'").fetchone()
    content = bytearray(path.read_bytes())
    content[(page - 1) * 4096 : page * 4096] = b"\xa5" * 4096
    path.write_bytes(content)
    only(path, "", 0, "the file")
    edit(path, "DELETE FROM events WHERE stream = 'release/b' AND n = 3")
    assert [(s, n) for s, n, _ in found(path)] == [("", 0), ("release/b", 4)]


def test_anchors_that_are_none_are_all_refused_at_once(path: Path) -> None:
    with pytest.raises(InputError) as refused:
        found(path, {"release/a": "5", "release/b": anchors(path)["release/b"], "release/c": "x:" + "0" * 64})
    assert [p.where for p in refused.value.problems] == ["release/a", "release/c"]


def test_a_long_verification_keeps_no_append_waiting(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with closing(open_journal(str(path))) as journal, ThreadPoolExecutor(1) as other:

        def slow(connection: sqlite3.Connection, anchors: dict[str, str]) -> list[Damage]:
            assert connection.execute("SELECT count(*) FROM events").fetchone()[0] == 20
            other.submit(fill, journal, "release/d", 1).result(timeout=20)
            assert connection.execute("SELECT count(*) FROM events").fetchone()[0] == 20
            return []

        monkeypatch.setattr(verifying, "verify", slow)
        assert journal.verify() == [] and len(journal.read("release/d")) == 1


@pytest.fixture
def long_stream() -> Iterator[Journal]:
    with closing(memory_journal()) as journal:
        journal.append([Write("s", 0, tuple(Noted("x" * 500) for _ in range(8000)))], ANN, Instant(1))
        yield journal


def test_verification_does_not_load_the_journal(long_stream: Journal) -> None:
    tracemalloc.start()
    try:
        assert long_stream.verify() == []
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 8000 * 500 / 20
