"""Finding the file, and reading whatever lies where it should be."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from gonogo.config.load import find, load
from gonogo.model.errors import InputError

GOOD = 'service: shop\nowner: me\nartifact: a\nlocal: {command: ["{port}"], listen: 80}\n'


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def told(action, *arguments) -> str:
    with pytest.raises(InputError) as caught:
        action(*arguments)
    return str(caught.value)


def test_it_is_found_from_below_up_to_the_root_of_the_repository(here):
    (here / ".git").mkdir()
    (here / "gonogo.yaml").write_text(GOOD)
    below = here / "a" / "b"
    below.mkdir(parents=True)
    assert find(below) == find(here) == here / "gonogo.yaml"
    (here / "a" / "gonogo.yml").write_text(GOOD)
    assert find(below) == here / "a" / "gonogo.yml"


def test_nothing_above_the_root_of_the_repository_is_looked_at(here):
    (here / "gonogo.yaml").write_text(GOOD)
    top = here / "repository"
    (top / "sub").mkdir(parents=True)
    (top / ".git").write_text("gitdir: elsewhere")
    assert told(find, top / "sub") == (
        f"{top}/sub: no gonogo.yaml in it, nor above it up to {top}, the root of the git repository "
        "(write one, or name the one you mean)"
    )
    assert told(find, top) == (
        f"{top}: no gonogo.yaml in it, and it is the root of its git repository (write one, or name the one you mean)"
    )


def test_nothing_above_is_looked_at_outside_of_a_repository(here):
    (here / "gonogo.yaml").write_text(GOOD)
    (here / "sub").mkdir()
    assert told(find, here / "sub") == (
        f"{here}/sub: no gonogo.yaml in it, and it is not in a git repository whose directories could be looked "
        "through (write one, or name the one you mean)"
    )


def test_two_of_them_are_one_too_many(here):
    (here / "gonogo.yaml").write_text(GOOD)
    (here / "gonogo.yml").symlink_to("nowhere")
    assert told(find, here) == f"{here}: both gonogo.yaml and gonogo.yml are there (keep one of the two)"


def test_a_directory_that_is_not_there(here):
    assert told(find, here / "no") == f"{here}/no: there is no such directory (check the name)"


def test_problems_name_the_file_as_one_would_from_here(here):
    (here / "gonogo.yaml").write_text("tier: 9\n")
    assert told(load, here / "gonogo.yaml").splitlines()[-1].startswith("gonogo.yaml:1:7: tier: expected")
    assert told(load, Path("gonogo.yaml")).splitlines()[-1].startswith("gonogo.yaml:1:7: tier: expected")


def test_paths_in_it_are_relative_to_it(here):
    (here / "deep").mkdir()
    (here / "deep" / "gonogo.yaml").write_text(GOOD)
    file = load(Path("deep/gonogo.yaml"), {})
    assert (file.path, file.artifact) == (f"{here}/deep/gonogo.yaml", f"{here}/deep/a")


def test_variables_of_the_process_are_used_unless_others_are_given(here, monkeypatch):
    (here / "gonogo.yaml").write_text(GOOD.replace("me", "${OWNER}"))
    monkeypatch.setenv("OWNER", "mine")
    assert load(here / "gonogo.yaml").owner == "mine"
    assert load(here / "gonogo.yaml", {"OWNER": "yours"}).owner == "yours"


def missing(path):
    return "can't be read: there is no such file (check the name)"


def directory(path):
    path.mkdir()
    return "can't be read: it is a directory (name a regular file)"


def fifo(path):
    os.mkfifo(path)
    return "can't be read: it is a FIFO (name a regular file)"


def device(path):
    path.symlink_to("/dev/zero")
    return "can't be read: it is a device (name a regular file)"


def unix_socket(path):
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(path.name)
    return "can't be read: it is a socket (name a regular file)"


def loop(path):
    path.symlink_to(path.name)
    return "can't be read: a loop of symbolic links (let the link point at the file)"


def dangling(path):
    path.symlink_to("nowhere")
    return "can't be read: there is no such file (check the name)"


def hundred_megabytes(path):
    with path.open("wb") as opened:
        opened.truncate(100_000_000)
    return "too large: 100000000 bytes, and at most 1048576 are read (is this the right file?)"


@pytest.mark.parametrize(
    "make", [missing, directory, fifo, device, unix_socket, loop, dangling, hundred_megabytes], ids=lambda m: m.__name__
)
def test_what_is_no_readable_file(here, make):
    message = make(here / "gonogo.yaml")
    started = time.process_time()
    assert told(load, here / "gonogo.yaml") == f"gonogo.yaml: {message}"
    assert time.process_time() - started < 0.5


def test_names_that_no_file_can_have(here):
    assert told(load, Path("a\0b")) == "a\0b: can't be read: not a possible name (check the name)"
    assert told(load, Path("a" * 300)).endswith("can't be read: the name is too long (check the name)")
    (here / "plain").write_text("")
    assert told(load, Path("plain/gonogo.yaml")) == (
        "plain/gonogo.yaml: can't be read: a part of its path is not a directory (check the name)"
    )


def test_a_fifo_that_takes_the_place_of_the_file_does_not_block(here, monkeypatch):
    path = here / "gonogo.yaml"
    path.write_text(GOOD)
    seen = path.stat()
    path.unlink()
    os.mkfifo(path)
    monkeypatch.setattr(Path, "stat", lambda self, **_: seen)
    assert told(load, path) == "gonogo.yaml: can't be read: it is a FIFO (name a regular file)"


def test_permission_denied(here):
    """As root everything is readable, so the reading is done by a user who has no rights here."""
    path = here / "gonogo.yaml"
    path.write_text(GOOD)
    path.chmod(0)
    if os.geteuid():
        assert told(load, path).startswith("gonogo.yaml: can't be read: permission denied")
        return
    # Imports before giving up the rights: the interpreter's own files may be out of reach afterwards.
    script = f"""
import os
from pathlib import Path
from gonogo.config.load import load
from gonogo.config import release_file, yaml
from gonogo.model.errors import InputError
os.setgid(65534); os.setuid(65534)
try:
    load(Path({str(path)!r}))
except InputError as error:
    print(error)
"""
    done = subprocess.run([sys.executable, "-c", script], cwd="/", capture_output=True, text=True, timeout=30)
    assert done.stdout == (
        f"{str(path).removeprefix('/')}: can't be read: permission denied "
        "(it must be readable for the user who runs this)\n"
    ), done.stderr


def test_finding_imports_neither_pydantic_nor_yaml():
    script = "import sys, gonogo.config.load; print([m for m in ('pydantic', 'yaml') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=30, check=True)
    assert done.stdout == "[]\n"
