"""What the walk leaves out, and that it says so; hostile content; the cost of a file."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from inspect_world import write

from gonogo.inspect.documents import documents
from gonogo.inspect.hcl import parse
from gonogo.inspect.profile import inspect_repository
from gonogo.inspect.tree import Limits, walk
from gonogo.model.errors import InputError


def notes(profile) -> dict[str, str]:
    return {note.where: note.message for note in profile.notes}


def test_what_is_not_looked_into(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "a.py": "",
            "node_modules/x/Dockerfile": "FROM x",
            "vendor/Dockerfile": "FROM x",
            "env/pyvenv.cfg": "",
            "env/Dockerfile": "FROM x",
            "target/CACHEDIR.TAG": "",
            "target/Dockerfile": "FROM x",
            "nested/.git/HEAD": "",
            "nested/Dockerfile": "FROM x",
        },
    )
    (tmp_path / "loop").symlink_to(".")
    (tmp_path / "Dockerfile").symlink_to("vendor/Dockerfile")
    os.mkfifo(tmp_path / "compose.yaml")
    profile = inspect_repository(tmp_path)
    assert profile.files == 1
    assert profile.known("docker.any") is False
    said = notes(profile)
    assert said["env"] == "a Python environment, not looked into"
    assert said["target"] == "a cache, not looked into"
    assert said["nested"] == "another git repository, not looked into"
    assert any("2 symbolic links" in message for message in said.values())


def test_limits_are_said_and_leave_things_unknown(tmp_path: Path) -> None:
    write(tmp_path, {f"d{n}/a.py": "" for n in range(10)} | {"big.yaml": "a: " + "x" * 200, "d0/deep/er/b.py": ""})
    files = inspect_repository(tmp_path, limits=Limits(files=5))
    assert files.files == 5
    assert not files.complete
    assert files.known("docker.any") is None
    assert "stopped here: more than 5 files" in notes(files).values()
    big = inspect_repository(tmp_path, limits=Limits(bytes=100))
    assert notes(big)["big.yaml"] == "larger than 100 bytes, not read"
    assert big.known("kubernetes.any") is None
    read = inspect_repository(tmp_path, limits=Limits(read=100))
    assert "100 bytes of this repository were read before it" in notes(read)["big.yaml"]
    deep = inspect_repository(tmp_path, limits=Limits(depth=2))
    assert notes(deep)["d0/deep/er"] == "deeper than 2 directories, not looked into"
    assert not deep.complete


def test_a_name_that_can_not_be_shown_is_counted(tmp_path: Path) -> None:
    (tmp_path / "new\nline.py").touch()
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff.py")).touch()
    profile = inspect_repository(tmp_path)
    assert profile.files == 0
    assert "2 names that can't be shown" in notes(profile)["."] or any("2 names" in n.message for n in profile.notes)


def test_a_directory_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="can't be listed"):
        inspect_repository(tmp_path / "none")


def test_a_file_is_opened_once(tmp_path: Path, monkeypatch) -> None:
    write(
        tmp_path,
        {"pyproject.toml": "[project]\nname='a'\n", "compose.yaml": "services: {a: {image: b}}\n", "app.py": ""},
    )
    opened: list[str] = []
    really = os.open
    monkeypatch.setattr(os, "open", lambda path, *rest, **more: opened.append(str(path)) or really(path, *rest, **more))
    inspect_repository(tmp_path)
    mine = [path for path in opened if path.startswith(str(tmp_path)) and Path(path).is_file()]
    assert sorted(mine) == sorted(set(mine))
    assert len(mine) == 3


HOSTILE = {
    "bomb": "a: &a [x, x]\n" + "".join(f"b{n}: &b{n} [*{'a' if n == 0 else f'b{n - 1}'}, *a]\n" for n in range(60)),
    "deep": "[" * 5000,
    "nested": "[" * 200 + "]" * 200,
    "many": "- a\n" * 300_000,
    "tag": "!!python/object/apply:os.system [touch ran]\n",
    "cut": "services:\n  a: {image: b\n",
    "key": "? [a, b]\n: c\nservices: {a: {image: b}}\n",
    "self": "&a [*a]\n",
    "tabs": "services:\n\ta: b\n",
    "empty": "",
    "text": "only text",
    "merge": "<<: [1, 2]\nservices: {<<: 3, a: {<<: *none}}\n",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_yaml_ends_and_is_told(name: str, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path, {"compose.yaml": HOSTILE[name]})
    tree = walk(tmp_path)
    documents(tree, "compose.yaml")
    profile = inspect_repository(tmp_path)
    assert not (tmp_path / "ran").exists()
    if name in ("deep", "nested", "many", "cut", "tabs"):
        assert any(note.where.startswith("compose.yaml") for note in profile.notes)
        assert profile.known("compose.any") is None


def test_documents_keep_lines_and_merge(tmp_path: Path) -> None:
    write(tmp_path, {"a.yaml": "a: &x\n  b: 1\n  c: 2\n---\n# note\nd:\n  <<: {b: 3}\n  c: |\n    text\n"})
    first, second = documents(walk(tmp_path), "a.yaml")
    assert (first.text("a", "b"), first.get("a", "c").line) == ("1", 3)
    assert (second.text("d", "b"), second.text("d", "c"), second.get("d", "c").line) == ("3", "text\n", 8)
    assert second.get("d", "none") is None
    assert second.text("none", "deeper") == ""


def test_hcl_blocks_attributes_and_what_is_wrong() -> None:
    root = parse('a "b" "c" {\n  x = "1" # no\n  y = [\n    1, 2\n  ]\n  m = { k = "}" }\n  d { z = true }\n}\n')
    (a,) = root.all("a")
    assert (a.labels, a.line, a.attributes["x"], a.attributes["y"][1]) == (("b", "c"), 1, ("1", 2), 3)
    assert a.all("d")[0].attributes["z"] == ("true", 7)
    for wrong in ("a {", "}", "{", "a {" * 60):
        with pytest.raises(ValueError, match="line 1"):
            parse(wrong)
