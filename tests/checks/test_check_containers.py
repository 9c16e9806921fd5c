"""Dockerfiles and Compose files as people write them."""

from __future__ import annotations

from pathlib import Path

import pytest
from repositories import Outcome, Repository, look, told

from gonogo.checks.compose import Mount, read_compose
from gonogo.checks.compose_rules import COMPOSE, ComposeRules
from gonogo.checks.dockerfile import read_dockerfile
from gonogo.checks.dockerfile_rules import DOCKERFILE, DockerfileRules
from gonogo.checks.files import Unreadable
from gonogo.checks.images import objection

GOOD = """\
# syntax=docker/dockerfile:1
ARG PYTHON=3.12.4
FROM --platform=$BUILDPLATFORM python:${PYTHON}-slim AS build
RUN --mount=type=secret,id=token pip install . \\
    # a comment inside
    && rm -rf /root/.cache
COPY <<EOF /etc/motd
FROM nowhere
EOF
FROM build AS test
USER root
FROM python:3.12.4-slim
COPY --from=build /app /app
ADD --checksum=sha256:24454f830cdb571e2c4ad15481119c43b3cafd48dd869a9b2945d1036d1dc68d https://example.com/a.tgz /a/
ENV MODE=live TOKEN_FILE=/run/secrets/token
HEALTHCHECK CMD ["python", "-m", "shop.health"]
USER 10001:10001
CMD ["python", "-m", "shop"]
"""
BAD = """\
from node
arg NPM_TOKEN
ADD https://example.com/install.sh /tmp/
ENV DB_PASSWORD=hunter2hunter2
ENV SECRET hunter2
"""


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    made = Repository(tmp_path)
    made.commit({"shop.py": "1"})
    return made


RULES = ("pinned", "user", "health", "remote", "secrets")


@pytest.mark.parametrize("rule", RULES)
def test_a_good_one(repository: Repository, rule: str) -> None:
    ctx = repository.context()
    assert look(DOCKERFILE, ctx, DockerfileRules(rule)).outcome is Outcome.NOT_APPLICABLE  # type: ignore[arg-type]
    repository.write({"Dockerfile": GOOD})
    assert look(DOCKERFILE, ctx, DockerfileRules(rule)).outcome is Outcome.PASS  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("rule", "messages"),
    [
        ("pinned", ["Dockerfile:1: node is not pinned: no tag is named, so it is latest"]),
        ("user", ["Dockerfile:1: the image runs as root, no USER says otherwise"]),
        ("health", ["Dockerfile:1: nothing tells whether the image works"]),
        ("remote", ["Dockerfile:3: ADD takes whatever https://example.com/install.sh serves that day"]),
        (
            "secrets",
            [
                "Dockerfile:2: ARG NPM_TOKEN ends up in the image, for all to read",
                "Dockerfile:4: ENV DB_PASSWORD ends up in the image, for all to read",
                "Dockerfile:5: ENV SECRET ends up in the image, for all to read",
            ],
        ),
    ],
)
def test_a_bad_one(repository: Repository, rule: str, messages: list[str]) -> None:
    repository.write({"Dockerfile": BAD})
    result = look(DOCKERFILE, repository.context(), DockerfileRules(rule))  # type: ignore[arg-type]
    assert told(result) == messages
    assert "hunter2" not in repr(result)


def test_only_a_digest_is_enough(repository: Repository) -> None:
    repository.write({"Dockerfile": GOOD})
    found = told(look(DOCKERFILE, repository.context(), DockerfileRules("digest")))
    assert [line.partition(" is")[0] for line in found] == [
        "Dockerfile:3: python:3.12.4-slim",
        "Dockerfile:12: python:3.12.4-slim",
    ]


def test_a_user_of_the_stage_below_counts() -> None:
    file = read_dockerfile("FROM a:1 AS base\nUSER app\nFROM base\nRUN x\n", "Dockerfile")
    _, result = DOCKERFILE.evaluate(None, DOCKERFILE.raw((file,)), DockerfileRules("user"), 0)
    assert result.outcome is Outcome.PASS


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "it has no FROM"),
        ("RUN x\nFROM a\n", "line 1: RUN stands before the first FROM"),
        ("FROM\n", "line 1: FROM names no image"),
        ("FROM a\n{{ if .Dev }}\n", "line 2: '{{' is no instruction"),
        ("FROM a\n" + "RUN x\n" * 2000, "more than 2000 instructions"),
    ],
)
def test_what_is_no_dockerfile(text: str, why: str) -> None:
    with pytest.raises(Unreadable, match=why.replace("{", r"\{")):
        read_dockerfile(text, "Dockerfile")


def test_windows_lines() -> None:
    file = read_dockerfile("# escape=`\nFROM a:1\nRUN dir `\n  c:\\\n", "Dockerfile")
    assert [i.text for i in file.stages[0].instructions] == ["dir    c:\\"]


@pytest.mark.parametrize(
    ("image", "pinned"),
    [
        ("python:3.12", True),
        ("localhost:5000/shop:2.1", True),
        ("localhost:5000/shop", False),
        ("shop:LATEST", False),
        ("shop@sha256:" + "a" * 64, True),
        ("shop:latest@sha256:" + "a" * 64, True),
        ("shop@sha256:abc", False),
        ("shop:${TAG}", False),
    ],
)
def test_references(image: str, pinned: bool) -> None:
    assert (objection(image) == "") is pinned


COMPOSE_FILE = """\
x-common: &common
  restart: unless-stopped
  deploy: {resources: {limits: {memory: 256m, cpus: "0.5"}}}
services:
  shop:
    <<: *common
    build: .
    image: shop
    environment: &env
      DB_PASSWORD: ${DB_PASSWORD}
      TOKEN_FILE: /run/secrets/token
    healthcheck: {test: [CMD, true]}
    depends_on: {migrate: {condition: service_completed_successfully}}
  migrate:
    image: shop:2.0.0
    restart: "no"
    deploy: {resources: {limits: {memory: 256m, cpus: 1}}}
  db:
    <<: [*common, {mem_limit: 1g}]
    image: postgres:16.4
    environment: ["POSTGRES_PASSWORD_FILE=/run/secrets/db", "PGDATA=/data"]
    healthcheck: {test: pg_isready}
    volumes: ["data:/var/lib/postgresql/data:rw", "./init:/docker-entrypoint-initdb.d"]
volumes:
  data:
"""


@pytest.mark.parametrize("rule", ["pinned", "health", "restart", "limits", "volumes", "secrets"])
def test_a_good_compose_file(repository: Repository, rule: str) -> None:
    ctx = repository.context()
    assert look(COMPOSE, ctx, ComposeRules(rule)).outcome is Outcome.NOT_APPLICABLE  # type: ignore[arg-type]
    repository.write({"deploy/compose.yaml": COMPOSE_FILE})
    result = look(COMPOSE, ctx, ComposeRules(rule))  # type: ignore[arg-type]
    assert (result.outcome, told(result)) == (Outcome.PASS, [])


BAD_COMPOSE = """\
services:
  shop:
    image: shop:latest
    environment: {API_KEY: abcdef123456, EMPTY_TOKEN: ""}
    healthcheck: {disable: true}
    volumes: [/data, cache:/cache]
  redis:
    image: docker.io/library/redis:7.2
    environment: ["REDIS_PASSWORD=hunter2"]
"""


@pytest.mark.parametrize(
    ("rule", "messages"),
    [
        ("pinned", ["2: shop runs shop:latest, not pinned: the tag 'latest' moves"]),
        ("health", ["2: shop has its health check switched off", "7: redis has no health check"]),
        ("restart", ["2: shop stays down once it has ended", "7: redis stays down once it has ended"]),
        ("limits", ["2: shop has no limit of memory and cpus", "7: redis has no limit of memory and cpus"]),
        (
            "volumes",
            [
                "2: shop keeps /data in a nameless volume, lost with the container",
                "2: shop uses the volume cache, which is not declared",
                "7: redis stores data (redis) and has no volume for it",
            ],
        ),
        ("secrets", ["2: shop has API_KEY in plain text", "7: redis has REDIS_PASSWORD in plain text"]),
    ],
)
def test_a_bad_compose_file(repository: Repository, rule: str, messages: list[str]) -> None:
    repository.write({"compose.yaml": BAD_COMPOSE})
    result = look(COMPOSE, repository.context(), ComposeRules(rule))  # type: ignore[arg-type]
    assert told(result) == [f"compose.yaml:{m}" for m in messages]
    assert "hunter2" not in repr(result) and "abcdef" not in repr(result)


def test_mounts_in_the_long_form() -> None:
    text = b"""services: {a: {volumes: [{type: volume, source: d, target: /d}, {type: volume, target: /e},
      {type: bind, source: ./x, target: /x}, {type: tmpfs, target: /t}, "~/y:/y", "$HOME/z:/z"]}}"""
    mounts = read_compose(text, "c").services[0].mounts
    assert [m.kind for m in mounts] == ["volume", "anonymous", "bind", "tmpfs", "bind", "bind"]
    assert mounts[0] == Mount("volume", "d", "/d")
    assert [m.target for m in mounts[4:]] == ["/y", "/z"]


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"services: [a]\n", "it has no services"),
        (b"a: 1\n", "it has no services"),
        (b"services: {a: {image: !env X}}\n", "line 1: the tag"),
        (b"services:\n\ta: 1\n", "line 2: not YAML"),
        (b"\xff", "line 1: not UTF-8 text"),
        (b"services: {a: 1, a: 2}", "line 1: duplicate key 'a'"),
        (b"[" * 10_000, "nested deeper than 60 levels"),
    ],
)
def test_what_is_no_compose_file(content: bytes, why: str) -> None:
    with pytest.raises(Unreadable, match=why):
        read_compose(content, "compose.yaml")


def test_a_service_that_is_nothing() -> None:
    assert (
        read_compose(b"services: {a: , b: {environment: , volumes: [1, {}], deploy: 3}}", "c").services[0].name == "a"
    )
