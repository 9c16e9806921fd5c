"""What the release starts with: variables complete, secrets as references, nothing left from development."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from typing import Literal

import msgspec

from gonogo.checks.files import find, read_all, text
from gonogo.checks.interface import Check, Context, Nothing
from gonogo.checks.judging import Damaged, absent, judged, unreadable
from gonogo.checks.secret_patterns import mask, spot
from gonogo.checks.wording import counted
from gonogo.model.items import CheckResult, Finding
from gonogo.model.units import Instant

_EXAMPLES = (".env.example", ".env.sample", ".env.template", ".env.dist", "env.example", "example.env", "sample.env")
_LINE = re.compile(r"\s*(?:export\s+)?([A-Za-z_]\w*)\s*=\s*(.*)")
_SECRET = re.compile(r"(?i)(?:^|_)(?:password|passwd|secret|token|api_?key|access_?key|private_?key|credentials?)$")
_REFERENCE = re.compile(r"\$\{[^}]+\}|(?:vault|exec|kubernetes-secret):.+")
_TRUE = ("1", "true", "yes", "on")
_DEBUG_NAMES = re.compile(r"(?i)(?:^|_)debug$|^(?:flask|django|rails|app)_debug|^enable_debug")
_MODE_NAMES = re.compile(
    r"(?i)^(?:node_env|flask_env|rails_env|rack_env|app_env|aspnetcore_environment|env|environment)$"
)
_MODES = ("dev", "develop", "development", "test", "local", "debug")
_LEVEL_NAMES = re.compile(r"(?i)(?:^|_)log_?level$|^rust_log$")
_LEVELS = ("debug", "trace", "silly", "verbose", "all")
_FLAGS = ("--debug", "--reload", "--inspect", "--inspect-brk", "--dev", "--hot", "--watch")


class Variables(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    rule: Literal["complete", "references", "production"]
    """complete: every variable that the repository's example of an environment names without a value is set;
    references: what looks secret is a reference; production: no debugging, no development mode, no chatty log."""
    files: tuple[str, ...] = _EXAMPLES


class Needed(msgspec.Struct, frozen=True):
    path: str
    names: tuple[str, ...] = ()
    """Variables that an example names and gives no value."""


class Settings(msgspec.Struct, frozen=True):
    set: dict[str, str] = {}
    """What the release sets; what looks secret and isn't a reference stands there masked, with a `!` before it."""
    command: tuple[str, ...] = ()
    needed: tuple[Needed, ...] = ()
    damaged: tuple[Damaged, ...] = ()


async def collect(ctx: Context, params: Variables) -> Settings:
    made = ctx.plan.definition
    values = {name: _shown(name, value) for name, value in made.environment.items()}
    if params.rule != "complete" or ctx.repository is None:
        return Settings(values, made.command)

    def read(content: bytes, path: str, written_at: Instant) -> Needed:
        lines = [found for line in text(content).splitlines() if (found := _LINE.fullmatch(line))]
        return Needed(path, tuple(f[1] for f in lines if not f[2].partition("#")[0].strip().strip("'\"")))

    paths = await asyncio.to_thread(find, ctx.repository, params.files)
    needed, damaged = await asyncio.to_thread(read_all, ctx.repository, paths, read)
    return Settings(values, made.command, needed, damaged)


def _shown(name: str, value: str) -> str:
    if not value or _REFERENCE.fullmatch(value):
        return value
    if _SECRET.search(name) or any(True for _ in spot(f"{name}={value}")):
        return "!" + mask(value)
    return value


def evaluate(memory: Nothing, raw: Settings, params: Variables, now: Instant) -> tuple[Nothing, CheckResult]:
    if params.rule == "complete":
        if not raw.needed and not raw.damaged:
            return memory, absent("no example of an environment says which variables are needed")
        findings = [*unreadable(raw.damaged, "lines like NAME=value"), *_unset(raw)]
        names = sum(len(n.names) for n in raw.needed)
        return memory, judged(findings, f"{counted(names, 'variable')} without a default, all of them set")
    if params.rule == "references":
        if not raw.set:
            return memory, absent("the release sets no variable")
        return memory, judged(list(_plain(raw)), f"{counted(len(raw.set), 'variable')}, no secret in plain text")
    told = f"{counted(len(raw.set), 'variable')} and the command, nothing left from development"
    return memory, judged(list(_development(raw)), told)


def _unset(raw: Settings) -> list[Finding]:
    remedy = "set it under `environment` in the release file"
    return [
        Finding(f"{name} is not set, and {needed.path} gives it no default", needed.path, "", name, remedy)
        for needed in raw.needed
        for name in needed.names
        if not raw.set.get(name)
    ]


def _plain(raw: Settings) -> Iterator[Finding]:
    for name, value in raw.set.items():
        if value.startswith("!"):
            message = f"the variable {name} holds a secret in plain text"
            yield Finding(
                message, name, value[1:], "${NAME}", "write a reference, and keep the secret where secrets are"
            )


def _development(raw: Settings) -> Iterator[Finding]:
    for name, value in raw.set.items():
        low = value.lower()
        if _DEBUG_NAMES.search(name) and low in _TRUE:
            yield Finding(f"{name}={value} switches debugging on", name, value, "off", "leave it out in production")
        elif _MODE_NAMES.search(name) and low in _MODES:
            yield Finding(f"{name}={value} is not for production", name, value, "production", "set it for production")
        elif _LEVEL_NAMES.search(name) and any(level == low.rpartition("=")[2] for level in _LEVELS):
            yield Finding(
                f"{name}={value} logs too much for production", name, value, "info or less", "raise the level"
            )
    for word in raw.command:
        if word.partition("=")[0] in _FLAGS:
            yield Finding(f"the command says {word}, which is for development", "command", word, "", "take it out")


VARIABLES = Check(
    params=Variables,
    raw=Settings,
    memory=Nothing,
    collect=collect,
    evaluate=evaluate,
    asks="the release file's variables and command, and the repository's example of an environment",
)
