"""Read a JUnit XML report: how many tests, and which of them failed. Hostile files are refused."""

from __future__ import annotations

from datetime import UTC, datetime
from xml.parsers import expat

import msgspec

from gonogo.checks.files import Unreadable
from gonogo.checks.wording import shorten
from gonogo.model.units import Instant

LARGEST = 32 << 20
_DEEPEST = 50
_FAILURES_SHOWN = 20
_WEST_MOST = 12 * 3600
"""A time without a zone is at most this much later in UTC."""


class FailedTest(msgspec.Struct, frozen=True):
    name: str
    message: str
    where: str = ""
    """`file:line`, where the report says so."""


class Report(msgspec.Struct, frozen=True):
    path: str
    tests: int
    bad: int
    """Tests with a failure or an error, or what the suites declare if that is more."""
    skipped: int
    failed: tuple[FailedTest, ...] = ()
    """The first few of them."""
    written_at: Instant = Instant(0)
    """When the tests ran at the latest: the file's time, or the report's own if that is earlier."""


def read_report(content: bytes, path: str, modified_at: Instant) -> Report:
    """Raises Unreadable."""
    if len(content) > LARGEST:
        raise Unreadable(f"larger than {LARGEST >> 20} MiB")
    reading = _Reading()
    parser = expat.ParserCreate()
    parser.StartElementHandler = reading.start
    parser.EndElementHandler = reading.end
    parser.StartDoctypeDeclHandler = reading.doctype
    parser.buffer_text = True
    try:
        parser.Parse(content, True)
    except expat.ExpatError as error:
        raise Unreadable(f"not XML: {error}") from None
    if reading.root not in ("testsuites", "testsuite"):
        raise Unreadable(f"not a JUnit report: its root is {shorten(reading.root, 40)!r}")
    ran_at = min([modified_at, *reading.times])
    bad = max(reading.bad, reading.declared)
    return Report(path, reading.tests, bad, reading.skipped, tuple(reading.failed), Instant(ran_at))


class _Reading:
    """Counts while the parser goes through the elements."""

    def __init__(self) -> None:
        self.root = ""
        self.path: list[str] = []
        self.tests = self.bad = self.skipped = self.declared = 0
        self.failed: list[FailedTest] = []
        self.times: list[float] = []
        self.case: dict[str, str] = {}
        self.outcome = ""

    def doctype(self, *about: object) -> None:
        raise Unreadable("it declares a document type, which no test report needs")

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        parent = self.path[-1] if self.path else ""
        self.root = self.root or tag
        self.path.append(tag)
        if len(self.path) > _DEEPEST:
            raise Unreadable(f"nested deeper than {_DEEPEST} elements")
        if tag == "testsuite":
            if self.path.count("testsuite") == 1:
                self.declared += sum(_number(attributes.get(name, "")) for name in ("failures", "errors"))
            if (at := _latest(attributes.get("timestamp", ""))) is not None:
                self.times.append(at)
        elif tag == "testcase":
            self.case, self.outcome = attributes, ""
        elif tag in ("failure", "error") and parent in ("testcase", "testsuite"):
            self._bad(attributes, in_case=parent == "testcase")
        elif tag == "skipped" and parent == "testcase":
            self.outcome = self.outcome or "skipped"

    def end(self, tag: str) -> None:
        self.path.pop()
        if tag == "testcase":
            self.tests += 1
            self.bad += self.outcome == "bad"
            self.skipped += self.outcome == "skipped"

    def _bad(self, attributes: dict[str, str], *, in_case: bool) -> None:
        again = in_case and self.outcome == "bad"
        if not in_case:
            self.bad += 1
        else:
            self.outcome = "bad"
        if again or len(self.failed) >= _FAILURES_SHOWN:
            return
        case = self.case if in_case else {"name": "the suite itself"}
        name = ".".join(part for part in (case.get("classname", ""), case.get("name", "")) if part)
        where = ":".join(part for part in (case.get("file", ""), case.get("line", "")) if part)
        self.failed.append(FailedTest(shorten(name), shorten(attributes.get("message", "")), shorten(where)))


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def _latest(text: str) -> float | None:
    """The latest moment a report's `timestamp` can mean; None where it can't be read."""
    try:
        at = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    if at.tzinfo is not None:
        return at.timestamp()
    return at.replace(tzinfo=UTC).timestamp() + _WEST_MOST
