"""What an unquoted YAML scalar is: the core schema of YAML 1.2, minus its two traps.

`true` and `false` are booleans; `on`, `off`, `yes`, `no` are text. `null`, `~` and nothing at all are null. Decimal,
`0x` and `0o` integers and decimal floats are numbers. Dates, `12:30` and `1_000` are text; so are the traps: a number
with a leading zero, octal for some readers and decimal for others, and one of more than 30 characters.
"""

from __future__ import annotations

import re

from gonogo.config.nodes import Absent, Scalar

CORE = "tag:yaml.org,2002:"
LONGEST_NUMBER = 30

_NULL = frozenset({"", "~", "null", "Null", "NULL"})
_BOOL = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_INT = re.compile(r"[-+]?(?:0|[1-9][0-9]*)")
_HEX = re.compile(r"0x[0-9a-fA-F]+")
_OCTAL = re.compile(r"0o[0-7]+")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|(?:0|[1-9][0-9]*)(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_ENDLESS = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")


def typed(text: str) -> Scalar:
    """The value of an unquoted scalar."""
    if text in _NULL:
        return Absent.NOTHING
    if text in _BOOL:
        return _BOOL[text]
    if len(text) > LONGEST_NUMBER or text[0] not in "+-.0123456789":
        return text
    if _INT.fullmatch(text):
        return int(text)
    if _HEX.fullmatch(text) or _OCTAL.fullmatch(text):
        return int(text, 0)
    if _FLOAT.fullmatch(text):
        return float(text)
    if _ENDLESS.fullmatch(text):
        return float(text.replace(".", "", 1))
    return text


def tagged(text: str, tag: str) -> Scalar:
    """The value of a scalar with an explicit core tag such as `!!int`. ValueError where the two don't go together."""
    if tag == CORE + "str":
        return text
    value = typed(text)
    kind = tag.removeprefix(CORE)
    if kind == "float" and type(value) is int:
        return float(value)
    named = {"int": int, "float": float, "bool": bool, "null": Absent}.get(kind)
    if named is None or type(value) is not named:
        raise ValueError(f"{text!r} is not of the type !!{kind}")
    return value
