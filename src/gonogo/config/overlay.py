"""What is set for all environments, laid under what one of them sets: mappings key by key, everything else replaced."""

from __future__ import annotations

from gonogo.config.nodes import Node


def overlay(base: Node | None, over: Node) -> Node:
    """The nodes keep their places, so an error in the result points at the line that set it."""
    if base is None or not isinstance(base.value, dict) or not isinstance(over.value, dict):
        return over
    merged = dict(base.value)
    for key, node in over.value.items():
        merged[key] = _strategy(merged.get(key), node) if key == "strategy" else overlay(merged.get(key), node)
    return Node(merged, over.mark, over.key, broken=base.broken or over.broken)


def _strategy(base: Node | None, over: Node) -> Node:
    """Steps set for all are kept by an environment that says `canary`, and gone where it says `direct`."""
    if base is None or _kind(base) != _kind(over):
        return over
    return overlay(base, over) if isinstance(over.value, dict) else base


def _kind(strategy: Node) -> object:
    return tuple(strategy.value) if isinstance(strategy.value, dict) else (strategy.value,)
