"""Files of the catalog: YAML as plain data, with the place of each topmost key."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from gonogo.config.files import read_bytes
from gonogo.config.nodes import Absent, Node
from gonogo.config.yaml import Limits, read_yaml

LIMITS = Limits(bytes=64 * 1024, depth=20, values=5000)


def read_file(path: Path) -> tuple[Any, dict[str, str]]:
    """The document, and `file:line:column` of each key of its topmost mapping. Keys are text (a tier's number too),
    null is None. Raises InputError."""
    root = read_yaml(read_bytes(path, LIMITS.bytes, str(path)), str(path), LIMITS, number_keys=True)
    top = root.value if isinstance(root.value, dict) else {}
    places = {key: f"{path}:{node.key.line}:{node.key.column}" for key, node in top.items() if node.key}
    return _plain(root), places


def _plain(node: Node) -> Any:
    if isinstance(node.value, dict):
        return {key: _plain(child) for key, child in node.value.items()}
    if isinstance(node.value, list):
        return [_plain(child) for child in node.value]
    return None if node.value is Absent.NOTHING else node.value
