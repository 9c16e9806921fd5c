"""Read a rule's text into the nodes of `when.py`: tokens, grammar, types. Everything wrong with it is a RuleError."""

from __future__ import annotations

import re
from collections.abc import Iterator

from gonogo.catalog.facts import FACTS
from gonogo.catalog.when import ORDER, SAME, Among, Compare, Fact, Junction, Literal, Node, Not, Rule, Value
from gonogo.config.complaints import nearest

LONGEST = 1000
DEEPEST = 20

_TOKEN = re.compile(
    r"\s*(?:(?P<number>\d+(?:\.\d+)?)|(?P<string>'[^']*'|\"[^\"]*\")"
    r"|(?P<word>[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)*)|(?P<sign><=|>=|==|!=|<|>|\(|\)|\[|\]|,))"
)


class RuleError(ValueError):
    """The rule can't be read; the text says what and where."""


def parse_rule(text: str) -> Rule:
    """Raises RuleError for anything but a rule over known facts whose types fit."""
    if len(text) > LONGEST:
        raise RuleError(f"a rule has at most {LONGEST} characters, this one has {len(text)}")
    reader = _Reader(text)
    node = reader.junction("or")
    reader.end()
    _need(_kind(node), bool, text)
    return Rule(text.strip(), node)


class _Reader:
    """Recursive descent over the tokens; depth is bounded, so a hostile rule ends in a RuleError."""

    def __init__(self, text: str) -> None:
        self.text, self.depth = text, 0
        self.tokens = list(self._split(text.rstrip()))
        self.at = 0

    def _split(self, text: str) -> Iterator[tuple[str, str, int]]:
        position = 0
        while position < len(text):
            found = _TOKEN.match(text, position)
            if not found or found.lastgroup is None:
                rest = text[position:].strip()
                raise RuleError(f"can't read {rest[:20]!r} at character {position + 1} of {self.text!r}")
            yield found.lastgroup, found[found.lastgroup], found.start(found.lastgroup) + 1
            position = found.end()

    def _next(self) -> tuple[str, str, int]:
        return self.tokens[self.at] if self.at < len(self.tokens) else ("end", "", len(self.text) + 1)

    def _take(self, *words: str) -> str:
        kind, word, _ = self._next()
        if kind != "string" and word in words:
            self.at += 1
            return word
        return ""

    def _refuse(self, expected: str) -> RuleError:
        _, word, position = self._next()
        found = repr(word) if word else "the end"
        return RuleError(f"expected {expected}, found {found} at character {position} of {self.text!r}")

    def end(self) -> None:
        if self.at < len(self.tokens):
            raise self._refuse("and, or, or the end")

    def junction(self, word: str) -> Node:
        self.depth += 1
        if self.depth > DEEPEST:
            raise RuleError(f"nested too deeply: {self.text[:60]!r}")
        parts = [self._part(word)]
        while self._take(word):
            parts.append(self._part(word))
        self.depth -= 1
        return parts[0] if len(parts) == 1 else Junction(word, tuple(parts))

    def _part(self, word: str) -> Node:
        if word == "or":
            return self.junction("and")
        negations = 0
        while self._take("not"):
            negations += 1
        node = self._comparison()
        return Not(node) if negations % 2 else node

    def _comparison(self) -> Node:
        left = self._operand()
        if sign := self._take(*ORDER, *SAME):
            return Compare(sign, left, self._operand())
        if self._take("in"):
            return Among(left, self._list())
        if self._take("not"):
            if not self._take("in"):
                raise self._refuse("in")
            return Not(Among(left, self._list()))
        return left

    def _list(self) -> tuple[Value, ...]:
        if not self._take("["):
            raise self._refuse("[")
        values = [self._literal()]
        while self._take(","):
            values.append(self._literal())
        if not self._take("]"):
            raise self._refuse("]")
        return tuple(values)

    def _literal(self) -> Value:
        kind, word, _ = self._next()
        if kind == "number":
            self.at += 1
            return float(word) if "." in word else int(word)
        if kind == "string":
            self.at += 1
            return word[1:-1]
        if found := self._take("true", "false"):
            return found == "true"
        raise self._refuse("a number, a string, true or false")

    def _operand(self) -> Node:
        if self._take("("):
            node = self.junction("or")
            if not self._take(")"):
                raise self._refuse(")")
            return node
        kind, word, _ = self._next()
        if kind != "word" or word in ("true", "false"):
            return Literal(self._literal())
        if word in ("and", "or", "in"):
            raise self._refuse("a fact or a value")
        if word not in FACTS:
            raise RuleError(f"unknown fact {word!r} in {self.text!r}; {nearest(word, FACTS)}")
        self.at += 1
        return Fact(word)


def _kind(node: Node) -> type:
    """The type of what a node comes to, `float` for any number. Raises RuleError where types don't fit."""
    match node:
        case Literal(value):
            return _plain(type(value))
        case Fact(name):
            return _plain(FACTS[name])
        case Not(of):
            _need(_kind(of), bool, _text(of))
        case Junction(_, parts):
            for part in parts:
                _need(_kind(part), bool, _text(part))
        case Compare(sign, left, right):
            kind = _kind(left)
            _need(_kind(right), kind, _text(right))
            if sign in ORDER:
                _need(kind, float, _text(left))
        case Among(left, values):
            for value in values:
                _need(_plain(type(value)), _kind(left), repr(value))
    return bool


def _plain(kind: type) -> type:
    return float if kind in (int, float) else kind


_SPOKEN = {bool: "yes or no", float: "a number", str: "a string"}


def _need(found: type, wanted: type, text: str) -> None:
    if found is not wanted:
        raise RuleError(f"{text!r} is {_SPOKEN[found]} where {_SPOKEN[wanted]} is needed")


def _text(node: Node) -> str:
    match node:
        case Literal(value):
            return repr(value)
        case Fact(name):
            return name
        case _:
            return "the comparison"
