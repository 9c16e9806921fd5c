"""Makes a version of the sample service: a directory that can be released."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

from gonogo.demo import shop
from gonogo.model.errors import InputError, Problem


def write_artifact(directory: Path, version: str, **faults: Any) -> Path:
    """Put shop.py and its shop.json into `directory`, made where it is missing, and return it.

    `faults` are fields of `shop.Settings`. The same arguments give the same bytes. Raises InputError with every
    mistake in them, before anything is written."""
    values = {"version": version, **faults}
    try:
        shop.read_settings(values)
    except ValueError as error:
        raise InputError(*(Problem(line, where="shop.json") for line in str(error).splitlines())) from None
    directory.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(shop.__file__, directory / "shop.py")
    (directory / "shop.json").write_text(json.dumps(values, indent=2, sort_keys=True) + "\n")
    return directory
