"""The bytes of a release file → `ReleaseFile`, or every problem with them at once."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError

from gonogo.config import convert, defaults, schema
from gonogo.config.complaints import Complaints
from gonogo.config.nodes import Node, plain, sound
from gonogo.config.overlay import overlay
from gonogo.config.references import resolve
from gonogo.config.relations import distinct_ports, relate
from gonogo.config.shape import complain
from gonogo.config.yaml import read_yaml
from gonogo.model.settings import Environment, ReleaseFile


def read(content: bytes, path: Path, environ: Mapping[str, str], file: str = "") -> ReleaseFile:
    """`path` is absolute; `environ` answers `${VARIABLE}`; `file` is the name problems carry. Raises InputError."""
    complaints = Complaints(file or path.name)
    root = resolve(read_yaml(content, complaints.file), environ, complaints)
    found = _validate(schema.File, root, root, complaints)
    environments = _environments(root, complaints) if isinstance(root.value, dict) else {}
    complaints.raise_if_any()
    assert found is not None
    return ReleaseFile(
        path=str(path),
        digest="sha256:" + hashlib.sha256(content).hexdigest(),
        service=found.service,
        owner=found.owner,
        tier=found.tier or defaults.TIER,
        artifact=os.path.normpath(path.parent / found.artifact),
        on_call=found.on_call or "",
        tests=found.tests or "",
        environments=environments,
    )


def _environments(root: Node, complaints: Complaints) -> dict[str, Environment]:
    """Every environment with what is set for all laid under it; empty where there is something to complain about."""
    shared = {key: node for key, node in _entries(root).items() if key in schema.Settings.model_fields}
    base = Node(shared, root.mark)
    named = root.get("environments")
    if named is None:
        merged = {defaults.ENVIRONMENT: base}
    else:
        merged = {name: overlay(base, node) for name, node in _entries(named).items() if not node.broken}
    found: dict[str, tuple[Node, schema.Settings]] = {}
    for name, everything in merged.items():
        settings = _validate(schema.Settings, sound(everything), everything, complaints)
        if settings is not None:
            relate(everything, settings, complaints)
            found[name] = (everything, settings)
    distinct_ports(found, complaints)
    return {} if complaints else {name: convert.environment(name, settings) for name, (_, settings) in found.items()}


def _entries(node: Node) -> dict[str, Node]:
    return node.value if isinstance(node.value, dict) else {}


T = TypeVar("T", bound=schema.Table)


def _validate(table: type[T], node: Node | None, places: Node, complaints: Complaints) -> T | None:
    """None where it doesn't fit. What is wrong with the sound part of what was complained about isn't told."""
    if node is None:
        return None
    try:
        return table.model_validate(plain(node))
    except ValidationError as error:
        if node is places or not complaints:
            complain(error, places, table, complaints)
        return None
