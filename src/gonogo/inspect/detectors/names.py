"""What the repository calls its service, and which version it says it is."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator
from typing import Any

from gonogo.inspect.facts import Fact
from gonogo.inspect.tree import Tree, base, folder, line_of

TABLES: dict[str, tuple[tuple[str, ...], ...]] = {
    "pyproject.toml": (("project",), ("tool", "poetry")),
    "cargo.toml": (("package",),),
    "package.json": ((),),
    "composer.json": ((),),
}
"""Manifest → the tables in which `name` and `version` may stand."""
_GO = re.compile(r"^module\s+(\S+)", re.MULTILINE)
_POM_PARENT = re.compile(
    r"<parent>.*?</parent>|<(?:dependencies|build|profiles)>.*?</(?:dependencies|build|profiles)>", re.S
)
_POM = {
    "name": re.compile(r"<artifactId>\s*([^<\s]+)\s*</artifactId>"),
    "version": re.compile(r"<version>\s*([^<\s]+)\s*</version>"),
}
_ELIXIR = re.compile(r"\bapp:\s*:(\w+)")
_MANIFEST = re.compile(
    r"^(?:[^/]+/){0,2}(?:pyproject\.toml|cargo\.toml|package\.json|composer\.json|go\.mod|pom\.xml|mix\.exs|version)$"
)


def look(tree: Tree) -> Iterator[Fact]:
    for path in tree.matching(_MANIFEST):
        text = tree.text(path)
        if text is None:
            continue
        match base(path).lower():
            case "go.mod":
                yield from _found(_GO, text, path, "service.name", _last)
            case "pom.xml":
                plain = _POM_PARENT.sub(lambda found: re.sub(r"[^\n]", " ", found[0]), text)
                for key, pattern in _POM.items():
                    yield from _found(pattern, plain, path, f"service.{key}", _first)
            case "mix.exs":
                yield from _found(_ELIXIR, text, path, "service.name", _first)
            case "version":
                if re.fullmatch(r"v?\d+(?:\.\d+)+\S*", text.strip()):
                    yield Fact("service.version", text.strip().removeprefix("v"), f"{path}:1", of=path)
            case name:
                yield from _table(tree, path, text, TABLES[name])


def _first(found: re.Match[str]) -> str:
    return found[1]


def _last(found: re.Match[str]) -> str:
    """A Go module is named by the last part of its path that isn't its major version."""
    parts = [part for part in found[1].split("/") if not re.fullmatch(r"v\d+", part)]
    return parts[-1] if parts else found[1]


def _found(pattern: re.Pattern[str], text: str, path: str, name: str, value: Any) -> Iterator[Fact]:
    found = pattern.search(text)
    if found and "$" not in found[1]:
        yield _fact(name, value(found), path, line_of(text, found.start(1)))


def _table(tree: Tree, path: str, text: str, tables: tuple[tuple[str, ...], ...]) -> Iterator[Fact]:
    try:
        content: Any = json.loads(text) if path.endswith(".json") else tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        tree.note(path, f"can't be read: {error}")
        return
    for keys in tables:
        table = content
        for key in keys:
            table = table.get(key) if isinstance(table, dict) else None
        if not isinstance(table, dict):
            continue
        for key in ("name", "version"):
            value = table.get(key)
            if isinstance(value, str) and value:
                at = re.search(rf"\"?{key}\"?\s*[:=]\s*[\"']{re.escape(value)}[\"']", text)
                short = value.rpartition("/")[2] if key == "name" else value
                yield _fact(f"service.{key}", short, path, line_of(text, at.start()) if at else 1)


def _fact(name: str, value: str, path: str, line: int) -> Fact:
    """A manifest below the root may be of a part only."""
    top = not folder(path)
    how = "" if top else "a manifest below the root"
    return Fact(name, value, f"{path}:{line}", top and name != "service.name", how or "name in the manifest", path)
