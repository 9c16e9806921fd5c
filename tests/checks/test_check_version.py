"""Versions, their tags and the changelog, in real repositories."""

from __future__ import annotations

from pathlib import Path

import pytest
from repositories import Outcome, Repository, look

from gonogo.checks.changelog import CHANGELOG, Changelog
from gonogo.checks.interface import Unavailable
from gonogo.checks.version_tag import VERSION_TAG, VersionTag
from gonogo.checks.versions import read_version


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    made = Repository(tmp_path)
    made.commit({"shop.py": "1"}, tag="v1.0.0")
    made.commit({"shop.py": "2"})
    return made


ORDER = ["1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta", "1.0.0-beta", "1.0.0-beta.2", "1.0.0-beta.11",
         "1.0.0-rc.1", "1.0.0", "1.0.1", "1.10.0", "2.0.0"]  # fmt: skip


def test_precedence_as_the_standard_lists_it() -> None:
    assert sorted(reversed(ORDER), key=lambda v: read_version(v) or ()) == ORDER
    assert read_version("v1.2.3+build.5") == read_version("1.2.3")


@pytest.mark.parametrize(
    "text", ["1.2", "1.2.3.4", "01.2.3", "1.2.3-01", "1.2.3-", "1.2.3-a..b", "latest", "", "１.2.3"]
)
def test_what_is_no_version(text: str) -> None:
    assert read_version(text) is None


def test_no_tag_yet_and_then_one(repository: Repository) -> None:
    assert look(VERSION_TAG, repository.context("2.0.0"), VersionTag("may")).outcome is Outcome.PASS
    result = look(VERSION_TAG, repository.context("2.0.0"), VersionTag("must"))
    assert (result.outcome, result.summary) == (Outcome.FAIL, "no tag names version 2.0.0")
    repository.git("tag", "-a", "v2.0.0", "-m", "Two")
    head = repository.git("rev-parse", "HEAD")
    result = look(VERSION_TAG, repository.context("2.0.0"), VersionTag("must"))
    assert (result.outcome, result.summary) == (Outcome.PASS, f"tag v2.0.0 is on commit {head[:12]}")


def test_a_tag_that_sits_elsewhere(repository: Repository) -> None:
    result = look(VERSION_TAG, repository.context("v1.0.0"), VersionTag())
    assert result.outcome is Outcome.FAIL
    assert result.summary.startswith("tag v1.0.0 is on ")


def test_a_version_that_goes_backwards(repository: Repository) -> None:
    result = look(VERSION_TAG, repository.context("0.9.0"), VersionTag("may"))
    assert result.summary == "0.9.0 does not come after v1.0.0, which this commit already contains"
    assert look(VERSION_TAG, repository.context("0.9.0"), VersionTag("may", next=False)).outcome is Outcome.PASS


def test_a_tag_on_another_branch_does_not_count(repository: Repository) -> None:
    repository.git("switch", "--quiet", "-c", "next")
    repository.commit({"shop.py": "3"}, tag="v9.0.0")
    repository.git("switch", "--quiet", "main")
    assert look(VERSION_TAG, repository.context("2.0.0"), VersionTag("may")).outcome is Outcome.PASS


def test_named_after_the_commit(repository: Repository) -> None:
    short = repository.git("rev-parse", "HEAD")[:12]
    assert look(VERSION_TAG, repository.context(short), VersionTag()).outcome is Outcome.NOT_APPLICABLE
    assert look(CHANGELOG, repository.context(short), Changelog()).outcome is Outcome.NOT_APPLICABLE


def test_without_a_repository(tmp_path: Path) -> None:
    made = Repository(tmp_path)
    made.commit()
    ctx = made.context()
    (tmp_path / ".git").rename(tmp_path / "gone")
    with pytest.raises(Unavailable, match="not a git repository"):
        look(VERSION_TAG, ctx, VersionTag())


RST = """\
Changes
=======

2.0.0 (2026-02-13)
------------------

* Discounts at checkout.

1.0.0
-----
"""


@pytest.mark.parametrize(
    ("name", "content", "version", "outcome", "says"),
    [
        ("CHANGELOG.md", "# Changelog\n\n## [v2.0.0]\n\n### Added\n\n- Discounts\n", "2.0.0", "pass", "CHANGELOG.md:3"),
        ("CHANGES.rst", RST, "2.0.0", "pass", "CHANGES.rst:4 tells what is new"),
        ("CHANGES.rst", RST, "1.0.0", "fail", "CHANGES.rst:9 names 1.0.0 and says nothing about it"),
        ("docs/changelog.md", "## 2.0.0\nTODO\n", "2.0.0", "fail", "says nothing about it"),
        ("CHANGELOG.md", "## 12.0.0\nx\n## 2.0.0-rc.1\nx\n## 2.0.01\nx\n", "2.0.0", "fail", "no heading"),
        ("CHANGELOG.md", "```\n## 2.0.0\n```\n<!--\n## 2.0.0\nx\n-->\n", "2.0.0", "fail", "no heading"),
        ("CHANGELOG.py", "# 2.0.0\nx = 1\n", "2.0.0", "fail", "there is no changelog"),
    ],
)  # fmt: skip
def test_changelogs(repository: Repository, name: str, content: str, version: str, outcome: str, says: str) -> None:
    repository.commit({name: content})
    result = look(CHANGELOG, repository.context(version), Changelog())
    assert (result.outcome.value, says in result.summary or result.summary) == (outcome, True)


def test_a_changelog_that_is_not_text(repository: Repository) -> None:
    (repository.root / "CHANGELOG.md").write_bytes(b"\xff\xfe2.0.0")
    result = look(CHANGELOG, repository.context("2.0.0"), Changelog())
    assert result.summary == "CHANGELOG.md can't be read: not UTF-8 at byte 0, and 1 more finding"
