"""`gonogo demo`."""

from __future__ import annotations

import click


@click.command(context_settings={"ignore_unknown_options": True})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def demo(arguments: tuple[str, ...]) -> int:
    """All of it on this machine: real processes behind a real Envoy, under real load, from a refused gate to a
    rollback."""
    from gonogo.demo.scenes import main

    code: int = main(list(arguments))
    return code
