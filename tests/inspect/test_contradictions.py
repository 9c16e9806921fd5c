"""Sentences against a repository that says otherwise."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from inspect_world import commit, git, start, write

from gonogo.inspect.contradictions import contradictions
from gonogo.inspect.profile import inspect_repository
from gonogo.inspect.sentence import understand

FILES = {
    "pyproject.toml": '[project]\nname = "checkout"\nversion = "2.3.0"\n',
    "db/migrations/001.sql": "CREATE TABLE a (id int);\n",
    "flags.json": '{"flags": {"new-pricing": {"variants": {"on": true}}}}\n',
    "overlays/staging/kustomization.yaml": "resources: []\n",
}


@pytest.fixture(scope="module")
def profile(tmp_path_factory):
    """On main after v2.2.0, tagged v2.3.0, with a new migration that drops and locks."""
    root: Path = start(tmp_path_factory.mktemp("checkout"), FILES, "v2.2.0")
    write(root, {"db/migrations/002.sql": "CREATE INDEX i ON a (b);\nALTER TABLE a DROP COLUMN c;\n"})
    commit(root)
    git(root, "tag", "v2.3.0")
    return inspect_repository(root)


def told(sentence: str, profile, environments=()) -> set[tuple[str, str]]:
    asked = understand(sentence, date(2026, 3, 3))
    return {(one.about, one.where) for one in contradictions(asked, profile, environments)}


NEW = "db/migrations/002.sql"
CASES: list[tuple[str, set[tuple[str, str]]]] = [
    ("deploy checkout 2.3.0, drop the c column", set()),
    ("deploy Checkout-Service v2.3, a migration", set()),
    ("", set()),
    ("deploy checkout 2.3.0, no migration", {("migration", f"{NEW}:1")}),
    ("deploy checkout 2.3.0 with a code column", {("migration", f"{NEW}:2")}),
    ("deploy checkout 2.3.0 with no downtime", {("downtime", f"{NEW}:1")}),
    ("deploy checkout 2.4.0", {("version", "."), ("version", "pyproject.toml:3")}),
    ("deploy checkout 2.2.0", {("version", "."), ("version", "pyproject.toml:3")}),
    ("roll back checkout to 2.2.0", set()),
    ("deploy chekout 2.3.0", {("service", "pyproject.toml:2")}),
    ("deploy checkout 2.3.0 to production", {("environment", "overlays/staging/kustomization.yaml:1")}),
    ("deploy checkout 2.3.0 to staging", set()),
    ("deploy checkout 2.3.0 behind flag old-pricing", {("flag", "flags.json:1")}),
    ("deploy checkout 2.3.0 behind flag new-pricing", set()),
    ("first deployment of checkout 2.3.0", set()),
    ("first deployment of checkout 2.4.0", {("first", "."), ("version", "."), ("version", "pyproject.toml:3")}),
    ("hotfix checkout 2.3.0", set()),
]


@pytest.mark.parametrize(("sentence", "expected"), CASES, ids=[c[0] or "empty" for c in CASES])
def test_contradiction(sentence: str, expected: set[tuple[str, str]], profile) -> None:
    assert told(sentence, profile) == expected


def test_environments_of_the_release_file_count_first(profile) -> None:
    assert told("deploy checkout 2.3.0 to production", profile, ("prod", "staging")) == set()
    assert told("deploy checkout 2.3.0 to staging", profile, ("prod",)) == {("environment", "")}


def test_a_hotfix_that_does_not_come_from_the_release(tmp_path: Path) -> None:
    root = start(tmp_path, {"a": ""}, "v1.0.0")
    git(root, "checkout", "-q", "-b", "fix")
    commit(root)
    git(root, "checkout", "-q", "main")
    commit(root, "on main")
    git(root, "tag", "v1.1.0")
    git(root, "checkout", "-q", "fix")
    assert ("urgency", ".") in told("hotfix a 1.1.1", inspect_repository(root))
    assert ("previous", ".") in told("a 1.0 -> 1.2.0", inspect_repository(root))
    git(root, "checkout", "-q", "main")
    assert ("urgency", ".") not in told("hotfix a 1.1.1", inspect_repository(root))


def test_a_migration_that_is_not_there(tmp_path: Path) -> None:
    root = start(tmp_path, {"db/migrations/001.sql": "x"}, "v1.0.0")
    commit(root)
    assert ("migration", ".") in told("deploy with a new column", inspect_repository(root))
    bare = write(tmp_path / "bare", {"a.py": ""})
    assert told("deploy with a new column behind flag x-y", inspect_repository(bare)) == {
        ("migration", "."),
        ("flag", "."),
    }
