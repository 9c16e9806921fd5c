"""Read Compose files: the services with what matters for running them, each with its line."""

from __future__ import annotations

import re

import msgspec

from gonogo.checks.files import Unreadable
from gonogo.checks.yaml_file import read_node
from gonogo.config.nodes import Absent, Node, plain

FILES = ("**/compose.yaml", "**/compose.yml", "**/docker-compose.yaml", "**/docker-compose.yml",
         "**/compose.prod*.y*ml", "**/docker-compose.prod*.y*ml")  # fmt: skip
_SECRET = re.compile(r"(?i)(?:^|_)(?:pass(?:word|wd)?|pwd|secret|token|api_?key|access_?key|private_?key)(?:$|_)")
_PATH = re.compile(r"(?i)_(?:file|path|dir|url|name|id|ttl|length|expiry|lifetime)$")


class Mount(msgspec.Struct, frozen=True):
    kind: str
    """`volume`, `bind`, `anonymous`, `tmpfs` or another that Compose knows."""
    source: str
    target: str


class ComposeService(msgspec.Struct, frozen=True):
    name: str
    line: int
    image: str = ""
    build: bool = False
    restart: str = ""
    """Its policy; empty where none is set."""
    healthcheck: bool = False
    disabled: bool = False
    """Whether the health check is switched off."""
    one_shot: bool = False
    """Whether another service waits for it to complete."""
    limits: tuple[str, ...] = ()
    """What is limited: `memory`, `cpus`."""
    plain: tuple[str, ...] = ()
    """Variables that look secret and stand there in plain text. The values are not kept."""
    mounts: tuple[Mount, ...] = ()


class Compose(msgspec.Struct, frozen=True):
    path: str
    services: tuple[ComposeService, ...] = ()
    volumes: tuple[str, ...] = ()
    """Declared at the top."""


def read_compose(content: bytes, path: str) -> Compose:
    """Raises Unreadable."""
    root = read_node(content, path, 20_000)
    services = _map(root.get("services"))
    if not services:
        raise Unreadable("it has no services")
    waited = {name for node in services.values() for name in _completed(node)}
    read = tuple(_service(name, node, name in waited) for name, node in services.items())
    return Compose(path, read, tuple(_map(root.get("volumes"))))


def _map(node: Node | None) -> dict[str, Node]:
    """A mapping with what it merges in (`<<`) laid under it; empty for anything else."""
    if node is None or not isinstance(node.value, dict):
        return {}
    merged = node.value.get("<<")
    if merged is None:
        return node.value
    parts = merged.value if isinstance(merged.value, list) else [merged]
    under: dict[str, Node] = {}
    for part in reversed(parts):
        under |= _map(part)
    return under | {key: value for key, value in node.value.items() if key != "<<"}


def _text(node: Node | None) -> str:
    value = None if node is None else node.value
    return "" if value is None or isinstance(value, list | dict | Absent) else str(value)


def _completed(node: Node) -> list[str]:
    waits = _map(_map(node).get("depends_on"))
    return [n for n, how in waits.items() if _text(_map(how).get("condition")) == "service_completed_successfully"]


def _service(name: str, node: Node, waited: bool) -> ComposeService:
    keys = _map(node)
    check, deploy = _map(keys.get("healthcheck")), _map(keys.get("deploy"))
    disabled = _text(check.get("disable")) == "True" or (
        plain(check["test"]) in ("NONE", ["NONE"]) if "test" in check else False
    )
    restart = _text(keys.get("restart")) or _text(_map(deploy.get("restart_policy")).get("condition"))
    if "restart_policy" in deploy and not restart:
        restart = "any"
    return ComposeService(
        name=name,
        line=node.place.line,
        image=_text(keys.get("image")),
        build="build" in keys,
        restart=restart,
        healthcheck="test" in check,
        disabled=disabled,
        one_shot=waited or _text(_map(deploy.get("restart_policy")).get("condition")) == "none",
        limits=_limits(keys, deploy),
        plain=_plain_secrets(keys.get("environment")),
        mounts=tuple(_mount(v) for v in _list(keys.get("volumes"))),
    )


def _list(node: Node | None) -> list[Node]:
    return node.value if node is not None and isinstance(node.value, list) else []


def _limits(keys: dict[str, Node], deploy: dict[str, Node]) -> tuple[str, ...]:
    limits = _map(_map(deploy.get("resources")).get("limits"))
    memory = "memory" in limits or "mem_limit" in keys
    cpus = "cpus" in limits or "cpus" in keys or "cpu_quota" in keys
    return tuple(name for name, there in (("memory", memory), ("cpus", cpus)) if there)


def _plain_secrets(node: Node | None) -> tuple[str, ...]:
    pairs = {name: _text(value) for name, value in _map(node).items()}
    for entry in _list(node):
        name, _, value = _text(entry).partition("=")
        pairs[name] = value
    return tuple(
        n for n, value in pairs.items() if _SECRET.search(n) and not _PATH.search(n) and value and "$" not in value
    )


def _mount(node: Node) -> Mount:
    if isinstance(node.value, dict):
        keys = _map(node)
        kind, source = _text(keys.get("type")), _text(keys.get("source"))
        return Mount("anonymous" if kind == "volume" and not source else kind, source, _text(keys.get("target")))
    source, colon, target = _text(node).partition(":")
    if not colon:
        return Mount("anonymous", "", source)
    host = source.startswith((".", "/", "~", "$")) or "\\" in source
    return Mount("bind" if host else "volume", source, target.partition(":")[0])
