"""From findings to an answer: none is a pass, any is a failure that names the first."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from gonogo.checks.wording import counted
from gonogo.model.items import CheckResult, Finding, Outcome

SHOWN = 20


class Damaged(msgspec.Struct, frozen=True):
    """A file that could not be read as what it should be."""

    path: str
    why: str


def judged(findings: Sequence[Finding], passed: str) -> CheckResult:
    """`passed` is the summary where nothing was found."""
    if not findings:
        return CheckResult(Outcome.PASS, passed)
    more = f", and {counted(len(findings) - 1, 'more finding')}" if len(findings) > 1 else ""
    return CheckResult(Outcome.FAIL, findings[0].message + more, tuple(findings[:SHOWN]))


def absent(summary: str) -> CheckResult:
    """The repository has nothing of the kind, so there is nothing to judge."""
    return CheckResult(Outcome.NOT_APPLICABLE, summary)


def unreadable(damaged: Sequence[Damaged], expected: str) -> list[Finding]:
    return [
        Finding(f"{one.path} can't be read: {one.why}", one.path, one.why, expected, "put the file right")
        for one in damaged
    ]
