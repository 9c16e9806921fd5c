"""Templates: a release's stages as data, and how one is spread over the weights and soaks of an environment."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import msgspec

from gonogo.catalog.read import read_file
from gonogo.catalog.shape import read_struct
from gonogo.model.errors import InputError, Problem
from gonogo.model.stages import StageKind
from gonogo.model.units import Duration, Ratio, format_duration, format_percent, parse_duration


class TemplateStage(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One stage, or one for each weight (`each: steps`) or soak (`each: soak`).

    `id` and `title` may say {percent} in steps, {after} in soaks. `due` is relative to the first traffic: `-48h`.
    `after` is when a soak of the template's own ends, since going live. `named`: it takes only items that name it."""

    id: str
    kind: StageKind
    title: str
    each: Literal["", "steps", "soak"] = ""
    due: str = ""
    after: str = ""
    named: bool = False


class Template(msgspec.Struct, frozen=True):
    id: str
    title: str
    stages: tuple[TemplateStage, ...]


class Slot(msgspec.Struct, frozen=True):
    """A place for a stage in a release's plan."""

    id: str
    kind: StageKind
    title: str
    place: str = ""
    """The template's and the stage's id, by which items name it: `hotfix/assessment`."""
    number: int = 0
    """Which of the steps or soaks, from 1; 0 for other stages."""
    weight: Ratio | None = None
    """Of a step."""
    after: Duration | None = None
    """Of a soak: since the new revision got all traffic."""
    due: Duration | None = None
    """Relative to the moment traffic first moves; negative is before."""
    named: bool = False
    """Takes only items that name it."""
    watch: Duration = Duration(0)
    """Of a soak: how long it is, from the end of the one before it."""


def expand(template: Template, weights: Sequence[Ratio], soak: Sequence[Duration]) -> tuple[Slot, ...]:
    """The template's stages in order. Raises InputError where two would have the same id."""
    slots: list[Slot] = []
    for stage in template.stages:
        if stage.each == "steps":
            slots += [_step(stage, number, weight) for number, weight in enumerate(weights, 1)]
        elif stage.kind is StageKind.SOAK:
            for after in soak if stage.each == "soak" else (parse_duration(stage.after),):
                slots.append(_soak(stage, after, [s for s in slots if s.kind is StageKind.SOAK]))
        else:
            slots.append(Slot(stage.id, stage.kind, stage.title, due=read_due(stage.due), named=stage.named))
    slots = [msgspec.structs.replace(slot, place=f"{template.id}/{slot.id}") for slot in slots]
    ids = [slot.id for slot in slots]
    doubled = sorted({i for i in ids if ids.count(i) > 1})
    if doubled:
        raise InputError(*(Problem(f"two stages would be called {i}; give each weight and soak once") for i in doubled))
    return tuple(slots)


def read_due(text: str) -> Duration | None:
    """`-48h`, `0s` → seconds; None where nothing is said. Raises ValueError."""
    if not text:
        return None
    before = text.startswith("-")
    seconds = parse_duration(text.removeprefix("-"))
    return Duration(-seconds if before else seconds)


def _step(stage: TemplateStage, number: int, weight: Ratio) -> Slot:
    percent = format_percent(weight)
    return Slot(
        id=stage.id.replace("{percent}", percent.removesuffix(" %")),
        kind=stage.kind,
        title=stage.title.replace("{percent}", percent),
        number=number,
        weight=weight,
    )


def _soak(stage: TemplateStage, after: Duration, earlier: Sequence[Slot]) -> Slot:
    hours, rest = divmod(after, 3600)
    text = f"{hours:.0f}h" if hours and not rest else format_duration(after)
    return Slot(
        id=stage.id.replace("{after}", text),
        kind=stage.kind,
        title=stage.title.replace("{after}", text),
        number=len(earlier) + 1,
        after=after,
        named=stage.named,
        watch=Duration(after - (earlier[-1].after or 0 if earlier else 0)),
    )


def read_template(path: Path) -> Template:
    """Raises InputError with what is wrong with the file."""
    data, places = read_file(path)
    template = read_struct(data, Template, str(path))
    problems = []
    if template.id != path.stem:
        problems.append(Problem(f"id: {template.id!r} is not the file's name", places["id"]))
    for stage in template.stages:
        try:
            read_due(stage.due)
            if (stage.kind is StageKind.SOAK and not stage.each) or stage.after:
                parse_duration(stage.after)
        except ValueError as error:
            problems.append(Problem(f"stage {stage.id}: {error}", places["stages"]))
    if problems:
        raise InputError(*problems)
    return template
