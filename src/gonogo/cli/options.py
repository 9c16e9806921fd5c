"""Options that verbs share, and the session made of them."""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from gonogo.cli import completing
from gonogo.cli.forms import FORM, Form, prepare
from gonogo.cli.output import Output
from gonogo.cli.session import Session

F = TypeVar("F", bound=Callable[..., Any])

_JOURNAL = click.option("--journal", metavar="URL", help="The journal (default: $GONOGO_JOURNAL, else your own).")
_FORMAT = click.option("--format", type=click.Choice(["text", "json"]), default="text", help="Form of the result.")
_COLOR = click.option("--color", type=click.Choice(["auto", "always", "never"]), default="auto", help="Colours.")
_FILE = click.option(
    "-f", "--file", type=click.Path(path_type=Path), metavar="FILE", help="The release file (default: found upwards)."
)
_ENVIRONMENT = click.option(
    "-e",
    "--environment",
    metavar="NAME",
    shell_complete=completing.environments,
    help="The environment (default: the only one).",
)
_FORMS = click.option(
    "--format",
    "forms",
    type=FORM,
    multiple=True,
    metavar="FORM[=FILE]",
    help="Form of the result, as often as you like: text, json, jsonl, markdown, html, junit, sarif, github.",
)
_AS = click.option("--as", "name", metavar="NAME", help="Who you are, unverified (default: your login).")


def journal_options(function: Callable[..., int]) -> Callable[..., int]:
    """For verbs that need a journal and no release file: `function(session, …)`."""

    @functools.wraps(function)
    def command(journal: str | None, format: str, color: str, **own: Any) -> int:
        with Session(journal=journal, output=Output(format, color)) as session:
            return function(session, **own)

    return _JOURNAL(_FORMAT(_COLOR(command)))


def common(function: Callable[..., int]) -> Callable[..., int]:
    """For verbs about a release: `function(session, …)`."""

    @functools.wraps(function)
    def command(
        journal: str | None,
        file: Path | None,
        environment: str | None,
        name: str | None,
        format: str,
        color: str,
        **own: Any,
    ) -> int:
        output = Output(format, color)
        with Session(journal=journal, file=file, environment=environment, name=name, output=output) as session:
            return function(session, **own)

    return _JOURNAL(_FILE(_ENVIRONMENT(_AS(_FORMAT(_COLOR(command))))))


def reporting(function: Callable[..., int]) -> Callable[..., int]:
    """For verbs whose result may be wanted in several forms: `function(session, forms, …)`."""

    @functools.wraps(function)
    def command(
        journal: str | None,
        file: Path | None,
        environment: str | None,
        name: str | None,
        forms: tuple[Form, ...],
        color: str,
        **own: Any,
    ) -> int:
        prepare(forms)
        output = Output("text", color)
        with Session(journal=journal, file=file, environment=environment, name=name, output=output) as session:
            return function(session, forms or (Form("text"),), **own)

    return _JOURNAL(_FILE(_ENVIRONMENT(_AS(_FORMS(_COLOR(command))))))


def release(function: F) -> F:
    """The optional name of a release."""
    return click.argument("release", required=False, shell_complete=completing.releases)(function)
