"""Every check by the name that items use. A new one is a module and a line here."""

from __future__ import annotations

from gonogo.checks.exits import INSTANCE_EXITS
from gonogo.checks.instances import HEALTH_CHECKS, READY
from gonogo.checks.interface import Check
from gonogo.checks.metrics import BACK_TO_BASELINE, BASELINE, JUDGE_ERRORS, JUDGE_SLOW, LIMIT
from gonogo.checks.people import SIGN_OFF
from gonogo.checks.reported import TESTS_REPORTED
from gonogo.checks.repository import REPOSITORY_CLEAN
from gonogo.checks.smoke import SMOKE_REQUESTS
from gonogo.checks.timer import PAUSE_ELAPSED
from gonogo.checks.traffic import SETTLED, WEIGHT_REACHED

CHECKS: dict[str, Check] = {
    "back-to-baseline": BACK_TO_BASELINE,
    "baseline-captured": BASELINE,
    "error-limit": LIMIT,
    "health-checks": HEALTH_CHECKS,
    "instance-exits": INSTANCE_EXITS,
    "judge-errors": JUDGE_ERRORS,
    "judge-slow": JUDGE_SLOW,
    "pause-elapsed": PAUSE_ELAPSED,
    "ready": READY,
    "repository-clean": REPOSITORY_CLEAN,
    "settled": SETTLED,
    "sign-off": SIGN_OFF,
    "smoke-requests": SMOKE_REQUESTS,
    "tests-reported": TESTS_REPORTED,
    "weight-reached": WEIGHT_REACHED,
}
