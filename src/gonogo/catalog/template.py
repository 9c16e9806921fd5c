"""Templates: a release's stages as data, and how one is spread over the weights and soaks of an environment."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import msgspec

from gonogo.catalog.shape import read_struct
from gonogo.catalog.yamlfile import read_file
from gonogo.model.errors import InputError, Problem
from gonogo.model.stages import StageKind
from gonogo.model.units import Duration, Ratio, format_duration, format_percent, parse_duration


class TemplateStage(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One stage, or one for each weight (`each: steps`) or soak (`each: soak`).

    `id` and `title` may say {percent} in steps, {after} in soaks. `due` is relative to the first traffic: `-48h`."""

    id: str
    kind: StageKind
    title: str
    each: Literal["", "steps", "soak"] = ""
    due: str = ""


class Template(msgspec.Struct, frozen=True):
    id: str
    title: str
    stages: tuple[TemplateStage, ...]


class Slot(msgspec.Struct, frozen=True):
    """A place for a stage in a release's plan."""

    id: str
    kind: StageKind
    title: str
    number: int = 0
    """Which of the steps or soaks, from 1; 0 for other stages."""
    weight: Ratio | None = None
    """Of a step."""
    after: Duration | None = None
    """Of a soak: since the new revision got all traffic."""
    due: Duration | None = None
    """Relative to the moment traffic first moves; negative is before."""


def expand(template: Template, weights: Sequence[Ratio], soak: Sequence[Duration]) -> tuple[Slot, ...]:
    """The template's stages in order. Raises InputError where two would have the same id."""
    slots: list[Slot] = []
    for stage in template.stages:
        due = read_due(stage.due)
        if stage.each == "steps":
            slots += [_step(stage, number, weight) for number, weight in enumerate(weights, 1)]
        elif stage.each == "soak":
            slots += [_soak(stage, number, after) for number, after in enumerate(soak, 1)]
        else:
            slots.append(Slot(stage.id, stage.kind, stage.title, due=due))
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


def _soak(stage: TemplateStage, number: int, after: Duration) -> Slot:
    hours, rest = divmod(after, 3600)
    text = f"{hours:.0f}h" if hours and not rest else format_duration(after)
    return Slot(
        id=stage.id.replace("{after}", text),
        kind=stage.kind,
        title=stage.title.replace("{after}", text),
        number=number,
        after=after,
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
        except ValueError as error:
            problems.append(Problem(f"stage {stage.id}: due: {error}", places["stages"]))
    if problems:
        raise InputError(*problems)
    return template
