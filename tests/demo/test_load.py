from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from shop_process import Running, until

from gonogo.demo.client import Unreadable, read_head
from gonogo.demo.generator import Generator
from gonogo.demo.load import Bounds, Load, LoadSummary, answers, summary
from gonogo.demo.record import Record
from gonogo.model.errors import InputError, TemporaryError
from gonogo.model.units import Instant

Start = Callable[..., Running]
Peer = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[object]]

OK = b"HTTP/1.1 200 OK\r\nX-Version: 1\r\nContent-Length: 2\r\n\r\nok"


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def line(port: int, record: Path, *, seconds: int = 10, count: int = 20) -> list[str]:
    start = [sys.executable, "-m", "gonogo.demo.load", "--port", str(port), "--rate", "200"]
    return [*start, "--seconds", str(seconds), "--count", str(count), "--record", str(record)]


def running(pid: int) -> bool:
    """A process that ended is not running, though its parent may not have been told yet."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in ("Z", "X")
    except OSError:
        return False


def run_against(
    peer: Peer | None, record: Path, *, count: int = 3, rate: float = 100, timeout: float = 5
) -> LoadSummary:
    """A load in this process on a peer that behaves as told; None is nobody."""
    peers: set[asyncio.Task[object]] = set()

    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task and peer
        peers.add(task)
        with contextlib.suppress(OSError):
            await peer(reader, writer)
        writer.close()

    async def scene() -> None:
        server = await asyncio.start_server(accept, "127.0.0.1", 0) if peer else None
        port = server.sockets[0].getsockname()[1] if server else free_port()
        generator = Generator(Bounds(port, rate, 20, count, timeout=timeout), Record(record))
        generator.start()
        await generator.run()
        if server:
            server.close()
            await asyncio.gather(*peers)

    asyncio.run(scene())
    return summary(record)


def says(answer: bytes, *, close: bool = True) -> Peer:
    async def peer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while await reader.read(4096):
            writer.write(answer)
            if close:
                break

    return peer


async def resets(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read(4096)
    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")


async def is_silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while await reader.read(4096):
        pass


# --- what becomes of requests --------------------------------------------------------------------------------------


def test_every_request_to_a_healthy_service_is_answered(plain: Running, tmp_path: Path) -> None:
    bounds = Bounds(plain.port, rate=400, seconds=20, count=400)
    with Load(bounds, tmp_path / "record") as load:
        load.start()
        until(lambda: load.summary().ended)
        counted = load.summary()
    assert (counted.sent, counted.ok, counted.bad, counted.lost, counted.unfinished) == (400, 400, {}, 0, 0)
    assert counted.ended == "all 400 requests are sent"
    assert counted.versions == {"1": 400}
    assert sum(s.ok for s in counted.by_second) == 400
    assert 0 < counted.p50 <= counted.p99 < 5
    kinds = Counter(a.request for a in answers(load.record))
    assert set(kinds) == {"GET /", "GET /api/products", "POST /api/cart", "POST /api/checkout"}
    assert kinds["GET /"] > kinds["POST /api/checkout"]


def test_it_keeps_to_its_rate(plain: Running, tmp_path: Path) -> None:
    with Load(Bounds(plain.port, rate=200, seconds=20, count=10_000), tmp_path / "record") as load:
        load.start()
        until(lambda: load.summary().sending >= 2)
        counted = load.summary()
    due = 200 * counted.sending
    assert due * 0.97 <= counted.sent + counted.skipped <= due * 1.03 + 1


def test_errors_of_a_version_are_bad_and_not_lost(shop: Start, tmp_path: Path) -> None:
    with Load(Bounds(shop("2", error_rate=0.3).port, 500, 20, 300), tmp_path / "record") as load:
        load.start()
        until(lambda: load.summary().ended)
        counted = load.summary()
    assert counted.lost == 0
    assert 50 < counted.bad["2"] < 140
    assert counted.ok + counted.bad["2"] == 300
    assert sum(s.bad for s in counted.by_second) == counted.bad["2"]
    assert counted.versions == {"2": 300}


LOSSES = [
    (None, "no connection: Connection refused"),
    (says(b""), "connection closed before the answer"),
    (resets, "connection failed ([Errno 104] Connection reset by peer) before the answer"),
    (says(OK[:-1]), "connection closed inside the answer"),
    (says(OK[:30]), "connection closed inside the answer"),
    (says(b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n"), "503 from no version"),
    (says(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"), "404 from no version"),
    (says(b"SSH-2.0-OpenSSH\r\n\r\n"), "the answer begins with b'SSH-2.0-OpenSSH'"),
    (says(b"HTTP/1.1 200 OK\r\nX-Version: 1\r\nContent-Length: x\r\n\r\n"), "the answer has a Content-Length of b'x'"),
    (says(b"HTTP/1.1 200 OK\r\nX-Version: 1\r\nContent-Length: 99999999\r\n\r\n"), "the answer is longer than"),
    (says(b"a" * 2_000_000), "the answer's head is longer than"),
]


@pytest.mark.parametrize(("peer", "why"), LOSSES, ids=[why for _, why in LOSSES])
def test_what_counts_as_lost(peer: Peer | None, why: str, tmp_path: Path) -> None:
    counted = run_against(peer, tmp_path / "record")
    assert (counted.sent, counted.ok, counted.bad, counted.lost, counted.retried) == (3, 0, {}, 3, 0)
    assert all(a.why.startswith(why) for a in counted.lost_details), counted.lost_details


def test_no_whole_answer_in_time_is_lost(tmp_path: Path) -> None:
    counted = run_against(is_silent, tmp_path / "record", timeout=0.2)
    assert [a.why for a in counted.lost_details] == ["no whole answer in 0.2 s"] * 3
    assert all(0.2 <= a.seconds < 2 for a in counted.lost_details)


def test_an_error_with_a_version_is_that_versions(tmp_path: Path) -> None:
    peer = says(b"HTTP/1.1 503 Service Unavailable\r\nx-version: 4\r\nContent-Length: 0\r\n\r\n", close=False)
    counted = run_against(peer, tmp_path / "record")
    assert (counted.bad, counted.lost) == ({"4": 3}, 0)


def test_a_get_on_a_connection_closed_meanwhile_is_repeated_once_and_a_post_never(tmp_path: Path) -> None:
    async def answers_once(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(4096)
        writer.write(OK)
        await reader.read(4096)

    counted = run_against(answers_once, tmp_path / "record", count=100, rate=200)
    ended = answers(tmp_path / "record")
    assert counted.retried > 10
    assert counted.lost > 3
    assert {a.request for a in counted.lost_details} <= {"POST /api/cart", "POST /api/checkout"}
    assert not any(a.retried for a in ended if a.request.startswith("POST"))
    assert counted.ok + counted.lost == 100


def test_an_answer_without_length_ends_with_its_connection(tmp_path: Path) -> None:
    counted = run_against(says(b"HTTP/1.0 200 OK\r\nX-Version: 1\r\n\r\nhello"), tmp_path / "record")
    assert (counted.ok, counted.lost) == (3, 0)


def test_a_connection_that_says_more_than_it_was_asked_is_not_used_again(tmp_path: Path) -> None:
    connections = 0

    async def talks_too_much(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal connections
        connections += 1
        while await reader.read(4096):
            writer.write(OK + OK)

    counted = run_against(talks_too_much, tmp_path / "record", count=5)
    assert (counted.sent, counted.ok, counted.lost, connections) == (5, 5, 0, 5)


def test_a_summary_of_some_time_counts_what_ended_in_it(tmp_path: Path) -> None:
    run_against(says(OK, close=False), tmp_path / "record", count=20)
    ends = sorted(a.at for a in answers(tmp_path / "record"))
    some = summary(tmp_path / "record", since=ends[5], until=ends[12])
    assert (some.sent, some.ok, some.unfinished) == (7, 7, 0)
    assert summary(tmp_path / "record", since=ends[5]).ok == 15


def test_a_load_that_was_held_up_skips_instead_of_bursting(tmp_path: Path) -> None:
    held_up = False

    async def holds_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal held_up
        while await reader.read(4096):
            if not held_up:
                time.sleep(0.6)  # noqa: ASYNC251  (holds up the load, which runs on this loop)
                held_up = True
            writer.write(OK)

    counted = run_against(holds_up, tmp_path / "record", count=100, rate=200)
    assert counted.skipped >= 50
    assert counted.behind <= 0.3


@pytest.mark.parametrize(
    "head", [b"", b"HTTP/2 200", b"HTTP/1.1 99 no", b"HTTP/1.1 2000 OK", b"HTTP/1.1 200 OK\r\nnone"]
)
def test_heads_that_are_none(head: bytes) -> None:
    with pytest.raises(Unreadable):
        read_head(head)


def test_heads() -> None:
    head = read_head(b"HTTP/1.1 200 OK\r\nX-VERSION:  2.0 \r\ncontent-length: 12\r\nConnection: Close")
    assert (head.status, head.version, head.length, head.keep) == (200, "2.0", 12, False)
    assert read_head(b"HTTP/1.1 204 No Content").length == 0
    assert read_head(b"HTTP/1.0 200 OK\r\nContent-Length: 1\r\nConnection: keep-alive").keep
    assert not read_head(b"HTTP/1.0 200 OK\r\nContent-Length: 1").keep


# --- bounds and steering -------------------------------------------------------------------------------------------


def test_it_goes_to_loopback_only_and_within_bounds() -> None:
    for host in ("10.0.0.1", "0.0.0.0", "localhost", "example.org", "::", ""):
        with pytest.raises(InputError, match="loopback"):
            Bounds(8080, 100, 10, 100, host=host)
    with pytest.raises(InputError) as error:
        Bounds(port=0, rate=1e6, seconds=float("inf"), count=0, host="example.org", timeout=float("nan"))
    assert len(error.value.problems) == 6
    assert Bounds(8080, 100, 10, 100, host="127.3.2.1").host == "127.3.2.1"


def test_it_sends_between_start_and_stop_only(plain: Running, tmp_path: Path) -> None:
    with Load(Bounds(plain.port, 300, 20, 10_000), tmp_path / "record") as load:
        assert load.summary().sent == 0
        os.kill(load.pid, signal.SIGINT)  # as the terminal does to all that run in it
        load.start()
        until(lambda: load.summary().sent >= 50)
        load.stop()
        stopped = load.summary()
        assert stopped.sent == stopped.ok
        load.stop()
        load.start()
        until(lambda: load.summary().sent > stopped.sent)
    counted = summary(load.record)
    assert (counted.ended, counted.unfinished, counted.lost) == ("its orders ended", 0, 0)
    between = summary(load.record, since=counted.by_second[0].at, until=Instant(counted.by_second[-1].at + 1))
    assert (between.sent, between.ok) == (counted.sent, counted.ok)
    with pytest.raises(TemporaryError):
        load.start()


def test_it_ends_when_its_time_is_over(plain: Running, tmp_path: Path) -> None:
    with Load(Bounds(plain.port, 100, 0.3, 10_000), tmp_path / "record") as load:
        until(lambda: load.summary().ended)
    assert (load.summary().ended, load.summary().sent) == ("0.3 s are over", 0)


@pytest.mark.parametrize(
    ("control", "ended"), [(True, {"its orders ended", "its parent is gone"}), (False, {"its parent is gone"})]
)
def test_it_ends_with_its_parent(plain: Running, tmp_path: Path, control: bool, ended: set[str]) -> None:
    record = tmp_path / "record"
    script = (
        "import subprocess, sys; from pathlib import Path; from gonogo.demo.load import Bounds, Load\n"
        f"load = Load(Bounds({plain.port}, 100, 60, 100000), Path({str(record)!r})); load.start()"
        if control
        else f"import subprocess, sys; load = subprocess.Popen({line(plain.port, record, seconds=60, count=10_000)!r})"
    )
    command = [sys.executable, "-c", f"{script}\nprint(load.pid, flush=True); sys.stdin.read()"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout
        pid = int(parent.stdout.readline())
        until(lambda: record.exists() and summary(record).sent > 10)
        assert running(pid)
        parent.kill()
        until(lambda: not running(pid))
    counted = summary(record)
    assert counted.ended in ended
    assert counted.ok > 10
    assert counted.lost == 0


def test_the_record_of_a_killed_load_can_be_read(plain: Running, tmp_path: Path) -> None:
    with Load(Bounds(plain.port, 300, 20, 10_000), tmp_path / "record") as load:
        load.start()
        until(lambda: load.summary().sent > 50)
        os.kill(load.pid, signal.SIGKILL)
    counted = load.summary()
    assert counted.ended == ""
    assert counted.ok > 50


def test_a_record_is_never_written_over(plain: Running, tmp_path: Path) -> None:
    (tmp_path / "record").write_text("")
    with pytest.raises(InputError, match="name a new file"):
        Load(Bounds(plain.port, 100, 5, 10), tmp_path / "record")
    with pytest.raises(InputError, match="ended before it was ready"):
        Load(Bounds(plain.port, 100, 5, 10), tmp_path / "nowhere" / "record")
    with pytest.raises(InputError, match="name a new file"):
        Record(tmp_path / "record")


def test_a_torn_last_line_is_left_out_and_any_other_is_an_error(tmp_path: Path) -> None:
    record = tmp_path / "record"
    run_against(says(OK), record)
    whole = record.read_bytes()
    record.write_bytes(whole[:-5])
    assert (summary(record).ok, summary(record).ended) == (3, "")
    record.write_bytes(b"[1,2]\n" + whole)
    with pytest.raises(InputError, match="record:1: not a line"):
        summary(record)
    with pytest.raises(InputError, match="can't be read"):
        summary(tmp_path / "nowhere")


# --- as a program --------------------------------------------------------------------------------------------------


def command(port: int, record: Path, *more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*line(port, record), *more], capture_output=True, text=True, timeout=15)


def test_the_command_prints_what_came_of_it(plain: Running, tmp_path: Path) -> None:
    done = command(plain.port, tmp_path / "a")
    assert (done.returncode, done.stderr) == (0, "")
    assert "sent 20 " in done.stdout
    assert "lost 0" in done.stdout
    done = command(free_port(), tmp_path / "b")
    assert (done.returncode, "lost 20" in done.stdout) == (1, True)


def test_the_command_refuses_other_hosts(tmp_path: Path) -> None:
    done = command(80, tmp_path / "a", "--host", "example.org")
    assert (done.returncode, done.stdout) == (2, "")
    assert "not a loopback address" in done.stderr
    assert not (tmp_path / "a").exists()
