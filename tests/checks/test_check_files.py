"""Looking through a repository: what is found, what is never touched, and where it stops."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from gonogo.checks import files
from gonogo.checks.files import Unreadable, find, matches, read_all, text, walk
from gonogo.checks.interface import Unavailable
from gonogo.checks.judging import Damaged
from gonogo.model.units import Instant


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name in ("Dockerfile", "web/Dockerfile.prod", "web/src/a.py", "node_modules/x/Dockerfile", ".git/Dockerfile"):
        path = tmp_path / "r" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("FROM scratch\n")
    return tmp_path / "r"


def test_found_by_glob_without_tools_folders(root: Path) -> None:
    assert find(root, ["**/dockerfile*"]) == ["Dockerfile", "web/Dockerfile.prod"]
    assert find(root, ["*.py"]) == []
    assert find(root, ["web/**"]) == ["web/Dockerfile.prod", "web/src/a.py"]


def test_links_are_not_followed(root: Path, tmp_path: Path) -> None:
    (tmp_path / "secret.py").write_text("outside")
    (root / "link.py").symlink_to(tmp_path / "secret.py")
    (root / "loop").symlink_to(root, target_is_directory=True)
    assert find(root, ["**/*.py"]) == ["web/src/a.py"]


def test_a_folder_that_may_not_be_read_is_passed_over(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.scandir

    def refusing(path: Path) -> object:
        if str(path).endswith("web"):
            raise PermissionError(13, "Permission denied")
        return real(path)

    monkeypatch.setattr(os, "scandir", refusing)
    assert list(walk(root)) == ["Dockerfile"]


def test_a_tree_without_end(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "MOST_ENTRIES", 3)
    with pytest.raises(Unavailable, match="more than 3 files"):
        find(root, ["**/*"])
    with pytest.raises(Unavailable, match="can't be looked through: No such file"):
        find(root / "none", ["*"])


def test_too_many_matches(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "MOST_MATCHES", 1)
    with pytest.raises(Unavailable, match=r"3 files match \*\*/\*, b, c and the like"):
        find(root, ["**/*", "b", "c", "d"])


@pytest.mark.parametrize(
    ("path", "glob", "holds"),
    [
        ("a/b/c.py", "**/c.py", True),
        ("c.py", "**/c.py", True),
        ("a/c.py", "*/c.py", True),
        ("a/b/c.py", "*/c.py", False),
        ("a/b", "a/**", True),
        ("README.md", "readme*", True),
        ("a+b.py", "a+b.py", True),
        ("axb.py", "a?b.py", True),
        ("a/b.py", "a?b.py", False),
    ],
)
def test_globs(path: str, glob: str, holds: bool) -> None:
    assert matches(path, [glob]) is holds


def test_what_can_be_read_and_what_cannot(root: Path) -> None:
    (root / "big").write_text("x" * 100)
    (root / "binary").write_bytes(b"a\0b")
    (root / "latin").write_bytes(b"caf\xe9")
    os.mkfifo(root / "pipe")

    def read(content: bytes, path: str, written_at: Instant) -> tuple[str, bool]:
        return text(content), written_at > 0

    found, damaged = read_all(root, ["Dockerfile", "big", "binary", "latin", "pipe", "none"], read, 50)
    assert found == (("FROM scratch\n", True),)
    assert {d.path: d.why.partition(":")[0] for d in damaged} == {
        "big": "too large",
        "binary": "it is not text",
        "latin": "not UTF-8 at byte 3",
        "pipe": "can't be read",
        "none": "can't be read",
    }
    assert Damaged("binary", "it is not text") in damaged


def test_too_much_together(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "MOST_BYTES", 20)
    with pytest.raises(Unavailable, match="larger than 0 MiB together"):
        read_all(root, ["Dockerfile", "web/src/a.py"], lambda content, path, at: content)


def test_text_with_a_byte_order_mark() -> None:
    assert text(b"\xef\xbb\xbfa") == "a"
    with pytest.raises(Unreadable):
        text(b"\0")
