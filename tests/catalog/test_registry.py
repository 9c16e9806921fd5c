"""Every item of the catalog, whatever it is: complete, well parameterised, and proven on fixtures."""

from __future__ import annotations

import json
import re
from types import UnionType
from typing import Any, get_args

import pytest
from catalog_cases import CATALOG, FOLDER, Case, cases, judged, planned, repository_root

from gonogo.catalog.facts import ENTRIES, SETTINGS
from gonogo.catalog.when import ask
from gonogo.checks.run import read_params
from gonogo.checks.table import CHECKS
from gonogo.model.items import Cadence, Outcome

IDS = sorted(CATALOG.items)
ALL = [pytest.param(id, case, id=f"{id}: {case.case}") for id in IDS for case in cases(id)]
SEEDS = repository_root().parent / "shared" / "seeds" / "items.jsonl"

PATIENT = {"baseline-captured", "pause-elapsed", "ready", "settled", "sign-off", "weight-reached"}
"""Checks that wait instead of failing; the item's or the stage's time limit turns that into a failure."""
SAMPLES: dict[Any, Any] = {float: 1.0, int: 1, str: "x", tuple: []}


@pytest.mark.parametrize(("id", "case"), ALL)
def test_fixture(id: str, case: Case) -> None:
    item = CATALOG.items[id]
    if case.raw is None:
        assert item.when is not None and case.facts is not None
        ruling = ask(item.when, case.facts)
        assert ruling.holds is False
        assert case.expect is Outcome.NOT_APPLICABLE
        assert case.says in ruling.text
        return
    outcome, summary = judged(item, case)
    assert (outcome, case.says if case.says in summary else summary) == (case.expect, case.says)


@pytest.mark.parametrize("id", IDS)
def test_fixtures_of_all_three_kinds(id: str) -> None:
    expected = {case.expect for case in cases(id)}
    shut = {Outcome.FAIL, Outcome.PENDING} if CATALOG.items[id].check in PATIENT else {Outcome.FAIL}
    assert expected & {Outcome.PASS, Outcome.SIGNED}
    assert expected & shut
    assert Outcome.NOT_APPLICABLE in expected


def test_no_fixture_without_an_item() -> None:
    assert {path.stem for path in FOLDER.glob("*")} <= set(IDS)


@pytest.mark.parametrize("id", IDS)
def test_says_why_and_what_to_do(id: str) -> None:
    item = CATALOG.items[id]
    assert item.covers
    assert len(item.why) > 20 and len(item.remedy) > 20
    assert item.references and all(r.startswith("https://") for r in item.references)


@pytest.mark.parametrize("id", IDS)
def test_parameters_fit_the_check(id: str) -> None:
    item = CATALOG.items[id]
    settings = {name: _sample(kind) for name, kind in SETTINGS.items()} | {"release.smoke": [{"path": "/"}]}
    entry = {name: _sample(kind) for name, kind in ENTRIES.get(item.each, {}).items()} | {"relation": "over"}
    check = CHECKS[item.check]
    read_params(check, planned(item, settings, entry))
    assert check.params.__struct_config__.forbid_unknown_fields, "a parameter nobody knows would pass unnoticed"


@pytest.mark.parametrize("id", IDS)
def test_a_check_with_memory_is_asked_continuously(id: str) -> None:
    item = CATALOG.items[id]
    if CHECKS[item.check].live:
        assert item.cadence is Cadence.CONTINUOUS


def _sample(kind: type | UnionType) -> Any:
    return SAMPLES[get_args(kind)[0] if isinstance(kind, UnionType) else kind]


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
    item = CATALOG.items[id]
    ours = _words(" ".join((item.title, item.why, item.remedy)))
    copied = [text for text in map(_words, seeds.values()) if len(text.split()) >= 4 and text in ours]
    assert copied == []


def _words(text: str) -> str:
    return " ".join(re.findall(r"[a-z0-9%]+", text.lower()))
