"""What Envoy says of itself, over its admin socket."""

from __future__ import annotations

import http.client
import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec

from gonogo.model.errors import TemporaryError
from gonogo.platforms.local import xds

TIMEOUT = 2.0


class _Connection(http.client.HTTPConnection):
    def __init__(self, path: Path) -> None:
        super().__init__("envoy", timeout=TIMEOUT)
        self.path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(str(self.path))


class Host(msgspec.Struct, frozen=True):
    """An instance as the router sees it."""

    healthy: bool
    """By its health check: it would get requests if it weren't draining."""
    draining: bool
    in_flight: int


class View(msgspec.Struct, frozen=True):
    """What the router does right now: hosts by port for each cluster, accepted parts of xds.TOTAL_WEIGHT."""

    clusters: dict[str, dict[int, Host]]
    shares: dict[str, int]
    version: str
    """Of the accepted routes."""


class Admin:
    """One connection to a running Envoy."""

    def __init__(self, connection: http.client.HTTPConnection) -> None:
        self._connection = connection

    def get(self, path: str) -> str:
        """Raises TemporaryError for anything but 200."""
        try:
            self._connection.request("GET", path)
            answer = self._connection.getresponse()
            body = answer.read().decode()
        except (OSError, http.client.HTTPException) as error:
            raise TemporaryError(f"the router doesn't answer: {error}") from error
        if answer.status != 200:
            raise TemporaryError(f"the router answers {answer.status} to {path.partition('?')[0]}: {body.strip()}")
        return body

    def look(self) -> View:
        """Raises TemporaryError unless Envoy has all of its configuration."""
        self.get("/ready")
        shares, version = self.routes()
        return View(self.clusters(), shares, version)

    def clusters(self) -> dict[str, dict[int, Host]]:
        found = json.loads(self.get("/clusters?format=json"))
        return {
            cluster["name"]: {
                host["address"]["socket_address"]["port_value"]: _host(host)
                for host in cluster.get("host_statuses", [])
            }
            for cluster in found.get("cluster_statuses", [])
        }

    def routes(self) -> tuple[dict[str, int], str]:
        """Accepted parts by revision, and the version of the routes; empty before any were accepted."""
        dump = json.loads(self.get("/config_dump?resource=dynamic_route_configs"))
        for config in dump.get("configs", []):
            route = config["route_config"]["virtual_hosts"][0]["routes"][0].get("route", {})
            clusters = route.get("weighted_clusters", {}).get("clusters", [])
            return {c["name"]: c["weight"] for c in clusters}, config.get("version_info", "")
        return {}, ""

    def listening(self) -> bool:
        """Whether the port users come to is open."""
        return bool(self.get("/listeners").strip())

    def counters(self) -> str:
        """Asked for twice: the first question makes Envoy collect from its threads what the second tells."""
        self.get("/stats?filter=^nothing$")
        return self.get(f"/stats/prometheus?filter=^{xds.STATS}")


def _host(status: dict[str, Any]) -> Host:
    health = status.get("health_status", {})
    unhealthy = health.get("failed_active_health_check", False) or health.get("pending_active_hc", False)
    return Host(
        healthy=not unhealthy,
        draining=health.get("eds_health_status") == "DRAINING",
        in_flight=sum(int(s.get("value", 0)) for s in status.get("stats", []) if s["name"] == "rq_active"),
    )


@contextmanager
def connected(path: Path) -> Iterator[Admin]:
    connection = _Connection(path)
    try:
        yield Admin(connection)
    finally:
        connection.close()
