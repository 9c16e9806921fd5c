"""Real report files, of the dialects that test runners write, and the hostile kind."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import pytest
from check_context import context
from test_check_repository import run_git

from gonogo.checks.files import Unreadable
from gonogo.checks.interface import Unavailable
from gonogo.checks.junit import LARGEST, FailedTest, Report, read_report
from gonogo.checks.reported import TESTS_REPORTED, Reported, Reports
from gonogo.model.items import Outcome
from gonogo.model.units import Duration, Instant

PYTEST = """<?xml version="1.0" encoding="utf-8"?>
<testsuites name="pytest tests"><testsuite name="pytest" errors="1" failures="1" skipped="1" tests="4"
  timestamp="2027-01-15T08:00:10.5+00:00">
<testcase classname="tests.test_cart" name="test_total" file="tests/test_cart.py" line="12" time="0.001">
  <failure message="assert 3 == 4">long text</failure></testcase>
<testcase classname="tests.test_cart" name="test_empty"/>
<testcase classname="tests.test_pay" name="test_card"><skipped type="pytest.skip" message="no card"/></testcase>
<testcase classname="tests.test_pay" name="test_cash">
  <error message="failed on setup"/><error message="failed on teardown"/></testcase>
</testsuite></testsuites>"""
PASSED = '<testsuite tests="2" failures="0"><testcase name="a"/><testcase name="b"/></testsuite>'


def read(text: str, at: float = 2e9) -> Report:
    return read_report(text.encode(), "report.xml", Instant(at))


def test_what_pytest_writes() -> None:
    report = read(PYTEST)
    assert (report.tests, report.bad, report.skipped) == (4, 2, 1)
    assert report.written_at == 1_800_000_010.5
    assert report.failed == (
        FailedTest("tests.test_cart.test_total", "assert 3 == 4", "tests/test_cart.py:12"),
        FailedTest("tests.test_pay.test_cash", "failed on setup"),
    )


def test_suites_in_suites_are_counted_once() -> None:
    inner = '<testsuite failures="1"><testcase name="a"><failure/></testcase><testcase name="b"/></testsuite>'
    report = read(f'<testsuites><testsuite failures="1">{inner}</testsuite></testsuites>')
    assert (report.tests, report.bad) == (2, 1)


def test_a_suite_that_could_not_start() -> None:
    report = read('<testsuite><error message="no database"/><testcase name="a"/></testsuite>')
    assert (report.tests, report.bad) == (1, 1)
    assert report.failed == (FailedTest("the suite itself", "no database"),)


def test_failures_that_are_declared_but_not_listed() -> None:
    assert read('<testsuite tests="9" failures="2" errors="1"><testcase name="a"/></testsuite>').bad == 3


def test_the_earlier_of_the_files_time_and_its_own() -> None:
    stamped = PASSED.replace("<testsuite ", '<testsuite timestamp="{}" ')
    assert read(stamped.format("2027-01-15T08:00:00Z"), at=1_800_000_005).written_at == 1_800_000_000
    assert read(stamped.format("2027-01-15T08:00:00Z"), at=1_799_999_000).written_at == 1_799_999_000
    # Without a zone it may be up to twelve hours later than it looks.
    assert read(stamped.format("2027-01-15T08:00:00")).written_at == 1_800_000_000 + 12 * 3600
    assert read(stamped.format("last week"), at=5).written_at == 5


BOMB = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]><testsuite><testcase name="&b;"/></testsuite>'
EXTERNAL = '<!DOCTYPE x SYSTEM "file:///etc/passwd"><testsuite/>'


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (BOMB, "declares a document type"),
        (EXTERNAL, "declares a document type"),
        ("<testsuite>" * 60 + "</testsuite>" * 60, "nested deeper than 50"),
        ("<html><body/></html>", "not a JUnit report: its root is 'html'"),
        ("<testsuite>", "not XML: no element found"),
        ("", "not XML: no element found"),
        ("{}", "not XML"),
        ("<testsuite><testcase name='&nbsp;'/></testsuite>", "not XML: undefined entity"),
    ],
)
def test_refused(text: str, why: str) -> None:
    with pytest.raises(Unreadable, match=why):
        read(text)


def test_a_report_that_is_too_large() -> None:
    with pytest.raises(Unreadable, match="larger than 32 MiB"):
        read_report(b" " * (LARGEST + 1), "report.xml", Instant(0))


# --- the check --------------------------------------------------------------------------------------------------------


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    run_git(tmp_path, "init", "--quiet")
    run_git(tmp_path, "commit", "--quiet", "--allow-empty", "-m", "One")
    return tmp_path


def look(repository: Path, glob: str, *, ago: float = 0, later: float = 60) -> tuple[Reports, Outcome, str]:
    """The reports as they look `later` seconds after the commit; they were written `ago` seconds before that."""
    commit = run_git(repository, "rev-parse", "HEAD")
    now = float(run_git(repository, "show", "-s", "--format=%ct", "HEAD")) + later
    for path in repository.rglob("*.xml"):
        os.utime(path, (now - ago, now - ago))
    ctx = context(repository=repository, commit=commit, now=now)
    params = Reported(glob, Duration(3600))
    raw = asyncio.run(TESTS_REPORTED.collect(ctx, params))
    _, result = TESTS_REPORTED.evaluate(TESTS_REPORTED.memory(), raw, params, ctx.now)
    return raw, result.outcome, result.summary


def test_all_reports_that_match(repository: Path) -> None:
    for name in ("unit", "integration"):
        path = repository / "build" / name / "junit.xml"
        path.parent.mkdir(parents=True)
        path.write_text(PASSED)
    raw, outcome, summary = look(repository, "build/**/junit.xml")
    assert [r.path for r in raw.reports] == ["build/integration/junit.xml", "build/unit/junit.xml"]
    assert (outcome, summary) == (Outcome.PASS, "4 tests, none failed, 0s ago")


def test_a_failure_in_one_of_them(repository: Path) -> None:
    (repository / "a.xml").write_text(PASSED)
    (repository / "b.xml").write_text(
        PASSED.replace('<testcase name="b"/>', '<testcase name="b"><failure/></testcase>')
    )
    assert look(repository, "*.xml")[1:] == (Outcome.FAIL, "1 of 4 tests failed")


def test_a_report_from_before_the_commit(repository: Path) -> None:
    (repository / "a.xml").write_text(PASSED)
    _, outcome, summary = look(repository, "a.xml", ago=61)
    assert outcome is Outcome.FAIL
    assert "a.xml is stale: it is older than commit" in summary


def test_a_report_from_too_long_ago(repository: Path) -> None:
    (repository / "a.xml").write_text(PASSED)
    assert look(repository, "a.xml", ago=3601, later=9000)[1:] == (Outcome.FAIL, "a.xml is stale: 1h1s old")


def test_only_skipped_tests(repository: Path) -> None:
    (repository / "a.xml").write_text('<testsuite><testcase name="a"><skipped/></testcase></testsuite>')
    assert look(repository, "a.xml")[1:] == (Outcome.FAIL, "a.xml reported no test that ran: 1 test, 1 of them skipped")


def test_a_damaged_one_among_good_ones(repository: Path) -> None:
    (repository / "a.xml").write_text(PASSED)
    (repository / "b.xml").write_text(BOMB)
    _, outcome, summary = look(repository, "*.xml")
    assert outcome is Outcome.FAIL
    assert summary.startswith("b.xml can't be read as a report: it declares a document type")


@pytest.mark.parametrize(
    ("glob", "why"),
    [
        ("build/*.xml", "no test report matches"),
        ("", "no test reports are named"),
        ("/etc/*.xml", "can't be looked for"),
    ],
)
def test_no_report_at_all_is_unavailable(repository: Path, glob: str, why: str) -> None:
    with pytest.raises(Unavailable, match=why):
        look(repository, glob)


def test_a_commit_that_git_does_not_know(repository: Path) -> None:
    (repository / "a.xml").write_text(PASSED)
    ctx = context(repository=repository, commit="0" * 40)
    with pytest.raises(Unavailable, match="git show failed"):
        asyncio.run(TESTS_REPORTED.collect(ctx, Reported("a.xml", Duration(60))))
