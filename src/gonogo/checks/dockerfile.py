"""Read a Dockerfile: its instructions with their lines, its stages with what they are made from."""

from __future__ import annotations

import json
import re

import msgspec

from gonogo.checks.files import Unreadable
from gonogo.checks.secret_patterns import spot

MOST_INSTRUCTIONS = 2000
_NAME = re.compile(r"[A-Za-z]+")
_HEREDOC = re.compile(r"<<-?[\"']?([A-Za-z_]\w*)[\"']?")
_VARIABLE = re.compile(r"\$(?:\{(\w+)(?::?-([^}]*))?\}|(\w+))")


class Instruction(msgspec.Struct, frozen=True):
    name: str
    """In capitals."""
    text: str
    """All that follows it, continued lines joined; without what could be a secret."""
    line: int
    secret: str = ""
    """The kind of secret that stood in it, if one did."""


class DockerStage(msgspec.Struct, frozen=True):
    image: str
    """What it is made from, build arguments with a default filled in."""
    line: int
    name: str = ""
    instructions: tuple[Instruction, ...] = ()


class Dockerfile(msgspec.Struct, frozen=True):
    path: str
    stages: tuple[DockerStage, ...] = ()
    """The last one becomes the image."""


def read_dockerfile(text: str, path: str) -> Dockerfile:
    """Raises Unreadable."""
    arguments: dict[str, str] = {}
    stages: list[DockerStage] = []
    instructions: list[list[Instruction]] = []
    for found in _instructions(text):
        if found.name == "FROM":
            words = [w for w in found.text.split() if not w.startswith("--")]
            if not words:
                raise Unreadable(f"line {found.line}: FROM names no image")
            name = words[2] if len(words) == 3 and words[1].upper() == "AS" else ""
            stages.append(DockerStage(_filled(words[0], arguments), found.line, name))
            instructions.append([])
        elif instructions:
            instructions[-1].append(found)
        elif found.name == "ARG":
            key, _, value = found.text.partition("=")
            arguments[key.strip()] = value.strip().strip("'\"")
        else:
            raise Unreadable(f"line {found.line}: {found.name} stands before the first FROM")
    if not stages:
        raise Unreadable("it has no FROM")
    filled = (msgspec.structs.replace(s, instructions=tuple(i)) for s, i in zip(stages, instructions, strict=True))
    return Dockerfile(path, tuple(filled))


def _instructions(text: str) -> list[Instruction]:
    lines = text.splitlines()
    escape = "`" if re.match(r"(?i)#\s*escape\s*=\s*`", text) else "\\"
    found: list[Instruction] = []
    at = 0
    while at < len(lines):
        line, start = lines[at], at + 1
        at += 1
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        whole = line
        while whole.rstrip().endswith(escape) and at < len(lines):
            following = "" if lines[at].lstrip().startswith("#") else lines[at]
            whole = whole.rstrip()[:-1] + " " + following + (escape if lines[at].lstrip().startswith("#") else "")
            at += 1
        name, _, rest = whole.strip().partition(" ")
        if not _NAME.fullmatch(name):
            raise Unreadable(f"line {start}: {name[:20]!r} is no instruction")
        if name.upper() in ("RUN", "COPY", "ADD"):
            for end in _HEREDOC.findall(rest):
                while at < len(lines) and lines[at].strip() != end:
                    at += 1
                at += 1
        if len(found) >= MOST_INSTRUCTIONS:
            raise Unreadable(f"more than {MOST_INSTRUCTIONS} instructions")
        secret = next((s.kind for s in spot(rest)), "") if name.upper() in ("ENV", "ARG", "LABEL") else ""
        found.append(Instruction(name.upper(), "" if secret else rest.strip()[:500], start, secret))
    return found


def _filled(image: str, arguments: dict[str, str]) -> str:
    return _VARIABLE.sub(lambda v: arguments.get(v[1] or v[3]) or v[2] or v[0], image)


def assignments(instruction: Instruction) -> dict[str, str]:
    """`ENV A=1 B="two"`, `ENV A two`, `ARG A=1` → names and values."""
    text = instruction.text
    if instruction.name == "ENV" and "=" not in text.split(" ", 1)[0]:
        name, _, value = text.partition(" ")
        return {name: value.strip()}
    pairs = re.findall(r"([A-Za-z_]\w*)(?:=(\"(?:[^\"\\]|\\.)*\"|'[^']*'|[^\s\"']*))?", text)
    return {name: value.strip("\"'") for name, value in pairs}


def sources(instruction: Instruction) -> list[str]:
    """What an ADD or COPY takes, its destination left out."""
    text = re.sub(r"--\w[\w-]*(?:=\S*)?\s*", "", instruction.text)
    if text.lstrip().startswith("["):
        try:
            words = [str(word) for word in json.loads(text)]
        except ValueError:
            return []
    else:
        words = text.split()
    return words[:-1]
