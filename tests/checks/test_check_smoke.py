"""Requests to a real server on the loopback."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from check_context import context

from gonogo.checks.smoke import SMOKE_REQUESTS, Responses, SmokeRequests
from gonogo.model.items import CheckResult, Outcome
from gonogo.model.settings import Smoke
from gonogo.model.units import Duration


class Shop(BaseHTTPRequestHandler):
    """`/` is a page, `/flaky` fails once, `/huge` never ends, `/hang` never begins, `/cut` breaks off."""

    asked: list[str]
    done: threading.Event

    def do_GET(self) -> None:
        type(self).asked.append(self.path)
        if self.path == "/hang":
            self.done.wait(30)
            return
        if self.path == "/cut":
            self.send_response(200)
            self.send_header("Content-Length", "1000")
            self.end_headers()
            self.wfile.write(b"begun")
            return
        failing = self.path == "/flaky" and self.asked.count("/flaky") == 1
        self.send_response({"/old": 301, "/gone": 404}.get(self.path, 503 if failing else 200))
        self.send_header("Location", "/")
        self.end_headers()
        if self.path == "/huge":
            self._endless()
        elif self.path != "/gone":
            self.wfile.write("<h1>Größte Auswahl</h1>".encode())

    def _endless(self) -> None:
        try:
            while not self.done.is_set():
                self.wfile.write(b"x" * 65536)
        except OSError:
            return

    def log_message(self, format: str, *args: object) -> None:
        pass


@contextmanager
def serving() -> Iterator[tuple[int, list[str]]]:
    handler = type("OneShop", (Shop,), {"asked": [], "done": threading.Event()})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server.server_address[1], handler.asked  # type: ignore[attr-defined]
    finally:
        handler.done.set()  # type: ignore[attr-defined]
        server.shutdown()
        server.server_close()
        thread.join()


def look(port: int, *requests: Smoke, attempts: int = 1, timeout: float = 5) -> tuple[Responses, CheckResult]:
    params = SmokeRequests(requests, Duration(timeout), attempts)
    ctx = context(listen=port)
    raw = asyncio.run(SMOKE_REQUESTS.collect(ctx, params))
    return raw, SMOKE_REQUESTS.evaluate(SMOKE_REQUESTS.memory(), raw, params, ctx.now)[1]


def test_answered_as_expected() -> None:
    with serving() as (port, asked):
        _, result = look(port, Smoke("/", contains="Größte"), Smoke("/old", 301), Smoke("/gone", 404))
    assert (result.outcome, result.summary) == (Outcome.PASS, "3 requests answered as expected")
    assert asked == ["/", "/old", "/gone"]


def test_what_was_wrong() -> None:
    with serving() as (port, _):
        _, result = look(port, Smoke("/gone"), Smoke("/", contains="Kleinste"), Smoke("/"))
    assert result.outcome is Outcome.FAIL
    assert result.summary == "2 of 3 requests answered wrongly: GET /gone: status 404"
    gone, page = result.findings
    assert (gone.found, gone.expected, gone.where) == ("status 404", "status 200", f"http://127.0.0.1:{port}/gone")
    assert page.found == "status 200, a body without it: <h1>Größte Auswahl</h1>"
    assert page.expected == "status 200, a body with 'Kleinste'"


def test_a_second_attempt() -> None:
    with serving() as (port, asked):
        assert look(port, Smoke("/flaky"), attempts=2)[1].outcome is Outcome.PASS
    assert asked == ["/flaky", "/flaky"]


def test_only_the_first_mebibyte_is_read() -> None:
    with serving() as (port, _):
        _, result = look(port, Smoke("/huge", contains="y"))
    assert result.outcome is Outcome.FAIL
    assert len(result.findings[0].found) < 200


@pytest.mark.parametrize(
    ("path", "found"), [("/hang", "no answer within 300ms"), ("/cut", "the answer broke off: RemoteProtocolError")]
)
def test_no_whole_answer(path: str, found: str) -> None:
    with serving() as (port, _):
        _, result = look(port, Smoke(path), timeout=0.3 if path == "/hang" else 5)
    assert (result.outcome, result.findings[0].found) == (Outcome.FAIL, found)


def test_nobody_there_is_unavailable() -> None:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        port = held.getsockname()[1]
        raw, result = look(port, Smoke("/"), attempts=2)
    assert result.outcome is Outcome.UNAVAILABLE
    assert result.summary == f"http://127.0.0.1:{port} can't be reached: nobody accepts connections"
    assert raw.said[0].reached is False


def test_a_proxy_in_the_environment_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    with serving() as (port, _):
        assert look(port, Smoke("/"))[1].outcome is Outcome.PASS
