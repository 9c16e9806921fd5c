"""Whatever the bytes: a release file or InputError, in less than a second."""

from __future__ import annotations

import json
import time
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gonogo.config import schema
from gonogo.config.release_file import read
from gonogo.model.errors import InputError
from gonogo.model.settings import ReleaseFile

WHOLE = """\
service: shop
owner: me
tier: 2
artifact: a
local: {command: ["./s", "{port}"], listen: 80, instances: 2, ready: /r, environment: {A: "${B}"}}
strategy: {canary: {steps: [{weight: 10, pause: 5m, deadline: 15m, on_inconclusive: pause}]}}
judge: {errors: {ratio: 2, plus: 0.2 points}, latency: off, block: 3s, baseline: {blocks: 30, block: 1s}}
triggers: [{error_rate: "+5 points", for: 1m}, {restarts: "> 5 in 5m"}]
soak: [15m, 2h]
approvers: [a, b]
approvals: 2
smoke: [/, {path: /x, status: 200}]
environments: {a: {mode: advise}, b: {local: {listen: 81}}}
"""
many = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def outcome(content: bytes) -> ReleaseFile | InputError:
    started = time.process_time()
    try:
        result: ReleaseFile | InputError = read(content, Path("/srv/gonogo.yaml"), {"SET": "hunter2"})
        assert msgspec.json.decode(msgspec.json.encode(result), type=ReleaseFile) == result
    except InputError as error:
        assert error.problems
        assert all(problem.message and problem.where.startswith("gonogo.yaml") for problem in error.problems)
        assert "hunter2" not in str(error)
        result = error
    assert time.process_time() - started < 1
    return result


def names() -> list[str]:
    """Every key that some table knows."""
    found = {"production", "{port}", "unknown", ""}
    for table in vars(schema).values():
        if isinstance(table, type) and issubclass(table, schema.Table):
            found |= {field.alias or name for name, field in table.model_fields.items()}
    return sorted(found)


TEXTS = [
    "canary",
    "direct",
    "off",
    "5m",
    "1 point",
    "10 %",
    "/x",
    "${SET}",
    "${UNSET}",
    "${",
    "{port}",
    "+5 points",
    "> 5 in 5m",
    "3 consecutive failures",
    "enforce",
    "2024-01-01",
    "shop",
]
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=8),
    st.sampled_from(TEXTS),
)
KEYS = st.sampled_from(names())
TREES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=6), max_leaves=40
)


def test_the_file_that_is_mutated_here_is_right():
    assert isinstance(outcome(WHOLE.encode()), ReleaseFile)


@many
@given(st.binary(max_size=400))
def test_random_bytes(content):
    outcome(content)


@many
@given(st.text(alphabet="abc:{}[]&*!|>'\"%@-?#,\n\t ~$0.\\\x00é", max_size=200))
def test_random_punctuation(text):
    outcome(text.encode())


@many
@given(st.integers(0, len(WHOLE) - 1), st.integers(0, 12), st.text(max_size=3))
def test_a_right_file_with_something_cut_out_and_put_in(at, length, text):
    outcome((WHOLE[:at] + text + WHOLE[at + length :]).encode())


@many
@given(st.dictionaries(KEYS, TREES, max_size=12))
def test_random_structures_under_known_names(tree):
    outcome(json.dumps(tree).encode())


@many
@given(st.data())
def test_a_right_file_with_one_value_of_the_wrong_sort(data):
    """Every place in the tree gets something else; what is told then is where that stands or what now lacks."""
    from gonogo.config.nodes import plain
    from gonogo.config.yaml import read_yaml

    tree = plain(read_yaml(WHOLE.encode(), "f"))
    here = tree
    while True:
        key = data.draw(st.sampled_from(list(here) if isinstance(here, dict) else range(len(here))))
        if not isinstance(here[key], dict | list) or not here[key] or data.draw(st.booleans()):
            break
        here = here[key]
    here[key] = data.draw(TREES)
    outcome(json.dumps(tree).encode())


LARGE = {
    "comments": "#\n" * 500_000,
    "keys": "".join(f"key{n}: 1\n" for n in range(9_900)),
    "one long key": "k" * 1_000_000 + ": 1",
    "near misses": "".join(f"environment{n}: 1\n" for n in range(9_900)),
    "the same key": "service: x\n" * 15_000,
    "a long text": "service: " + "a" * 1_000_000,
    "long lists": WHOLE.replace("[15m, 2h]", "[" + "5m, " * 9_000 + "]"),
    "many steps": WHOLE.replace("steps: [", "steps: [" + "{weight: 5, pause: 1m}, " * 1_900),
    "many environments": WHOLE.replace("{a: {mode", "{" + "".join(f"e{n}: {{}}, " for n in range(2000)) + "a: {mode"),
    "many approvers": WHOLE.replace("[a, b]", "[" + "a, " * 9_000 + "]"),
    "open brackets": "[" * 1_000_000,
    "open braces": "{a: " * 250_000,
    "dashes": "- " * 500_000,
    "question marks": "? " * 500_000,
    "directives": "".join(f"%TAG !a{n}! tag:x\n" for n in range(40_000)),
    "anchors": "".join(f"- &a{n} x\n" for n in range(60_000)),
    "tags": "- !x y\n" * 140_000,
    "quotes": '"' * 1_000_000,
    "blanks": " " * 1_000_000,
    "line ends": "\n" * 1_000_000,
    "references": "owner: '" + "${SET}" * 100_000 + "'",
    "unset references": "owner: '" + "".join(f"${{A{n}}}" for n in range(100_000)) + "'",
    "points": WHOLE.replace("0.2 points", "1" * 500_000 + " points"),
    "digits": WHOLE.replace("tier: 2", "tier: " + "1" * 500_000),
    "spaced limit": WHOLE.replace("> 5 in 5m", ">" + " " * 500_000),
    "colons": "a:" * 500_000,
    "folded": "a: >\n" + "  b\n" * 250_000,
}


@pytest.mark.parametrize("name", LARGE)
def test_a_megabyte_of_something_costs_less_than_a_second(name):
    outcome(LARGE[name][: 1 << 20].encode())
