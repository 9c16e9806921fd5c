"""Makes a version of the sample service: a directory that can be released.

As a program: `python -m gonogo.demo.artifact build --version 2.0.0 --set error_rate=0.05`.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
from pathlib import Path
from typing import Any

from gonogo.demo import shop
from gonogo.model.errors import InputError, Problem


def write_artifact(directory: Path, version: str, **faults: Any) -> Path:
    """Put shop.py and its shop.json into `directory`, made where it is missing, and return it.

    `faults` are fields of `shop.Settings`. The same arguments give the same bytes. Raises InputError with every
    mistake in them, before anything is written, and where the directory can't be written."""
    values = {"version": version, **faults}
    try:
        shop.read_settings(values)
    except ValueError as error:
        raise InputError(*(Problem(line, where="shop.json") for line in str(error).splitlines())) from None
    try:
        directory.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(shop.__file__, directory / "shop.py")
        (directory / "shop.json").write_text(json.dumps(values, indent=2, sort_keys=True) + "\n")
    except OSError as error:
        raise InputError(Problem(f"can't be written: {error.strerror}", where=str(directory))) from None
    return directory


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m gonogo.demo.artifact", description="Write a version of the sample service."
    )
    parser.add_argument("directory", type=Path)
    parser.add_argument("--version", required=True)
    parser.add_argument("--set", action="append", default=[], metavar="NAME=JSON", help="a setting of the shop")
    given = parser.parse_args()
    try:
        faults = {name: json.loads(value) for name, _, value in (pair.partition("=") for pair in given.set)}
        print(write_artifact(given.directory, **{**faults, "version": given.version}))
    except json.JSONDecodeError as error:
        print(f"--set takes NAME=JSON: {error}", file=sys.stderr)
        return 2
    except InputError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
