"""An item as the catalog holds it, before it is tailored to a release, and how one is read from its file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec

from gonogo.catalog.facts import ENTRIES, SETTINGS
from gonogo.catalog.fill import names
from gonogo.catalog.read import read_file
from gonogo.catalog.shape import read_struct
from gonogo.catalog.when import Rule
from gonogo.catalog.when_parser import RuleError, parse_rule
from gonogo.catalog.where import Where, read_where
from gonogo.config.complaints import nearest
from gonogo.model.errors import InputError, Problem
from gonogo.model.items import Cadence, OnFailure, Requirement
from gonogo.model.stages import StageKind
from gonogo.model.units import Duration, parse_duration


class CatalogItem(msgspec.Struct, frozen=True):
    id: str
    title: str
    covers: tuple[str, ...]
    """Entries of other checklists that this item answers."""
    stages: tuple[Where, ...]
    tiers: dict[int, Requirement]
    """A tier that is absent doesn't have the item."""
    check: str
    params: dict[str, Any]
    """May hold `$name`; see `fill.py`."""
    cadence: Cadence
    on_failure: OnFailure
    """Where the item is made from an entry of a list, the entry's own holds instead."""
    within: Duration | str | None
    """Seconds, or `$name`."""
    fresh_for: Duration | None
    each: str
    """The list of settings that has one item for each of its entries; empty for a single item."""
    why: str
    remedy: str
    references: tuple[str, ...]
    source: str
    """The file."""
    when: Rule | None = None

    def applies_to(
        self, kind: StageKind, step: int = 1, after: Duration | None = None, stage: str = "", named: bool = False
    ) -> bool:
        """Whether a stage has it. `step` counts the weights of a rollout from 1; `after` is when a soak ends, since
        going live; `stage` is its place, like `hotfix/assessment`; `named`: it takes only items that name it."""
        return any(where.holds(kind, step, after, stage, named) for where in self.stages)


class _Written(msgspec.Struct, frozen=True):
    """The file's form."""

    id: str
    title: str
    stages: tuple[str | dict[str, str], ...]
    tiers: dict[int, Requirement]
    check: dict[str, dict[str, Any]]
    why: str
    remedy: str
    covers: tuple[str, ...] = ()
    when: str = ""
    cadence: Cadence = Cadence.ONCE
    on_failure: OnFailure = OnFailure.NOTE
    within: str | None = None
    fresh_for: Duration | None = None
    each: str = ""
    references: tuple[str, ...] = ()


def read_item(path: Path) -> CatalogItem:
    """Raises InputError with every problem of the file."""
    data, places = read_file(path)
    reading = _Reading(read_struct(data, _Written, str(path)), path, places)
    written = reading.written
    stages = reading.stages()
    reading.texts()
    reading.placeholders(stages)
    check, params = next(iter(written.check.items()), ("", {}))
    item = CatalogItem(
        id=written.id,
        title=written.title,
        covers=written.covers,
        stages=stages,
        tiers=written.tiers,
        check=check,
        params=params,
        cadence=written.cadence,
        on_failure=written.on_failure,
        within=reading.within(),
        fresh_for=written.fresh_for,
        each=written.each,
        why=written.why,
        remedy=written.remedy,
        references=written.references,
        source=str(path),
        when=reading.when(),
    )
    if reading.problems:
        raise InputError(*reading.problems)
    return item


class _Reading:
    """One file's parts; what is wrong with them gathers in `problems`."""

    def __init__(self, written: _Written, path: Path, places: dict[str, str]) -> None:
        self.written, self.path, self.places = written, path, places
        self.problems: list[Problem] = []

    def wrong(self, key: str, message: str, remedy: str = "") -> None:
        self.problems.append(Problem(f"{key}: {message}", self.places.get(key, str(self.path)), remedy))

    def texts(self) -> None:
        written = self.written
        if written.id != self.path.stem:
            self.wrong("id", f"{written.id!r} is not the file's name", f"rename it, or write {self.path.stem}")
        for key in ("title", "why", "remedy"):
            if not getattr(written, key).strip():
                self.wrong(key, "is empty")
        for tier in written.tiers:
            if tier not in (1, 2, 3):
                self.wrong("tiers", f"there is no tier {tier}", "tiers are 1, 2 and 3")
        if not written.tiers:
            self.wrong("tiers", "is empty: no release would ever have this item")
        if len(written.check) != 1:
            self.wrong("check", f"names {len(written.check)} checks", "an item has exactly one")

    def stages(self) -> tuple[Where, ...]:
        found: list[Where] = []
        for stage in self.written.stages:
            try:
                found.append(read_where(stage))
            except ValueError as error:
                self.wrong("stages", str(error))
        if not self.written.stages:
            self.wrong("stages", "is empty: no release would ever have this item")
        return tuple(found)

    def when(self) -> Rule | None:
        if not self.written.when.strip():
            return None
        try:
            return parse_rule(self.written.when)
        except RuleError as error:
            self.wrong("when", str(error))
            return None

    def within(self) -> Duration | str | None:
        text = self.written.within
        if text is None or text.startswith("$"):
            return text
        try:
            return parse_duration(text)
        except ValueError as error:
            self.wrong("within", str(error))
            return None

    def placeholders(self, stages: tuple[Where, ...]) -> None:
        """Every `$name` is known, and has a value in each stage the item belongs to."""
        each = self.written.each
        if each and each not in ENTRIES:
            self.wrong("each", f"unknown list {each!r}", nearest(each, ENTRIES))
        fields = ENTRIES.get(each, {})
        kinds = {where.kind.value for where in stages}
        for key in ("check", "within"):
            for name in names(getattr(self.written, key)):
                scope, _, field = name.partition(".")
                if scope == "each":
                    if field not in fields:
                        remedy = nearest(field, fields) if fields else "say `each:`, the list the entries come from"
                        self.wrong(key, f"unknown field ${name}", remedy)
                elif name not in SETTINGS:
                    self.wrong(key, f"unknown setting ${name}", nearest(name, SETTINGS))
                elif scope in ("step", "soak") and kinds - {scope}:
                    others = ", ".join(sorted(kinds - {scope}))
                    self.wrong(key, f"${name} exists only in a {scope} stage, and this item is also in: {others}")
