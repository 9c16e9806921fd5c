"""Dockerfiles: what an image is made from and how it is started. Build arguments are filled in with their defaults."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from gonogo.inspect.facts import Fact
from gonogo.inspect.tree import Tree
from gonogo.inspect.words import counted, masked

NAMED = re.compile(r"(?:^|/)(?:dockerfile|containerfile)(?:\.[^/.]+)?$|(?:^|/)[^/]+\.(?:dockerfile|containerfile)$")
_IGNORE = re.compile(r"\.dockerignore$|\.(?:md|txt|tpl|tmpl|j2|orig|bak)$")
_INSTRUCTION = re.compile(r"\s*([A-Za-z]+)\s+(.*)", re.DOTALL)
_FROM = re.compile(r"(?:--\S+\s+)*(\S+)(?:\s+as\s+(\S+))?\s*$", re.IGNORECASE)
_VARIABLE = re.compile(r"\$(?:\{(\w+)(?::?-([^}]*))?\}|(\w+))")
_HEREDOC = re.compile(r"<<-?[\"']?(\w+)[\"']?")
_STARTS = frozenset({"CMD", "ENTRYPOINT"})


def look(tree: Tree) -> Iterator[Fact]:
    for path in tree.matching(NAMED):
        if _IGNORE.search(path.lower()):
            continue
        text = tree.text(path)
        if text is not None:
            yield from _file(path, text)


def _file(path: str, text: str) -> Iterator[Fact]:
    """Only the last stage is the image; what an earlier stage says is not inherited unless it builds on it."""
    arguments: dict[str, str] = {}
    stages: dict[str, dict[str, list[Fact]]] = {}
    stage: dict[str, list[Fact]] = {}
    for line, word, rest in instructions(text):
        where = f"{path}:{line}"
        if word == "ARG":
            name, _, value = rest.partition("=")
            arguments[name.strip()] = value.strip().strip("\"'")
        elif word == "FROM":
            stage = _from(rest, where, path, arguments, stages)
        elif fact := _fact(word, rest, where, path, arguments):
            # EXPOSE adds up; of the others the last one counts.
            kept = stage.get(word, []) if word == "EXPOSE" else []
            stage[word] = [*kept, *fact]
            if word == "ENTRYPOINT":
                stage.pop("CMD", None)
    if not stage:
        return
    yield Fact("docker.file", path, stage["FROM"][0].where, of=path, how=_stages(text))
    for facts in stage.values():
        yield from facts


def _stages(text: str) -> str:
    count = sum(word == "FROM" for _, word, _ in instructions(text))
    return counted(count, "stage")


def _from(
    rest: str, where: str, path: str, arguments: dict[str, str], stages: dict[str, dict[str, list[Fact]]]
) -> dict[str, list[Fact]]:
    found = _FROM.match(rest)
    image, alias = (found[1], found[2]) if found else (rest.split()[0], None)
    filled, certain = _fill(image, arguments)
    if filled in stages:
        stage = dict(stages[filled])
    else:
        how = "" if certain else "has a build argument without a default"
        stage = {"FROM": [Fact("docker.base", filled, where, certain, how, path)]}
    if alias:
        stages[alias] = stage
    return stage


def _fact(word: str, rest: str, where: str, path: str, arguments: dict[str, str]) -> list[Fact]:
    match word:
        case "USER":
            value, certain = _fill(rest.strip(), arguments)
            return [Fact("docker.user", value, where, certain, of=path)]
        case "EXPOSE":
            ports = [_fill(part, arguments)[0].partition("/")[0] for part in rest.split("#")[0].split()]
            return [Fact("docker.port", int(p), where, of=path) for p in ports if p.isascii() and p.isdigit()]
        case "HEALTHCHECK":
            return [Fact("docker.healthcheck", not rest.strip().upper().startswith("NONE"), where, of=path)]
        case "WORKDIR":
            return [Fact("docker.folder", _fill(rest.strip(), arguments)[0], where, of=path)]
        case _ if word in _STARTS:
            name = "docker.entrypoint" if word == "ENTRYPOINT" else "docker.command"
            return [Fact(name, masked(_argv(rest)), where, of=path)]
    return []


def instructions(text: str) -> Iterator[tuple[int, str, str]]:
    """Line, instruction, rest; continued lines joined, comments and here-documents left out."""
    lines = text.split("\n")
    at = 0
    while at < len(lines):
        start = at
        parts: list[str] = []
        while at < len(lines):
            line = lines[at].rstrip()
            at += 1
            if line.lstrip().startswith("#") or (parts and not line):
                continue
            parts.append(line.removesuffix("\\"))
            if not line.endswith("\\"):
                break
        whole = " ".join(parts)
        found = _INSTRUCTION.fullmatch(whole)
        if not found:
            continue
        here = _HEREDOC.search(whole) if found[1].upper() in ("RUN", "COPY", "ADD") else None
        if here:
            at = next((n + 1 for n in range(at, len(lines)) if lines[n].strip() == here[1]), len(lines))
        yield start + 1 + _skipped(lines, start), found[1].upper(), found[2]


def _skipped(lines: list[str], start: int) -> int:
    """Comments before the instruction."""
    count = 0
    while start + count < len(lines) and lines[start + count].lstrip().startswith("#"):
        count += 1
    return count


def _fill(text: str, arguments: dict[str, str]) -> tuple[str, bool]:
    certain = True

    def one(found: re.Match[str]) -> str:
        nonlocal certain
        value = arguments.get(found[1] or found[3]) or found[2]
        if value:
            return value
        certain = False
        return found[0]

    return _VARIABLE.sub(one, text), certain


def _argv(text: str) -> str:
    """The exec form as words."""
    try:
        words = json.loads(text)
    except ValueError:
        return text.strip()
    return " ".join(map(str, words)) if isinstance(words, list) else text.strip()
