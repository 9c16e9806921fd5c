"""The bytes of a release file → `ReleaseFile`, or every problem with them at once."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from pathlib import Path

from pydantic import ValidationError

from gonogo.config import convert, defaults, schema
from gonogo.config.complaints import Complaints
from gonogo.config.nodes import Node, plain, sound
from gonogo.config.overlay import overlay
from gonogo.config.references import resolve
from gonogo.config.relations import distinct_ports, relate
from gonogo.config.shape import complain
from gonogo.config.yaml import read_yaml
from gonogo.model.settings import Environment, ReleaseFile


def read(content: bytes, path: Path, environ: Mapping[str, str], file: str = "") -> ReleaseFile:
    """`path` is absolute; `environ` answers `${VARIABLE}`; `file` is the name problems carry. Raises InputError."""
    complaints = Complaints(file or path.name)
    root = resolve(read_yaml(content, complaints.file), environ, complaints)
    found = _validate(schema.File, root, root, complaints)
    environments = _environments(root, complaints)
    complaints.raise_if_any()
    assert found is not None
    return ReleaseFile(
        path=str(path),
        digest="sha256:" + hashlib.sha256(content).hexdigest(),
        service=found.service,
        owner=found.owner,
        tier=found.tier or defaults.TIER,
        artifact=os.path.normpath(path.parent / found.artifact),
        on_call=found.on_call or "",
        tests=found.tests or "",
        environments=environments,
    )
