"""The language of rules: what it accepts, what it comes to, what it refuses."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gonogo.catalog.facts import FACTS
from gonogo.catalog.when import ask
from gonogo.catalog.when_parser import RuleError, parse_rule

KNOWN: dict[str, Any] = {
    "repository.git": True,
    "platform.local": False,
    "service.tier": 2,
    "release.strategy": "canary",
    "workload.instances": 3,
}


@pytest.mark.parametrize(
    ("rule", "holds"),
    [
        ("repository.git", True),
        ("not repository.git", False),
        ("not not repository.git", True),
        ("platform.local or repository.git", True),
        ("platform.local and repository.git", False),
        ("platform.local and repository.git or repository.git", True),
        ("repository.git or platform.local and platform.local", True),
        ("not (repository.git and platform.local)", True),
        ("not platform.local and repository.git", True),
        ("service.tier < 3", True),
        ("service.tier <= 1", False),
        ("2.5 > service.tier", True),
        ("service.tier >= 2 and service.tier != 3", True),
        ("release.strategy == 'canary'", True),
        ('release.strategy in ["direct", "blue green"]', False),
        ("service.tier not in [1, 3]", True),
        ("repository.git == true", True),
        ("release.strategy == 'and'", True),
    ],
)
def test_known_facts(rule: str, holds: bool) -> None:
    facts = KNOWN | {"release.strategy": "and"} if "'and'" in rule else KNOWN
    assert ask(parse_rule(rule), facts).holds is holds


@pytest.mark.parametrize(
    ("rule", "holds", "unknown"),
    [
        ("release.first", None, ("release.first",)),
        ("not release.first", None, ("release.first",)),
        ("release.first or repository.git", True, ()),
        ("release.first and platform.local", False, ()),
        ("release.first and repository.git", None, ("release.first",)),
        ("release.smoke > 0 or release.first", None, ("release.smoke", "release.first")),
        ("release.smoke in [1, 2]", None, ("release.smoke",)),
    ],
)
def test_unknown_facts(rule: str, holds: bool | None, unknown: tuple[str, ...]) -> None:
    ruling = ask(parse_rule(rule), KNOWN)
    assert (ruling.holds, ruling.unknown, ruling.text) == (holds, unknown, rule)


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        ("", "expected a number, a string, true or false, found the end"),
        ("repositry.git", "did you mean 'repository.git'?"),
        ("repository", "unknown fact 'repository'"),
        ("service.tier", "is a number where yes or no is needed"),
        ("service.tier == 'one'", "is a string where a number is needed"),
        ("release.strategy < 'x'", "is a string where a number is needed"),
        ("service.tier in ['one']", "is a string where a number is needed"),
        ("not service.tier", "is a number where yes or no is needed"),
        ("repository.git and", "found the end"),
        ("repository.git repository.git", "expected and, or, or the end"),
        ("(repository.git", "expected ), found the end"),
        ("service.tier in 1", "expected [, found '1'"),
        ("service.tier in [1", "expected ], found the end"),
        ("service.tier not 1", "expected in, found '1'"),
        ("repository.git; import os", "can't read '; import os'"),
        ("__import__('os')", "unknown fact '__import__'"),
        ("service.tier < 2 < 3", "expected and, or, or the end"),
        ("'open", "can't read"),
        ("(" * 21 + "repository.git" + ")" * 21, "nested too deeply"),
        ("repository.git and " * 60 + "repository.git", "at most 1000 characters"),
    ],
)
def test_refused(rule: str, message: str) -> None:
    with pytest.raises(RuleError) as refused:
        parse_rule(rule)
    assert message in str(refused.value)


def test_a_fact_of_the_wrong_type_is_no_answer() -> None:
    with pytest.raises(TypeError, match=r"fact repository\.git is 'yes', not bool"):
        ask(parse_rule("repository.git"), {"repository.git": "yes"})


PARTS = [*"()[]<>=!, '\"ax.1", "and ", "or ", "not ", "in ", "release.first ", "service.tier ", "=="]


@given(st.lists(st.sampled_from(PARTS)).map("".join))
@example("not " * 240 + "release.first")
def test_any_text_is_a_rule_or_refused(text: str) -> None:
    try:
        rule = parse_rule(text)
    except RuleError:
        return
    ask(rule, {name: kind() for name, kind in FACTS.items()})
