"""What rules of the catalog may know of a repository and a sentence."""

from __future__ import annotations

import subprocess
from datetime import date
from pathlib import Path

from gonogo.catalog.facts import FACTS
from gonogo.inspect.profile import inspect_repository
from gonogo.inspect.sentence import understand
from gonogo.plan.observed import AREAS, DOCUMENTS, Observed, observed


def of(root: Path, sentence: str = "Deploy shop 2.0.0") -> Observed:
    return observed(inspect_repository(root), understand(sentence, date(2026, 11, 22)))


def git(root: Path, *args: str) -> None:
    who = ("-c", "user.name=t", "-c", "user.email=t@example.invalid")
    subprocess.run(["git", *who, "-C", str(root), *args], check=True, capture_output=True)


def test_every_name_is_one_that_rules_may_use(tmp_path: Path) -> None:
    assert {*AREAS, *DOCUMENTS} <= FACTS.keys()
    found = of(tmp_path)
    assert found.keys() <= FACTS.keys()
    assert all(isinstance(value, FACTS[name]) for name, value in found.items())


def test_a_bare_repository_has_none_of_it(tmp_path: Path) -> None:
    (tmp_path / "main.py").write_text("print('served')\n")
    found = of(tmp_path)
    assert [name for name in (*AREAS, *DOCUMENTS) if found[name] is not False] == []
    assert found["repository.migrations"] == 0 and found["release.migration"] is False


def test_what_is_there_is_seen(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text("FROM python:3.12\n")
    (tmp_path / "CHANGELOG.md").write_text("# 2.0.0\n")
    found = of(tmp_path)
    assert found["repository.dockerfile"] is True and found["repository.changelog"] is True
    assert found["repository.compose"] is False


def test_new_migrations_are_counted_since_the_last_release(tmp_path: Path) -> None:
    versions = tmp_path / "alembic" / "versions"
    versions.mkdir(parents=True)
    text = 'revision = "{0}"\ndown_revision = None\n\ndef upgrade():\n    pass\n\ndef downgrade():\n    pass\n'
    (versions / "a1_first.py").write_text(text.format("a1"))
    git(tmp_path, "init", "--quiet")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "--quiet", "-m", "one")
    assert "repository.migrations" not in of(tmp_path), "without a release there is nothing to be new since"
    git(tmp_path, "tag", "v1.0.0")
    (versions / "b2_second.py").write_text(text.format("b2"))
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "--quiet", "-m", "two")
    found = of(tmp_path)
    assert found["repository.migrations"] == 1 and found["release.migration"] is True


def test_a_sentence_is_believed_about_what_it_brings(tmp_path: Path) -> None:
    assert of(tmp_path, "Hotfix shop 2.0.1")["release.hotfix"] is True
    assert of(tmp_path, "Deploy shop 2.1 with a new discount_code column")["release.migration"] is True
