"""Where a target's things lie in its state directory, and how files there are replaced."""

from __future__ import annotations

import os
import threading
from dataclasses import dataclass
from pathlib import Path

from gonogo.model.errors import PermanentError

SOCKET_PATH_BYTES = 107
"""The kernel's limit for the path of a UNIX socket."""


def replace(path: Path, content: bytes) -> None:
    """Readers see the old content or the new, never a part, even if two threads replace it at once."""
    new = path.with_name(f"{path.name}.{threading.get_ident()}.new")
    new.write_bytes(content)
    new.rename(path)


@dataclass(frozen=True)
class Layout:
    root: Path

    @property
    def state(self) -> Path:
        return self.root / "state.json"

    @property
    def artifacts(self) -> Path:
        return self.root / "artifacts"

    @property
    def router(self) -> Path:
        return self.root / "router"

    @property
    def admin_socket(self) -> Path:
        """In the state directory where that is short enough: it outlives a login session and what cleans /tmp."""
        path = self.router / "admin"
        if len(os.fsencode(path)) <= SOCKET_PATH_BYTES:
            return path
        import hashlib

        name = hashlib.sha256(os.fsencode(self.root)).hexdigest()[:16]
        return Path("/tmp") / f"gonogo-{os.getuid()}" / name

    def instance(self, id: str) -> Path:
        return self.root / "instances" / id

    def make(self) -> None:
        """Create what is missing, for this user only. Raises PermanentError where that can't be done."""
        try:
            self.root.mkdir(parents=True, exist_ok=True, mode=0o700)
            for directory in (self.artifacts, self.router, self.root / "instances"):
                directory.mkdir(exist_ok=True, mode=0o700)
            private(self.admin_socket.parent)
        except OSError as error:
            raise PermanentError(f"{self.root}: can't keep the platform's state here: {error.strerror}") from error


def private(directory: Path) -> None:
    """Create a directory that only this user may enter; raises PermanentError where somebody else made it first."""
    directory.mkdir(exist_ok=True, mode=0o700)
    seen = directory.lstat()
    if seen.st_uid != os.getuid() or seen.st_mode & 0o077 or not directory.is_dir() or directory.is_symlink():
        raise PermanentError(f"{directory}: not a private directory of this user; remove it or mend its mode (0700)")
