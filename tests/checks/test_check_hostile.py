"""Whatever a file holds, a reader gives an answer or says Unreadable; nothing else, and not late."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gonogo.checks.alert_rules import read_alerts
from gonogo.checks.codeowners import owners_of, read_owners
from gonogo.checks.compose import read_compose
from gonogo.checks.coverage import read_coverage
from gonogo.checks.dockerfile import assignments, read_dockerfile, sources
from gonogo.checks.files import Unreadable, text
from gonogo.checks.findings_reports import read_scan
from gonogo.checks.load_files import read_load
from gonogo.checks.markdown import sections
from gonogo.checks.migration_files import read_migration
from gonogo.checks.openapi import broken, read_api
from gonogo.checks.sbom import read_bill
from gonogo.checks.workflows import read_workflow
from gonogo.model.units import Instant

AT = Instant(1_800_000_000)


def dockerfile(content: bytes) -> None:
    for stage in read_dockerfile(text(content), "Dockerfile").stages:
        for instruction in stage.instructions:
            assignments(instruction)
            sources(instruction)


def api(content: bytes) -> None:
    read = read_api(content, "openapi.yaml")
    assert list(broken(read, read)) == []


def owners(content: bytes) -> None:
    rules, _ = read_owners(text(content))
    owners_of("src/a/b.py", rules)


READERS: dict[str, Callable[[bytes], Any]] = {
    "alerts": lambda content: read_alerts(b"# alert:\n" + content, "a.yaml"),
    "api": api,
    "bill": lambda content: read_bill(content, "sbom.json", AT),
    "compose": lambda content: read_compose(content, "compose.yaml"),
    "coverage": lambda content: read_coverage(content, "coverage.xml", AT),
    "dockerfile": dockerfile,
    "load": lambda content: read_load(content, "a.csv", AT),
    "markdown": lambda content: sections(text(content)),
    "owners": owners,
    "python migration": lambda content: read_migration(text(content), "migrations/1.py", frozenset()),
    "scan": lambda content: read_scan(content, "a.sarif", AT),
    "sql migration": lambda content: read_migration(text(content), "migrations/1.sql", frozenset()),
    "workflow": lambda content: read_workflow(content, "ci.yml"),
}

PIECES = [
    "openapi: 3.0.0\n", "paths:\n", "  /a:\n", "    get: {responses: {200: {}}}\n", '{"$ref": "#/a"}', "services:\n",
    "  a: {image: b, volumes: [c]}\n", "<<: *a\n", "&a ", "groups:\n", "- rules: [{alert: a}]\n", "FROM a AS b\n",
    "RUN x \\\n", "ENV A=1 B='\n", "COPY <<E /\n", 'ADD ["http://a", 1]\n', '{"runs": [', '{"results": [{', "}]}",
    '"ruleId": [1]', "<coverage>", '<line hits="1"/>', "<!DOCTYPE a [", "DA:1,", "end_of_record\n",
    "CREATE INDEX a ON b (c);", "ALTER TABLE a ADD b int NOT NULL,", "$$", "'", "/*", "--",
    "def upgrade():\n    op.add_column(", "class Migration:\n    operations = [", "])\n",
    "timeStamp,elapsed,success\n", "1,2,true\n", "# Title\n", "=====\n", "```\n", "* @a\n", "[A][1] @b\n",
    "jobs: {a: {uses: b@c}}\n", "\t", "\n", "\x00", "é", "[", "{", ":", ",", "%",
]  # fmt: skip


@pytest.mark.parametrize("name", READERS)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(content=st.one_of(st.binary(max_size=200), st.lists(st.sampled_from(PIECES), max_size=25).map("".join)))
def test_any_content(name: str, content: bytes | str) -> None:
    try:
        READERS[name](content if isinstance(content, bytes) else content.encode())
    except Unreadable as error:
        assert str(error)


LONG = {
    "brackets": b"[" * 200_000,
    "braces": b'{"a":' * 100_000,
    "elements": b"<a>" * 100_000,
    "words": b"a " * 300_000,
    "quotes": b"'" * 300_001,
    "escapes": b"\\" * 300_000,
    "stars": b"*" * 100_000 + b" @a",
    "dollars": b"$a" * 150_000,
    "comments": b"<!--" * 100_000,
    "underlines": b"a\n=\n" * 100_000,
    "parentheses": b"x = " + b"(" * 100_000,
    "assignments": b"FROM a\nENV " + b"A=" * 100_000,
    "heredocs": b"FROM a\nRUN " + b"<<a " * 20_000,
    "columns": b"a," * 300_000,
    "aliases": b"a: &a [1, 1]\nb: &b [*a, *a]\nc: &c [*b, *b, *b]\nd: [" + b"*c, " * 50_000 + b"1]",
}


@pytest.mark.parametrize("name", READERS)
@pytest.mark.parametrize("kind", LONG)
def test_long_content_takes_no_time(name: str, kind: str) -> None:
    began = time.process_time()
    with contextlib.suppress(Unreadable):
        READERS[name](LONG[kind])
    assert time.process_time() - began < 5
