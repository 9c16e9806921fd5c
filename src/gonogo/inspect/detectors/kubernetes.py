"""Kubernetes manifests, Kustomize and Helm: found and counted, with the workloads' images, ports and sizes."""

from __future__ import annotations

import re
from collections.abc import Iterator

from gonogo.inspect.documents import Node, documents
from gonogo.inspect.facts import Fact
from gonogo.inspect.tree import Tree, base, folder, line_of
from gonogo.inspect.words import counted

NAMED = re.compile(r"\.(?:ya?ml|json)$")
_KUSTOMIZATION = re.compile(r"(?:^|/)kustomization(?:\.ya?ml)?$")
_CHART = re.compile(r"(?:^|/)chart\.ya?ml$")
_LOOKS = re.compile(r"^\s*\"?apiVersion\"?\s*:", re.MULTILINE)
_KIND = re.compile(r"^\s*\"?kind\"?\s*:", re.MULTILINE)
_TEMPLATE_KIND = re.compile(r"^kind:\s*(\w+)\s*$", re.MULTILINE)
_OVERLAY = re.compile(r"(?:^|/)(?:overlays?|environments?|envs?|clusters?)/([^/]+)/kustomization")

PODS = {
    "Deployment": ("spec", "template", "spec"),
    "StatefulSet": ("spec", "template", "spec"),
    "DaemonSet": ("spec", "template", "spec"),
    "ReplicaSet": ("spec", "template", "spec"),
    "Rollout": ("spec", "template", "spec"),
    "Job": ("spec", "template", "spec"),
    "CronJob": ("spec", "jobTemplate", "spec", "template", "spec"),
    "Pod": ("spec",),
}
"""Where each kind of workload keeps its pods' spec."""
_CONFIGURATION = re.compile(r"^(?:builtin$|kustomize\.config\.k8s\.io|kind\.x-k8s\.io|skaffold|client\.authentication)")
"""Files of tools that look like objects and aren't applied to a cluster."""


def look(tree: Tree) -> Iterator[Fact]:
    charts = [folder(path) for path in tree.matching(_CHART)]
    counts: dict[str, tuple[int, str]] = {}
    for path in tree.matching(NAMED):
        name = base(path).lower()
        if name == "chart.yaml" or name == "chart.yml" or _KUSTOMIZATION.search(path.lower()):
            continue
        if _in_templates(path, charts):
            continue
        text = tree.text(path)
        if text is None or not _LOOKS.search(text) or not _KIND.search(text):
            continue
        for item in _objects(documents(tree, path)):
            kind = item.text("kind")
            if not kind or _CONFIGURATION.match(item.text("apiVersion")):
                continue
            where = f"{path}:{(item.get('kind') or item).line}"
            if _patch(kind, item):
                how = "changes a workload that another file defines"
                yield Fact("kubernetes.patch", f"{kind}/{item.text('metadata', 'name')}", where, how=how)
                continue
            number, first = counts.get(kind, (0, where))
            counts[kind] = (number + 1, first)
            yield from _object(path, kind, item)
    for kind, (number, where) in counts.items():
        yield Fact("kubernetes.count", number, where, of=kind, how=counted(number, f"{kind} object"))
    yield from _kustomize(tree)
    yield from _helm(tree, charts)


def _objects(found: list[Node]) -> Iterator[Node]:
    for document in found:
        if document.text("kind").endswith("List") and document.list("items"):
            yield from document.list("items")
        else:
            yield document


def _patch(kind: str, item: Node) -> bool:
    """A workload without images is only a change to one, as Kustomize merges it."""
    if item.get("$patch") is not None:
        return True
    return kind in PODS and not any(c.get("image") is not None for c in item.list(*PODS[kind], "containers"))


def _object(path: str, kind: str, item: Node) -> Iterator[Fact]:
    name = item.text("metadata", "name") or item.text("metadata", "generateName")
    where = f"{path}:{(item.get('metadata', 'name') or item).line}"
    of = f"{kind}/{name}"
    if kind in ("PersistentVolumeClaim", "StatefulSet"):
        how = "its pods have an identity" if kind == "StatefulSet" else "a claim on storage"
        yield Fact("kubernetes.stateful", True, where, how=how, of=of)
    if kind == "Namespace":
        yield Fact("kubernetes.namespace", name, where)
    if kind not in PODS:
        return
    containers = item.list(*PODS[kind], "containers")
    yield Fact("kubernetes.workload", of, where)
    replicas = item.get("spec", "replicas")
    if replicas is not None and replicas.text().isdigit():
        yield Fact("kubernetes.replicas", int(replicas.text()), f"{path}:{replicas.line}", of=of)
    for container in containers:
        image = container.get("image")
        if image is not None:
            yield Fact("kubernetes.image", image.text(), f"{path}:{image.line}", of=of)
        for port in container.list("ports"):
            number = port.get("containerPort")
            if number is not None and number.text().isdigit():
                yield Fact("kubernetes.port", int(number.text()), f"{path}:{number.line}", of=of)


def _kustomize(tree: Tree) -> Iterator[Fact]:
    for path in tree.matching(_KUSTOMIZATION):
        for document in documents(tree, path):
            kind = document.text("kind") or "Kustomization"
            yield Fact("kubernetes.kustomization", path, f"{path}:{document.line}", of=kind)
            overlay = _OVERLAY.search(path.lower())
            if overlay:
                yield Fact("kubernetes.overlay", overlay[1], f"{path}:{document.line}", False, "name of its directory")
            namespace = document.get("namespace")
            if namespace is not None:
                yield Fact("kubernetes.namespace", namespace.text(), f"{path}:{namespace.line}")


def _in_templates(path: str, charts: list[str]) -> bool:
    return any(path.startswith(f"{chart}/templates/" if chart else "templates/") for chart in charts)


def _helm(tree: Tree, charts: list[str]) -> Iterator[Fact]:
    """Templates aren't rendered here, so what they hold is a guess."""
    for path in tree.matching(_CHART):
        for document in documents(tree, path):
            name = document.get("name")
            if name is None:
                continue
            chart = name.text()
            yield Fact("kubernetes.chart", chart, f"{path}:{name.line}")
            for key in ("version", "appVersion"):
                found = document.get(key)
                if found is not None:
                    yield Fact(f"kubernetes.chart.{key.lower()}", found.text(), f"{path}:{found.line}", of=chart)
            yield from _values(tree, folder(path), chart)
    for path in tree.files:
        if path.endswith((".yaml", ".yml", ".tpl")) and _in_templates(path, charts):
            text = tree.text(path)
            for kind in _TEMPLATE_KIND.finditer(text or ""):
                where = f"{path}:{line_of(text or '', kind.start())}"
                yield Fact("kubernetes.template", kind[1], where, False, "a template that was not rendered")


def _values(tree: Tree, directory: str, chart: str) -> Iterator[Fact]:
    path = f"{directory}/values.yaml" if directory else "values.yaml"
    if path not in tree.files:
        return
    how = "a default of the chart"
    for document in documents(tree, path):
        repository, tag = document.get("image", "repository"), document.text("image", "tag")
        if repository is not None:
            image = f"{repository.text()}:{tag}" if tag else repository.text()
            yield Fact("kubernetes.image", image, f"{path}:{repository.line}", False, how, chart)
        replicas = document.get("replicaCount")
        if replicas is not None and replicas.text().isdigit():
            yield Fact("kubernetes.replicas", int(replicas.text()), f"{path}:{replicas.line}", False, how, chart)
