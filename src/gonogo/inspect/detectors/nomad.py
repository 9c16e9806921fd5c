"""Nomad jobs written in HCL."""

from __future__ import annotations

import re
from collections.abc import Iterator

from gonogo.inspect.facts import Fact
from gonogo.inspect.hcl import Block, parse
from gonogo.inspect.tree import Tree

NAMED = re.compile(r"\.(?:nomad|hcl)(?:\.tpl)?$|\.nomad\.hcl$")
_JOB = re.compile(r"^\s*job\s+\"", re.MULTILINE)


def look(tree: Tree) -> Iterator[Fact]:
    for path in tree.matching(NAMED):
        text = tree.text(path)
        if text is None or not _JOB.search(text):
            continue
        try:
            jobs = parse(text).all("job")
        except ValueError as error:
            tree.note(path, f"not read as HCL: {error}")
            tree.missed += 1
            continue
        for job in jobs:
            yield from _job(path, job)


def _job(path: str, job: Block) -> Iterator[Fact]:
    name = job.labels[0] if job.labels else ""
    yield Fact("nomad.job", name, f"{path}:{job.line}")
    yield from _value(path, job, "type", "nomad.type", name)
    update = [*job.all("update"), *(block for group in job.all("group") for block in group.all("update"))]
    for block in update:
        yield from _value(path, block, "canary", "nomad.canary", name)
    for group in job.all("group"):
        of = f"{name}/{group.labels[0] if group.labels else ''}"
        yield Fact("nomad.group", of, f"{path}:{group.line}", of=name)
        yield from _value(path, group, "count", "nomad.count", of)
        for volume in group.all("volume"):
            yield Fact("nomad.stateful", True, f"{path}:{volume.line}", how="a volume of the group", of=of)
        for network in [*group.all("network"), *(n for t in group.all("task") for n in t.all("network"))]:
            for port in network.all("port"):
                for key in ("static", "to"):
                    yield from _value(path, port, key, "nomad.port", of, how=f"{key}, {' '.join(port.labels)}")
        for task in group.all("task"):
            yield from _task(path, of, task)


def _task(path: str, group: str, task: Block) -> Iterator[Fact]:
    of = f"{group}/{task.labels[0] if task.labels else ''}"
    yield Fact("nomad.task", of, f"{path}:{task.line}", of=group)
    yield from _value(path, task, "driver", "nomad.driver", of)
    for config in task.all("config"):
        yield from _value(path, config, "image", "nomad.image", of)


def _value(path: str, block: Block, key: str, name: str, of: str, how: str = "") -> Iterator[Fact]:
    if key not in block.attributes:
        return
    text, line = block.attributes[key]
    plain = not re.search(r"\$\{|\b(?:var|local)\.", text)
    value: str | int = int(text) if re.fullmatch(r"\d{1,9}", text) else text
    yield Fact(name, value, f"{path}:{line}", plain, how if plain else "a variable of the job", of)
