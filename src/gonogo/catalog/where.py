"""Which stages an item belongs to: a kind of stage, narrowed where the item wants it narrower."""

from __future__ import annotations

import msgspec

from gonogo.config.complaints import nearest
from gonogo.model.stages import StageKind
from gonogo.model.units import Duration, parse_duration

BACK = "back"
_HOW = "narrow like {step: from 3}, {soak: from 2h}, or with a stage of a template: {prepare: hotfix/assessment}"


class Where(msgspec.Struct, frozen=True):
    kind: StageKind
    first: int = 1
    """Steps: the n-th weight and those after it."""
    after: Duration = Duration(0)
    """Soaks: those that end this long after going live, or later."""
    stage: str = ""
    """Only this stage of a template: `hotfix/assessment`. `back`: only on the way back, which stands in no template."""

    def holds(self, kind: StageKind, number: int, after: Duration | None, stage: str, named: bool) -> bool:
        """Whether a stage is meant. `named`: it takes only items that name it. A soak whose time isn't known is none
        that anybody waited for."""
        if kind is not self.kind:
            return False
        if self.stage == BACK:
            return not stage
        if self.stage:
            return stage == self.stage
        if named:
            return False
        if self.after and (after is None or after < self.after):
            return False
        return kind is not StageKind.STEP or number >= self.first


def read_where(written: str | dict[str, str]) -> Where:
    """`prepare`, `{step: from 3}`, `{soak: from 2h}`, `{prepare: hotfix/assessment}` or `{return: back}`. Raises
    ValueError."""
    kinds = [kind.value for kind in StageKind]
    name, text = (written, "") if isinstance(written, str) else next(iter(written.items()), ("", ""))
    if not isinstance(written, str) and len(written) != 1:
        raise ValueError(f"{written} can't be read; {_HOW}")
    if name not in kinds:
        raise ValueError(f"unknown kind {name!r}; {nearest(name, kinds)}")
    kind = StageKind(name)
    if isinstance(written, str):
        return Where(kind)
    word, _, amount = text.partition(" ")
    if word == "from" and kind is StageKind.STEP and amount.isascii() and amount.isdigit() and int(amount) > 0:
        return Where(kind, first=int(amount))
    if word == "from" and kind is StageKind.SOAK and amount:
        return Where(kind, after=parse_duration(amount))
    if kind is StageKind.RETURN and text == BACK:
        return Where(kind, stage=BACK)
    if "/" in text and not amount and kind is not StageKind.STEP:
        return Where(kind, stage=text)
    raise ValueError(f"{written} can't be read; {_HOW}")
