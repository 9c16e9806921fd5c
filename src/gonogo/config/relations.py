"""What must hold between settings, once those for all environments are laid under those of each."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from gonogo.config import convert, schema
from gonogo.config.complaints import Complaints
from gonogo.config.nodes import Node
from gonogo.model.units import format_duration

PORT = "{port}"


def relate(merged: Node, found: schema.Settings, complaints: Complaints) -> None:
    """Complain about one environment. `merged` is everything in its nodes, `found` what of it is sound."""
    _local(merged, found, complaints)
    _steps(merged, found, complaints)
    soak = merged.get("soak")
    if soak and any(later <= earlier for earlier, later in pairwise(convert.soak(found))):
        complaints.add(soak.place, "the times of soak must rise", "write them like soak: [15m, 2h, 24h]")
    keep = convert.keep(found)
    node = merged.get("keep", "running") or merged.get("keep", "definition")
    if node and not _broken(merged, "keep") and keep.running > keep.definition:
        kept = f"running ({_shown(merged, 'running', keep.running)}) is longer than definition"
        complaints.add(node.place, f"keep: {kept}", "what runs must also be kept defined")
    _approvers(merged, found, complaints)


def distinct_ports(environments: dict[str, tuple[Node, schema.Settings]], complaints: Complaints) -> None:
    """No two environments on this machine can be reached on one port."""
    first: dict[int, tuple[str, Node]] = {}
    for name, (merged, found) in environments.items():
        node = merged.get("local", "listen")
        if node is None or found.local is None or found.local.listen is None:
            continue
        other, taken = first.setdefault(found.local.listen, (name, node))
        if other != name:
            at = "" if taken is node else f", which has it from {complaints.where(taken.place)}"
            message = f"{name} listens on the same port as {other}{at}"
            complaints.add(node.place, message, "give each environment a port of its own")


def _local(merged: Node, found: schema.Settings, complaints: Complaints) -> None:
    if _broken(merged, "local"):
        return
    node = merged.get("local")
    if node is None:
        example = f'add local: {{command: ["./shop", "--port", "{PORT}"], listen: 8080}}'
        complaints.add(merged.place, "local is missing: nothing says how to run the service", example)
        return
    for name, example in (("command", f'command: ["./shop", "--port", "{PORT}"]'), ("listen", "listen: 8080")):
        if merged.get("local", name) is None:
            complaints.add(node.place, f"{name} is missing", f"add {example} to local")
    if found.local and found.local.command and not any(_broken(child) for child in _children(node)):
        texts = [*found.local.command, *(found.local.environment or {}).values()]
        command = merged.get("local", "command") or node
        if not any(PORT in text for text in texts):
            message = f"neither command nor environment holds {PORT}: an instance couldn't learn its port"
            complaints.add(command.place, message, f'add "--port", "{PORT}", or environment: {{PORT: "{PORT}"}}')


def _steps(merged: Node, found: schema.Settings, complaints: Complaints) -> None:
    steps = convert.steps(found)
    nodes = merged.get("strategy", "canary", "steps")
    for number, step in enumerate(steps if nodes else ()):
        if number and step.weight <= steps[number - 1].weight:
            _at(merged, number, "weight", "weights must rise: this one is not above the one before it", complaints)
        if step.deadline < step.pause:
            _at(merged, number, "deadline", "deadline is before the end of the pause", complaints)


def _at(merged: Node, number: int, key: str, message: str, complaints: Complaints) -> None:
    node = merged.get("strategy", "canary", "steps", number, key)
    if node:
        complaints.add(node.place, message)


def _approvers(merged: Node, found: schema.Settings, complaints: Complaints) -> None:
    names = found.approvers or []
    node = merged.get("approvers")
    if node and len(set(names)) < len(names):
        complaints.add(node.place, "approvers names somebody twice", "one name each: nobody approves twice")
    elif node and names and found.approvals and found.approvals > len(names):
        asked = merged.get("approvals") or node
        complaints.add(asked.place, f"more approvals than approvers ({len(names)})", "name more, or ask for fewer")


def _shown(merged: Node, key: str, seconds: float) -> str:
    return f"{seconds}"


def _children(node: Node) -> Iterator[Node]:
    if isinstance(node.value, dict):
        yield from node.value.values()


def _broken(node: Node, *path: str) -> bool:
    return False
