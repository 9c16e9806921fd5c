"""pydantic's errors → complaints in the words of the file: what was expected, what was found, what would be right."""

from __future__ import annotations

import json
import re
from typing import Any, get_args, get_origin

from annotated_types import Ge, Le
from pydantic import ValidationError
from pydantic.fields import FieldInfo

from gonogo.config.complaints import AT_MOST, Complaints, kind, nearest, show
from gonogo.config.nodes import Absent, Node, Path, Resolved
from gonogo.config.references import within_environment
from gonogo.config.schema import Table

_KINDS = {
    "string_type": "text",
    "int_type": "a whole number",
    "float_type": "a number",
    "list_type": "a list",
    "dict_type": "a mapping",
    "model_type": "a mapping",
}


def complain(error: ValidationError, root: Node, table: type[Table], complaints: Complaints) -> None:
    """Tell every error of validating `plain(root)` against `table`, and mark the nodes concerned as broken."""
    found: list[tuple[Node, dict[str, Any]]] = []
    for one in error.errors(include_url=False, include_input=False):
        loc = one["loc"][:-1] if one["type"] == "missing" or one["loc"][-1:] == ("[key]",) else one["loc"]
        node = root.along(loc)[-1]
        told = node.value is Absent.UNSET and one["type"] != "extra_forbidden"
        node.broken = True
        if not told:
            found.append((node, dict(one)))
    found.sort(key=lambda pair: pair[0].place)
    for node, details in found[: AT_MOST + 1]:
        _tell(node, details, root, table, complaints)


def _tell(node: Node, error: dict[str, Any], root: Node, table: type[Table], complaints: Complaints) -> None:
    loc: Path = error["loc"]
    context = error.get("ctx", {})
    if error["type"] == "extra_forbidden":
        _unknown(node, str(loc[-1]), _table_at(table, loc[:-1]), complaints)
    elif error["type"] == "missing":
        missing = _field_at(table, loc)
        complaints.add(node.place, f"{loc[-1]} is missing", f"add {_example(str(loc[-1]), missing)}")
    elif error["type"] == "refused":
        complaints.add(node.place, context["message"], context["remedy"])
    elif loc[-1:] == ("[key]",):
        message = f"expected {context['what']}, found {show(loc[-2])}"
        complaints.add(node.key or node.mark, message, context["remedy"])
    else:
        known: Path = loc[: len(root.along(loc)) - 1]
        name = next((str(step) for step in reversed(known) if isinstance(step, str)), "")
        secret = within_environment(known)[:2] == ("local", "environment")
        seen = kind(node.value) if secret else "none" if error["type"] == "too_short" else show(node.value)
        what, remedy = _expectation(node, error, name, _field_at(table, known), secret)
        if name:
            complaints.add(node.place, f"{name}: expected {what}, found {seen}", remedy)
        else:
            complaints.add(node.place, f"expected a mapping of settings, found {seen}", "begin with service: …")


def _unknown(node: Node, key: str, table: type[Table], complaints: Complaints) -> None:
    if key in table.not_here:
        complaints.add(node.key or node.mark, f"{key} {table.not_here[key]}", f"known here: {', '.join(_keys(table))}")
    elif not _keys(table):
        complaints.add(node.key or node.mark, f"unknown key {key!r}", "nothing can be set here")
    else:
        shown = key if len(key) <= 60 else key[:59] + "…"
        complaints.add(node.key or node.mark, f"unknown key {shown!r}", nearest(key, _keys(table)))


def _expectation(
    node: Node, error: dict[str, Any], name: str, field: FieldInfo | None, secret: bool
) -> tuple[str, str]:
    """(what was expected, remedy)"""
    sort, context, value = error["type"], error.get("ctx", {}), node.value
    if sort == "expected":
        return context["what"], context["remedy"]
    if sort == "literal_error":
        choices = re.findall(r"'([^']*)'", context["expected"])
        close = nearest(value, choices) if isinstance(value, str) and not isinstance(value, Resolved) else ""
        return " or ".join(choices), close if close.startswith("did") else ""
    if sort in ("greater_than_equal", "less_than_equal"):
        return _range(field, context), ""
    if sort == "too_short":
        return "at least one", _written(name, field)
    if sort == "string_type":
        return "text", _quoted(value, secret) or _written(name, field)
    remedy = f"write {name}: {{}}" if value is Absent.NOTHING and sort == "model_type" and not field else ""
    return _KINDS.get(sort, error["msg"]), remedy or _written(name, field)


def _range(field: FieldInfo | None, context: dict[str, Any]) -> str:
    bounds = field.metadata if field else []
    low = next((bound.ge for bound in bounds if isinstance(bound, Ge)), context.get("ge"))
    high = next((bound.le for bound in bounds if isinstance(bound, Le)), context.get("le"))
    return f"a number from {low} to {high}"


def _quoted(value: object, secret: bool) -> str:
    """The remedy where quotes make it text: a number, a truth value, or `{port}` that YAML took for a mapping."""
    if isinstance(value, dict) and [child.value for child in value.values()] == [Absent.NOTHING]:
        return f'put it in quotes: "{{{next(iter(value))}}}"'
    if isinstance(value, bool | int | float):
        return "put it in quotes" if secret else f'put it in quotes: "{str(value).lower()}"'
    return ""


def _written(name: str, field: FieldInfo | None) -> str:
    return f"write it like {_example(name, field)}" if field else ""


def _example(name: str, field: FieldInfo | None) -> str:
    return f"{name}: {_flow(field.examples[0])}" if field and field.examples else f"{name}: …"


def _flow(value: Any) -> str:
    """A value as YAML on one line."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {_flow(child)}" for key, child in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_flow(child) for child in value) + "]"
    plain = isinstance(value, str) and re.fullmatch(r"[A-Za-z0-9./][A-Za-z0-9./* _-]*", value)
    return str(value) if plain else json.dumps(value)


def _keys(table: type[Table]) -> list[str]:
    return [field.alias or name for name, field in table.model_fields.items()]


def _field_at(table: type[Table], loc: Path) -> FieldInfo | None:
    """The field a path ends in, or in whose list it ends; None for an entry of a mapping with free keys."""
    return _walk(table, loc)[1]


def _table_at(table: type[Table], loc: Path) -> type[Table]:
    return _walk(table, loc)[0]


def _walk(table: type[Table], loc: Path) -> tuple[type[Table], FieldInfo | None]:
    field: FieldInfo | None = None
    free = False
    for step in loc:
        if isinstance(step, int):
            continue
        if free:
            field, free = None, False
            continue
        names = {found.alias or name: found for name, found in table.model_fields.items()}
        field = names.get(step)
        if field is None:
            break
        parts = list(_parts(field.annotation))
        table = next((part for part in parts if isinstance(part, type) and issubclass(part, Table)), table)
        free = any(get_origin(part) is dict for part in parts)
    return table, field


def _parts(annotation: Any) -> Any:
    """An annotation and everything it is made of."""
    yield annotation
    for part in get_args(annotation):
        yield from _parts(part)
