"""The reference is what the code says: no page differs from what `docs/generate.py` writes, none is missing or left."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "docs" / "reference"


@pytest.fixture(scope="module")
def generate() -> ModuleType:
    spec = importlib.util.spec_from_file_location("docs_generate", ROOT / "docs" / "generate.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_no_page_is_out_of_date(generate: ModuleType) -> None:
    made: dict[str, str] = generate.pages()
    there = {str(path.relative_to(FOLDER)): path.read_text() for path in FOLDER.rglob("*.md")}
    stale = sorted(path for path in made.keys() | there.keys() if made.get(path) != there.get(path))
    assert stale == [], "run `make docs`"


def test_writing_is_deterministic() -> None:
    """In another process, with another seed for hashes, another width of the terminal, and another home."""
    code = "import runpy, json; print(json.dumps(runpy.run_path('docs/generate.py')['pages'](), sort_keys=True))"
    said = {
        subprocess.run(
            [sys.executable, "-c", code],
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": seed, "COLUMNS": columns, "HOME": home},
            capture_output=True,
            text=True,
            check=True,
            timeout=60,
        ).stdout
        for seed, columns, home in (("1", "60", "/"), ("2", "200", "/nowhere"))
    }
    assert len(said) == 1
