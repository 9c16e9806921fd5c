"""Compose files: their services, what they publish, and which of them keep data."""

from __future__ import annotations

import re
from collections.abc import Iterator

from gonogo.inspect.documents import Node, documents
from gonogo.inspect.facts import Fact
from gonogo.inspect.tree import Tree

NAMED = re.compile(r"(?:^|/)(?:docker-|podman-)?compose(?:[.\-_][^/]*)?\.ya?ml$")
DATABASES = re.compile(
    r"postgres|postgis|timescale|mysql|mariadb|mongo|redis|valkey|elasticsearch|opensearch|azure-sql|mssql|cassandra"
    r"|scylla|clickhouse|couchdb|couchbase|influxdb|neo4j|etcd|minio|rabbitmq|kafka|redpanda|zookeeper|cockroach"
)
"""Part of an image's last name; what it serves is data."""
_TOOLS = re.compile(r"admin|express|exporter|-ui$|kafdrop|commander|operator|proxy|dump|backup|init|migrat")
"""Images named after a database that hold none of its data."""
_NO_DATA = re.compile(
    r"(?:^|[/_.-])(?:node_modules|target|cache|tmp|temp|notused|vendor|\.m2|\.gradle|bin|obj|dist|build)(?:$|[/_.-])"
)
_SOCKETS = re.compile(
    r"\.sock$|^/(?:lib|usr/src|proc|sys|dev|etc/(?:localtime|timezone|hosts|ssl|passwd|group))(?:/|$)"
)
_DATA_PATH = re.compile(r"^/(?:data|var/lib/|bitnami/|var/opt/)|/data/?$")


def look(tree: Tree) -> Iterator[Fact]:
    for path in tree.matching(NAMED):
        for document in documents(tree, path):
            services = document.get("services")
            if services is None:
                continue
            yield Fact("compose.file", path, f"{path}:{services.line}", of=path)
            for name, service in services.items():
                yield from _service(path, name, service, document)


def _service(path: str, name: str, service: Node, document: Node) -> Iterator[Fact]:
    def fact(what: str, value: str | bool | int, node: Node, certain: bool = True, how: str = "") -> Fact:
        return Fact(f"compose.{what}", value, f"{path}:{node.line}", certain, how, name)

    image, build = service.get("image"), service.get("build")
    yield fact("service", name, service)
    if build is not None:
        context = service.text("build") or service.text("build", "context") or "."
        yield fact("build", context, build)
    if image is not None:
        yield fact("image", service.text("image"), image)
    for port in service.list("ports"):
        yield fact("port", _port(port), port)
    for port in service.list("expose"):
        yield fact("expose", port.text(), port)
    if service.text("network_mode") == "host":
        yield fact("network", "host", service.get("network_mode") or service)
    check = service.get("healthcheck")
    if check is not None:
        disabled = service.text("healthcheck", "disable") == "true" or _words(check.get("test")) == ["NONE"]
        yield fact("healthcheck", not disabled, check)
    replicas = service.get("deploy", "replicas") or service.get("scale")
    if replicas is not None and replicas.text().isdigit():
        yield fact("instances", int(replicas.text()), replicas)
    for depends in service.list("depends_on") or [Node(key, node.line) for key, node in service.items("depends_on")]:
        yield fact("needs", depends.text(), depends)
    yield from _data(path, name, service, document)


def _words(node: Node | None) -> list[str]:
    return [one.text() for one in node.list()] if node else []


def _port(port: Node) -> str:
    if port.text():
        return port.text()
    published, target = port.text("published"), port.text("target")
    protocol = port.text("protocol")
    return (f"{published}:{target}" if published else target) + (f"/{protocol}" if protocol else "")


def _data(path: str, name: str, service: Node, document: Node) -> Iterator[Fact]:
    """Whether the service keeps data: by its volumes, else by what its image is."""
    found = False
    image = service.text("image").rpartition("/")[2].partition("@")[0].partition(":")[0]
    own = service.get("build") is not None
    database = bool(image) and not own and DATABASES.search(image) is not None and not _TOOLS.search(image)
    for volume in service.list("volumes"):
        source, target, reading = _volume(volume)
        where = f"{path}:{volume.line}"
        if source or target:
            yield Fact("compose.volume", f"{source}:{target}" if source else target, where, of=name)
        certain, how = _keeps(source, target, reading)
        if how:
            found = True
            yield Fact("compose.stateful", True, where, certain, how, name)
    if database and not found:
        line = (service.get("image") or service).line
        how = f"{image} holds data; without a volume for it, it goes with the container"
        yield Fact("compose.stateful", True, f"{path}:{line}", False, how, name)


def _volume(volume: Node) -> tuple[str, str, bool]:
    """Source, target, read-only; a volume without a source is anonymous."""
    if not volume.text():
        return volume.text("source"), volume.text("target"), volume.text("read_only") == "true"
    # `${VAR:-./x}` has a colon of its own; a drive letter is not worth one here.
    parts = re.split(r":(?![-?+])", volume.text())
    if len(parts) == 1:
        return "", parts[0], False
    return parts[0], parts[1], "ro" in parts[2:]


def _keeps(source: str, target: str, reading: bool) -> tuple[bool, str]:
    """Certainty and reason that a volume holds data worth keeping; no reason: it doesn't."""
    if reading or not source or _NO_DATA.search(target) or _SOCKETS.search(source) or _SOCKETS.search(target):
        return True, ""
    if source[0] not in "./~$":
        return (True, f"named volume {source}") if not _NO_DATA.search(source) else (True, "")
    if source[0] == ".":
        return (False, f"{source} is mounted where data lies") if _DATA_PATH.search(target) else (True, "")
    return False, f"{source} of the host is mounted, and may be written to"
