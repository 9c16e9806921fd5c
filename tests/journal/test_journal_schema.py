from __future__ import annotations

import hashlib
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from gonogo.journal import schema
from gonogo.journal.interface import Write
from gonogo.journal.open import open_journal
from gonogo.model.errors import Held, InputError, PermanentError
from gonogo.model.events import Noted, StageEntered
from gonogo.model.items import Actor
from gonogo.model.units import Instant

VERSION_1 = """
CREATE TABLE journal (id TEXT NOT NULL);
CREATE TABLE events (
    stream TEXT NOT NULL, n INTEGER NOT NULL, v INTEGER NOT NULL, at REAL NOT NULL, actor TEXT NOT NULL,
    type TEXT NOT NULL, text TEXT NOT NULL, previous_hash TEXT NOT NULL, hash TEXT NOT NULL, UNIQUE (stream, n));
CREATE TRIGGER events_stay BEFORE UPDATE ON events BEGIN SELECT RAISE(ABORT, 'events are never changed'); END;
CREATE TRIGGER events_last BEFORE DELETE ON events BEGIN SELECT RAISE(ABORT, 'events are never deleted'); END;
CREATE TABLE heads (stream TEXT PRIMARY KEY, n INTEGER NOT NULL, hash TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE holders (holder TEXT PRIMARY KEY, beat REAL NOT NULL) WITHOUT ROWID;
CREATE TABLE leases (
    target TEXT PRIMARY KEY, fence INTEGER NOT NULL, "release" TEXT, holder TEXT, taken_at REAL) WITHOUT ROWID;
CREATE TABLE blobs (hash TEXT PRIMARY KEY, content BLOB NOT NULL);
PRAGMA application_id = 0x676f6e6f;
PRAGMA user_version = 1;
PRAGMA journal_mode = WAL;
"""
ACTOR = '{"name":"ann","how":"oidc"}'
STORED = [
    ("release/a", 1, "1000.5", "stage_entered", '{"type":"stage_entered","stage":"step-1"}'),
    ("release/a", 2, "1001.0", "noted", '{"type":"noted","reason":"näh","item":""}'),
    ("target/t", 1, "7.0", "noted", '{"type":"noted","reason":"x","item":""}'),
]


def hash_of(*fields: str) -> str:
    return hashlib.sha256(b"".join(b"%d:%s" % (len(f.encode()), f.encode()) for f in fields)).hexdigest()


def make_version_1(path: Path) -> None:
    """A journal as the first schema held it, written without gonogo."""
    with closing(sqlite3.connect(path)) as raw:
        raw.executescript(VERSION_1)
        raw.execute("INSERT INTO journal VALUES ('00112233445566aa')")
        hashes = {"release/a": "", "target/t": ""}
        for stream, n, at, type, text in STORED:
            before = hashes[stream]
            hashes[stream] = hash_of(before, stream, str(n), "1", at, ACTOR, type, text)
            row = (stream, n, 1, float(at), ACTOR, type, text, before, hashes[stream])
            raw.execute("INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", row)
            raw.execute("REPLACE INTO heads VALUES (?, ?, ?)", (stream, n, hashes[stream]))
        raw.execute("INSERT INTO holders VALUES ('bob', strftime('%s', 'now') + 0.0)")
        raw.execute("INSERT INTO leases VALUES ('shop/production', 7, 'a', 'bob', 1000.0)")
        raw.commit()


def user_version(path: Path) -> int:
    with closing(sqlite3.connect(path)) as raw:
        return int(raw.execute("PRAGMA user_version").fetchone()[0])


def test_the_first_schema_is_brought_up_to_date(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    make_version_1(path)
    with closing(open_journal(str(path))) as journal:
        assert journal.id == "00112233445566aa"
        assert [(h.stream, h.n, h.at, h.type) for h in journal.heads()] == [
            ("release/a", 2, 1001.0, "noted"),
            ("target/t", 1, 7.0, "noted"),
        ]
        assert [r.event for r in journal.read("release/a")] == [StageEntered("step-1"), Noted("näh")]
        assert journal.verify() == []
        with pytest.raises(Held, match="bob"):
            journal.take("shop/production", "a", "me")
        assert journal.take("shop/production", "a", "me", force=True).fence == 8
        journal.append([Write("release/a", 2, (Noted("on"),))], Actor("ann"), Instant(1))
        assert journal.verify() == [] and journal.heads()[0].at == 1001.0
    assert user_version(path) == schema.newest() == 2


def test_a_migrated_journal_has_the_tables_of_a_new_one(tmp_path: Path) -> None:
    make_version_1(tmp_path / "old.db")
    tables = []
    for name in ("old.db", "new.db"):
        open_journal(str(tmp_path / name)).close()
        with closing(sqlite3.connect(tmp_path / name)) as raw:
            kinds = raw.execute("SELECT type, name, tbl_name FROM sqlite_master ORDER BY 2").fetchall()
            columns = {name: raw.execute(f"PRAGMA table_xinfo({name})").fetchall() for _, name, _ in kinds}
            tables.append((kinds, columns))
    assert tables[0] == tables[1]


def test_an_old_schema_is_not_migrated_for_a_reader(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    make_version_1(path)
    with pytest.raises(InputError, match="its schema is version 1, and 2 is needed"):
        open_journal(str(path), read_only=True)
    assert user_version(path) == 1


def test_a_newer_schema_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    open_journal(str(path)).close()
    with closing(sqlite3.connect(path)) as raw:
        raw.execute("PRAGMA user_version = 9")
    for read_only in (False, True):
        with pytest.raises(InputError, match="its schema is version 9, and this gonogo knows up to 2") as refused:
            open_journal(str(path), read_only=read_only)
        assert refused.value.problems[0].where == f"journal {path}"
    assert user_version(path) == 9


def test_a_migration_that_fails_leaves_the_old_schema(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "journal.db"
    make_version_1(path)
    with monkeypatch.context() as broken:
        broken.setitem(schema.STEPS, 2, (schema.STEPS[2][0], "UPDATE nowhere SET x = 1"))
        with pytest.raises((InputError, PermanentError), match="nowhere"):
            open_journal(str(path))
    assert user_version(path) == 1
    with closing(open_journal(str(path))) as journal:
        assert journal.verify() == [] and journal.heads()[0].at == 1001.0
