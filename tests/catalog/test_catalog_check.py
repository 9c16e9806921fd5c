"""`catalog check`: what is said about a user's own items and about those of packages."""

from __future__ import annotations

from pathlib import Path

import pytest

from gonogo.catalog.loader import load_catalog
from gonogo.catalog.packages import Entry, installed
from gonogo.checks.check_catalog import check_catalog
from gonogo.model.errors import InputError

ITEM = """\
id: licence-there
title: The licence is in the repository
stages: [prepare]
tiers: {1: required, 2: advised}
when: repository.git
check: {document: {files: [LICENCE*, LICENSE*]}}
why: Nobody may use what has no licence.
remedy: Add a file with the licence to the repository.
references: [https://choosealicense.com/]
"""
FIXTURES = """\
cases:
  - {case: there, raw: {pages: [{path: LICENSE}]}, expect: pass, says: LICENSE says it}
  - {case: not there, raw: {}, expect: fail, says: no document}
  - {case: no repository, facts: {repository.git: false}, expect: not_applicable, says: repository.git}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "items"
    (tmp_path / "fixtures").mkdir()
    path.mkdir()
    (path / "licence-there.yaml").write_text(ITEM)
    (tmp_path / "fixtures" / "licence-there.yaml").write_text(FIXTURES)
    return path


def told(folder: Path) -> list[str]:
    root = f"{folder.parent}/"
    return [str(problem).replace(root, "") for problem in check_catalog([folder], entries=())]


def test_a_good_item(folder: Path) -> None:
    assert told(folder) == []
    assert load_catalog([folder], ()).item("licence-there").covers == ()


def test_fixtures_inside_the_folder(folder: Path) -> None:
    (folder.parent / "fixtures").rename(folder / "fixtures")
    assert told(folder) == []


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("{document:", "{documnt:", "there is no check 'documnt' (did you mean 'document'?)"),
        ("{files: [", "{file: [", "unknown parameter 'file' (did you mean 'files'?)"),
        ("{files: [LICENCE*, LICENSE*]}", "{}", "parameter 'files' is missing"),
        ("{files: [LICENCE*, LICENSE*]}", "{files: 3}", "Expected `array`, got `int` - at `files`"),
        ("why: Nobody may use what has no licence.", "why: Because.", "why: says too little to help anybody"),
        ("references: [https://choosealicense.com/]", "references: [a book]", "references: names no page"),
        (
            "references:",
            "cadence: sometimes\nreferences:",
            "items/licence-there.yaml: Invalid enum value 'sometimes' - at `cadence`",
        ),
        (
            "{document: {files: [LICENCE*, LICENSE*]}}",
            "{sign-off: {beside: [licens-there]}}",
            "beside: there is no item 'licens-there' (did you mean 'licence-there'?)",
        ),
        ("check: {document: {files: [LICENCE*, LICENSE*]}}", "check: {sign-off: {}}", "write cadence: continuous"),
        ("tiers: {1: required", "tiers: {9: required", "items/licence-there.yaml:4:1: tiers: there is no tier 9"),
    ],
)
def test_what_is_wrong_with_an_item(folder: Path, old: str, new: str, problem: str) -> None:
    assert old in ITEM
    (folder / "licence-there.yaml").write_text(ITEM.replace(old, new))
    assert any(problem in line for line in told(folder)), told(folder)


def test_a_person_on_the_way_back(folder: Path) -> None:
    text = ITEM.replace("[prepare]", "[return]").replace("{document: {files: [LICENCE*, LICENSE*]}}", "{sign-off: {}}")
    (folder / "licence-there.yaml").write_text(text)
    assert any("a way back must not wait for a person" in line for line in told(folder))


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("expect: pass", "expect: fail", "case 'there': expected fail, got pass: LICENSE says it"),
        ("says: LICENSE says it", "says: all is well", "case 'there': expected to read 'all is well', got: LICENSE"),
        ("  - {case: not there", "  # {case: not there", "has no case: one that fails"),
        ("  - {case: there", "  # {case: there", "has no case: one that passes"),
        ("  - {case: no repository", "  # {case: no", "has no case: one that doesn't apply"),
        ("repository.git: false", "repository.git: true", "expected not_applicable, got pending"),
        ("repository.git: false", "repository.git: 7", "fact repository.git is 7, not bool"),
        ("{path: LICENSE}", "{pth: LICENSE}", "Object missing required field `path`"),
        ("cases:", "case:", "Object contains unknown field `case`"),
        ("{case: there,", "{case: there, when: 3,", "unknown field `when`"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_fixtures(folder: Path, old: str, new: str, problem: str) -> None:
    assert old in FIXTURES
    (folder.parent / "fixtures" / "licence-there.yaml").write_text(FIXTURES.replace(old, new))
    assert any(problem in line for line in told(folder)), told(folder)


def test_no_fixtures_and_fixtures_of_nothing(folder: Path) -> None:
    fixtures = folder.parent / "fixtures" / "licence-there.yaml"
    (folder / "fixtures").mkdir()
    fixtures.rename(folder / "fixtures" / "licence-their.yaml")
    assert [line.partition(" (")[0] for line in told(folder)] == [
        "items/licence-there.yaml: has no fixtures, so nothing shows that it can fail",
        "items/fixtures/licence-their.yaml: there is no item 'licence-their'",
    ]


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    assert "is not a folder of catalog files" in str(check_catalog([tmp_path / "none"], entries=())[0])


# --- packages ---------------------------------------------------------------------------------------------------------


def package(root: Path, name: str, item: str = ITEM, entry: str = "") -> None:
    """An installed distribution that declares a catalog. Importing its package would end the tests."""
    folder = root / name.replace("-", "_")
    (folder / "items" / "fixtures").mkdir(parents=True)
    (folder / "__init__.py").write_text("raise SystemExit('imported')\n")
    (folder / "items" / "licence-there.yaml").write_text(item)
    (folder / "items" / "fixtures" / "licence-there.yaml").write_text(FIXTURES)
    info = root / f"{folder.name}-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(f"[gonogo.catalog]\nours = {entry or folder.name + ':items'}\n")


def test_a_package_brings_items(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package(tmp_path, "acme-catalog")
    monkeypatch.syspath_prepend(str(tmp_path))
    assert installed() == [Entry("acme-catalog", "ours", "acme_catalog:items")]
    assert load_catalog().item("licence-there").source.startswith(str(tmp_path))
    assert check_catalog([]) == []


def test_two_packages_that_clash(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package(tmp_path, "acme-catalog")
    package(tmp_path, "other-catalog")
    monkeypatch.syspath_prepend(str(tmp_path))
    with pytest.raises(InputError) as error:
        load_catalog()
    said = str(error.value)
    assert "'licence-there' of package other-catalog is already defined by package acme-catalog in /" in said
    assert str(tmp_path / "other_catalog") in said and str(tmp_path / "acme_catalog") in said


def test_ones_own_item_that_clashes_with_a_package(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "site").mkdir()
    package(tmp_path / "site", "acme-catalog")
    monkeypatch.syspath_prepend(str(tmp_path / "site"))
    found = check_catalog([folder])
    assert [p.message.partition(" in /")[0] for p in found] == [
        "'licence-there' of your own items is already defined by package acme-catalog"
    ]


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        ("no_such_package", "there is no package 'no_such_package'"),
        ("acme_catalog.none", "there is no package 'acme_catalog.none'"),
        ("acme_catalog:nothing", "nothing is not a folder of catalog files"),
        ("acme_catalog:items", ""),
        ("acme_catalog : items", ""),
    ],
)
def test_entry_points(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, value: str, problem: str) -> None:
    package(tmp_path, "acme-catalog")
    monkeypatch.syspath_prepend(str(tmp_path))
    found = [str(p) for p in check_catalog([], entries=[Entry("acme-catalog", "ours", value)])]
    assert (
        found == [] if not problem else problem in found[0] and "entry point ours of package acme-catalog" in found[0]
    )


def test_a_package_with_a_bad_item(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package(tmp_path, "acme-catalog", ITEM.replace("{document:", "{nothing:"))
    monkeypatch.syspath_prepend(str(tmp_path))
    assert [p.message for p in check_catalog([])] == ["check: there is no check 'nothing'"]
