"""Descriptions of interfaces: OpenAPI, AsyncAPI, protocol buffers, GraphQL."""

from __future__ import annotations

import re
from collections.abc import Iterator

from gonogo.inspect.facts import Fact
from gonogo.inspect.tree import Tree, line_of

NAMED = re.compile(r"(?:^|[/._-])(?:openapi|swagger|asyncapi|api|api-docs|apispec)(?:[._-][^/]*)?\.(?:ya?ml|json)$")
_OTHERS = re.compile(r"\.(?:proto|graphqls?|gql)$")
_FORMAT = re.compile(r"^[ \t{]*\"?(openapi|swagger|asyncapi)\"?\s*:\s*[\"']?(\d[\w.]*)", re.MULTILINE)
_PACKAGE = re.compile(r"^\s*package\s+([\w.]+)\s*;", re.MULTILINE)
_SERVICE = re.compile(r"^\s*service\s+(\w+)\s*\{", re.MULTILINE)


def look(tree: Tree) -> Iterator[Fact]:
    for path in tree.matching(NAMED):
        text = tree.text(path)
        found = _FORMAT.search(text) if text else None
        if found and text:
            name = "asyncapi" if found[1] == "asyncapi" else "openapi"
            yield Fact(f"api.{name}", found[2], f"{path}:{line_of(text, found.start(1))}", of=path)
    for path in tree.matching(_OTHERS):
        if not path.lower().endswith(".proto"):
            yield Fact("api.graphql", path, f"{path}:1", of=path)
            continue
        text = tree.text(path) or ""
        package = _PACKAGE.search(text)
        line = line_of(text, package.start(1)) if package else 1
        yield Fact("api.proto", package[1] if package else path, f"{path}:{line}", of=path)
        for service in _SERVICE.finditer(text):
            yield Fact("api.service", service[1], f"{path}:{line_of(text, service.start(1))}", of=path)
