"""The forms in which a verb's result is wanted, each on stdout or in a file of its own."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from gonogo.cli.output import Output, Paint, write
from gonogo.cli.views.formats.table import FORMATS
from gonogo.model.errors import InputError, Problem

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from gonogo.cli.views.formats.sheet import Sheet


class Form(NamedTuple):
    name: str
    file: Path | None = None
    """None: stdout."""


class _FormType(click.ParamType):  # type: ignore[type-arg]
    name = "form"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Form:
        if isinstance(value, Form):
            return value
        name, sign, file = str(value).partition("=")
        if name not in FORMATS:
            from gonogo.config.complaints import nearest

            self.fail(f"there is no form {name!r}; {nearest(name, FORMATS)}", param, ctx)
        if sign and not file:
            self.fail(f"{name}= names no file", param, ctx)
        return Form(name, Path(file) if sign else None)

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        from click.shell_completion import CompletionItem

        return [CompletionItem(name) for name in FORMATS if name.startswith(incomplete)]


FORM = _FormType()


def prepare(forms: Sequence[Form]) -> None:
    """Before anything runs: raises InputError for every file that could not be written, or that is named twice."""
    problems: list[Problem] = []
    seen: set[Path] = set()
    for form in forms:
        if form.file is None:
            continue
        path = form.file.resolve()
        if not path.parent.is_dir():
            problems.append(Problem("there is no such directory", str(form.file.parent), "make it first"))
        elif path.exists() and not path.is_file():
            problems.append(Problem("it is not a file", str(form.file)))
        elif not os.access(path.parent, os.W_OK):
            problems.append(Problem("nothing can be written there", str(form.file.parent)))
        if path in seen:
            problems.append(Problem("two forms can't be written to the same file", str(form.file)))
        seen.add(path)
    if problems:
        raise InputError(*problems)


def show(sheet: Sheet, forms: Sequence[Form], out: Output) -> None:
    """Files first, so that the last line of the text is the last thing said."""
    for form in sorted(forms, key=lambda f: f.file is None):
        render = import_module(f"gonogo.cli.views.formats.{FORMATS[form.name]}").render
        if form.file is None:
            write(sys.stdout, render(sheet, out.paint))
        else:
            replace_file(form.file, render(sheet, Paint(False)) + "\n")


def replace_file(path: Path, content: str) -> None:
    """The whole content or what was there before: nobody reads half a file. Raises InputError."""
    path = path.resolve()
    beside = path.with_name(f".{path.name[:100]}.{os.getpid()}.new")
    try:
        try:
            with beside.open("x", encoding="utf-8", errors="backslashreplace", newline="\n") as file:
                file.write(content)
            beside.replace(path)
        finally:
            beside.unlink(missing_ok=True)
    except OSError as error:
        raise InputError(Problem(f"it can't be written: {error.strerror}", str(path))) from None
