"""Who holds a lease: a name for people, and behind it what proves on the same machine that the process is gone."""

from __future__ import annotations

import os
import pwd
import re
from pathlib import Path

_PROOF = re.compile(r" \[boot=(?P<boot>\S+) space=(?P<space>\d+) pid=(?P<pid>\d+) start=(?P<start>\d+)\]$")
_BOOT = Path("/proc/sys/kernel/random/boot_id")


def this_holder() -> str:
    """`ann@build-3 pid 4711 [boot=… space=… pid=4711 start=…]`; without the part in brackets where the system has no
    /proc. `start` is the process's start in clock ticks since boot, `space` its pid namespace: a pid means nothing in
    another container, nor after it was given to another process."""
    pid = os.getpid()
    name = f"{_user()}@{os.uname().nodename} pid {pid}"
    boot, space, seen = _boot(), _space(), _process(pid)
    if not boot or space is None or seen is None:
        return name
    return f"{name} [boot={boot} space={space} pid={pid} start={seen[1]}]"


def holder_name(holder: str) -> str:
    """The part for people: `ann@build-3 pid 4711`."""
    return _PROOF.sub("", holder)


def is_provably_dead(holder: str) -> bool:
    """True only where the process ran on this boot, in this pid namespace, and is gone, a zombie, or its pid belongs to
    another by now. A holder elsewhere, or one that can't be looked at, is never proved dead: its missing beats tell."""
    proof = _PROOF.search(holder)
    if proof is None or proof["boot"] != _boot() or int(proof["space"]) != _space():
        return False
    pid = int(proof["pid"])
    seen = _process(pid)
    if seen is None:
        return not _exists(pid)
    state, start = seen
    return state in "ZX" or start != int(proof["start"])


def _user() -> str:
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return str(os.getuid())


def _boot() -> str:
    try:
        return _BOOT.read_text().strip()
    except OSError:
        return ""


def _space() -> int | None:
    try:
        return Path("/proc/self/ns/pid").stat().st_ino
    except OSError:
        return None


def _process(pid: int) -> tuple[str, int] | None:
    """(state, start in ticks since boot) from /proc/<pid>/stat; the command in it may hold spaces and brackets."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()
        return fields[0].decode(), int(fields[19])
    except (OSError, IndexError, ValueError):
        return None


def _exists(pid: int) -> bool:
    """/proc may hide the processes of others; a signal still tells."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
