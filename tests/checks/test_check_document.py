"""Documents: their headings in the forms people write them, and whether they are kept."""

from __future__ import annotations

from pathlib import Path

import pytest
from repositories import NOW, Outcome, Repository, look, told

from gonogo.checks.document import DOCUMENT, Document
from gonogo.checks.interface import Unavailable
from gonogo.checks.markdown import sections
from gonogo.model.units import Duration

DAY = 86400.0
RUNBOOK = """\
# Shop

## Deploy

Run `gonogo deploy` and watch the board until it says done.

## Rollback

```sh
# not a heading
gonogo rollback --reason
```

### Data

Restore the newest dump first, then start the service again.
"""


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    made = Repository(tmp_path)
    made.commit({"docs/runbook.md": RUNBOOK, "deploy/main.tf": "1"}, tag="v1.0.0", ago=300 * DAY)
    return made


def params(**changes: object) -> Document:
    return Document(("docs/**/*.md",), **changes)  # type: ignore[arg-type]


def test_markdown() -> None:
    found = {s.title: (s.line, s.level, s.words) for s in sections(RUNBOOK)}
    assert found["Deploy"] == (3, 2, 11)
    assert found["Rollback"][:2] == (7, 2)
    assert found["Rollback"][2] > found["Data"][2] == 10
    assert "not a heading" not in found
    assert found["Shop"][2] == found["Deploy"][2] + found["Rollback"][2]


@pytest.mark.parametrize(
    ("text", "titles"),
    [
        ("Title\n=====\n\nSub\n---\ntext\n", ["Title", "Sub"]),
        ("=====\nOver\n=====\n\ntext\n", ["Over"]),
        ("= Title\n\n== Sub\ntext\n", ["Title", "Sub"]),
        ("## Closed ##\n", ["Closed"]),
        ("#NoSpace\n\n---\n\ntext\n---\n", ["text"]),
        ("~~~\n# code\n~~~~\n# after\n", ["after"]),
        ("```\n~~~\n# code\n```\n# after\n", ["after"]),
        ("````\n```\n# code\n````\n# after\n", ["after"]),
        ("> quoted\n---\n indented\n---\n", []),
        ("| a | b |\n|---|---|\n", []),
        ("", []),
    ],
)
def test_headings_of_other_kinds(text: str, titles: list[str]) -> None:
    assert [s.title for s in sections(text) if s.title] == titles


def test_placeholders_are_not_words() -> None:
    found = {s.title: s.words for s in sections("# A\nTODO TBD ____\n# B\n<!-- say more -->\n# C\nsay more\n")}
    assert (found["A"], found["B"], found["C"]) == (0, 0, 2)


def test_everything_is_there(repository: Repository) -> None:
    result = look(DOCUMENT, repository.context(), params(sections=(("deploy",), ("roll back", "rollback"))))
    assert (result.outcome, result.summary) == (Outcome.PASS, "docs/runbook.md says it")


def test_a_heading_alone_is_not_enough(repository: Repository) -> None:
    repository.commit({"docs/runbook.md": "# Rollback\n\n# Deploy\nPress the button twice, then wait.\n"})
    result = look(DOCUMENT, repository.context(), params(sections=(("deploy",), ("rollback",), ("contacts",))))
    assert told(result) == [
        "docs/runbook.md:1 says next to nothing on rollback",
        "docs/runbook.md has no section on contacts",
    ]


def test_the_best_of_several_is_meant(repository: Repository) -> None:
    repository.commit({"docs/a.md": "# Nothing\n"})
    assert look(DOCUMENT, repository.context(), params(sections=(("rollback",),))).summary.startswith("docs/runbook.md")


def test_comments_in_code_are_no_headings(repository: Repository) -> None:
    repository.commit({"docs/runbook.yaml": "# Contacts\n# Ann, Bob and Eve answer at night\na: [b, c, d, e, f, g]\n"})
    wanted = Document(("docs/**",), sections=(("contacts",),))
    assert told(look(DOCUMENT, repository.context(), wanted)) == ["docs/runbook.md has no section on contacts"]


def test_a_picture_need_not_be_read(repository: Repository) -> None:
    repository.commit({"deploy/main.tf": "2"})
    (repository.root / "docs" / "system.png").write_bytes(b"\x89PNG\0")
    repository.commit()
    wanted = Document(("docs/*.png",), changes_with=("**/*.tf",))
    assert look(DOCUMENT, repository.context(), wanted).outcome is Outcome.PASS


def test_no_document(repository: Repository) -> None:
    result = look(DOCUMENT, repository.context(), Document(("ops/*.md",)))
    assert told(result) == ["no document matches ops/*.md"]


def test_an_old_one_and_one_that_was_reviewed(repository: Repository) -> None:
    wanted = params(reviewed_within=Duration(180 * DAY))
    assert told(look(DOCUMENT, repository.context(), wanted)) == ["docs/runbook.md was last looked at 42w6d ago"]
    repository.commit({"docs/runbook.md": RUNBOOK + "\nLast reviewed: 2026-12-01\n"}, ago=200 * DAY)
    result = look(DOCUMENT, repository.context(), wanted)
    assert (result.outcome, "looked at 6w" in result.summary) == (Outcome.PASS, True)


def test_a_review_on_a_day_to_come(repository: Repository) -> None:
    repository.commit({"docs/runbook.md": "Reviewed on 2030-01-01\n"})
    result = look(DOCUMENT, repository.context(), params(reviewed_within=Duration(180 * DAY)))
    assert told(result) == ["docs/runbook.md says it was reviewed on a day to come"]


def test_one_that_was_never_committed(repository: Repository) -> None:
    repository.write({"docs/runbook.md": "", "ops/new.md": "words"})
    result = look(DOCUMENT, repository.context(), Document(("ops/*.md",), reviewed_within=Duration(DAY)))
    assert told(result) == ["nothing says when ops/new.md was last looked at"]


def test_it_changes_with_what_it_describes(repository: Repository) -> None:
    wanted = params(changes_with=("**/*.tf",))
    repository.commit({"shop.py": "1"})
    assert look(DOCUMENT, repository.context(), wanted).outcome is Outcome.NOT_APPLICABLE
    repository.commit({"deploy/main.tf": "2"})
    assert told(look(DOCUMENT, repository.context(), wanted)) == [
        "deploy/main.tf changes with this release, and docs/runbook.md doesn't"
    ]
    repository.commit({"docs/runbook.md": RUNBOOK + "One more line.\n"})
    assert look(DOCUMENT, repository.context(), wanted).outcome is Outcome.PASS


def test_where_git_does_not_know_what_is_live(repository: Repository) -> None:
    repository.git("tag", "-d", "v1.0.0")
    result = look(DOCUMENT, repository.context(), params(changes_with=("**/*.tf",)))
    assert result.outcome is Outcome.UNAVAILABLE
    result = look(DOCUMENT, repository.context(), params(changes_with=("**/*.hcl",)))
    assert result.outcome is Outcome.NOT_APPLICABLE, "nothing to change with, whatever is live"


def test_variables_that_are_set(repository: Repository) -> None:
    wanted = params(variables=True)
    assert look(DOCUMENT, repository.context(), wanted).outcome is Outcome.NOT_APPLICABLE
    repository.commit({"docs/env.md": "SHOP_MODE is live or test. SHOP_DBS lists them.\n"})
    result = look(DOCUMENT, repository.context(SHOP_MODE="live", SHOP_DB="${DB}"), wanted)
    assert told(result) == ["docs/env.md doesn't name the variable SHOP_DB"]


def test_without_git_a_date_can_not_be_told(tmp_path: Path) -> None:
    made = Repository(tmp_path)
    made.commit({"docs/a.md": "x"})
    ctx = made.context()
    (tmp_path / ".git").rename(tmp_path / "gone")
    with pytest.raises(Unavailable):
        look(DOCUMENT, ctx, params(reviewed_within=Duration(DAY)))


assert NOW == 1_800_000_000.0, "the dates above are told from then: 15 January 2027"
