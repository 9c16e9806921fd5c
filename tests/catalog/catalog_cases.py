"""The shipped catalog, and the fixtures of its items."""

from __future__ import annotations

from pathlib import Path

from gonogo.catalog.loader import load_catalog
from gonogo.catalog.packages import BUILT_IN
from gonogo.checks.fixtures import Case, read_cases

CATALOG = load_catalog(entries=())
FOLDER = BUILT_IN / "fixtures"


def cases(id: str) -> tuple[Case, ...]:
    path = FOLDER / f"{id}.yaml"
    return read_cases(path) if path.is_file() else ()


def repository_root() -> Path:
    return Path(__file__).parents[2]
