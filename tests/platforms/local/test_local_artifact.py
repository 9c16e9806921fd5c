from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from gonogo.model.errors import InputError, PermanentError
from gonogo.platforms.local import artifact
from gonogo.platforms.local.artifact import digest, ensure_copy


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    root = tmp_path / "app"
    (root / "static").mkdir(parents=True)
    (root / "run").write_text("#!/bin/sh\n")
    (root / "static" / "page.html").write_text("hello")
    (root / "index.html").symlink_to("static/page.html")
    return root


def test_the_same_content_elsewhere_has_the_same_digest(tree: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(tree, tmp_path / "other", symlinks=True)
    assert digest(copy) == digest(tree)
    assert digest(tree).startswith("sha256:") and len(digest(tree)) == 71


@pytest.mark.parametrize(
    "change",
    [
        lambda root: (root / "run").chmod(0o755),
        lambda root: (root / "run").write_text("#!/bin/sh\n "),
        lambda root: (root / "run").rename(root / "walk"),
        lambda root: (root / "empty").mkdir(),
        lambda root: (root / "static" / "page.html").rename(root / "page.html"),
        lambda root: ((root / "index.html").unlink(), (root / "index.html").symlink_to("run")),
    ],
)
def test_every_change_of_content_changes_it(tree: Path, change: Callable[[Path], object]) -> None:
    before = digest(tree)
    change(tree)
    assert digest(tree) != before


def test_caches_and_history_are_no_content(tree: Path) -> None:
    before = digest(tree)
    (tree / "static" / "__pycache__").mkdir()
    (tree / "static" / "__pycache__" / "x.pyc").write_text("x")
    (tree / ".git").mkdir()
    assert digest(tree) == before


def test_a_single_file(tmp_path: Path) -> None:
    program = tmp_path / "program"
    program.write_text("x")
    before = digest(program)
    program.chmod(0o755)
    assert digest(program) != before


def test_all_problems_at_once(tree: Path) -> None:
    (tree / "out").symlink_to("../elsewhere")
    (tree / "absolute").symlink_to("/etc/passwd")
    (tree / "round").symlink_to("static/../../app/run")
    os.mkfifo(tree / "pipe")
    with pytest.raises(InputError) as caught:
        digest(tree)
    assert {p.where.rpartition("/")[2] for p in caught.value.problems} == {"out", "absolute", "pipe"}


@pytest.mark.parametrize("name", ["nothing", "empty"])
def test_nothing_to_release(tmp_path: Path, name: str) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match=r"doesn't exist|is empty"):
        digest(tmp_path / name)


def test_copies_once_and_exactly(tree: Path, tmp_path: Path) -> None:
    store = tmp_path / "store"
    store.mkdir()
    wanted = digest(tree)
    copy = ensure_copy(store, tree, wanted)
    assert digest(copy) == wanted
    shutil.rmtree(tree)
    assert ensure_copy(store, tree, wanted) == copy
    assert [p.name for p in store.iterdir()] == [wanted.removeprefix("sha256:")]


def test_a_file_is_copied_into_a_directory(tmp_path: Path) -> None:
    store, program = tmp_path / "store", tmp_path / "program"
    store.mkdir()
    program.write_text("x")
    assert [p.name for p in ensure_copy(store, program, digest(program)).iterdir()] == ["program"]


def test_content_that_moved_is_refused_and_leaves_nothing(tree: Path, tmp_path: Path) -> None:
    store = tmp_path / "store"
    store.mkdir()
    wanted = digest(tree)
    (tree / "run").write_text("changed")
    with pytest.raises(PermanentError, match="changed since"):
        ensure_copy(store, tree, wanted)
    assert list(store.iterdir()) == []


def test_half_copies_of_the_dead_are_cleared_and_others_kept(tmp_path: Path) -> None:
    dead, living = tmp_path / f".copying-{2**22 + 1}-a-b", tmp_path / f".copying-{os.getpid()}-a-b"
    dead.mkdir()
    living.mkdir()
    artifact.clear_half_copies(tmp_path)
    assert list(tmp_path.iterdir()) == [living]
