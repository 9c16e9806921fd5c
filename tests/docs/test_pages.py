"""Pages written by hand: what they name is there, what they show is valid, and they stay short."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from gonogo.catalog.item import read_item
from gonogo.checks.table import CHECKS
from gonogo.cli.table import VERBS
from gonogo.config.release_file import read

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
REFERENCE = DOCS / "reference"
WRITTEN = [ROOT / "CONTRIBUTING.md", *sorted(p for p in DOCS.rglob("*.md") if REFERENCE not in p.parents)]
PAGES = [*WRITTEN, *sorted(REFERENCE.rglob("*.md"))]
LONGEST = 150

_LINK = re.compile(r"\]\(([^)\s]+)\)")
_CODE = re.compile(r"`([\w./-]+\.py|[\w-]+/(?:[\w.-]+/)*)(?::(\w+))?`")
_FENCE = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
_VERB = re.compile(r"`gonogo ([a-z-]+)|^\$ gonogo ([a-z-]+)", re.MULTILINE)


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("page", WRITTEN, ids=named)
def test_it_is_short(page: Path) -> None:
    assert len(page.read_text().splitlines()) <= LONGEST


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_links_lead_somewhere(page: Path) -> None:
    broken = []
    for link in _LINK.findall(page.read_text()):
        if "://" in link:
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        if not target.exists() or (anchor and anchor not in anchors(target)):
            broken.append(link)
    assert broken == []


def anchors(page: Path) -> set[str]:
    """As a forge makes them of headings."""
    titles = re.findall(r"^#+ (.+)$", page.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("page", WRITTEN, ids=named)
def test_code_that_is_named_is_there(page: Path) -> None:
    missing = []
    for path, name in _CODE.findall(page.read_text()):
        places = [p for p in (ROOT / "src" / "gonogo" / path, ROOT / path) if p.exists()]
        places = places or [p for p in (ROOT / "tests").rglob(path) if p.is_file()]
        if not places or (name and name not in definitions(places[0])):
            missing.append(f"{path}:{name}")
    assert missing == []


def definitions(file: Path) -> set[str]:
    """What a module defines at its top, and what its classes do."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text())):
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                found.add(name)
            case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
                found.add(name)
    return found


@pytest.mark.parametrize("page", WRITTEN, ids=named)
def test_verbs_that_are_named_exist(page: Path) -> None:
    verbs = {one or other for one, other in _VERB.findall(page.read_text())}
    assert verbs <= set(VERBS)


@pytest.mark.parametrize("page", WRITTEN, ids=named)
def test_release_files_on_it_are_valid(page: Path) -> None:
    for language, text in _FENCE.findall(page.read_text()):
        if language == "yaml" and text.startswith("service:"):
            assert read(text.encode(), ROOT / "gonogo.yaml", {}).environments


@pytest.mark.parametrize("page", WRITTEN, ids=named)
def test_items_on_it_are_valid(page: Path, tmp_path: Path) -> None:
    for language, text in _FENCE.findall(page.read_text()):
        if language == "yaml" and text.startswith("id:"):
            file = tmp_path / f"{text.split()[1]}.yaml"
            file.write_text(text)
            assert read_item(file).check in CHECKS


def test_files_are_looked_at() -> None:
    """Lest the patterns above find none any more."""
    shown = [text for page in WRITTEN for _, text in _FENCE.findall(page.read_text())]
    assert sum(text.startswith("service:") for text in shown) >= 2
    assert sum(text.startswith("id:") for text in shown) >= 1
