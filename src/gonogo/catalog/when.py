"""Rules such as `repository.git and service.tier < 3`, as items carry them in `when`.

A small language of its own, so that a catalog from anywhere can be loaded: `and or not`, comparisons, `in [...]`,
facts, numbers, strings, true and false. A fact that is not known makes the answer unknown, unless the rest decides it.
Rules are read by `when_parser.py`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import msgspec

from gonogo.catalog.facts import FACTS

Value = bool | int | float | str
ORDER = frozenset({"<", "<=", ">", ">="})
SAME = frozenset({"==", "!="})


class Literal(msgspec.Struct, frozen=True):
    value: Value


class Fact(msgspec.Struct, frozen=True):
    name: str


class Not(msgspec.Struct, frozen=True):
    of: Node


class Junction(msgspec.Struct, frozen=True):
    """`and` or `or` over its parts."""

    word: str
    parts: tuple[Node, ...]


class Compare(msgspec.Struct, frozen=True):
    sign: str
    left: Node
    right: Node


class Among(msgspec.Struct, frozen=True):
    left: Node
    values: tuple[Value, ...]


Node = Literal | Fact | Not | Junction | Compare | Among


class Rule(msgspec.Struct, frozen=True):
    text: str
    node: Node


class Ruling(msgspec.Struct, frozen=True):
    """`holds` is None where it can't be told; `unknown` then names the facts that are missing."""

    holds: bool | None
    text: str
    unknown: tuple[str, ...] = ()


def ask(rule: Rule, facts: Mapping[str, object]) -> Ruling:
    """Whether the rule holds. Facts that are absent or None are unknown; one of the wrong type is a TypeError."""
    names = tuple(dict.fromkeys(_names(rule.node)))
    for name in names:
        if facts.get(name) is not None and not isinstance(facts[name], FACTS[name]):
            raise TypeError(f"fact {name} is {facts[name]!r}, not {FACTS[name].__name__}")
    value = _value(rule.node, facts)
    if isinstance(value, bool):
        return Ruling(value, rule.text)
    return Ruling(None, rule.text, tuple(n for n in names if facts.get(n) is None))


def _value(node: Node, facts: Mapping[str, object]) -> object:
    """Kleene's logic: None where it can't be told."""
    match node:
        case Literal(value):
            return value
        case Fact(name):
            return facts.get(name)
        case Not(of):
            inner = _value(of, facts)
            return None if inner is None else not inner
        case Junction(word, parts):
            decisive = word == "or"
            answers = [_value(part, facts) for part in parts]
            if decisive in answers:
                return decisive
            return None if None in answers else not decisive
        case Compare(sign, left, right):
            return _compare(sign, _value(left, facts), _value(right, facts))
        case Among(left, values):
            one = _value(left, facts)
            return None if one is None else one in values


def _compare(sign: str, left: object, right: object) -> bool | None:
    if left is None or right is None:
        return None
    if sign in SAME:
        return (left == right) == (sign == "==")
    assert isinstance(left, int | float) and isinstance(right, int | float)
    return {"<": left < right, "<=": left <= right, ">": left > right, ">=": left >= right}[sign]


def _names(node: Node) -> Iterator[str]:
    match node:
        case Fact(name):
            yield name
        case Not(of) | Among(of, _):
            yield from _names(of)
        case Junction(_, parts):
            for part in parts:
                yield from _names(part)
        case Compare(_, left, right):
            yield from _names(left)
            yield from _names(right)
        case Literal():
            pass
