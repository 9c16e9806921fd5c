"""Read YAML that others have written, with places."""

from __future__ import annotations

from gonogo.checks.files import Unreadable
from gonogo.config.nodes import Node
from gonogo.model.errors import InputError

DEEPEST = 60


def read_node(content: bytes, path: str, values: int, number_keys: bool = False) -> Node:
    """The one document of a file with at most so many values. Raises Unreadable."""
    from gonogo.config.yaml import Limits, read_yaml  # libyaml only once there is something to read

    try:
        return read_yaml(content, path, Limits(len(content), DEEPEST, values), number_keys=number_keys)
    except InputError as error:
        problem = error.problems[0]
        line = problem.where.removeprefix(f"{path}:").partition(":")[0]
        raise Unreadable(f"line {line}: {problem.message}" if line.isdigit() else problem.message) from None
