"""The click group. Commands are imported when they are called, so that help and version stay quick."""

from __future__ import annotations

from importlib import import_module

import click

from gonogo import __version__
from gonogo.cli.table import VERBS


class Verbs(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        verb = VERBS.get(cmd_name)
        if verb is None:
            return None
        module = import_module(f"gonogo.cli.verbs.{verb.module}")
        command: click.Command = getattr(module, cmd_name.replace("-", "_"))
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Verbs"):
            formatter.write_dl([(name, verb.help) for name, verb in VERBS.items()])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args[0] not in VERBS and not args[0].startswith("-") and not ctx.resilient_parsing:
            from gonogo.config.complaints import nearest

            ctx.fail(f"there is no verb {args[0]!r}; {nearest(args[0], VERBS)}")
        return super().resolve_command(ctx, args)


@click.group(cls=Verbs, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(__version__, prog_name="gonogo", message="%(prog)s %(version)s")
def app() -> None:
    """Executable production-deployment checklists: evidence and people decide, traffic follows in stages, a bad release
    goes back by itself.

    \b
    Exit codes: 0 go or done · 1 no-go · 2 could not run · 3 undecided · 4 rolled back safely,
    or stopped before traffic · 5 the way back is parked: call a person · 130 interrupted
    """
