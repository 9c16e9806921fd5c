"""The way in. What needs nothing answers before anything is imported."""

from __future__ import annotations

import sys

from gonogo import __version__


def main() -> int:
    """Exit code of one command line."""
    arguments = sys.argv[1:]
    if arguments == ["--version"]:
        print(f"gonogo {__version__}")
        return 0
    from gonogo.cli.boundary import run

    return run(arguments)


if __name__ == "__main__":
    sys.exit(main())
