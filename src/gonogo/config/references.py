"""`${VARIABLE}` in a release file: replaced when the file is read, except where the value would be told to others.

`local.environment` keeps the reference: the process that starts an instance resolves it, so a secret never reaches the
journal. `local.command` may hold none: a command line is visible to everyone on the machine.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from gonogo.config.complaints import AT_MOST, Complaints, shorten
from gonogo.config.nodes import Absent, Node, Path, Resolved

_REFERENCE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")


def resolve(node: Node, environ: Mapping[str, str], complaints: Complaints, path: Path = ()) -> Node:
    """The tree with references replaced, aliases written out. Whatever names an unset variable becomes UNSET."""
    if isinstance(node.value, dict):
        children = {key: resolve(child, environ, complaints, (*path, key)) for key, child in node.value.items()}
        return Node(children, node.mark, node.key)
    if isinstance(node.value, list):
        items = [resolve(child, environ, complaints, (*path, n)) for n, child in enumerate(node.value)]
        return Node(items, node.mark, node.key)
    made = Node(node.value, node.mark, node.key)
    if isinstance(node.value, str) and "${" in node.value:
        _replace(made, node.value, environ, complaints, within_environment(path))
    return made


def within_environment(path: Path) -> Path:
    """The path below the environment it is in, or below the top for what is set for all."""
    return path[2:] if path[:1] == ("environments",) else path


def _replace(node: Node, text: str, environ: Mapping[str, str], complaints: Complaints, path: Path) -> None:
    if "${" in _REFERENCE.sub("", text):
        complaints.add(node.place, f"{shorten(text)!r} is not a reference", "write it like ${NAME}")
        node.value = Absent.UNSET
    elif path[:2] == ("local", "command"):
        complaints.add(
            node.place,
            f"{shorten(text)!r} would put the variable's value on a command line that everyone can see",
            "set it under local: environment: and let the service read it there",
        )
        node.value = Absent.UNSET
    elif path[:2] != ("local", "environment"):
        unset = [name for name in dict.fromkeys(_REFERENCE.findall(text)) if name not in environ]
        for name in unset[:AT_MOST]:
            complaints.add(node.place, f"the variable {shorten(name)} is not set", f"export {shorten(name)}=…")
        value = _REFERENCE.sub(lambda found: environ[found[1]], text) if not unset else ""
        node.value = Absent.UNSET if unset else Resolved(value, text)
