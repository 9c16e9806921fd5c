"""Read migrations of the common frameworks: can each be undone, and what may it do to what is running?"""

from __future__ import annotations

import re

import msgspec

from gonogo.checks.files import Unreadable
from gonogo.checks.hazards import Hazard, of_sql
from gonogo.checks.migration_python import read_python
from gonogo.checks.sql import statements

GLOBS = (
    "**/migrations/**/*.sql", "**/migrations/*.py", "**/migrate/**/*.sql", "**/migration/**/*.sql",
    "**/alembic/versions/*.py", "**/versions/*.py", "**/db/**/v*__*.sql", "**/flyway/**/*.sql",
)  # fmt: skip
_SECTIONS = re.compile(r"(?im)^--\s*(?:\+goose|migrate:|\+migrate)\s*(up|down)\b.*$")
_ROLLBACK = re.compile(r"(?im)^--\s*rollback\b[ \t]*(\S*)")
_NEVER_UNDONE = re.compile(r"(?i)(?:^|/)(?:r__[^/]*|schema|structure|seed[^/]*|init)\.sql$")


class Migration(msgspec.Struct, frozen=True):
    path: str
    reversible: bool
    why: str = ""
    """Why it can't be undone, or by what it can."""
    hazards: tuple[Hazard, ...] = ()


def read_migration(text: str, path: str, paths: frozenset[str]) -> Migration | None:
    """`paths` are all paths of the repository that could be migrations: the way back may be a file of its own. None
    for a file that is no migration or only the way back of another. Raises Unreadable."""
    name = path.rpartition("/")[2]
    if name.endswith(".py"):
        read = read_python(text)
        return Migration(path, read.reversible, read.why, tuple(read.hazards)) if read else None
    if name.endswith(".down.sql") or name == "down.sql" or re.match(r"U[\d._]+__", name) or _NEVER_UNDONE.search(path):
        return None
    up, down = _halves(text)
    hazards = tuple(of_sql(statements(up)))
    reversible, why = _way_back(path, text, down, paths)
    return Migration(path, reversible, why, hazards)


def _halves(text: str) -> tuple[str, str]:
    """What goes up and what goes down in a file that holds both; lines keep their numbers in the first."""
    marks = list(_SECTIONS.finditer(text))
    if not marks:
        return text, ""
    down = next((m for m in marks if m[1].lower() == "down"), None)
    up = next((m for m in marks if m[1].lower() == "up"), None)
    if down is None:
        return text, ""
    if up is not None and up.start() > down.start():
        return "\n" * text.count("\n", 0, up.end()) + text[up.end() :], text[down.end() : up.start()]
    return text[: down.start()], text[down.end() :]


def _way_back(path: str, text: str, down: str, paths: frozenset[str]) -> tuple[bool, str]:
    name = path.rpartition("/")[2]
    folder = path[: len(path) - len(name)]
    if any(statements(down)):
        return True, "its own down section"
    if name.endswith(".up.sql"):
        other = f"{path[: -len('.up.sql')]}.down.sql"
        return other in paths, other if other in paths else f"{other} is missing"
    if name == "up.sql":
        return f"{folder}down.sql" in paths, "down.sql" if f"{folder}down.sql" in paths else "down.sql is missing"
    if re.match(r"V[\d._]+__", name):
        undo = f"{folder}U{name[1:]}"
        return undo in paths, undo if undo in paths else f"{undo} is missing"
    rollbacks = _ROLLBACK.findall(text)
    if rollbacks:
        return any(rollbacks), "its rollback lines" if any(rollbacks) else "its rollback line is empty"
    if _SECTIONS.search(text):
        return False, "its down section is missing or empty"
    return False, "nothing says how to undo it"


def readable(text: str, path: str) -> str:
    """Raises Unreadable for a file that is too large to be a migration."""
    if len(text) > 2 << 20:
        raise Unreadable("larger than 2 MiB")
    return text
