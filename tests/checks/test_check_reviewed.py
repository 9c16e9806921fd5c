"""Who has looked at a change, as git tells it; and who owns what."""

from __future__ import annotations

from pathlib import Path

import pytest
from repositories import Outcome, Repository, look, told

from gonogo.checks.codeowners import BadLine, owners_of, read_owners
from gonogo.checks.hotfix_branch import HOTFIX_BRANCH, HotfixBranch
from gonogo.checks.interface import Unavailable
from gonogo.checks.reviewed import REVIEWED, Reviewed

OWNERS = """\
# everything
*           @acme/all     # by default
*.js        @js
/build/     @build
docs/*      docs@example.com
apps/       @apps
/scripts/** @ops
db\\ dumps/ @dba
/apps/github
"""


@pytest.mark.parametrize(
    ("path", "owners"),
    [
        ("a.py", ["@acme/all"]),
        ("web/a.js", ["@js"]),
        ("build/logs/a", ["@build"]),
        ("x/build/a", ["@acme/all"]),
        ("docs/a.md", ["docs@example.com"]),
        ("docs/deep/a.md", ["@acme/all"]),
        ("x/apps/a", ["@apps"]),
        ("scripts/deep/a", ["@ops"]),
        ("db dumps/a", ["@dba"]),
        ("apps/github", []),
        ("apps/github/a", []),
    ],
)
def test_the_last_line_that_matches_counts(path: str, owners: list[str]) -> None:
    rules, bad = read_owners(OWNERS)
    assert bad == ()
    assert list(owners_of(path, rules)) == owners


def test_lines_that_a_forge_ignores() -> None:
    rules, bad = read_owners("* bob\n!a @x\n[0-9].py @x\n^[Docs][2] @docs\nREADME\n")
    assert bad[0] == BadLine(1, "'bob' is no owner: a name begins with @")
    assert [b.line for b in bad] == [1, 2, 3]
    assert owners_of("README", rules) == ("@docs",)


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    made = Repository(tmp_path)
    made.commit({"shop.py": "1"}, tag="v1.0.0")
    return made


def merged(repository: Repository, by: str, committer: str = "") -> None:
    repository.git("switch", "--quiet", "-c", "topic")
    repository.commit({"a.py": "1"}, "Add a")
    repository.commit({"b.py": "1"}, "Add b")
    repository.git("switch", "--quiet", "main")
    repository.git("merge", "--quiet", "--no-ff", "-m", "Merge", "topic", author=by, committer=committer)


def test_merged_by_somebody_else(repository: Repository) -> None:
    merged(repository, "bob", committer="github")
    result = look(REVIEWED, repository.context(), Reviewed())
    assert (result.outcome, result.summary) == (Outcome.PASS, "2 commits since v1.0.0, each seen by a second person")


def test_merged_by_the_author(repository: Repository) -> None:
    merged(repository, "ann")
    result = look(REVIEWED, repository.context(), Reviewed())
    assert [line.partition(": ")[2] for line in told(result)] == ["Add b", "Add a"]


def test_pushed_past_the_review(repository: Repository) -> None:
    merged(repository, "bob")
    repository.commit({"c.py": "1"}, "Sneak c in")
    assert [line.partition(": ")[2] for line in told(look(REVIEWED, repository.context(), Reviewed()))] == [
        "Sneak c in"
    ]


@pytest.mark.parametrize(
    ("line", "outcome"),
    [
        ("Reviewed-by: Bob <bob@example.com>", Outcome.PASS),
        ("approved-by: bob", Outcome.PASS),
        ("Reviewed-by: Ann <ANN@example.com>", Outcome.FAIL),
        ("Co-authored-by: Bob <bob@example.com>", Outcome.FAIL),
    ],
)
def test_a_trailer(repository: Repository, line: str, outcome: Outcome) -> None:
    repository.commit({"a.py": "1"}, f"Add a\n\nBecause.\n\n{line}")
    assert look(REVIEWED, repository.context(), Reviewed()).outcome is outcome


def test_a_forge_that_commits_says_nothing(repository: Repository) -> None:
    repository.git("config", "user.useConfigOnly", "false")
    repository.commit({"a.py": "1"}, "Squashed (#3)", committer="bob")
    assert look(REVIEWED, repository.context(), Reviewed()).outcome is Outcome.PASS
    from gonogo.checks.reviewed import Commit, Review

    squashed = Commit("a" * 40, ("b" * 40,), "ann@example.com", "noreply@github.com", "Squashed (#3)")
    _, result = REVIEWED.evaluate(REVIEWED.memory(), Review("v1", (squashed,)), Reviewed(), 0)
    assert result.outcome is Outcome.FAIL


def test_a_changed_file_without_an_owner(repository: Repository) -> None:
    merged(repository, "bob")
    repository.git("switch", "--quiet", "topic")
    repository.git("switch", "--quiet", "main")
    repository.write({".github/CODEOWNERS": "/a.py @acme/shop\nb.py carl\n"})
    found = told(look(REVIEWED, repository.context(), Reviewed()))
    assert found == [".github/CODEOWNERS:2 is ignored by the forge: 'carl' is no owner: a name begins with @",
                     "nobody owns b.py, which changes"]  # fmt: skip
    assert look(REVIEWED, repository.context(), Reviewed(owners=False)).outcome is Outcome.PASS


def test_more_commits_than_anybody_reads(repository: Repository) -> None:
    merged(repository, "bob")
    assert "more than 2 commits since v1.0.0" in look(REVIEWED, repository.context(), Reviewed(most=2)).summary


def test_what_is_live_is_found(repository: Repository) -> None:
    base = repository.git("rev-parse", "HEAD")
    repository.commit({"a.py": "1"})
    names = {
        version: look(REVIEWED, repository.context(live=version), Reviewed()).summary.partition(" is known")[0]
        for version in ("1.0.0", "v1.0.0", base[:12], "")
    }
    assert len(set(names.values())) == 1
    repository.git("tag", "-d", "v1.0.0")
    assert look(REVIEWED, repository.context(live=base[:12]), Reviewed()).outcome is Outcome.FAIL
    with pytest.raises(Unavailable, match="git doesn't know what is live"):
        look(REVIEWED, repository.context(live="1.0.0"), Reviewed())


def test_nothing_new(repository: Repository) -> None:
    assert look(REVIEWED, repository.context(), Reviewed()).outcome is Outcome.NOT_APPLICABLE


# --- hotfix -----------------------------------------------------------------------------------------------------------


def test_a_fix_from_what_is_live(repository: Repository) -> None:
    repository.commit({"shop.py": "1\n2\n3\n", "tests/test_shop.py": "x\n" * 500})
    ctx = repository.context()
    assert look(HOTFIX_BRANCH, ctx, HotfixBranch("from-live")).summary == "1 commit on top of v1.0.0"
    assert look(HOTFIX_BRANCH, ctx, HotfixBranch("small")).summary == "1 commit and 4 lines since v1.0.0"
    assert told(look(HOTFIX_BRANCH, ctx, HotfixBranch("small", lines=3))) == [
        "4 lines in 1 file change, 4 of them in shop.py"
    ]


def test_a_fix_from_before_what_is_live(repository: Repository) -> None:
    before = repository.git("rev-parse", "HEAD")
    repository.commit({"shop.py": "2"}, tag="v1.1.0")
    repository.git("switch", "--quiet", "-c", "hotfix", before)
    repository.commit({"shop.py": "fixed"})
    result = look(HOTFIX_BRANCH, repository.context(live="1.1.0"), HotfixBranch("from-live"))
    assert result.summary == "the fix does not grow from v1.1.0, so it leaves out some of what is live"


def test_a_fix_that_is_a_release(repository: Repository) -> None:
    for number in range(3):
        repository.commit({f"{number}.py": "x\n" * 100})
    result = look(HOTFIX_BRANCH, repository.context(), HotfixBranch("small", commits=2))
    assert told(result) == [
        "3 commits since v1.0.0: more than a fix",
        "300 lines in 3 files change, 100 of them in 0.py",
    ]


def test_no_fix_at_all(repository: Repository) -> None:
    assert look(HOTFIX_BRANCH, repository.context(), HotfixBranch("small")).outcome is Outcome.NOT_APPLICABLE
