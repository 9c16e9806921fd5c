from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from shop_process import Running, run_shop, until

from gonogo.demo.artifact import write_artifact
from gonogo.model.errors import InputError

Start = Callable[..., Running]


def connect(service: Running) -> socket.socket:
    return socket.create_connection(("127.0.0.1", service.port), timeout=5)


def read_all(client: socket.socket) -> bytes:
    return b"".join(iter(lambda: client.recv(65536), b""))


def test_the_page_shows_products_and_the_version(shop: Start) -> None:
    answer = shop("2.3.0").ask("/", Cookie="other=1; cart=assam:2.cup:1.nothing:4.pot:1000")
    assert answer.status == 200
    assert answer.headers["X-Version"] == "2.3.0"
    assert "version 2.3.0" in answer.text
    assert "Roasted oolong" in answer.text
    assert '<b id="count">3</b>' in answer.text


def test_every_page_tells_the_version(shop: Start) -> None:
    service = shop("7")
    for path in ("/", "/api/products", "/api/cart", "/health", "/version", "/nowhere"):
        assert service.ask(path).headers["X-Version"] == "7"
    assert service.ask("/version").text == "7\n"


def test_a_cart_lives_in_its_cookie_and_can_be_checked_out(plain: Running) -> None:
    added = plain.ask("/api/cart", "POST", '{"sku": "sencha", "quantity": 2}', Cookie="cart=cup:1.sencha:98")
    assert json.loads(added.text)["count"] == 100
    added = plain.ask("/api/cart", "POST", '{"sku": "cup"}', Cookie="cart=sencha:2")
    assert added.status == 200
    cookie = added.headers["Set-Cookie"].partition(";")[0]
    cart = json.loads(plain.ask("/api/cart", Cookie=cookie).text)
    assert (cart["count"], cart["total"]) == (3, "50.80")
    order = plain.ask("/api/checkout", "POST", "{}", Cookie=cookie)
    assert json.loads(order.text)["total"] == "50.80"
    assert order.headers["Set-Cookie"].startswith("cart=;")
    assert plain.ask("/api/checkout", "POST", "{}").status == 409


@pytest.mark.parametrize(
    "body",
    [
        "",
        "[]",
        "7",
        "{}",
        '{"sku": 3}',
        '{"sku": "nothing"}',
        '{"sku": "cup", "quantity": 0}',
        "[" * 60_000,
        '{"sku": "cup", "quantity": true}',
        '{"sku": "cup", "quantity": 1e9}',
    ],
)
def test_a_wish_that_makes_no_sense_is_refused(plain: Running, body: str) -> None:
    answer = plain.ask("/api/cart", "POST", body)
    assert answer.status == 400
    assert "error" in json.loads(answer.text)


def test_what_is_echoed_is_escaped(plain: Running) -> None:
    answer = plain.ask("/<script>alert(1)</script>")
    assert answer.status == 404
    assert "&lt;script&gt;" in answer.text
    assert "<script>" not in answer.text


def test_a_method_that_a_page_does_not_take(plain: Running) -> None:
    answer = plain.ask("/api/checkout", "DELETE")
    assert (answer.status, answer.headers["Allow"]) == (405, "POST")


def test_the_error_rate_is_met_and_spares_health(shop: Start) -> None:
    service = shop("3", error_rate=0.2)
    with connect(service) as client:
        client.sendall(b"GET /api/products HTTP/1.1\r\n\r\n" * 999 + b"GET /version HTTP/1.0\r\n\r\n")
        answers = read_all(client)
    assert answers.count(b"X-Version: 3\r\n") == 1000
    assert 140 < answers.count(b"HTTP/1.1 500 ") < 260
    assert {service.ask("/health").status for _ in range(20)} == {200}


def test_the_error_rate_rises_after_the_first_page(shop: Start) -> None:
    service = shop(fails_after={"seconds": 0.3, "error_rate": 1.0})
    begun = time.monotonic()
    assert service.ask("/").status == 200
    until(lambda: service.ask("/").status == 500)
    assert time.monotonic() - begun >= 0.3


def test_slow_answers_hold_up_nobody_else(shop: Start) -> None:
    service = shop(slow_rate=1.0, slow_ms=300)
    with connect(service) as client:
        begun = time.monotonic()
        client.sendall(b"GET /version HTTP/1.0\r\n\r\n")
        assert service.ask("/health").status == 200
        assert time.monotonic() - begun < 0.3
        assert b"200 OK" in read_all(client)
        assert time.monotonic() - begun >= 0.29


def test_before_it_is_ready_it_serves_nobody(shop: Start) -> None:
    service = shop(start_delay=0.4)
    assert service.ask("/health").status == 503
    assert service.ask("/").status == 503
    until(lambda: service.ask("/health").status == 200)
    assert service.ask("/").status == 200


def test_one_that_never_gets_ready(shop: Start) -> None:
    service = shop(never_ready=True)
    assert (service.ask("/health").status, service.ask("/").status) == (503, 503)


def test_it_exits_at_start_with_the_code_it_is_told(tmp_path: Path) -> None:
    process = run_shop(write_artifact(tmp_path / "a", "1", exit_at_start=3), "--port", "0")
    _, errors = process.communicate(timeout=5)
    assert (process.returncode, "exits at start" in errors) == (3, True)


def test_a_flag_overrides_the_file(tmp_path: Path) -> None:
    process = run_shop(write_artifact(tmp_path / "a", "1"), "--port", "0", "--set", "exit_at_start=4")
    process.communicate(timeout=5)
    assert process.returncode == 4


def test_a_port_in_use_and_a_wrong_setting_are_said(shop: Start, tmp_path: Path) -> None:
    directory = write_artifact(tmp_path / "a", "1")
    process = run_shop(directory, "--port", str(shop().port))
    _, errors = process.communicate(timeout=5)
    assert (process.returncode, "can't listen on port" in errors) == (1, True)
    process = run_shop(directory, "--port", "0", "--set", "eror_rate=1")
    _, errors = process.communicate(timeout=5)
    assert (process.returncode, "unknown setting 'eror_rate'" in errors) == (2, True)


def test_requests_sent_ahead_are_answered_in_order(shop: Start) -> None:
    with connect(shop("1", slow_rate=0.5, slow_ms=20)) as client:
        body = b'{"sku": "cup"}'
        post = b"POST /api/cart HTTP/1.1\r\nContent-Length: %d\r\n\r\n" % len(body) + body
        client.sendall(b"GET /version HTTP/1.1\r\n\r\n" + post + b"HEAD / HTTP/1.1\r\n\r\nGET /no HTTP/1.0\r\n\r\n")
        answers = read_all(client).split(b"HTTP/1.1 ")[1:]
    assert [a[:3] for a in answers] == [b"200", b"200", b"200", b"404"]
    assert [a.partition(b"\r\n\r\n")[2][:9] for a in answers] == [b"1\n", b'{"items":', b"", b"<!doctype"]


@pytest.mark.parametrize(
    ("raw", "status"),
    [
        (b"nonsense\r\n\r\n", 400),
        (b"GET / HTTP/2\r\n\r\n", 400),
        (b"GET http://elsewhere/ HTTP/1.1\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nno colon\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nContent-Length : 3\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nContent-Length: -1\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n", 501),
        (b"POST / HTTP/1.1\r\nContent-Length: 65537\r\n\r\n", 413),
        (b"GET / HTTP/1.1\r\nX: " + b"x" * 17_000, 431),
    ],
)
def test_what_is_not_a_request_is_refused_and_the_connection_closed(plain: Running, raw: bytes, status: int) -> None:
    with connect(plain) as client:
        client.sendall(raw)
        answer = read_all(client)
    assert answer.startswith(b"HTTP/1.1 %d " % status)
    assert b"\r\nConnection: close\r\n" in answer


def test_a_request_may_arrive_byte_by_byte(plain: Running) -> None:
    with connect(plain) as client:
        for byte in b"POST /api/cart HTTP/1.0\r\nContent-Length: 14\r\n\r\n" + b'{"sku": "cup"}':
            client.sendall(bytes([byte]))
        assert read_all(client).startswith(b"HTTP/1.1 200 ")


def test_on_sigterm_it_finishes_and_leaves(shop: Start) -> None:
    service = shop(slow_rate=1.0, slow_ms=700)
    with connect(service) as busy, connect(service) as idle, connect(service) as late:
        for client in (idle, late):
            client.sendall(b"GET /health HTTP/1.1\r\n\r\n")
            assert client.recv(4096).startswith(b"HTTP/1.1 200 ")
        busy.sendall(b"GET / HTTP/1.1\r\n\r\n")
        until(lambda: service.ask("/health").status == 200)
        service.process.send_signal(signal.SIGTERM)
        until(lambda: service.ask("/health").status == 503)
        late.sendall(b"GET /health HTTP/1.1\r\n\r\n")
        assert b"\r\nConnection: close\r\n" in read_all(late)
        assert read_all(idle) == b""
        assert service.process.poll() is None
        answer = read_all(busy)
    assert answer.startswith(b"HTTP/1.1 200 ")
    assert b"\r\nConnection: close\r\n" in answer
    assert b"Leaf &amp; Kettle" in answer
    assert service.process.wait(timeout=5) == 0


def test_an_artifact_is_the_same_for_the_same_words(tmp_path: Path) -> None:
    first = write_artifact(tmp_path / "a", "1", error_rate=0.1, seed=4)
    second = write_artifact(tmp_path / "b", "1", seed=4, error_rate=0.1)
    assert {p.name: p.read_bytes() for p in first.iterdir()} == {p.name: p.read_bytes() for p in second.iterdir()}


def test_an_artifact_with_mistakes_is_not_made(tmp_path: Path) -> None:
    faults: dict[str, Any] = {"error_rate": 5, "slow_ms": True, "eror": 1, "exit_at_start": -1}
    faults["fails_after"] = {"seconds": 1}
    with pytest.raises(InputError) as error:
        write_artifact(tmp_path / "a", "1\r\nSet-Cookie: x=1", **faults)
    assert len(error.value.problems) == 6
    assert not (tmp_path / "a").exists()


def test_an_artifact_made_by_the_command(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "gonogo.demo.artifact", str(tmp_path / "a"), "--version", "2"]
    assert subprocess.run([*command, "--set", "error_rate=0.5"], capture_output=True, check=True).stderr == b""
    write_artifact(tmp_path / "b", "2", error_rate=0.5)
    for name in ("shop.py", "shop.json"):
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()
    for wrong in ("eror=1", "error_rate", "error_rate=2"):
        assert subprocess.run([*command, "--set", wrong], capture_output=True).returncode == 2
