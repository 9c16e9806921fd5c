"""OpenAPI descriptions reduced to what their clients rely on, and what a new one breaks of an old one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import msgspec

from gonogo.checks.files import Unreadable
from gonogo.checks.json_report import field, objects, read_json, string
from gonogo.checks.yaml_file import read_node
from gonogo.config.nodes import plain

_METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
_BRACES = re.compile(r"\{[^}]*\}")
_DEEPEST = 20


class Parameter(msgspec.Struct, frozen=True):
    name: str
    place: str
    """`query`, `path`, `header` or `cookie`."""
    required: bool = False
    kind: str = ""


class Operation(msgspec.Struct, frozen=True):
    name: str
    """`GET /users/{}`: a path parameter's own name doesn't matter."""
    parameters: tuple[Parameter, ...] = ()
    body: bool = False
    """Whether a request needs a body."""
    wanted: tuple[str, ...] = ()
    """Fields that its body must have."""
    statuses: tuple[str, ...] = ()
    """Of the answers that mean success."""
    answered: tuple[str, ...] = ()
    """Fields that a successful answer always has."""


class Api(msgspec.Struct, frozen=True):
    path: str
    version: str
    operations: tuple[Operation, ...] = ()


def read_api(content: bytes, path: str) -> Api:
    """Swagger 2 and OpenAPI 3, JSON or YAML. Raises Unreadable."""
    data = read_json(content) if content.lstrip()[:1] == b"{" else _yaml(content, path)
    if not (string(data, "openapi") or string(data, "swagger") or isinstance(data.get("swagger"), float)):
        raise Unreadable("not an OpenAPI description")
    paths = data.get("paths")
    found = []
    for route, item in paths.items() if isinstance(paths, dict) else ():
        item = _resolved(data, item)
        for method in _METHODS:
            if isinstance(field(item, method), dict):
                name = f"{method.upper()} {_BRACES.sub('{}', route)}"
                found.append(_operation(data, name, item[method], objects(item, "parameters")))
    return Api(path, str(field(data, "info", "version") or ""), tuple(found))


def _yaml(content: bytes, path: str) -> dict[str, Any]:
    data = plain(read_node(content, path, 400_000, number_keys=True))
    if not isinstance(data, dict):
        raise Unreadable("not a mapping")
    return data


def _resolved(data: dict[str, Any], node: Any) -> dict[str, Any]:
    """The object that `$ref` points at inside the document, however often it points on; empty where it doesn't."""
    for _ in range(_DEEPEST):
        reference = string(node, "$ref")
        if not reference:
            return node if isinstance(node, dict) else {}
        if not reference.startswith("#/"):
            return {}
        parts = [part.replace("~1", "/").replace("~0", "~") for part in reference[2:].split("/")]
        node = field(data, *parts)
    return {}


def _operation(data: dict[str, Any], name: str, operation: dict[str, Any], shared: list[dict[str, Any]]) -> Operation:
    listed = [_resolved(data, p) for p in (*shared, *objects(operation, "parameters"))]
    by_name = {(string(p, "in"), string(p, "name")): p for p in listed}
    parameters = tuple(
        Parameter(name, place, p.get("required") is True, string(p, "schema", "type") or string(p, "type"))
        for (place, name), p in sorted(by_name.items())
        if place in ("query", "path", "header", "cookie")
    )
    body = _resolved(data, operation.get("requestBody"))
    old_body = next((p for p in listed if string(p, "in") == "body"), {})
    schema = _content(data, body) or _resolved(data, old_body.get("schema"))
    responses = operation.get("responses")
    statuses = tuple(sorted(str(s) for s in responses if str(s).startswith("2"))) if isinstance(responses, dict) else ()
    answer = _resolved(data, field(responses, statuses[0])) if statuses and isinstance(responses, dict) else {}
    answered = _content(data, answer) or _resolved(data, answer.get("schema"))
    return Operation(
        name,
        parameters,
        body.get("required") is True or old_body.get("required") is True,
        tuple(sorted(_required(data, schema))),
        statuses,
        tuple(sorted(_required(data, answered))),
    )


def _content(data: dict[str, Any], holder: dict[str, Any]) -> dict[str, Any]:
    """The schema of its first media type."""
    content = holder.get("content")
    first: Any = next(iter(content.values()), {}) if isinstance(content, dict) else {}
    return _resolved(data, field(first, "schema"))


def _required(data: dict[str, Any], schema: dict[str, Any], depth: int = 0) -> set[str]:
    """Names of the fields an object must have; through `allOf` too."""
    listed = schema.get("required")
    found = {str(name) for name in listed} if isinstance(listed, list) else set()
    for part in objects(schema, "allOf") if depth < _DEEPEST else ():
        found |= _required(data, _resolved(data, part), depth + 1)
    return found


def broken(old: Api, new: Api) -> Iterator[tuple[str, str]]:
    """What a client of the old description meets in the new one: (operation, what)."""
    now = {operation.name: operation for operation in new.operations}
    for before in old.operations:
        after = now.get(before.name)
        if after is None:
            yield before.name, "is gone"
            continue
        for what in _broken(before, after):
            yield before.name, what


def _broken(before: Operation, after: Operation) -> Iterator[str]:
    known = {(p.place, p.name): p for p in before.parameters if p.place != "path"}
    for p in after.parameters:
        was = known.get((p.place, p.name))
        if p.place != "path" and p.required and (was is None or not was.required):
            yield f"needs the {p.place} parameter {p.name}, which it did not need"
        if was is not None and was.kind and p.kind and was.kind != p.kind:
            yield f"takes the {p.place} parameter {p.name} as {p.kind}, which was {was.kind}"
    if after.body and not before.body:
        yield "needs a body, which it did not need"
    for name in sorted(set(after.wanted) - set(before.wanted)):
        yield f"needs the field {name} in its body, which it did not need"
    for status in sorted(set(before.statuses) - set(after.statuses)):
        yield f"answers {status} no more"
    for name in sorted(set(before.answered) - set(after.answered)):
        yield f"does not promise the field {name} in its answer any more"
