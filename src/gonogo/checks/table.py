"""Every check by the name that items use. A new one is a module and a line here."""

from __future__ import annotations

from gonogo.checks.alert_rules import ALERT_RULES
from gonogo.checks.api_compatible import API_COMPATIBLE
from gonogo.checks.changelog import CHANGELOG
from gonogo.checks.compose_rules import COMPOSE
from gonogo.checks.coverage import COVERAGE
from gonogo.checks.dockerfile_rules import DOCKERFILE
from gonogo.checks.document import DOCUMENT
from gonogo.checks.exits import INSTANCE_EXITS
from gonogo.checks.footing import ENOUGH_INSTANCES, KEPT_LONG
from gonogo.checks.hotfix_branch import HOTFIX_BRANCH
from gonogo.checks.instances import HEALTH_CHECKS, READY
from gonogo.checks.interface import Check
from gonogo.checks.journaled import LIVE_RECORDED, NOTHING_OPEN, RETURN_EXPLAINED, STEPS_WALKED
from gonogo.checks.load_test import LOAD_TEST
from gonogo.checks.metrics import BACK_TO_BASELINE, BASELINE, JUDGE_ERRORS, JUDGE_SLOW, LIMIT
from gonogo.checks.migrations import MIGRATIONS
from gonogo.checks.people import SIGN_OFF
from gonogo.checks.plain_secrets import PLAIN_SECRETS
from gonogo.checks.previous import PREVIOUS
from gonogo.checks.reported import TESTS_REPORTED
from gonogo.checks.repository import REPOSITORY_CLEAN
from gonogo.checks.reviewed import REVIEWED
from gonogo.checks.sbom import SBOM
from gonogo.checks.scans import SCANS
from gonogo.checks.smoke import SMOKE_REQUESTS
from gonogo.checks.timer import PAUSE_ELAPSED
from gonogo.checks.traffic import SETTLED, WEIGHT_REACHED
from gonogo.checks.variables import VARIABLES
from gonogo.checks.version_tag import VERSION_TAG
from gonogo.checks.workflows import WORKFLOWS

CHECKS: dict[str, Check] = {
    "alert-rules": ALERT_RULES,
    "api-compatible": API_COMPATIBLE,
    "back-to-baseline": BACK_TO_BASELINE,
    "baseline-captured": BASELINE,
    "changelog": CHANGELOG,
    "compose": COMPOSE,
    "coverage": COVERAGE,
    "dockerfile": DOCKERFILE,
    "document": DOCUMENT,
    "enough-instances": ENOUGH_INSTANCES,
    "error-limit": LIMIT,
    "health-checks": HEALTH_CHECKS,
    "hotfix-branch": HOTFIX_BRANCH,
    "instance-exits": INSTANCE_EXITS,
    "judge-errors": JUDGE_ERRORS,
    "judge-slow": JUDGE_SLOW,
    "kept-long": KEPT_LONG,
    "live-recorded": LIVE_RECORDED,
    "load-test": LOAD_TEST,
    "migrations": MIGRATIONS,
    "nothing-open": NOTHING_OPEN,
    "pause-elapsed": PAUSE_ELAPSED,
    "plain-secrets": PLAIN_SECRETS,
    "previous": PREVIOUS,
    "ready": READY,
    "repository-clean": REPOSITORY_CLEAN,
    "return-explained": RETURN_EXPLAINED,
    "reviewed": REVIEWED,
    "sbom": SBOM,
    "scans": SCANS,
    "settled": SETTLED,
    "sign-off": SIGN_OFF,
    "smoke-requests": SMOKE_REQUESTS,
    "steps-walked": STEPS_WALKED,
    "tests-reported": TESTS_REPORTED,
    "variables": VARIABLES,
    "version-tag": VERSION_TAG,
    "weight-reached": WEIGHT_REACHED,
    "workflows": WORKFLOWS,
}
