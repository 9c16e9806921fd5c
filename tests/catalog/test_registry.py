"""Every item of the catalog, whatever it is: complete, well parameterised, and proven on fixtures."""

from __future__ import annotations

import json
import re

import pytest
from catalog_cases import CATALOG, FOLDER, cases, repository_root

from gonogo.catalog.when import ask
from gonogo.checks.check_catalog import check_item, judge_case, sample_params
from gonogo.checks.fixtures import Case, missing_kinds
from gonogo.checks.table import CHECKS
from gonogo.model.items import OPENING, Cadence, Outcome, Requirement
from gonogo.model.stages import StageKind

IDS = sorted(CATALOG.items)
ALL = [pytest.param(id, case, id=f"{id}: {case.case}") for id in IDS for case in cases(id)]
SEEDS = repository_root().parent / "shared" / "seeds" / "items.jsonl"

SAID = frozenset({"release.customer_visible", "release.flag", "release.hotfix", "release.migration"})
"""Facts that a person says, or that nothing says; with those of the repository they may be unknown."""


@pytest.mark.parametrize(("id", "case"), ALL)
def test_fixture(id: str, case: Case) -> None:
    assert judge_case(CATALOG.items[id], case) == ""
    if case.raw is None:
        assert case.facts is not None and case.expect is Outcome.NOT_APPLICABLE


@pytest.mark.parametrize("id", IDS)
def test_fixtures_of_all_three_kinds(id: str) -> None:
    assert list(missing_kinds(CATALOG.items[id], cases(id))) == []


def test_no_fixture_without_an_item() -> None:
    assert {path.stem for path in FOLDER.glob("*")} == set(IDS)


@pytest.mark.parametrize("id", IDS)
def test_says_why_and_what_to_do(id: str) -> None:
    item = CATALOG.items[id]
    assert item.covers
    assert len(item.why) > 20 and len(item.remedy) > 20
    assert item.references and all(r.startswith("https://") for r in item.references)


@pytest.mark.parametrize("id", IDS)
def test_parameters_fit_the_check(id: str) -> None:
    item = CATALOG.items[id]
    sample_params(item)
    assert CHECKS[item.check].params.__struct_config__.forbid_unknown_fields, "a wrong name would pass unnoticed"


@pytest.mark.parametrize("id", IDS)
def test_passes_what_a_users_own_item_must(id: str) -> None:
    assert [str(problem) for problem in check_item(CATALOG.items[id], CATALOG)] == []


@pytest.mark.parametrize("id", IDS)
def test_a_check_with_memory_is_asked_continuously(id: str) -> None:
    item = CATALOG.items[id]
    if CHECKS[item.check].live:
        assert item.cadence is Cadence.CONTINUOUS


def test_titles_are_told_apart() -> None:
    titles = [item.title for item in CATALOG.items.values()]
    assert len(set(titles)) == len(titles)


# --- every gate can be opened -----------------------------------------------------------------------------------------


def required(id: str) -> list[int]:
    return [tier for tier, how in CATALOG.items[id].tiers.items() if how is Requirement.REQUIRED]


@pytest.mark.parametrize("id", [id for id in IDS if required(id)])
def test_what_is_required_can_be_answered(id: str) -> None:
    """By a person, or by a machine that has been seen to pass. Where only an unknown fact keeps an item in, a person
    can answer it, or its check sees by itself that there is nothing to ask."""
    item = CATALOG.items[id]
    answers = [case for case in cases(id) if case.expect in OPENING and case.raw is not None]
    assert any(case.expect is not Outcome.NOT_APPLICABLE for case in answers)
    by_itself = item.check == "sign-off" or any(case.expect is Outcome.NOT_APPLICABLE for case in answers)
    for tier in required(id):
        ruling = ask(item.when, {"service.tier": tier}) if item.when else None
        unknown = set(ruling.unknown) if ruling else set()
        inspected = {n for n in unknown if n.startswith("repository.") and n != "repository.git"} | (unknown & SAID)
        assert not inspected or by_itself


@pytest.mark.parametrize("id", IDS)
def test_no_person_is_waited_for_on_the_way_back(id: str) -> None:
    item = CATALOG.items[id]
    if item.check == "sign-off" and any(w.kind is StageKind.RETURN for w in item.stages):
        assert not required(id)


# --- held against the checklists that the catalog answers, where they are at hand ------------------------------------


@pytest.fixture(scope="module")
def seeds() -> dict[str, str]:
    if not SEEDS.is_file():
        pytest.skip("the checklists are not at hand")
    with SEEDS.open() as lines:
        return {seed["id"]: seed["text"] for seed in map(json.loads, lines)}


@pytest.mark.parametrize("id", IDS)
def test_covers_only_what_exists(id: str, seeds: dict[str, str]) -> None:
    covers = CATALOG.items[id].covers
    assert set(covers) <= set(seeds)
    assert len(set(covers)) == len(covers)


@pytest.mark.parametrize("id", IDS)
def test_words_are_our_own(id: str, seeds: dict[str, str]) -> None:
    """No entry of a checklist stands in an item as it is, nor any five words in a row of one."""
    item = CATALOG.items[id]
    question = str(item.params.get("question", ""))
    ours = [_words(text) for text in (item.title, item.why, item.remedy, question)]
    grams = {gram for text in ours for gram in _grams(text, 5)}
    copied = [text for text in map(_words, seeds.values()) if grams & _grams(text, 5)]
    copied += [text for text in map(_words, seeds.values()) if len(text) >= 4 and any(_inside(text, o) for o in ours)]
    assert [" ".join(text) for text in copied] == []


def _words(text: str) -> list[str]:
    return re.findall(r"[a-z0-9%]+", text.lower())


def _grams(words: list[str], size: int) -> set[tuple[str, ...]]:
    return {tuple(words[at : at + size]) for at in range(len(words) - size + 1)}


def _inside(words: list[str], whole: list[str]) -> bool:
    return tuple(words) in _grams(whole, len(words))
