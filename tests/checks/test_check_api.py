"""OpenAPI descriptions held against the last release's, CI workflows, and alert rules."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from repositories import Outcome, Repository, look, told

from gonogo.checks.alert_rules import ALERT_RULES, AlertRules, read_alerts
from gonogo.checks.api_compatible import API_COMPATIBLE, ApiCompatible
from gonogo.checks.files import Unreadable
from gonogo.checks.openapi import Parameter, broken, read_api
from gonogo.checks.workflows import WORKFLOWS, WorkflowsPinned

OLD = """\
openapi: 3.0.3
info: {title: Shop, version: 1.4.0}
paths:
  /orders/{id}:
    parameters: [{$ref: "#/components/parameters/id"}]
    get:
      parameters: [{name: verbose, in: query, schema: {type: boolean}}]
      responses:
        200:
          content: {application/json: {schema: {$ref: "#/components/schemas/Order"}}}
        404: {description: none}
  /orders:
    post:
      requestBody: {content: {application/json: {schema: {type: object, required: [items]}}}}
      responses: {201: {description: made}, 202: {description: later}}
components:
  parameters: {id: {name: id, in: path, required: true, schema: {type: string}}}
  schemas:
    Base: {type: object, required: [id]}
    Order: {allOf: [{$ref: "#/components/schemas/Base"}, {required: [total]}]}
"""


def test_what_clients_rely_on() -> None:
    api = read_api(OLD.encode(), "openapi.yaml")
    get, post = api.operations
    assert (api.version, get.name, post.name) == ("1.4.0", "GET /orders/{}", "POST /orders")
    assert Parameter("verbose", "query", False, "boolean") in get.parameters
    assert (get.statuses, get.answered) == (("200",), ("id", "total"))
    assert (post.body, post.wanted, post.statuses) == (False, ("items",), ("201", "202"))


@pytest.mark.parametrize(
    ("old", "new", "breaks"),
    [
        ("/orders/{id}:", "/orders/{number}:", []),
        ("/orders/{id}:", "/v2/orders/{id}:", ["GET /orders/{} is gone"]),
        ("    post:", "    put:", ["POST /orders is gone"]),
        (
            "in: query, schema: {type: boolean}",
            "in: query, required: true, schema: {type: boolean}",
            ["GET /orders/{} needs the query parameter verbose, which it did not need"],
        ),
        (
            "schema: {type: boolean}",
            "schema: {type: string}",
            ["GET /orders/{} takes the query parameter verbose as string, which was boolean"],
        ),
        ("requestBody: {", "requestBody: {required: true, ", ["POST /orders needs a body, which it did not need"]),
        (
            "required: [items]",
            "required: [items, shop]",
            ["POST /orders needs the field shop in its body, which it did not need"],
        ),
        (", 202: {description: later}", "", ["POST /orders answers 202 no more"]),
        (
            "{required: [total]}",
            "{required: []}",
            ["GET /orders/{} does not promise the field total in its answer any more"],
        ),
        ("404: {description: none}", "410: {description: none}", []),
        ("required: [items]", "required: []", []),
    ],
)
def test_what_breaks_them(old: str, new: str, breaks: list[str]) -> None:
    assert old in OLD
    before, after = read_api(OLD.encode(), "o"), read_api(OLD.replace(old, new, 1).encode(), "o")
    assert [" ".join(pair) for pair in broken(before, after)] == breaks


def test_swagger_2() -> None:
    data: dict[str, Any] = {
        "swagger": "2.0",
        "info": {"version": "1"},
        "paths": {
            "/a": {
                "post": {
                    "parameters": [{"in": "body", "name": "b", "required": True, "schema": {"required": ["x"]}}],
                    "responses": {"200": {"schema": {"required": ["y"]}}},
                }
            }
        },
    }
    found = read_api(json.dumps(data).encode(), "swagger.json").operations[0]
    assert (found.body, found.wanted, found.answered) == (True, ("x",), ("y",))


@pytest.mark.parametrize(
    "content",
    [
        "",
        "{}",
        "a: 1",
        "- a",
        "\xff",
        "openapi: !x 3",
        '{"openapi": 3}',
        "openapi: 3.0.0\npaths:\n\ta: 1\n",
        "{" * 9999,
    ],
)
def test_what_is_no_description(content: str) -> None:
    with pytest.raises(Unreadable):
        read_api(content.encode("latin-1"), "openapi.yaml")


def test_a_description_that_points_at_itself() -> None:
    text = """\
openapi: 3.1.0
paths:
  /a: {get: {responses: {200: {content: {a/b: {schema: {$ref: "#/x"}}}}}, parameters: [{$ref: "#/none"}, 4]}}
  /b: 4
  /c: {$ref: "other.yaml#/c"}
x: {$ref: "#/x"}
y: {allOf: [{$ref: "#/y"}]}
"""
    assert read_api(text.encode(), "o").operations[0].answered == ()
    text = text.replace('"#/x"}}}}}', '"#/y"}}}}}')
    assert read_api(text.encode(), "o").operations[0].answered == ()


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    made = Repository(tmp_path)
    made.commit({"api/openapi.yaml": OLD}, tag="v1.0.0")
    return made


def test_against_what_is_live(repository: Repository) -> None:
    assert look(API_COMPATIBLE, repository.context(), ApiCompatible()).outcome is Outcome.NOT_APPLICABLE
    repository.commit({"api/openapi.yaml": OLD.replace("post:", "put:")})
    ctx = repository.context()
    assert told(look(API_COMPATIBLE, ctx, ApiCompatible())) == ["api/openapi.yaml: POST /orders is gone"]
    assert told(look(API_COMPATIBLE, ctx, ApiCompatible(raised=True))) == [
        "api/openapi.yaml changed and still says version 1.4.0"
    ]
    repository.commit({"api/openapi.yaml": OLD.replace("post:", "put:").replace("1.4.0", "2.0.0")})
    ctx = repository.context()
    assert look(API_COMPATIBLE, ctx, ApiCompatible()).outcome is Outcome.PASS
    assert look(API_COMPATIBLE, ctx, ApiCompatible(raised=True)).outcome is Outcome.PASS


def test_a_new_one_and_one_that_broke(repository: Repository) -> None:
    repository.commit({"b/openapi.json": '{"openapi": "3.1.0", "paths": {}}'})
    assert look(API_COMPATIBLE, repository.context(), ApiCompatible()).outcome is Outcome.PASS
    assert look(API_COMPATIBLE, repository.context(), ApiCompatible(raised=True)).outcome is Outcome.PASS
    repository.commit({"api/openapi.yaml": "openapi: ["})
    assert "api/openapi.yaml can't be read" in look(API_COMPATIBLE, repository.context(), ApiCompatible()).summary


# --- workflows --------------------------------------------------------------------------------------------------------

WORKFLOW = """\
on: push
permissions: {contents: read}
jobs:
  a:
    uses: acme/flows/.github/workflows/a.yml@PIN
    steps:
      - uses: actions/checkout@v4
      - uses: ./local
      - uses: docker://alpine:3.20
      - run: "uses: nothing@main"
"""


def test_pinned(repository: Repository) -> None:
    ctx = repository.context()
    assert look(WORKFLOWS, ctx, WorkflowsPinned()).outcome is Outcome.NOT_APPLICABLE
    repository.write({".github/workflows/ci.yml": WORKFLOW.replace("PIN", "a" * 40)})
    assert look(WORKFLOWS, ctx, WorkflowsPinned()).summary == "4 actions in 1 workflow, each pinned"
    assert told(look(WORKFLOWS, ctx, WorkflowsPinned(trusted=()))) == [
        ".github/workflows/ci.yml:7: actions/checkout@v4 may be other code tomorrow: v4 can be moved"
    ]


def test_not_pinned(repository: Repository) -> None:
    text = WORKFLOW.replace("PIN", "main").replace("alpine:3.20", "alpine").replace("{contents: read}", "write-all")
    repository.write({".github/workflows/ci.yaml": text, ".github/workflows/bad.yml": "a: [\n"})
    found = look(WORKFLOWS, repository.context(), WorkflowsPinned())
    assert [f.where for f in found.findings] == [
        ".github/workflows/bad.yml",
        ".github/workflows/ci.yaml:5",
        ".github/workflows/ci.yaml:9",
        ".github/workflows/ci.yaml",
    ]


# --- alert rules ------------------------------------------------------------------------------------------------------

RULES = """\
groups:
  - name: shop
    rules:
      - record: a
        expr: b
      - alert: Errors
        expr: errors > 1
        for: 5m
        labels: {severity: page}
        annotations: {runbook_url: "https://example.com/errors"}
      - alert: Slow
        expr: slow > 1
        for: 0m
        annotations: {runbook_url: "", summary: slow}
"""


@pytest.mark.parametrize(
    ("rule", "message"),
    [("runbook", "Slow names no runbook"), ("patient", "Slow fires at the first"), ("routed", "Slow says nothing")],
)
def test_alerts(repository: Repository, rule: str, message: str) -> None:
    ctx = repository.context()
    params = AlertRules(rule)  # type: ignore[arg-type]
    repository.write({"deploy/alerts.yaml": "contact: ann\n"})
    assert look(ALERT_RULES, ctx, params).outcome is Outcome.NOT_APPLICABLE
    repository.write({"deploy/alerts.yaml": RULES})
    found = told(look(ALERT_RULES, ctx, params))
    assert len(found) == 1 and found[0].startswith(f"deploy/alerts.yaml:11: {message}")
    repository.write({"deploy/alerts.yaml": RULES.partition("      - alert: Slow")[0]})
    assert look(ALERT_RULES, ctx, params).outcome is Outcome.PASS
    repository.write({"deploy/alerts.yaml": RULES + "\t"})
    assert "deploy/alerts.yaml can't be read" in look(ALERT_RULES, ctx, params).summary


def test_rules_of_the_operator() -> None:
    text = "apiVersion: v1\nkind: PrometheusRule\nspec:\n" + "".join(f"  {line}\n" for line in RULES.splitlines())
    assert [a.name for a in read_alerts(text.encode(), "r.yaml")] == ["Errors", "Slow"]
    assert read_alerts(b"groups: [1, {rules: [2, {alert: 3}]}]\n# alert:\n", "r.yaml")[0].name == "3"
