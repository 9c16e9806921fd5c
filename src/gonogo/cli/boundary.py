"""The one place where errors become a line and an exit code."""

from __future__ import annotations

import os
import re
import sys
import time
import traceback
from itertools import pairwise
from pathlib import Path

import click

from gonogo import __version__
from gonogo.cli.output import hush, write
from gonogo.model.errors import GonogoError, Held, InputError, LostLease, Problem

_COULD_NOT, _INTERRUPTED = 2, 130
_SHORTEST_SECRET = 4
"""Values of the environment with fewer characters are not looked for in a log: they stand in every text."""
_PROOF = re.compile(r" \[boot=[^\]]*\]")
"""The part of a holder's name that is for machines."""


def run(arguments: list[str]) -> int:
    """Run one command line; never raises."""
    try:
        return _run(arguments)
    except (KeyboardInterrupt, click.Abort):
        write(sys.stderr, "interrupted")
        return _INTERRUPTED
    except click.exceptions.NoArgsIsHelpError as error:
        write(sys.stderr, error.format_message())
        return _COULD_NOT
    except click.ClickException as error:
        problems = [Problem(error.format_message(), remedy=_usage(error))]
    except BrokenPipeError:
        hush(sys.stdout)
        return _COULD_NOT
    except GonogoError as error:
        problems = explain(error)
    except Exception as error:
        problems = [_unexpected(error, arguments)]
    for problem in problems:
        write(sys.stderr, _PROOF.sub("", f"error: {problem}"))
    if _wants_json(arguments):
        _document(problems)
    return _COULD_NOT


def _run(arguments: list[str]) -> int:
    from gonogo.cli.app import app

    code = app.main(arguments, prog_name="gonogo", standalone_mode=False)
    return int(code or 0)


def explain(error: GonogoError) -> list[Problem]:
    """What to tell about an error that was raised on purpose."""
    if isinstance(error, InputError):
        return list(error.problems)
    if isinstance(error, Held):
        return [Problem(str(error), remedy="see what it does: gonogo status")]
    if isinstance(error, LostLease):
        return [
            Problem(f"this driver stopped, another has taken over: {error}", remedy="follow it: gonogo status --watch")
        ]
    return [Problem(str(error))]


def _usage(error: click.ClickException) -> str:
    context = error.ctx if isinstance(error, click.UsageError) else None
    return f"see {context.command_path} --help" if context else ""


def _wants_json(arguments: list[str]) -> bool:
    return "--format=json" in arguments or ("--format", "json") in pairwise(arguments)


def _document(problems: list[Problem]) -> None:
    import json

    told = [{"message": _PROOF.sub("", p.message), "where": p.where, "remedy": p.remedy} for p in problems]
    write(sys.stdout, json.dumps({"v": 1, "kind": "error", "exit": _COULD_NOT, "problems": told}, ensure_ascii=False))


def _unexpected(error: Exception, arguments: list[str]) -> Problem:
    last = traceback.extract_tb(error.__traceback__)[-1]
    message = f"gonogo itself broke: {type(error).__name__} at {Path(last.filename).name}:{last.lineno}"
    try:
        return Problem(message, remedy=f"a log fit for a bug report: {_log(error, arguments)}")
    except OSError as trouble:
        return Problem(message, remedy=f"a log could not be written: {trouble.strerror}")


def _log(error: Exception, arguments: list[str]) -> Path:
    """The traceback and the versions; no arguments but the verb, no variables, and nothing the environment holds."""
    import platform

    from gonogo.journal.place import state_directory

    verb = next((a for a in arguments if not a.startswith("-")), "")
    text = "\n".join(
        [
            f"gonogo {__version__}, Python {platform.python_version()}, {platform.platform()}",
            f"verb: {verb}",
            *traceback.format_exception(error),
        ]
    )
    directory = state_directory() / "logs"
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = directory / f"{time.strftime('%Y%m%dT%H%M%SZ', time.gmtime())}-{os.getpid()}.log"
    with os.fdopen(os.open(path, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "w", errors="replace") as file:
        file.write(without_environment(text))
    return path


def without_environment(text: str) -> str:
    """The text with every value of the process's environment replaced by its name, longest first."""
    values = sorted(os.environ.items(), key=lambda pair: -len(pair[1]))
    for name, value in values:
        if len(value) >= _SHORTEST_SECRET:
            text = text.replace(value, f"${{{name}}}")
    return text
