"""What must hold between settings, once those for all environments are laid under those of each.

Whatever was complained about already is left out: nothing is concluded from it, not even that it is missing.
"""

from __future__ import annotations

from itertools import pairwise

from gonogo.config import convert, schema
from gonogo.config.complaints import Complaints
from gonogo.config.nodes import Node
from gonogo.model.units import format_duration

PORT = "{port}"
_EXAMPLES = {"command": f'command: ["./shop", "--port", "{PORT}"]', "listen": "listen: 8080"}


def relate(merged: Node, found: schema.Settings, complaints: Complaints) -> None:
    """Complain about one environment. `merged` is everything in its nodes, `found` the part of it that is sound."""
    _complete(merged, complaints)
    _port(merged, found, complaints)
    _steps(merged, found, complaints)
    _soak(merged, found, complaints)
    _keep(merged, found, complaints)
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
            at = "" if taken is node else f" ({complaints.where(taken.place)})"
            message = f"{name} would listen on the same port as {other}{at}"
            complaints.add(node.place, message, "give each environment a port of its own")


def _complete(merged: Node, complaints: Complaints) -> None:
    local = merged.get("local")
    if local is None:
        remedy = f'add local: {{command: ["./shop", "--port", "{PORT}"], listen: 8080}}'
        complaints.add(merged.place, "local is missing: nothing says how to run the service", remedy)
    elif not local.broken:
        for name, example in _EXAMPLES.items():
            if local.get(name) is None:
                complaints.add(local.place, f"{name} is missing", f"add {example}")


def _port(merged: Node, found: schema.Settings, complaints: Complaints) -> None:
    command, environment = merged.get("local", "command"), merged.get("local", "environment")
    if command is None or command.dubious or (environment and environment.dubious):
        return
    if found.local is None or found.local.command is None:
        return
    if not any(PORT in text for text in [*found.local.command, *(found.local.environment or {}).values()]):
        message = f"neither command nor environment holds {PORT}: an instance couldn't learn its port"
        remedy = f'add "--port", "{PORT}" to the command, or environment: {{PORT: "{PORT}"}}'
        complaints.add(command.place, message, remedy)


def _steps(merged: Node, found: schema.Settings, complaints: Complaints) -> None:
    written = found.strategy.canary.steps if found.strategy and found.strategy.canary else None
    steps = merged.get("strategy", "canary", "steps")
    if written is None or steps is None:
        return
    for number, (before, after) in enumerate(pairwise(written), start=1):
        node = steps.get(number, "weight")
        if node and after.weight <= before.weight:
            complaints.add(node.place, "weight is not above that of the step before", "let the weights rise")
    for number, step in enumerate(convert.steps(found)):
        node = steps.get(number, "deadline")
        if node and step.deadline < step.pause:
            complaints.add(node.place, "deadline is over before the pause is", "make it longer than the pause")


def _soak(merged: Node, found: schema.Settings, complaints: Complaints) -> None:
    node = merged.get("soak")
    if node is None or found.soak is None:
        return
    for number, (before, after) in enumerate(pairwise(found.soak), start=1):
        if after <= before and (later := node.get(number)):
            complaints.add(later.place, "soak: not later than the time before", "let the times rise: [15m, 2h, 24h]")


def _keep(merged: Node, found: schema.Settings, complaints: Complaints) -> None:
    node, keep = merged.get("keep"), convert.keep(found)
    if node is None or node.dubious or keep.running <= keep.definition:
        return
    unset = next((name for name in ("running", "definition") if node.get(name) is None), "")
    otherwise = f" ({unset} is {format_duration(getattr(keep, unset))} unless set)" if unset else ""
    place = (node.get("running") or node.get("definition") or node).place
    complaints.add(place, f"keep: running is longer than definition{otherwise}", "let definition be at least as long")


def _approvers(merged: Node, found: schema.Settings, complaints: Complaints) -> None:
    names, node = found.approvers, merged.get("approvers")
    if not names or node is None:
        return
    before: set[str] = set()
    for number, name in enumerate(names):
        if name in before and (again := node.get(number)):
            complaints.add(again.place, "approvers: named before", "name each once: nobody approves twice")
        before.add(name)
    asked = merged.get("approvals")
    if asked and found.approvals and found.approvals > len(before):
        remedy = f"name more, or ask for {len(before)} at most"
        complaints.add(asked.place, "approvals: more than there are approvers", remedy)
