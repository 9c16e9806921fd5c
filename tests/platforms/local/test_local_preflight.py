from __future__ import annotations

import asyncio
import json
import os
import socket
import sys
from pathlib import Path
from typing import Any

import msgspec
import pytest
from local_world import World

from gonogo.model.errors import PermanentError
from gonogo.model.world import Definition, Target
from gonogo.platforms.local import local_directory, preflight
from gonogo.platforms.local.references import resolve


def problems(world: World, definition: Definition) -> list[str]:
    return [str(p) for p in asyncio.run(world.platform.preflight(definition))]


def changed(definition: Definition, **fields: Any) -> Definition:
    return msgspec.structs.replace(definition, **fields)


def test_nothing_wrong_and_nothing_changed(world: World) -> None:
    assert problems(world, world.definition("a")) == []
    assert not world.directory.exists()


def test_a_port_in_use_names_who_has_it(world: World) -> None:
    with socket.create_server(("127.0.0.1", world.port)):
        (found,) = problems(world, world.definition("a"))
    assert f"port {world.port} can't be listened on: Address already in use" in found
    assert f"(pid {os.getpid()})" in found


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        (("no-such-program",), "no-such-program doesn't exist (looked in PATH and"),
        (("./gone", "{port}"), "./gone doesn't exist"),
        (("./service.py",), "./service.py isn't executable (chmod +x"),
        (("service.py",), "service.py is looked for in PATH, and it lies in the artifact (write ./service.py)"),
        ((), "there is no command to run"),
        ((sys.executable,), ""),
        (("sh", "-c", "true"), ""),
    ],
)
def test_commands(world: World, command: tuple[str, ...], expected: str) -> None:
    found = problems(world, changed(world.definition("a"), command=command))
    assert (expected in "".join(found)) if expected else found == []


def test_all_problems_at_once(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ALPHA", raising=False)
    monkeypatch.delenv("BETA", raising=False)
    monkeypatch.setattr(preflight, "envoy_path", lambda: None)
    environment = {"X": "${BETA}-${ALPHA}", "Y": "${PATH}"}
    definition = changed(world.definition("a", environment), command=("nope",), source=str(world.root / "gone"))
    text = "\n".join(problems(world, definition))
    assert "the artifact doesn't exist" in text
    assert "nope doesn't exist" in text
    assert "not set where the driver runs: ALPHA, BETA (" in text
    assert "pip install 'gonogo[local]'" in text


def test_an_artifact_that_moved_since_the_plan(world: World) -> None:
    definition = world.definition("a")
    (Path(definition.source) / "more").write_text("x")
    (found,) = problems(world, definition)
    assert "the content changed" in found and "plan again" in found


def test_references_are_resolved_and_secrets_listed_longest_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOKEN", "abcdef")
    monkeypatch.setenv("LONG", "abcdefgh")
    monkeypatch.setenv("ON", "1")
    monkeypatch.setenv("OTHERS_SECRET", "zzz")
    environment, secrets = resolve({"URL": "http://u:${TOKEN}@h/${LONG}", "PLAIN": "x", "FLAG": "${ON}"})
    assert environment["URL"] == "http://u:abcdef@h/abcdefgh"
    assert environment["PLAIN"] == "x" and environment["PATH"] == os.environ["PATH"]
    assert "OTHERS_SECRET" not in environment
    assert secrets == ["abcdefgh", "abcdef"]


def test_unset_references_are_all_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("B2", raising=False)
    monkeypatch.delenv("A1", raising=False)
    with pytest.raises(PermanentError, match=r"A1, B2$"):
        resolve({"x": "${B2}", "y": "${A1}"})


def test_where_state_lies(monkeypatch: pytest.MonkeyPatch) -> None:
    target = Target("shop", "production")
    monkeypatch.delenv("GONOGO_STATE", raising=False)
    monkeypatch.delenv("XDG_STATE_HOME", raising=False)
    monkeypatch.setenv("HOME", "/home/me")
    assert str(local_directory(target)) == "/home/me/.local/state/gonogo/local/shop-production"
    monkeypatch.setenv("XDG_STATE_HOME", "/var/me")
    assert str(local_directory(target)) == "/var/me/gonogo/local/shop-production"
    monkeypatch.setenv("GONOGO_STATE", "/srv/gonogo")
    assert str(local_directory(target)) == "/srv/gonogo/local/shop-production"


def test_a_damaged_state_file_is_an_error_that_names_it(world: World) -> None:
    world.directory.mkdir()
    (world.directory / "state.json").write_text(json.dumps({"revisions": 3}))
    with pytest.raises(PermanentError, match=r"state\.json: can't read"):
        asyncio.run(world.platform.observe())
