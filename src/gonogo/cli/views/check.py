"""Answers of the preparation: counts first, then only what needs action."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from gonogo.cli.output import Paint
from gonogo.cli.views import waivers as waiver_view
from gonogo.cli.views.next import after_gate
from gonogo.cli.waivers import Waiver
from gonogo.model.items import Evidence, Finding, Item, Outcome, Requirement
from gonogo.model.plan import Plan
from gonogo.model.stages import Decision, Stage
from gonogo.report.words import plain

_GROUPS = {
    Outcome.PASS: "pass",
    Outcome.SIGNED: "signed",
    Outcome.WAIVED: "waived",
    Outcome.FAIL: "fail",
    Outcome.PENDING: "wait",
    Outcome.UNAVAILABLE: "can't be looked at",
    Outcome.UNSUPPORTED: "can't be told here",
    Outcome.ERROR: "broke",
    Outcome.NOT_APPLICABLE: "don't apply",
}
_PERSON = "need a person"
_ORDER = (*list(_GROUPS.values())[:4], _PERSON, *list(_GROUPS.values())[4:])
_STYLES = {"pass": "good", "signed": "good", "fail": "bad", "broke": "bad", "can't be looked at": "bad"}
_QUIET = ("pass", "signed", "waived", "don't apply")
SAYS = {"go": "go", "no_go": "no-go", "undecided": "undecided"}
_VERDICTS = {"go": "good", "no_go": "bad", "undecided": "warn"}


def group(item: Item, answer: Evidence | None) -> str:
    """Under which word an item is counted."""
    outcome = answer.outcome if answer else Outcome.PENDING
    if item.check == "sign-off" and outcome is Outcome.PENDING:
        return _PERSON
    return _GROUPS[outcome]


def counts(stages: Sequence[Stage], given: dict[str, Evidence]) -> dict[str, int]:
    found = Counter(group(i, given.get(i.id)) for s in stages for i in s.items)
    return {name: found[name] for name in _ORDER if found[name]}


def lines(
    stages: Sequence[Stage],
    given: dict[str, Evidence],
    decision: Decision,
    waivers: Sequence[Waiver],
    following: str,
    paint: Paint,
) -> Iterator[str]:
    told = [paint(_STYLES.get(name, ""), f"{n} {name}") if name in _STYLES else f"{n} {name}"
            for name, n in counts(stages, given).items()]  # fmt: skip
    yield " · ".join(told) or "nothing to answer"
    yield from waiver_view.lines(waivers, paint)
    for item in (i for s in stages for i in s.items):
        answer = given.get(item.id)
        word = group(item, answer)
        if word not in _QUIET:
            yield ""
            yield from _item(item, answer, word, paint)
    yield ""
    yield f"{verdict(decision, paint)} · next: {following}"


def verdict(decision: Decision, paint: Paint) -> str:
    return paint(_VERDICTS[decision.verdict], SAYS[decision.verdict])


def document(
    plan: Plan,
    stages: Sequence[Stage],
    given: dict[str, Evidence],
    decision: Decision,
    waivers: Sequence[Waiver],
    *,
    saved: bool,
) -> dict[str, Any]:
    return {
        "kind": "check",
        "release": plan.release if saved else None,
        "counts": counts(stages, given),
        "decision": msgspec.to_builtins(decision),
        "answers": [msgspec.to_builtins(a) for a in given.values()],
        "waivers": waiver_view.documents(waivers),
    }


def following(plan: Plan, decision: Decision, *, saved: bool) -> str:
    """The next command."""
    if saved or any(r.outcome == Outcome.FAIL for r in decision.reasons):
        return after_gate(plan, decision)
    return f'gonogo plan "Deploy {plan.target.service} …" -e {plan.target.environment}'


def _item(item: Item, answer: Evidence | None, word: str, paint: Paint) -> Iterator[str]:
    advised = " (advised)" if item.requirement is Requirement.ADVISED else ""
    yield f"{paint(_STYLES.get(word, 'warn'), word)}  {item.id}: {plain(item.title)}{advised}"
    if answer is not None:
        yield f"  {plain(answer.summary)}"
        for finding in answer.findings:
            yield from _finding(finding)
    if item.remedy:
        yield f"  remedy: {plain(item.remedy)}"


def _finding(finding: Finding) -> Iterator[str]:
    where = f"{finding.where}: " if finding.where and finding.where not in finding.message else ""
    yield f"  - {plain(where + finding.message)}"
    if finding.found or finding.expected:
        yield f"    found {plain(finding.found) or 'nothing'}, expected {plain(finding.expected) or 'something else'}"
    if finding.remedy:
        yield f"    {plain(finding.remedy)}"
