"""Alert rules in the repository: each says how bad it is and what to do, and none fires at the first flutter."""

from __future__ import annotations

import asyncio
from typing import Literal

import msgspec

from gonogo.checks.files import find, matches, read_all, repository, text
from gonogo.checks.interface import Check, Context, Nothing
from gonogo.checks.judging import Damaged, absent, judged, unreadable
from gonogo.checks.wording import counted, shorten
from gonogo.checks.yaml_file import read_node
from gonogo.config.nodes import Node
from gonogo.model.items import CheckResult, Finding
from gonogo.model.units import Instant

FILES = ("**/*alert*.y*ml", "**/*rules*.y*ml", "**/prometheus/**/*.y*ml")
_NOT_MEANT = ("**/*test*.y*ml", "**/alertmanager*.y*ml", "**/templates/**")


class AlertRules(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    rule: Literal["runbook", "patient", "routed"]
    """runbook: each names one; patient: each waits before it fires; routed: each says how severe it is."""
    annotations: tuple[str, ...] = ("runbook_url", "runbook", "playbook", "runbook_link")
    labels: tuple[str, ...] = ("severity", "priority")
    files: tuple[str, ...] = FILES


class Alert(msgspec.Struct, frozen=True):
    name: str
    where: str
    waits: bool
    annotations: tuple[str, ...] = ()
    """Names of those that say something."""
    labels: tuple[str, ...] = ()


class Alerts(msgspec.Struct, frozen=True):
    alerts: tuple[Alert, ...] = ()
    damaged: tuple[Damaged, ...] = ()


async def collect(ctx: Context, params: AlertRules) -> Alerts:
    root = repository(ctx)

    def read(content: bytes, path: str, written_at: Instant) -> tuple[Alert, ...]:
        return read_alerts(content, path)

    paths = [p for p in await asyncio.to_thread(find, root, params.files) if not matches(p, _NOT_MEANT)]
    found, damaged = await asyncio.to_thread(read_all, root, paths, read)
    return Alerts(tuple(alert for file in found for alert in file), damaged)


def read_alerts(content: bytes, path: str) -> tuple[Alert, ...]:
    """Of Prometheus' own form and of a PrometheusRule; none in YAML of another kind. Raises Unreadable."""
    if "alert:" not in text(content):
        return ()
    root = read_node(content, path, 100_000)
    groups = root.get("groups") or root.get("spec", "groups")
    if groups is None or not isinstance(groups.value, list):
        return ()
    rules = [rule for group in groups.value for rule in _list(group.get("rules")) if rule.get("alert")]
    return tuple(_alert(rule, path) for rule in rules)


def _list(node: Node | None) -> list[Node]:
    return node.value if node is not None and isinstance(node.value, list) else []


def _alert(rule: Node, path: str) -> Alert:
    name, wait = rule.get("alert"), rule.get("for")
    assert name is not None
    waits = wait is not None and str(wait.value) not in ("0", "0s", "0m")
    return Alert(
        shorten(str(name.value), 80),
        f"{path}:{name.mark.line}",
        waits,
        _told(rule, "annotations"),
        _told(rule, "labels"),
    )


def _told(rule: Node, key: str) -> tuple[str, ...]:
    node = rule.get(key)
    entries = node.value if node is not None and isinstance(node.value, dict) else {}
    return tuple(name for name, value in entries.items() if isinstance(value.value, str) and value.value.strip())


def evaluate(memory: Nothing, raw: Alerts, params: AlertRules, now: Instant) -> tuple[Nothing, CheckResult]:
    if not raw.alerts and not raw.damaged:
        return memory, absent("the repository has no alert rules")
    findings = unreadable(raw.damaged, "alert rules")
    findings += [finding for alert in raw.alerts if (finding := _finding(alert, params))]
    told = {
        "runbook": "each names a runbook",
        "patient": "each waits before it fires",
        "routed": "each says how severe",
    }
    return memory, judged(findings, f"{counted(len(raw.alerts), 'alert')}: {told[params.rule]}")


def _finding(alert: Alert, params: AlertRules) -> Finding | None:
    if params.rule == "runbook" and not set(params.annotations) & set(alert.annotations):
        remedy = "write what to do when it fires, and name it in the annotation runbook_url"
        return Finding(f"{alert.where}: {alert.name} names no runbook", alert.where, "", "runbook_url", remedy)
    if params.rule == "patient" and not alert.waits:
        remedy = "say with `for` how long it must hold"
        return Finding(f"{alert.where}: {alert.name} fires at the first flutter", alert.where, "", "for", remedy)
    if params.rule == "routed" and not set(params.labels) & set(alert.labels):
        remedy = "give it the label by which alerts are routed"
        return Finding(f"{alert.where}: {alert.name} says nothing of severity", alert.where, "", "severity", remedy)
    return None


ALERT_RULES = Check(
    params=AlertRules,
    raw=Alerts,
    memory=Nothing,
    collect=collect,
    evaluate=evaluate,
    asks="alert rules in the repository",
)
