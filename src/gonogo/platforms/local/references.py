"""The environment of a service: what it is given by name, and a few things every program expects.

The driver's own environment isn't passed on: it may hold secrets of others, and a revision that runs again later must
not depend on who started it.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping

from gonogo.model.errors import PermanentError

REFERENCE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
SECRET_LENGTH = 4
"""A shorter value isn't masked in output: it would be found everywhere."""
EXPECTED = ("PATH", "HOME", "USER", "LOGNAME", "SHELL", "LANG", "TZ", "TMPDIR", "SSL_CERT_FILE", "SSL_CERT_DIR")
"""Passed on where set, and everything that starts with LC_."""


def unset(values: Iterable[str]) -> list[str]:
    """Names that these values refer to and that are not set here, in alphabetical order."""
    return sorted({name for value in values for name in REFERENCE.findall(value)} - set(os.environ))


def resolve(environment: Mapping[str, str]) -> tuple[dict[str, str], list[str]]:
    """The complete environment, and the values that came from references, which output must not show.

    Raises PermanentError naming every reference that isn't set."""
    if missing := unset(environment.values()):
        raise PermanentError(f"not set where the driver runs: {', '.join(missing)}")
    base = {k: v for k, v in os.environ.items() if k in EXPECTED or k.startswith("LC_")}
    given = {name: REFERENCE.sub(lambda m: os.environ[m[1]], value) for name, value in environment.items()}
    names = {name for value in environment.values() for name in REFERENCE.findall(value)}
    secrets = {os.environ[n] for n in names if len(os.environ[n]) >= SECRET_LENGTH}
    return base | given, sorted(secrets, key=len, reverse=True)
