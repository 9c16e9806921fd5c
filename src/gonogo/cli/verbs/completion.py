"""`gonogo completion`."""

from __future__ import annotations

import sys

import click

from gonogo.cli.exits import Exit
from gonogo.cli.output import write

VARIABLE = "_GONOGO_COMPLETE"
"""With this set, by the script, gonogo answers with names instead of running the line."""


@click.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> int:
    """Print the script that completes verbs, options, and live names of releases, stages, items and environments.

    \b
    bash:  gonogo completion bash > ~/.local/share/bash-completion/completions/gonogo
    zsh:   gonogo completion zsh > a file _gonogo in a folder of $fpath
    fish:  gonogo completion fish > ~/.config/fish/completions/gonogo.fish
    """
    from click.shell_completion import get_completion_class

    from gonogo.cli.app import app

    kind = get_completion_class(shell)
    if kind is None:
        raise click.BadParameter(f"there is no completion for {shell}")
    made = kind(app, {}, "gonogo", VARIABLE)
    write(sys.stdout, (made.source_template % made.source_vars()).strip())
    return Exit.DONE
