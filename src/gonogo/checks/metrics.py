"""Checks of the counters a router keeps: the judge, limits beside it, and the baseline. Rows of the table of checks."""

from gonogo.checks.metrics_baseline import BACK_TO_BASELINE, BASELINE
from gonogo.checks.metrics_judge import JUDGE_ERRORS, JUDGE_SLOW
from gonogo.checks.metrics_limits import LIMIT

__all__ = ["BACK_TO_BASELINE", "BASELINE", "JUDGE_ERRORS", "JUDGE_SLOW", "LIMIT"]
