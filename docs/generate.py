"""Writes `docs/reference/` from the code: verbs, items, checks, event types, exit codes, keys of the release file.

`make docs` runs it; `tests/docs/test_generated.py` fails when a committed page is not what it would write. What it
prints stands in the code already: help texts, descriptions, docstrings, defaults.
"""

from __future__ import annotations

import ast
import inspect
import json
import sys
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple, get_args

import click
import yaml

from gonogo.catalog.facts import ENTRIES, FACTS, SETTINGS
from gonogo.catalog.item import CatalogItem
from gonogo.catalog.loader import load_catalog
from gonogo.checks.table import CHECKS
from gonogo.cli.app import app
from gonogo.cli.exits import Exit
from gonogo.cli.table import VERBS
from gonogo.config import defaults, schema
from gonogo.config.release_file import read
from gonogo.model import events
from gonogo.model.items import OnFailure
from gonogo.model.settings import Trigger
from gonogo.model.stages import PREPARATION
from gonogo.model.units import format_duration, format_percent
from gonogo.plan.tailor import MECHANICS

FOLDER = Path(__file__).parent / "reference"
WIDTH = 100
MADE = "<!-- Written by docs/generate.py; run `make docs` after a change. -->"
Items = Mapping[str, CatalogItem]


def pages() -> dict[str, str]:
    """Every page by its path under `docs/reference/`."""
    items = load_catalog().items
    return {
        "README.md": index(items),
        "verbs.md": verbs(),
        "checks.md": checks(items),
        "events.md": event_types(),
        "exit-codes.md": exit_codes(),
        "release-file.md": release_file(),
        **{f"items/{one.id}.md": item(one) for one in items.values()},
    }


def main() -> int:
    """Write the pages; remove those that no longer belong to anything."""
    made = pages()
    for old in FOLDER.rglob("*.md"):
        if str(old.relative_to(FOLDER)) not in made:
            old.unlink()
    for path, text in made.items():
        (FOLDER / path).parent.mkdir(parents=True, exist_ok=True)
        (FOLDER / path).write_text(text, encoding="utf-8")
    print(f"{len(made)} pages in {FOLDER}")
    return 0


# --- pages ----------------------------------------------------------------------------------------------------------


def index(items: Items) -> str:
    rows = [(f"[{one.id}](items/{one.id}.md)", one.title, stages(one)) for one in items.values()]
    return page(
        "# Reference",
        "[Verbs](verbs.md) · [exit codes](exit-codes.md) · [keys of the release file](release-file.md) ·\n"
        "[checks](checks.md) · [event types](events.md) · items:",
        table(("item", "what must hold", "stages"), rows),
    )


def verbs() -> str:
    root = click.Context(app, info_name="gonogo", terminal_width=WIDTH, **app.context_settings)
    found = ((name, app.get_command(root, name)) for name in VERBS)
    below = (part for name, command in found if command for part in helped(command, root, f"## {name}", name))
    return page("# Verbs", fenced(app.get_help(root)), *below)


def helped(command: click.Command, parent: click.Context, title: str, name: str) -> Iterator[str]:
    """The help of a verb, and of the verbs below it."""
    context = click.Context(command, info_name=name, parent=parent, **command.context_settings)
    yield from (title, fenced(command.get_help(context)))
    for sub in command.list_commands(context) if isinstance(command, click.Group) else ():
        assert isinstance(command, click.Group)
        if found := command.get_command(context, sub):
            yield from helped(found, context, f"#{title} {sub}", sub)


def item(one: CatalogItem) -> str:
    tiers = ", ".join(f"{tier} {requirement}" for tier, requirement in sorted(one.tiers.items()))
    rows = [
        ("asks", CHECKS[one.check].asks),
        ("stages", stages(one)),
        ("tiers", tiers + (" (in `mode: advise` too)" if one.check in MECHANICS else "")),
        ("applies when", f"`{one.when.text}`" if one.when else "always"),
        ("check", f"[{one.check}](../checks.md#{one.check})"),
        *((f"· `{name}`", f"`{flow(value)}`") for name, value in one.params.items()),
        ("one for each of", f"`{one.each}`; what follows a failure is the entry's own" if one.each else ""),
        ("asked", "again and again" if one.cadence == "continuous" else "once per stage"),
        ("time to answer", within(one)),
        ("answer is fresh for", format_duration(one.fresh_for) if one.fresh_for else ""),
        ("when it fails", failure(one)),
    ]
    return page(
        f"# {one.title}",
        f"`{one.id}`",
        table(("", ""), [row for row in rows if row[1]]),
        f"**Why.** {one.why}",
        f"**What to do.** {one.remedy}",
        "**References.** " + " · ".join(f"<{reference}>" for reference in one.references) if one.references else "",
        "**Covers** lines " + ", ".join(one.covers) + " of the checklists." if one.covers else "",
    )


def checks(items: Items) -> str:
    parts: list[str] = []
    for name, check in CHECKS.items():
        used = [f"[{one.id}](items/{one.id}.md)" for one in items.values() if one.check == name]
        parts += [f"## {name}", f"Asks {check.asks}.{' Live.' if check.live else ''}", described(check.params)]
        parts += ["Used by " + ", ".join(used) + "."] if used else []
    values = [(f"`${name}`", kind) for name, kind in SETTINGS.items()]
    values += [(f"`$each.{name}` of `{of}`", kind) for of, entry in ENTRIES.items() for name, kind in entry.items()]
    return page(
        "# Checks",
        "An item names one check and gives it parameters. A value written `$name` is filled in for each release; the\n"
        "names are at the end of this page. A *live* check looks only at what the driver has just read; the others\n"
        "ask their source beside the tick, and never delay it.",
        *parts,
        "## Names for values",
        table(("name", "type"), [(name, spoken(kind)) for name, kind in values]),
        "## Facts for `when`",
        table(("fact", "type"), [(f"`{name}`", spoken(kind)) for name, kind in FACTS.items()]),
    )


def event_types() -> str:
    parts: list[str] = []
    for title, union in (("Of a release", events.ReleaseEvent), ("Of a target", events.TargetEvent)):
        parts.append(f"## {title}")
        for kind in get_args(union):
            parts += [f"### {kind.__struct_config__.tag}", described(kind)]
    for enum in (events.Command, events.Result):
        rows = [(f"`{ast.literal_eval(f.default)}`", f.doc) for f in fields(enum)]
        parts += [f"## {enum.__name__}s", table((enum.__name__.lower(), ""), rows)]
    return page("# Event types", "What a journal can hold; [how to read one](../how-to/audit.md).", *parts)


def exit_codes() -> str:
    told = line((app.help or "").partition("Exit codes:")[2]).split(" · ")
    said = {int(code): meaning for code, _, meaning in (one.partition(" ") for one in told)}
    return page(
        "# Exit codes",
        "One meaning each, the same for every verb and output format. `cli/exits.py` says which state of a release\n"
        "gives which. `report`, `sign-off` and `journal` tell of themselves, not of the release: 0 when they could do\n"
        "what was asked, 1 when `journal verify` found damage.",
        table(("code", "meaning"), [(str(int(code)), said[code]) for code in Exit]),
    )


def release_file() -> str:
    known, head = default_values(), ("key", "what", "like", "default")
    return page(
        "# Keys of `gonogo.yaml`",
        "Unknown keys are errors. The keys of the second table may stand at the top, for all environments, and\n"
        "under `environments.NAME`, which wins; mappings are merged key by key, everything else is replaced.",
        "## Of the file",
        table(head, key_rows(schema.File, "", known, schema.Settings.model_fields)),
        "## Of an environment",
        table(head, key_rows(schema.Settings, "", known, ())),
    )


# --- items ----------------------------------------------------------------------------------------------------------


def stages(one: CatalogItem) -> str:
    """As its file has them: `step from 3` is narrower than `step`."""
    written = yaml.load(Path(one.source).read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)["stages"]
    return ", ".join(w if isinstance(w, str) else " ".join(next(iter(w.items()))) for w in written)


def within(one: CatalogItem) -> str:
    if one.within is None:
        return ""
    text = f"`{one.within}`" if isinstance(one.within, str) else format_duration(one.within)
    return f"{text} of attended time; later, no answer is a failure"


def failure(one: CatalogItem) -> str:
    if all(where.kind in PREPARATION for where in one.stages):
        return "the gate stays closed"
    return {
        OnFailure.ROLLBACK: "the release turns back",
        OnFailure.PAUSE: "the release pauses where it is",
        OnFailure.PAGE: "a person is called",
        OnFailure.NOTE: "it is noted",
    }[one.on_failure]


# --- classes --------------------------------------------------------------------------------------------------------


class Field(NamedTuple):
    name: str
    type: str
    default: str
    doc: str


def fields(kind: type) -> list[Field]:
    """Attributes of a class with the text under each, as its source has them."""
    body = ast.parse(inspect.getsource(kind)).body[0]
    assert isinstance(body, ast.ClassDef)
    found = []
    for node, after in zip(body.body, [*body.body[1:], None], strict=True):
        match node:
            case ast.AnnAssign(target=ast.Name(id=name), annotation=annotation, value=value):
                type = ast.unparse(annotation)
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                type = ""
            case _:
                continue
        match after:
            case ast.Expr(value=ast.Constant(value=str(text))):
                found.append(Field(name, type, ast.unparse(value) if value else "", line(text)))
            case _:
                found.append(Field(name, type, ast.unparse(value) if value else "", ""))
    return found


def described(kind: type) -> str:
    """A struct: what its docstring says, and its fields."""
    rows = [(f"`{f.name}`", f"`{f.type}`", f"`{f.default}`" if f.default else "", f.doc) for f in fields(kind)]
    own = line(vars(kind).get("__doc__") or "")
    return "\n\n".join(part for part in (own, table(("field", "type", "default", ""), rows) if rows else "") if part)


# --- the release file -----------------------------------------------------------------------------------------------


def key_rows(
    kind: type[schema.Table], above: str, known: Mapping[str, str], skip: Collection[str]
) -> Iterator[tuple[str, str, str, str]]:
    for name, field in kind.model_fields.items():
        if name in skip:
            continue
        path = above + (field.alias or name)
        default = "required" if field.is_required() else known.get(path, "")
        yield f"`{path}`", field.description or "", f"`{flow((field.examples or [''])[0])}`", default
        within = list(parts_of(field.annotation))
        below = next((part for part in within if is_table(part) and part is not schema.Settings), None)
        if below is not None:
            yield from key_rows(below, f"{path}[]." if list in within else f"{path}.", known, ())


def is_table(part: Any) -> bool:
    return isinstance(part, type) and issubclass(part, schema.Table)


def parts_of(annotation: Any) -> Iterator[Any]:
    yield getattr(annotation, "__origin__", annotation)
    for part in get_args(annotation):
        yield from parts_of(part)


def default_values() -> dict[str, str]:
    """What a file gets that leaves a key out, from one that leaves out all it may."""
    least = b'service: s\nowner: o\nartifact: a\nlocal: {command: ["./s", "{port}"], listen: 1}\n'
    made = read(least, Path("/nowhere/gonogo.yaml"), {})
    env = made.environments[defaults.ENVIRONMENT]
    judge, local, latency = env.judge, env.platform, env.judge.latency
    assert latency is not None
    return {
        "tier": str(made.tier),
        "environments": f"one, `{env.name}`",
        **dict.fromkeys(("local", "local.command", "local.listen"), "required"),
        "local.instances": str(local.instances),
        "local.ready": f"`{local.ready}`",
        "local.start_within": format_duration(local.start_within),
        "local.grace": format_duration(local.grace),
        "strategy": f"`{env.strategy}`",
        "strategy.canary.steps": ", ".join(f"{format_percent(s.weight)} {format_duration(s.pause)}" for s in env.steps),
        "strategy.canary.steps[].deadline": f"{defaults.DEADLINE} pauses",
        "strategy.canary.steps[].on_inconclusive": f"`{env.steps[0].on_inconclusive}`",
        "judge.errors.ratio": f"{judge.errors.ratio:g}",
        "judge.errors.plus": f"{judge.errors.plus:g} points",
        "judge.latency.slower_than": format_duration(latency.slower_than),
        "judge.latency.ratio": f"{latency.ratio:g}",
        "judge.latency.plus": f"{latency.plus:g} points",
        "judge.promote.plus": f"{judge.promote:g} points",
        "judge.block": format_duration(judge.block),
        "judge.baseline.blocks": str(judge.baseline_blocks),
        "judge.baseline.block": format_duration(judge.baseline_block),
        "triggers": "; ".join(map(trigger, env.triggers)),
        "triggers[].on_failure": f"`{env.triggers[0].on_failure}`",
        "keep.running": format_duration(env.keep.running),
        "keep.definition": format_duration(env.keep.definition),
        "soak": ", ".join(map(format_duration, env.soak)),
        "approvals": str(env.approvals),
        "approvers": "anyone but the deployer",
        "smoke": "none",
        "smoke[].status": "200",
        "mode": f"`{env.mode}`",
    }


def trigger(one: Trigger) -> str:
    if one.metric == "error_rate":
        return f"`error_rate`: +{one.limit:g} points for {format_duration(one.duration)}"
    if one.duration:
        return f"`{one.metric}`: more than {one.limit:g} in {format_duration(one.duration)}"
    return f"`{one.metric}`: {one.limit:g} in a row"


# --- text -----------------------------------------------------------------------------------------------------------


def page(*parts: str) -> str:
    return "\n\n".join((MADE, *(part for part in parts if part))) + "\n"


def table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in lines)


def fenced(text: str) -> str:
    return f"```\n{text.strip()}\n```"


def line(text: str) -> str:
    return " ".join(text.split())


def flow(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def spoken(kind: Any) -> str:
    return f"`{kind.__name__ if isinstance(kind, type) else kind}`"


if __name__ == "__main__":
    sys.exit(main())
