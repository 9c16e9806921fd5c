"""How much a release is asked for: little where little is at stake, and nothing that an unknown fact invents."""

from __future__ import annotations

from typing import Any

import pytest
from catalog_cases import CATALOG

from gonogo.catalog.when import ask
from gonogo.model.items import Requirement
from gonogo.model.stages import PREPARATION, StageKind

FACTS: dict[str, Any] = {
    "repository.git": True,
    "platform.local": True,
    "service.on_call": True,
    "release.first": False,
    "release.strategy": "canary",
    "release.smoke": 2,
    "release.approvals": 1,
    "release.tests": True,
    "judge.latency": True,
    "workload.instances": 3,
}
"""What is known of every release; what only an inspection, or a person, could tell is unknown."""

NOTHING_THERE: dict[str, Any] = {
    "repository.alerts": False,
    "repository.changelog": False,
    "repository.ci": False,
    "repository.compose": False,
    "repository.dockerfile": False,
    "repository.flags": False,
    "repository.infrastructure": False,
    "repository.migrations": 0,
    "repository.ml": False,
    "repository.openapi": False,
    "repository.runbook": False,
    "release.customer_visible": False,
    "release.flag": False,
    "release.migration": False,
    "service.regulated": False,
    "service.stateful": False,
}


def asked(tier: int, requirement: Requirement, kinds: frozenset[StageKind] = PREPARATION, **facts: Any) -> set[str]:
    """Items of a tier that its rules don't exclude."""
    known = {**FACTS, "service.tier": tier, **{k.replace("__", "."): v for k, v in facts.items()}}
    return {
        item.id
        for item in CATALOG.items.values()
        if item.tiers.get(tier) is requirement
        and any(item.applies_to(kind) for kind in kinds)
        and (item.when is None or ask(item.when, known).holds is not False)
    }


def people(ids: set[str]) -> set[str]:
    return {id for id in ids if CATALOG.items[id].check == "sign-off"}


@pytest.mark.parametrize("unknown", [True, False])
def test_a_standard_service_needs_two_signatures_its_tests_and_a_clean_tree(unknown: bool) -> None:
    facts = {} if unknown else {k.replace(".", "__"): v for k, v in NOTHING_THERE.items()}
    needed = asked(2, Requirement.REQUIRED, **facts)
    assert needed == {"approval", "on-call-signed", "repository-clean", "tests-passed"}


def test_an_internal_service_needs_nothing_beforehand() -> None:
    assert asked(3, Requirement.REQUIRED, release__tests=False) == set()
    assert asked(3, Requirement.REQUIRED) == {"tests-passed"}, "once it names its tests, they count"


def test_a_small_service_with_nothing_special_is_not_asked_for_more_signatures() -> None:
    facts = {k.replace(".", "__"): v for k, v in NOTHING_THERE.items()}
    assert people(asked(2, Requirement.ADVISED, **facts)) == set()
    assert people(asked(3, Requirement.ADVISED, release__approvals=0, service__on_call=False, **facts)) == set()


def test_a_critical_service_is_asked_for_more() -> None:
    needed = asked(1, Requirement.REQUIRED)
    assert asked(2, Requirement.REQUIRED) < needed
    assert {"no-plain-secrets", "staging-proven", "way-back-agreed", "second-on-call"} <= needed


def test_what_a_release_brings_decides() -> None:
    brings = asked(1, Requirement.REQUIRED, repository__migrations=2)
    without = asked(
        1, Requirement.REQUIRED, repository__migrations=0, release__migration=False, service__stateful=False
    )
    assert {"migrations-reversible", "migration-rehearsed", "backup-restorable"} <= brings - without


def test_the_way_back_is_never_held_up_by_more_than_the_platform() -> None:
    back = frozenset({StageKind.RETURN})
    for tier in (1, 2, 3):
        assert asked(tier, Requirement.REQUIRED, back) == {"returned-healthy", "weight-reached", "world-as-wanted"}
