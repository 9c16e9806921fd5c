"""Release files that are right: what they become, and where their defaults come from."""

from __future__ import annotations

import hashlib

import msgspec

from gonogo.config import defaults
from gonogo.model import settings
from gonogo.model.items import OnFailure
from gonogo.model.settings import ErrorMargin, Judge, Keep, LatencyMargin, Local, Smoke, Step, Trigger

SHORT = """\
service: shop
owner: team-shop
artifact: build
local:
  command: ["./shop", "--port", "{port}"]
  listen: 8080
"""

FULL = """\
service: shop
owner: team-shop
tier: 1
artifact: ../out/shop
on_call: ana
tests: reports/*.xml
local:
  command: ["./shop"]
  instances: 3
  listen: 8080
  ready: /health
  start_within: 20s
  grace: 0s
  environment: {PORT: "{port}", PASSWORD: "${SHOP_PASSWORD}", MODE: plain}
strategy:
  canary:
    steps:
      - {weight: 10, pause: 5m, deadline: 20m, on_inconclusive: rollback}
      - {weight: 50 %, pause: 10m}
keep: {running: 1h}
approvers: [ana, ben]
environments:
  staging:
    local: {listen: 8081, instances: 1, environment: {MODE: loud}}
    strategy: direct
    judge: {latency: off}
    soak: []
    triggers: []
    approvals: 0
    approvers: []
    mode: advise
  production:
    strategy: canary
    judge:
      errors: {ratio: 2, plus: 0.3 points}
      latency: {slower_than: 100ms, plus: 2 points}
      promote: {plus: 1 point}
      block: 3s
      baseline: {blocks: 40, block: 1s}
    triggers:
      - {error_rate: "+4 points", for: 30s}
      - {error_rate: "> 2 %", for: 1m, on_failure: page}
      - {restarts: "> 2 in 10m", on_failure: pause}
      - {health_checks: 4 consecutive failures, on_failure: note}
    keep: {definition: 48h}
    soak: [10m, 1h]
    approvals: 2
    smoke: [/, {path: /api/cart, status: 201, contains: items}]
"""


def test_a_short_file_has_one_environment_and_only_defaults(reading):
    file = reading(SHORT)
    assert msgspec.structs.replace(file, environments={}) == settings.ReleaseFile(
        path="/srv/shop/gonogo.yaml",
        digest="sha256:" + hashlib.sha256(SHORT.encode()).hexdigest(),
        service="shop",
        owner="team-shop",
        tier=2,
        artifact="/srv/shop/build",
        on_call="",
        tests="",
        environments={},
    )
    assert file.environments == {
        "production": settings.Environment(
            name="production",
            platform=Local(command=("./shop", "--port", "{port}"), listen=8080),
            strategy="canary",
            steps=defaults.STEPS,
            soak=defaults.SOAK,
            judge=Judge(),
            triggers=defaults.TRIGGERS,
            keep=Keep(),
        )
    }


def test_the_defaults_of_lists_are_the_documented_figures():
    assert [(round(s.weight * 100), s.pause, s.deadline) for s in defaults.STEPS] == [
        (10, 300, 900),
        (25, 300, 900),
        (50, 600, 1800),
        (75, 300, 900),
    ]
    assert defaults.SOAK == (900, 7200, 86400)
    assert [(t.metric, t.relation, t.limit, t.duration) for t in defaults.TRIGGERS] == [
        ("error_rate", "plus", 5, 60),
        ("health_checks", "over", 3, 0),
        ("restarts", "over", 5, 300),
    ]


def test_default_triggers_are_what_their_text_reads_as(reading):
    written = """
triggers:
  - {error_rate: "+5 points", for: 1m}
  - {health_checks: 3 consecutive failures}
  - {restarts: "> 5 in 5m"}
"""
    assert reading(SHORT + written).environments["production"].triggers == defaults.TRIGGERS


def test_the_full_form_at_the_top(reading):
    file = reading(FULL)
    assert (file.tier, file.on_call, file.tests) == (1, "ana", "reports/*.xml")
    assert file.artifact == "/srv/out/shop"
    assert list(file.environments) == ["staging", "production"]


def test_the_full_form_of_one_environment(reading):
    assert reading(FULL).environments["production"] == settings.Environment(
        name="production",
        platform=Local(
            command=("./shop",),
            listen=8080,
            instances=3,
            ready="/health",
            start_within=20,
            grace=0,
            environment={"PORT": "{port}", "PASSWORD": "${SHOP_PASSWORD}", "MODE": "plain"},
        ),
        strategy="canary",
        steps=(Step(0.1, 300, 1200, OnFailure.ROLLBACK), Step(0.5, 600, 1800, OnFailure.PAUSE)),
        soak=(600, 3600),
        judge=Judge(
            errors=ErrorMargin(ratio=2, plus=0.3),
            latency=LatencyMargin(slower_than=0.1, plus=2),
            promote=1,
            block=3,
            baseline_blocks=40,
            baseline_block=1,
        ),
        triggers=(
            Trigger("error_rate", "plus", 4, 30),
            Trigger("error_rate", "over", 0.02, 60, OnFailure.PAGE),
            Trigger("restarts", "over", 2, 600, OnFailure.PAUSE),
            Trigger("health_checks", "over", 4, 0, OnFailure.NOTE),
        ),
        keep=Keep(running=3600, definition=172800),
        approvals=2,
        approvers=("ana", "ben"),
        smoke=(Smoke("/"), Smoke("/api/cart", 201, "items")),
    )


def test_an_environment_overrides_key_by_key_and_replaces_lists(reading):
    staging = reading(FULL).environments["staging"]
    assert staging.platform.listen == 8081
    assert staging.platform.instances == 1
    assert staging.platform.command == ("./shop",)
    assert staging.platform.environment == {"PORT": "{port}", "PASSWORD": "${SHOP_PASSWORD}", "MODE": "loud"}
    assert (staging.strategy, staging.steps, staging.soak, staging.triggers) == ("direct", (), (), ())
    assert staging.judge == Judge(latency=None)
    assert (staging.approvals, staging.approvers, staging.mode) == (0, (), "advise")
    assert staging.keep == Keep(running=3600)


def test_off_for_all_gives_way_to_a_mapping_in_one(reading):
    text = SHORT + "judge: {latency: off}\nenvironments: {a: {judge: {latency: {ratio: 2}}}, b: {local: {listen: 81}}}"
    environments = reading(text).environments
    assert environments["a"].judge.latency == LatencyMargin(ratio=2)
    assert environments["b"].judge.latency is None


def test_steps_for_all_are_gone_where_one_says_direct_and_kept_where_it_says_canary(reading):
    steps = "strategy: {canary: {steps: [{weight: 20, pause: 1m}]}}\n"
    text = SHORT + steps + "environments: {a: {strategy: direct}, b: {strategy: canary, local: {listen: 81}}}"
    environments = reading(text).environments
    assert environments["a"].strategy == "direct"
    assert environments["b"].steps == (Step(0.2, 60, 180),)


def test_settings_survive_the_journal(reading):
    file = reading(FULL.replace("team-shop", "${OWNER}"), OWNER="team-shop")
    assert msgspec.json.decode(msgspec.json.encode(file), type=settings.ReleaseFile) == file


def test_an_anchor_may_be_used_for_what_two_environments_share(reading):
    text = SHORT + "environments:\n  a: {keep: &k {running: 1h}}\n  b: {local: {listen: 81}, keep: *k}\n"
    assert {e.keep.running for e in reading(text).environments.values()} == {3600}
