"""Compose files: pinned images, health checks, restarts, limits, volumes that last, no secret in plain text."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from typing import Literal

import msgspec

from gonogo.checks.compose import FILES, Compose, ComposeService, read_compose
from gonogo.checks.files import find, matches, read_all, repository
from gonogo.checks.images import objection
from gonogo.checks.interface import Check, Context, Nothing
from gonogo.checks.judging import Damaged, absent, judged, unreadable
from gonogo.checks.wording import counted
from gonogo.model.items import CheckResult, Finding
from gonogo.model.units import Instant

_STORES = ("postgres", "mysql", "mariadb", "mongo", "redis", "elasticsearch", "mssql", "cassandra", "rabbitmq", "minio",
           "influxdb", "clickhouse", "etcd", "couchdb", "neo4j", "kafka")  # fmt: skip
"""Images whose containers hold data."""


class ComposeRules(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    rule: Literal["pinned", "health", "restart", "limits", "volumes", "secrets"]
    """pinned: images have a tag that stays or a digest; health: each lasting service has a health check; restart: it is
    started again after it ends; limits: memory and processor are limited; volumes: data lies in named volumes;
    secrets: none in plain text."""
    files: tuple[str, ...] = FILES
    ignore: tuple[str, ...] = ("**/test*/**", "**/example*/**")


class Composes(msgspec.Struct, frozen=True):
    files: tuple[Compose, ...] = ()
    damaged: tuple[Damaged, ...] = ()


async def collect(ctx: Context, params: ComposeRules) -> Composes:
    root = repository(ctx)

    def read(content: bytes, path: str, written_at: Instant) -> Compose:
        return read_compose(content, path)

    paths = [p for p in await asyncio.to_thread(find, root, params.files) if not matches(p, params.ignore)]
    return Composes(*await asyncio.to_thread(read_all, root, paths, read))


def evaluate(memory: Nothing, raw: Composes, params: ComposeRules, now: Instant) -> tuple[Nothing, CheckResult]:
    if not raw.files and not raw.damaged:
        return memory, absent("the repository has no Compose file")
    rule, passed = _RULES[params.rule]
    findings = unreadable(raw.damaged, "a Compose file")
    for file in raw.files:
        for service in file.services:
            where = f"{file.path}:{service.line}"
            findings += [
                msgspec.structs.replace(f, message=f"{where}: {service.name} {f.message}", where=where)
                for f in rule(service, file)
            ]
    services = counted(sum(len(f.services) for f in raw.files), "service")
    return memory, judged(findings, f"{services} in {counted(len(raw.files), 'Compose file')}: {passed}")


def _pinned(service: ComposeService, file: Compose) -> Iterator[Finding]:
    if service.image and not service.build and (why := objection(service.image)):
        yield Finding(f"runs {service.image}, not pinned: {why}", found=service.image, expected="a version or a digest",
                      remedy="pin it")  # fmt: skip


def _health(service: ComposeService, file: Compose) -> Iterator[Finding]:
    if service.disabled:
        yield Finding("has its health check switched off", found="disabled", expected="healthcheck",
                      remedy="say how it is asked whether it works")  # fmt: skip
    elif not service.healthcheck and not service.one_shot:
        yield Finding("has no health check", expected="healthcheck", remedy="say how it is asked whether it works")


def _restart(service: ComposeService, file: Compose) -> Iterator[Finding]:
    if service.restart in ("", "no", "none", "False") and not service.one_shot:
        remedy = "restart: unless-stopped"
        yield Finding("stays down once it has ended", found=service.restart, expected="a restart policy", remedy=remedy)


def _limits(service: ComposeService, file: Compose) -> Iterator[Finding]:
    missing = [name for name in ("memory", "cpus") if name not in service.limits]
    if missing:
        yield Finding(f"has no limit of {' and '.join(missing)}", expected="deploy.resources.limits",
                      remedy="limit what it may take, so that it can't starve its neighbours")  # fmt: skip


def _volumes(service: ComposeService, file: Compose) -> Iterator[Finding]:
    remedy = "give it a named volume, declared under `volumes`"
    for mount in service.mounts:
        if mount.kind == "anonymous":
            yield Finding(f"keeps {mount.target} in a nameless volume, lost with the container", found=mount.target,
                          expected="a named volume", remedy=remedy)  # fmt: skip
        elif mount.kind == "volume" and mount.source not in file.volumes:
            yield Finding(f"uses the volume {mount.source}, which is not declared", found=mount.source,
                          expected=f"volumes: {mount.source}", remedy=remedy)  # fmt: skip
    name = service.image.partition("@")[0].rpartition("/")[2].partition(":")[0]
    lasting = any(m.kind in ("volume", "bind", "nfs", "cluster") for m in service.mounts)
    if name.startswith(_STORES) and not lasting and not any(m.kind == "anonymous" for m in service.mounts):
        yield Finding(f"stores data ({name}) and has no volume for it", found="none", expected="a named volume",
                      remedy=remedy)  # fmt: skip


def _secrets(service: ComposeService, file: Compose) -> Iterator[Finding]:
    for name in service.plain:
        yield Finding(f"has {name} in plain text", found=name, expected="${NAME} or secrets:",
                      remedy="read it from the environment, or use Compose secrets")  # fmt: skip


_RULES: dict[str, tuple[Callable[[ComposeService, Compose], Iterator[Finding]], str]] = {
    "pinned": (_pinned, "every image has a tag that stays or a digest"),
    "health": (_health, "each can be asked whether it works"),
    "restart": (_restart, "each is started again after it ends"),
    "limits": (_limits, "memory and processor are limited"),
    "volumes": (_volumes, "data lies in named volumes"),
    "secrets": (_secrets, "no secret in plain text"),
}

COMPOSE = Check(
    params=ComposeRules,
    raw=Composes,
    memory=Nothing,
    collect=collect,
    evaluate=evaluate,
    asks="the repository's Compose files",
)
