"""One small repository for each kind of thing, and every fact that is seen in it."""

from __future__ import annotations

from pathlib import Path

import pytest
from inspect_world import facts, write

from gonogo.inspect.profile import inspect_repository

DOCKERFILE = """\
# syntax=docker/dockerfile:1
ARG BASE=python:3.12-slim
FROM ${BASE} AS build
USER root
RUN <<EOF
USER nobody
EOF
FROM gcr.io/base AS base
USER 65532
EXPOSE 9000
FROM base
COPY --from=build /app /app
# a remark
HEALTHCHECK --interval=5s \\
  CMD curl -f localhost:8080/health
EXPOSE 8080/tcp $PORT
CMD ["./serve", "--password", "hunter2"]
"""
COMPOSE = """\
x-common: &common
  restart: always
services:
  web:
    <<: *common
    build: {context: ./app}
    ports:
      - "8080:80"
      - {target: 81, published: 8081, protocol: tcp}
    volumes: [./src:/code, /code/node_modules]
    deploy: {replicas: 3}
    depends_on: {db: {condition: service_healthy}}
  db:
    image: postgres:16
    volumes: ["data:/var/lib/postgresql/data"]
    healthcheck: {test: [NONE]}
  cache:
    image: redis:7
  admin:
    image: dpage/pgadmin4
"""
NOMAD = """\
# a job
job "shop" {
  type = "service"
  update { canary = 1 }
  group "api" {
    count = 3
    network {
      port "http" { to = 8080 }
    }
    task "server" {
      driver = "docker"
      config {
        image = "acme/shop:${var.tag}"
        args  = ["a", "{b}"]
      }
      template {
        data = <<EOH
job "not-one" { count = 9 }
EOH
      }
    }
  }
}
"""
WORKFLOW = """\
on: push
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - run: pytest --junitxml=out/tests.xml
  deploy: {runs-on: x}
"""
CASES: dict[str, tuple[str, dict[str, str], set[tuple[str, object, str]]]] = {
    "dockerfile": (
        "docker.",
        {"Dockerfile": DOCKERFILE, "Dockerfile.dockerignore": "x", "docs/Dockerfile.md": "FROM nothing"},
        {
            ("docker.file", "Dockerfile", "Dockerfile:8"),
            ("docker.base", "gcr.io/base", "Dockerfile:8"),
            ("docker.user", "65532", "Dockerfile:9"),
            ("docker.port", 9000, "Dockerfile:10"),
            ("docker.healthcheck", True, "Dockerfile:14"),
            ("docker.port", 8080, "Dockerfile:16"),
            ("docker.command", "./serve --password ***", "Dockerfile:17"),
        },
    ),
    "compose": (
        "compose.",
        {"compose.yaml": COMPOSE},
        {
            ("compose.file", "compose.yaml", "compose.yaml:3"),
            ("compose.service", "web", "compose.yaml:4"),
            ("compose.build", "./app", "compose.yaml:6"),
            ("compose.port", "8080:80", "compose.yaml:8"),
            ("compose.port", "8081:81/tcp", "compose.yaml:9"),
            ("compose.volume", "./src:/code", "compose.yaml:10"),
            ("compose.volume", "/code/node_modules", "compose.yaml:10"),
            ("compose.instances", 3, "compose.yaml:11"),
            ("compose.needs", "db", "compose.yaml:12"),
            ("compose.service", "db", "compose.yaml:13"),
            ("compose.image", "postgres:16", "compose.yaml:14"),
            ("compose.volume", "data:/var/lib/postgresql/data", "compose.yaml:15"),
            ("compose.stateful", True, "compose.yaml:15"),
            ("compose.healthcheck", False, "compose.yaml:16"),
            ("compose.service", "cache", "compose.yaml:17"),
            ("compose.image", "redis:7", "compose.yaml:18"),
            ("compose.stateful", True, "compose.yaml:18"),
            ("compose.service", "admin", "compose.yaml:19"),
            ("compose.image", "dpage/pgadmin4", "compose.yaml:20"),
        },
    ),
    "kubernetes": (
        "kubernetes.",
        {
            "k8s/app.yaml": "apiVersion: v1\nkind: Service\nmetadata: {name: shop}\n---\n"
            "apiVersion: apps/v1\nkind: StatefulSet\nmetadata:\n  name: shop\n"
            "spec:\n  replicas: 2\n  template:\n    spec:\n      containers:\n"
            "      - image: acme/shop:1\n        ports: [{containerPort: 80}]\n",
            "k8s/patch.yaml": "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: other}\nspec: {replicas: 9}\n",
            "overlays/prod/kustomization.yaml": "resources: [../../k8s]\nnamespace: live\n",
            "chart/Chart.yaml": "name: shop\nversion: 1.2.0\n",
            "chart/values.yaml": "image: {repository: acme/shop, tag: '7'}\n",
            "chart/templates/d.yaml": "apiVersion: apps/v1\nkind: Deployment\n{{ if .x }}\n",
            "notes.yaml": "kind: of\n",
        },
        {
            ("kubernetes.stateful", True, "k8s/app.yaml:8"),
            ("kubernetes.workload", "StatefulSet/shop", "k8s/app.yaml:8"),
            ("kubernetes.replicas", 2, "k8s/app.yaml:10"),
            ("kubernetes.image", "acme/shop:1", "k8s/app.yaml:14"),
            ("kubernetes.port", 80, "k8s/app.yaml:15"),
            ("kubernetes.patch", "Deployment/other", "k8s/patch.yaml:2"),
            ("kubernetes.count", 1, "k8s/app.yaml:2"),
            ("kubernetes.count", 1, "k8s/app.yaml:6"),
            ("kubernetes.kustomization", "overlays/prod/kustomization.yaml", "overlays/prod/kustomization.yaml:1"),
            ("kubernetes.overlay", "prod", "overlays/prod/kustomization.yaml:1"),
            ("kubernetes.namespace", "live", "overlays/prod/kustomization.yaml:2"),
            ("kubernetes.chart", "shop", "chart/Chart.yaml:1"),
            ("kubernetes.chart.version", "1.2.0", "chart/Chart.yaml:2"),
            ("kubernetes.image", "acme/shop:7", "chart/values.yaml:1"),
            ("kubernetes.template", "Deployment", "chart/templates/d.yaml:2"),
        },
    ),
    "nomad": (
        "nomad.",
        {"shop.nomad.hcl": NOMAD, "main.hcl": 'variable "x" {}\n'},
        {
            ("nomad.job", "shop", "shop.nomad.hcl:2"),
            ("nomad.type", "service", "shop.nomad.hcl:3"),
            ("nomad.canary", 1, "shop.nomad.hcl:4"),
            ("nomad.group", "shop/api", "shop.nomad.hcl:5"),
            ("nomad.count", 3, "shop.nomad.hcl:6"),
            ("nomad.port", 8080, "shop.nomad.hcl:8"),
            ("nomad.task", "shop/api/server", "shop.nomad.hcl:10"),
            ("nomad.driver", "docker", "shop.nomad.hcl:11"),
            ("nomad.image", "acme/shop:${var.tag}", "shop.nomad.hcl:13"),
        },
    ),
    "ci": (
        "ci.",
        {
            ".github/workflows/ci.yml": WORKFLOW,
            ".gitlab-ci.yml": "stages: [a]\n.base: {script: x}\nunit:\n  script: [make]\nvariables: {script: y}\n",
            "Jenkinsfile": "pipeline {\n stage('Build') {}\n}\n",
        },
        {
            ("ci.system", "github", ".github/workflows/ci.yml:1"),
            ("ci.job", "test", ".github/workflows/ci.yml:3"),
            ("ci.job", "deploy", ".github/workflows/ci.yml:7"),
            ("ci.system", "gitlab", ".gitlab-ci.yml:1"),
            ("ci.job", "unit", ".gitlab-ci.yml:3"),
            ("ci.system", "jenkins", "Jenkinsfile:1"),
            ("ci.job", "Build", "Jenkinsfile:2"),
        },
    ),
    "api": (
        "api.",
        {
            "openapi.yaml": "# ours\nopenapi: 3.1.0\n",
            "docs/asyncapi.json": '{\n  "asyncapi": "2.6.0"}\n',
            "proto/shop.proto": 'syntax = "proto3";\npackage acme.shop;\nservice Shop {\n}\n',
            "api.yaml": "other: 1\n",
        },
        {
            ("api.openapi", "3.1.0", "openapi.yaml:2"),
            ("api.asyncapi", "2.6.0", "docs/asyncapi.json:2"),
            ("api.proto", "acme.shop", "proto/shop.proto:2"),
            ("api.service", "Shop", "proto/shop.proto:3"),
        },
    ),
    "flags": (
        "flags.",
        {
            "requirements.txt": "# unleash is not used\nflask\nlaunchdarkly-server-sdk==9\n",
            "flags.json": '{"flags": {\n  "new-pricing": {"state": "ENABLED", "variants": {"on": true}}}}\n',
            "other-flags.json": '{"flags": {"x": 1}}',
        },
        {
            ("flags.system", "launchdarkly", "requirements.txt:3"),
            ("flags.system", "flagd", "flags.json:1"),
            ("flags.flag", "new-pricing", "flags.json:2"),
        },
    ),
    "ml": (
        "ml.",
        {
            "requirements.txt": "torch==2.1\ntorchvision\n",
            "train_ranker.py": "",
            "models/a.onnx": "",
            "training.md": "",
        },
        {
            ("ml.library", "pytorch", "requirements.txt:1"),
            ("ml.model", "models/a.onnx", "models/a.onnx:1"),
            ("ml.training", "train_ranker.py", "train_ranker.py:1"),
        },
    ),
    "tests": (
        "tests.",
        {
            ".github/workflows/ci.yml": WORKFLOW,
            "tests/test_a.py": "",
            "tests/test_b.py": "",
            "pyproject.toml": "[project]\nname='a'\ndependencies=['pytest']\n",
            "reports/TEST-a.xml": "<?xml version='1.0'?>\n<testsuite/>\n",
            "reports/other.xml": "<a/>",
        },
        {
            ("tests.files", 2, "tests/test_a.py:1"),
            ("tests.framework", "pytest", "pyproject.toml:3"),
            ("tests.report", "out/tests.xml", ".github/workflows/ci.yml:6"),
            ("tests.report", "reports/TEST-a.xml", "reports/TEST-a.xml:2"),
        },
    ),
    "docs": (
        "docs.",
        {"README.md": "", "CHANGELOG.md": "", "docs/runbook.md": "", "docs/adr/001.md": "", "src/readme_test.py": ""},
        {
            ("docs.readme", "README.md", "README.md:1"),
            ("docs.changelog", "CHANGELOG.md", "CHANGELOG.md:1"),
            ("docs.runbook", "docs/runbook.md", "docs/runbook.md:1"),
            ("docs.decision", "docs/adr/001.md", "docs/adr/001.md:1"),
            ("docs.pages", 2, "docs/runbook.md:1"),
        },
    ),
    "owners": (
        "owners.",
        {".github/CODEOWNERS": "# who\n* @acme/all\n/db/ @ann @acme/all\n"},
        {
            ("owners.file", ".github/CODEOWNERS", ".github/CODEOWNERS:2"),
            ("owners.owner", "@acme/all", ".github/CODEOWNERS:2"),
            ("owners.owner", "@ann", ".github/CODEOWNERS:3"),
        },
    ),
    "service": (
        "service.",
        {
            "pyproject.toml": '[build-system]\nrequires = []\n[project]\nname = "shop"\nversion = "1.2.0"\n',
            "web/package.json": '{"dependencies": {"name": "x"},\n "name": "@acme/web"}',
            "go.mod": "module github.com/acme/pay/v2\n",
            "VERSION": "v1.2.1\n",
        },
        {
            ("service.name", "shop", "pyproject.toml:4"),
            ("service.version", "1.2.0", "pyproject.toml:5"),
            ("service.name", "web", "web/package.json:2"),
            ("service.name", "pay", "go.mod:1"),
            ("service.version", "1.2.1", "VERSION:1"),
        },
    ),
    "languages": (
        "languages.",
        {"a.py": "", "b/c.py": "", "go.mod": "module x\n", "build.gradle.kts": "", "x.unknown": ""},
        {
            ("languages.language", "python", "a.py:1"),
            ("languages.language", "go", "go.mod:1"),
            ("languages.language", "kotlin", "build.gradle.kts:1"),
        },
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_every_fact_has_its_place(name: str, tmp_path: Path) -> None:
    prefix, files, expected = CASES[name]
    profile = inspect_repository(write(tmp_path, files))
    assert facts(profile, prefix) == expected
    assert profile.known(f"{prefix}any") is True
    for fact in profile.facts:
        file, _, line = fact.where.rpartition(":")
        if fact.where != ".":
            assert int(line) <= len((tmp_path / file).read_text().split("\n"))


def test_nothing_of_a_kind_is_said_only_when_all_was_read(tmp_path: Path) -> None:
    write(tmp_path, {"a.py": "", "b.yaml": "x: 1\n"})
    assert inspect_repository(tmp_path).known("kubernetes.any") is False
    (tmp_path / "c.yaml").write_bytes(b"kind: \xff\n")
    profile = inspect_repository(tmp_path)
    assert profile.known("kubernetes.any") is None
    assert profile.known("docker.any") is False
    assert ("c.yaml:1", "not UTF-8 text, not read") in {(n.where, n.message) for n in profile.notes}


def test_guesses_are_marked(tmp_path: Path) -> None:
    files = CASES["kubernetes"][1] | {"compose.yaml": COMPOSE, "shop.nomad.hcl": NOMAD}
    doubtful = {(f.name, f.value) for f in inspect_repository(write(tmp_path, files)).facts if not f.certain}
    assert {
        ("kubernetes.overlay", "prod"),
        ("kubernetes.image", "acme/shop:7"),
        ("kubernetes.template", "Deployment"),
    } <= doubtful
    assert ("nomad.image", "acme/shop:${var.tag}") in doubtful
    assert [f.of for f in inspect_repository(tmp_path).all("compose.stateful") if not f.certain] == ["cache"]
