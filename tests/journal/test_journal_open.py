from __future__ import annotations

import sqlite3
import stat
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from gonogo.journal import open as opening
from gonogo.journal import place
from gonogo.journal.interface import Journal, Write
from gonogo.journal.open import locate, memory_journal, open_journal, state_directory
from gonogo.model.errors import InputError, PermanentError
from gonogo.model.events import Noted
from gonogo.model.items import Actor
from gonogo.model.units import Instant

WITHOUT_PRIVILEGES = """
import ctypes, resource, sys
header, none = (ctypes.c_uint32 * 2)(0x20080522, 0), (ctypes.c_uint32 * 6)()
assert ctypes.CDLL(None).capset(header, none) == 0
from gonogo.journal.interface import Write
from gonogo.journal.open import open_journal
from gonogo.model.errors import GonogoError
from gonogo.model.events import Noted
from gonogo.model.items import Actor
try:
"""
TELL = """
except GonogoError as error:
    print(type(error).__name__, error)
"""


def note(journal: Journal, after: int, size: int = 1) -> None:
    journal.append([Write("s", after, (Noted("x" * size),))], Actor("ann"), Instant(1))


def without_privileges(code: str, *args: str) -> str:
    """Run it in a process to which permissions apply, even for root."""
    lines = "".join(f"    {line}\n" for line in code.splitlines())
    script = WITHOUT_PRIVILEGES + lines + TELL
    done = subprocess.run([sys.executable, "-c", script, *args], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def refused(path: Path | str, **how: bool) -> str:
    with pytest.raises(InputError) as error:
        open_journal(str(path), **how)
    return str(error.value)


@pytest.fixture(autouse=True)
def nowhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    for name in ("GONOGO_JOURNAL", "GONOGO_STATE", "XDG_STATE_HOME"):
        monkeypatch.delenv(name, raising=False)


def test_the_nearest_word_on_where_it_lies_wins(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert locate(None) == tmp_path / "home/.local/state/gonogo/journal.db"
    monkeypatch.setenv("XDG_STATE_HOME", "relative")
    assert state_directory() == tmp_path / "home/.local/state/gonogo"
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "xdg"))
    assert locate(None) == tmp_path / "xdg/gonogo/journal.db"
    monkeypatch.setenv("GONOGO_STATE", str(tmp_path / "state"))
    assert locate(None) == tmp_path / "state/journal.db"
    monkeypatch.setenv("GONOGO_JOURNAL", f"sqlite://{tmp_path}/variable.db")
    assert locate(None) == tmp_path / "variable.db"
    assert locate(str(tmp_path / "argument.db")) == tmp_path / "argument.db"
    monkeypatch.chdir(tmp_path)
    assert locate("here.db") == tmp_path / "here.db"
    assert locate("sqlite://:memory:") is locate(":memory:") is None


@pytest.mark.parametrize("url", ["postgresql://ann:s3cret@db/gonogo", "sqlit:///x.db", "://x"])
def test_an_unknown_kind_is_refused_with_what_is_known(url: str) -> None:
    said = refused(url)
    assert "unknown kind of journal" in said and "sqlite:///" in said and "s3cret" not in said


@pytest.mark.parametrize("url", ["", "sqlite://", "a\0b"])
def test_an_empty_path_is_refused(url: str) -> None:
    assert "empty" in refused(url)


def test_file_and_directories_are_for_this_user_only(tmp_path: Path) -> None:
    with closing(open_journal(None)) as journal:
        note(journal, 0)
        path = tmp_path / "home/.local/state/gonogo/journal.db"
        files = list(path.parent.iterdir())
        assert path in files and len(files) == 3
        assert {stat.S_IMODE(f.stat().st_mode) for f in files} == {0o600}
        assert {stat.S_IMODE(p.stat().st_mode) for p in list(path.parents)[:4]} == {0o700}


def test_it_is_written_ahead_and_flushed(tmp_path: Path) -> None:
    with closing(open_journal(str(tmp_path / "j.db"))) as journal:
        asked = [journal._connection.execute(f"PRAGMA {p}").fetchone()[0] for p in ("journal_mode", "synchronous")]  # type: ignore[attr-defined]
    assert asked == ["wal", 2]


def test_two_that_create_it_wait_for_one_another(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, waits = tmp_path / "j.db", []
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")

        def let_go(seconds: float) -> None:
            waits.append(seconds)
            other.rollback()

        monkeypatch.setattr("gonogo.journal.open.time.sleep", let_go)
        open_journal(str(path)).close()
    assert len(waits) == 1


def test_a_path_with_odd_characters_is_taken_as_it_is(tmp_path: Path) -> None:
    for name in ("a b?mode=ro#c%20d.db", "ü:é.db"):
        with closing(open_journal(f"sqlite://{tmp_path}/{name}")) as journal:
            note(journal, 0)
        assert (tmp_path / name).is_file()


def test_readers_need_a_journal_and_write_nothing(tmp_path: Path) -> None:
    path = tmp_path / "j.db"
    assert "there is none yet" in refused(path, read_only=True)
    assert "there is none yet" in refused(tmp_path / "no/j.db", read_only=True)
    assert list(tmp_path.iterdir()) == []
    with closing(open_journal(str(path))) as journal:
        note(journal, 0)
    with closing(open_journal(str(path), read_only=True)) as journal:
        assert len(journal.read("s")) == 1 and journal.verify() == []
        assert journal.lease("t") is None and journal.holders() == {}
        writes: list[Callable[[], object]] = [
            lambda: note(journal, 1),
            lambda: journal.take("t", "r", "me"),
            lambda: journal.beat("me"),
            lambda: journal.put_blob(b"x"),
        ]
        for write in writes:
            with pytest.raises(PermanentError, match="can't be written"):
                write()


@pytest.mark.parametrize("content", [b"\x89PNG" * 4000, b"service: shop\n", b"SQLite format 3\0" + b"\xff" * 9000])
def test_what_is_no_database_is_refused_and_left_alone(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "j.db"
    path.write_bytes(content)
    for read_only in (False, True):
        said = refused(path, read_only=read_only)
        assert said.startswith(f"journal {path}: ") and ("not a SQLite database" in said or "damaged" in said)
    assert path.read_bytes() == content


def test_a_database_of_something_else_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "j.db"
    with closing(sqlite3.connect(path)) as raw:
        raw.execute("CREATE TABLE bookmarks (url)")
    content = path.read_bytes()
    assert "not a journal of gonogo" in refused(path)
    assert path.read_bytes() == content and list(tmp_path.iterdir()) == [path]


def test_a_database_cut_short_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "j.db"
    open_journal(str(path)).close()
    path.write_bytes(path.read_bytes()[:9000])
    for read_only in (False, True):
        assert "damaged" in refused(path, read_only=read_only)


def test_an_empty_file_becomes_a_journal(tmp_path: Path) -> None:
    (tmp_path / "j.db").touch()
    with closing(open_journal(str(tmp_path / "j.db"))) as journal:
        note(journal, 0)


def test_a_directory_in_its_place_is_refused(tmp_path: Path) -> None:
    assert "it is not a file" in refused(tmp_path)
    (tmp_path / "file").touch()
    assert "it can't be created" in refused(tmp_path / "file" / "j.db")
    assert "it can't be created: File name too long" in refused(tmp_path / ("x" * 300))


OPEN = "open_journal(sys.argv[1])"


def test_a_read_only_directory_or_file_is_refused(tmp_path: Path) -> None:
    directory = tmp_path / "state"
    directory.mkdir(mode=0o500)
    path = directory / "j.db"
    assert f"InputError journal {path}: it can't be created: Permission denied" in without_privileges(OPEN, str(path))
    deeper = str(directory / "deeper/j.db")
    assert "it can't be created: Permission denied" in without_privileges(OPEN, deeper)
    directory.chmod(0o700)
    with closing(open_journal(str(path))) as journal:
        note(journal, 0)
    path.chmod(0o400)
    assert f"InputError journal {path}: {path} is read-only" in without_privileges(OPEN, str(path))
    path.chmod(0o600)
    directory.chmod(0o500)
    assert f"{directory} is read-only" in without_privileges(OPEN, str(path))
    read = "print(len(open_journal(sys.argv[1], read_only=True).read('s')))"
    assert without_privileges(read, str(path)) == "1"
    path.chmod(0o000)
    assert "can't be read by this user" in without_privileges(read, str(path))
    directory.chmod(0o000)
    assert "Permission denied" in without_privileges(read, str(path))
    directory.chmod(0o700)


FILL = """resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]),) * 2)
journal = open_journal(sys.argv[1])
for n in range(1000):
    journal.append([Write('s', n, (Noted('x' * 5000),))], Actor('ann'), 1.0)"""


def test_a_disk_that_takes_no_more_keeps_what_was_written(tmp_path: Path) -> None:
    path = tmp_path / "j.db"
    said = without_privileges(FILL, str(path), "500000")
    assert said.startswith(f"PermanentError journal {path}: ") and "nothing was written" in said
    with closing(open_journal(str(path))) as journal:
        n = len(journal.read("s"))
        assert n > 10 and journal.verify() == []
        note(journal, n)
    assert "InputError journal" in without_privileges(FILL, str(tmp_path / "new.db"), "5000")
    with closing(open_journal(str(tmp_path / "new.db"))) as journal:
        note(journal, 0)


def test_a_full_database_takes_nothing_in_halves(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "j.db"
    connect = opening._connect

    def small(path: Path, read_only: bool) -> sqlite3.Connection:
        connection = connect(path, read_only)
        connection.execute("PRAGMA max_page_count = 30")
        return connection

    monkeypatch.setattr(opening, "_connect", small)
    with closing(open_journal(str(path))) as journal:
        note(journal, 0)
        with pytest.raises(PermanentError, match="the disk is full; nothing was written"):
            journal.append([Write("t", 0, tuple(Noted("x" * 9000) for _ in range(20)))], Actor("ann"), Instant(1))
        assert [h.stream for h in journal.heads()] == ["s"] and journal.verify() == []
        note(journal, 1)


def test_a_file_deleted_while_in_use_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "j.db"
    with closing(open_journal(str(path))) as journal:
        note(journal, 0)
        for file in tmp_path.iterdir():
            file.unlink()
        with pytest.raises(PermanentError, match="deleted or replaced"):
            note(journal, 1)
        path.touch()
        with pytest.raises(PermanentError, match="deleted or replaced"):
            journal.beat("me")


MOUNTS = """22 27 0:21 / /proc rw,relatime - proc proc rw
27 1 254:0 / / rw,relatime - ext4 /dev/vda rw
40 27 0:50 / {path} rw - tmpfs tmpfs rw
41 27 0:51 / {path}/share rw,relatime shared:7 master:1 - {kind} server:/export rw,vers=4
42 27 0:52 / {path}/with\\040space rw - fuse.sshfs ann@host: rw
43 27 0:52 / {path}/over rw - nfs host: rw
44 27 0:52 / {path}/over rw - xfs /dev/vdb rw
"""


@pytest.mark.parametrize("kind", ["nfs", "nfs4", "cifs", "smb3", "9p", "fuse.sshfs", "ceph"])
def test_a_network_file_system_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    mounts = tmp_path / "mountinfo"
    mounts.write_text(MOUNTS.format(path=tmp_path, kind=kind))
    monkeypatch.setattr(place, "MOUNTS", mounts)
    for read_only in (False, True):
        assert f"network file system ({kind})" in refused(tmp_path / "share/deep/j.db", read_only=read_only)
    assert "(fuse.sshfs)" in refused(tmp_path / "with space" / "j.db")
    (tmp_path / "link").symlink_to(tmp_path / "share")
    assert f"({kind})" in refused(tmp_path / "link/j.db")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "link"))
    with pytest.raises(InputError, match="network file system"):
        open_journal(None)
    assert not (tmp_path / "share").exists()
    for local in ("j.db", "shared.db", "over/j.db"):
        open_journal(str(tmp_path / local)).close()


def test_this_machines_mounts_are_understood() -> None:
    assert place.filesystem(Path("/proc/self"), place.MOUNTS.read_text()) == "proc"


def test_each_journal_in_memory_is_its_own() -> None:
    with closing(open_journal("sqlite://:memory:")) as one, closing(memory_journal()) as other:
        note(one, 0)
        assert one.id != other.id and other.heads() == []


def test_opening_and_appending_imports_nothing_heavy() -> None:
    code = """
import sys
from gonogo.journal.open import memory_journal
from gonogo.journal.interface import Write
from gonogo.model.events import Noted
from gonogo.model.items import Actor
memory_journal().append([Write('s', 0, (Noted('x'),))], Actor('ann'), 1.0)
print(*{m.partition('.')[0] for m in sys.modules} & {
    'asyncio', 'pydantic', 'numpy', 'jinja2', 'httpx2', 'yaml', 'click', 'socket', 'ssl', 'logging', 'subprocess'})"""
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "\n"
