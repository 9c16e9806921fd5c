"""What a change of the schema may do to a service that is running on it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Literal

import msgspec

from gonogo.checks.sql import Statement

_VOLATILE = frozenset({"CLOCK_TIMESTAMP", "RANDOM", "GEN_RANDOM_UUID", "UUID_GENERATE_V4", "NEXTVAL"})
_CONSTRAINTS = ("CONSTRAINT", "FOREIGN", "CHECK", "UNIQUE", "PRIMARY", "INDEX", "KEY", "EXCLUDE")
_MYSQL = ("ENGINE", "ALGORITHM")

Rule = Literal["locks", "contract"]


class Hazard(msgspec.Struct, frozen=True):
    rule: Rule
    """locks: keeps others from reading or writing for as long as it takes; contract: breaks the version that runs."""
    line: int
    what: str
    remedy: str


INDEX = ("builds an index while nobody can write to the table", "CREATE INDEX CONCURRENTLY, outside of a transaction")
REWRITE = ("changes a column's type, which rewrites the table while nobody can use it", "add a column, copy in batches")
SCAN = ("looks at every row while nobody can write", "add it NOT VALID, and VALIDATE it in a step of its own")
UNIQUE = (
    "builds an index while nobody can use the table",
    "build it CONCURRENTLY, then add the constraint USING INDEX",
)
FILLED = ("fills every row with a value computed for each", "add the column without it, then fill in batches")
DROPPED = ("drops what the running version still uses", "drop it with a later release, when nothing reads it any more")
RENAMED = ("renames what the running version still uses", "add the new name, write both, and drop the old one later")
RETYPED = (
    "changes the type of a column that the running version writes",
    "add a column of the new type, and write both",
)
NOT_NULL = (
    "wants a value that the running version doesn't write",
    "give it a default, or allow NULL until all write it",
)
EMPTIED = ("removes rows that the running version may read", "do it when nothing needs them, and in batches")


def hazard(rule: Rule, line: int, told: tuple[str, str], subject: str = "") -> Hazard:
    what, remedy = told
    return Hazard(rule, line, f"{subject} {what}".strip(), remedy)


def of_sql(statements: Iterable[Statement]) -> Iterator[Hazard]:
    """Tables that the same file creates are new, so nobody uses them yet."""
    made: set[str] = set()
    for statement in statements:
        words = statement.words
        if statement.starts("CREATE") and "TABLE" in words[:4]:
            made.add(_name(words, words.index("TABLE") + 1))
        elif statement.starts("ALTER", "TABLE"):
            yield from _alter(statement, made)
        else:
            yield from _other(statement, made)


def _name(words: tuple[str, ...], at: int) -> str:
    """The last part of a table's name, `IF [NOT] EXISTS` and `ONLY` left out."""
    while at < len(words) and words[at] in ("IF", "NOT", "EXISTS", "ONLY"):
        at += 1
    while at + 2 < len(words) and words[at + 1] == ".":
        at += 2
    return words[at] if at < len(words) else ""


def _other(s: Statement, made: set[str]) -> Iterator[Hazard]:
    words = s.words
    if s.starts("CREATE") and "INDEX" in words[:3]:
        table = _name(words, words.index("ON") + 1) if "ON" in words else ""
        if "CONCURRENTLY" not in words and table not in made and not any(w in words for w in _MYSQL):
            yield hazard("locks", s.line, INDEX, "CREATE INDEX")
    elif s.starts("DROP", "TABLE") or s.starts("DROP", "VIEW") or s.starts("DROP", "SCHEMA"):
        if _name(words, 2) not in made:
            yield hazard("contract", s.line, DROPPED, f"DROP {words[1]}")
    elif s.starts("RENAME", "TABLE"):
        yield hazard("contract", s.line, RENAMED, "RENAME TABLE")
    elif s.starts("TRUNCATE") or (s.starts("DELETE", "FROM") and "WHERE" not in words):
        yield hazard("contract", s.line, EMPTIED, words[0])
    elif s.starts("VACUUM", "FULL") or s.starts("LOCK", "TABLE") or s.starts("CLUSTER"):
        yield hazard("locks", s.line, ("keeps everybody else out", "do it in a maintenance window"), words[0])


def _alter(s: Statement, made: set[str]) -> Iterator[Hazard]:
    if _name(s.words, 2) in made:
        return
    for action in _actions(s):
        yield from _action(action)


def _actions(s: Statement) -> Iterator[Statement]:
    """`ALTER TABLE t ADD a …, DROP b` → its parts, split at commas outside of brackets."""
    at = 2
    while at < len(s.words) and s.words[at] in ("IF", "EXISTS", "ONLY"):
        at += 1
    at += 1
    while at + 1 < len(s.words) and s.words[at] == ".":
        at += 2
    part: list[str] = []
    depth = 0
    for word in s.words[at:]:
        depth += (word == "(") - (word == ")")
        if word == "," and depth == 0:
            yield Statement(s.line, tuple(part))
            part = []
        else:
            part.append(word)
    yield Statement(s.line, tuple(part))


def _action(s: Statement) -> Iterator[Hazard]:
    words = s.words
    second = words[1] if len(words) > 1 else ""
    if s.starts("DROP") and second not in ("CONSTRAINT", "INDEX", "FOREIGN", "PRIMARY", "KEY", "CHECK"):
        yield hazard("contract", s.line, DROPPED, "DROP COLUMN")
    elif s.starts("RENAME") and second not in ("CONSTRAINT", "INDEX", "KEY"):
        yield hazard("contract", s.line, RENAMED, "RENAME")
    elif s.starts("ADD") and second in _CONSTRAINTS:
        yield from _constraint(s)
    elif s.starts("ADD"):
        yield from _column(s)
    elif s.starts("ALTER") and ("TYPE" in words):
        yield hazard("locks", s.line, REWRITE, "ALTER TYPE")
        yield hazard("contract", s.line, RETYPED, "ALTER TYPE")
    elif s.starts("MODIFY") or s.starts("CHANGE"):
        yield hazard("contract", s.line, RETYPED, words[0])
    elif s.starts("ALTER") and s.has("SET", "NOT", "NULL"):
        yield hazard("locks", s.line, SCAN, "SET NOT NULL")
        yield hazard("contract", s.line, NOT_NULL, "SET NOT NULL")


def _column(s: Statement) -> Iterator[Hazard]:
    generated = "GENERATED" in s.words or "SERIAL" in s.words or "BIGSERIAL" in s.words
    if s.has("NOT", "NULL") and "DEFAULT" not in s.words and not generated:
        yield hazard("contract", s.line, NOT_NULL, "ADD COLUMN … NOT NULL")
    if "DEFAULT" in s.words and _VOLATILE & set(s.words[s.words.index("DEFAULT") :]):
        yield hazard("locks", s.line, FILLED, "ADD COLUMN … DEFAULT")


def _constraint(s: Statement) -> Iterator[Hazard]:
    if ("FOREIGN" in s.words or "CHECK" in s.words) and not s.has("NOT", "VALID"):
        yield hazard("locks", s.line, SCAN, "ADD CONSTRAINT")
    if ("UNIQUE" in s.words or "PRIMARY" in s.words) and not s.has("USING", "INDEX"):
        yield hazard("locks", s.line, UNIQUE, "ADD CONSTRAINT")
