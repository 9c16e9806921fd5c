"""CI workflows: may code of others that runs in them be another tomorrow, or with more rights than it needs?"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator

import msgspec

from gonogo.checks.files import Unreadable, find, read_all, repository
from gonogo.checks.images import objection
from gonogo.checks.interface import Check, Context, Nothing
from gonogo.checks.judging import Damaged, absent, judged, unreadable
from gonogo.checks.wording import counted, shorten
from gonogo.checks.yaml_file import read_node
from gonogo.config.nodes import Node
from gonogo.model.items import CheckResult, Finding
from gonogo.model.units import Instant

FILES = (".github/workflows/*.y*ml", ".github/actions/**/action.y*ml")
_COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")


class WorkflowsPinned(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    trusted: tuple[str, ...] = ("actions", "github")
    """Owners whose actions may be named by a tag."""
    files: tuple[str, ...] = FILES


class Use(msgspec.Struct, frozen=True):
    """An action, a reusable workflow or an image that a workflow runs."""

    where: str
    name: str


class Workflow(msgspec.Struct, frozen=True):
    path: str
    uses: tuple[Use, ...] = ()
    permissions: str = ""
    """`write-all`, `limited`, or empty where nothing is said: then the repository's default holds."""


class Workflows(msgspec.Struct, frozen=True):
    files: tuple[Workflow, ...] = ()
    damaged: tuple[Damaged, ...] = ()


async def collect(ctx: Context, params: WorkflowsPinned) -> Workflows:
    root = repository(ctx)

    def read(content: bytes, path: str, written_at: Instant) -> Workflow:
        return read_workflow(content, path)

    paths = await asyncio.to_thread(find, root, params.files)
    return Workflows(*await asyncio.to_thread(read_all, root, paths, read))


def read_workflow(content: bytes, path: str) -> Workflow:
    """Raises Unreadable."""
    root = read_node(content, path, 50_000)
    if not isinstance(root.value, dict):
        raise Unreadable("not a mapping")
    said = root.get("permissions")
    permissions = "" if said is None else "write-all" if said.value == "write-all" else "limited"
    return Workflow(path, tuple(Use(f"{path}:{line}", name) for line, name in _uses(root)), permissions)


def _uses(node: Node) -> Iterator[tuple[int, str]]:
    if isinstance(node.value, dict):
        for key, child in node.value.items():
            if key == "uses" and isinstance(child.value, str):
                yield child.mark.line, shorten(child.value)
            else:
                yield from _uses(child)
    elif isinstance(node.value, list):
        for child in node.value:
            yield from _uses(child)


def evaluate(memory: Nothing, raw: Workflows, params: WorkflowsPinned, now: Instant) -> tuple[Nothing, CheckResult]:
    if not raw.files and not raw.damaged:
        return memory, absent("the repository has no GitHub workflows")
    findings = unreadable(raw.damaged, "a workflow")
    uses = 0
    for file in raw.files:
        uses += len(file.uses)
        findings += [_finding(use, why) for use in file.uses if (why := _objection(use.name, params.trusted))]
        if file.permissions == "write-all":
            message = f"{file.path} gives every step the right to write everything"
            findings.append(Finding(message, file.path, "write-all", "what it needs", "name the permissions it needs"))
    return memory, judged(findings, f"{counted(uses, 'action')} in {counted(len(raw.files), 'workflow')}, each pinned")


def _objection(name: str, trusted: tuple[str, ...]) -> str:
    if name.startswith("./"):
        return ""
    if name.startswith("docker://"):
        return objection(name.removeprefix("docker://"))
    action, _, version = name.partition("@")
    if _COMMIT.fullmatch(version):
        return ""
    if action.partition("/")[0] in trusted and version:
        return ""
    return f"{version} can be moved" if version else "no version is named"


def _finding(use: Use, why: str) -> Finding:
    remedy = "pin it to a commit, with the version in a comment: uses: owner/action@<commit> # v1.2.3"
    return Finding(
        f"{use.where}: {use.name} may be other code tomorrow: {why}", use.where, use.name, "a commit", remedy
    )


WORKFLOWS = Check(
    params=WorkflowsPinned,
    raw=Workflows,
    memory=Nothing,
    collect=collect,
    evaluate=evaluate,
    asks="the repository's workflows",
)
