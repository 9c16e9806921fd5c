"""What every form is made from: the items of some stages with their answers, and the decision."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from gonogo.cli.exits import Exit
from gonogo.cli.output import Paint
from gonogo.cli.views.check import counts, group
from gonogo.cli.waivers import Waiver
from gonogo.model.items import Evidence, Finding, Item, Outcome, Requirement
from gonogo.model.plan import Plan
from gonogo.model.stages import Decision, Stage


@dataclass(frozen=True)
class Row:
    stage: Stage
    item: Item
    answer: Evidence | None
    waiver: Waiver | None
    """The one that answers the item, where one does."""

    @property
    def outcome(self) -> Outcome:
        return self.answer.outcome if self.answer else Outcome.PENDING

    @property
    def summary(self) -> str:
        return self.answer.summary if self.answer else "not answered yet"

    @property
    def findings(self) -> tuple[Finding, ...]:
        return self.answer.findings if self.answer else ()

    @property
    def required(self) -> bool:
        return self.item.requirement is Requirement.REQUIRED

    @property
    def person(self) -> bool:
        """Whether a person has to answer it."""
        return self.item.check == "sign-off"

    @property
    def word(self) -> str:
        """Under which it is counted."""
        return group(self.item, self.answer)


@dataclass(frozen=True)
class Sheet:
    """`lines` and `document` are the verb's own text and JSON."""

    kind: str
    """`check` or `gate`."""
    plan: Plan
    saved: bool
    stages: Sequence[Stage]
    given: dict[str, Evidence]
    waivers: tuple[Waiver, ...]
    decision: Decision
    following: str
    """The next command."""
    exit: Exit
    lines: Callable[[Paint], Iterator[str]]
    document: Callable[[], dict[str, Any]]

    @property
    def rows(self) -> list[Row]:
        counting = {w.item: w for w in self.waivers if not w.trouble}
        return [
            Row(s, i, answer, counting.get(i.id) if answer and answer.outcome is Outcome.WAIVED else None)
            for s in self.stages
            for i in s.items
            for answer in [self.given.get(i.id)]
        ]

    @property
    def idle(self) -> list[Waiver]:
        """Waivers that waive nothing."""
        return [w for w in self.waivers if w.trouble]

    @property
    def counts(self) -> dict[str, int]:
        return counts(self.stages, self.given)

    @property
    def title(self) -> str:
        target = self.plan.target
        release = f"{self.plan.release}: " if self.saved else ""
        return f"{release}{target.service} {self.plan.version} to {target.environment}"


def told(finding: Finding) -> str:
    """A finding in one line, without its place."""
    text = finding.message
    if finding.found or finding.expected:
        text += f"; found {finding.found or 'nothing'}, expected {finding.expected or 'something else'}"
    return f"{text}; {finding.remedy}" if finding.remedy else text
