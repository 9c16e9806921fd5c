"""Database migrations by framework, which are new since the last release, and what the new ones do."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from gonogo.inspect.facts import Fact
from gonogo.inspect.history import History
from gonogo.inspect.tree import Tree, line_of
from gonogo.inspect.words import counted

FRAMEWORKS: tuple[tuple[str, str, str], ...] = (
    ("django", r"(?:^|/)migrations/\d{4}_\w+\.py$", ""),
    ("alembic", r"(?:^|/)versions/[^/]+\.py$", r"^down_revision\b"),
    ("rails", r"(?:^|/)db/migrate/\d{8,14}_\w+\.rb$", ""),
    ("flyway", r"(?:^|/)[vru]\d*(?:[._]\d+)*__[^/]+\.(?:sql|java|kt)$", ""),
    ("liquibase", r"changelog[^/]*\.(?:xml|ya?ml|json|sql)$", r"databaseChangeLog|liquibase formatted sql"),
    ("prisma", r"(?:^|/)prisma/(?:[^/]+/)?migrations/[^/]+/migration\.sql$", ""),
    ("ef core", r"(?:^|/)migrations/\d{14}_\w+(?<!\.designer)\.cs$", ""),
    ("ecto", r"(?:^|/)priv/[^/]+/migrations/\d{14}_\w+\.exs$", ""),
    ("laravel", r"(?:^|/)database/migrations/\d{4}_\d{2}_\d{2}_\d{6}_\w+\.php$", ""),
    ("sequelize", r"(?:^|/)migrations?/[^/]+\.[cm]?[jt]s$", r"queryInterface"),
    ("typeorm", r"(?:^|/)migrations?/[^/]+\.ts$", r"MigrationInterface"),
    ("knex", r"(?:^|/)migrations?/[^/]+\.[cm]?[jt]s$", r"\bknex\b|\bexports\.up\b|export (?:async )?function up"),
    ("goose", r"(?:^|/)\d+_[^/]+\.sql$", r"^-- \+goose Up"),
    ("dbmate", r"(?:^|/)\d+_[^/]+\.sql$", r"^-- migrate:up"),
    ("golang-migrate", r"(?:^|/)\d+_[^/]+\.(?:up|down)\.sql$", ""),
    ("diesel", r"(?:^|/)migrations/[^/]+/(?:up|down)\.sql$", ""),
    ("sql", r"(?:^|/)(?:migrations?|db-?migrations?|schema[-_]changes)/(?:.*/)?[^/]+\.sql$", ""),
)
"""Framework, where its migrations lie (in lower case), and what one has to say; the first that fits counts."""

DOES: tuple[tuple[str, str, str], ...] = (
    ("contract", r"\bDROP\s+(?:COLUMN|TABLE|VIEW|TYPE)\b", "takes away what the running version may still read"),
    ("contract", r"\bop\.drop_(?:column|table)\b", "takes away what the running version may still read"),
    ("contract", r"\b(?:RemoveField|DeleteModel)\s*\(", "takes away what the running version may still read"),
    ("contract", r"\b(?:remove_columns?|drop_table)\b", "takes away what the running version may still read"),
    ("contract", r"\b(?:removeColumn|dropColumn|dropTable(?:IfExists)?|DropColumn|DropTable)\b",
     "takes away what the running version may still read"),
    ("contract", r"\bRENAME\s+(?:COLUMN|TO|TABLE)\b", "renames what the running version knows by the old name"),
    ("contract", r"\b(?:RenameField|RenameModel|rename_column|rename_table|renameColumn|renameTable)\b",
     "renames what the running version knows by the old name"),
    ("locking", r"\bCREATE\s+(?:UNIQUE\s+)?INDEX\s+(?!CONCURRENTLY)", "an index without CONCURRENTLY blocks writes"),
    ("locking", r"\badd_index\b(?![^\n]*(?:\n[^\n]*)?concurrently)", "an index without concurrently blocks writes"),
    ("locking", r"\bop\.create_index\b(?![^\n]*concurrently)", "an index without concurrently blocks writes"),
    ("locking", r"\bALTER\s+COLUMN\s+\S+\s+(?:SET\s+DATA\s+)?TYPE\b", "a changed type may rewrite the table"),
    ("locking", r"\bSET\s+NOT\s+NULL\b", "NOT NULL scans the whole table under a lock"),
    ("locking", r"\b(?:AlterField|change_column|alter_column|changeColumn|AlterColumn)\b",
     "a changed column may rewrite the table or scan it under a lock"),
    ("locking", r"\bLOCK\s+TABLE\b", "locks a table by name"),
    ("backfill", r"^\s*UPDATE\s+\w", "changes rows"),
    ("backfill", r"\bRunPython\s*\(", "runs code over rows"),
    ("expand", r"\bADD\s+(?:COLUMN\b|\w+\s+\w+)", "adds a column"),
    ("expand", r"\bCREATE\s+TABLE\b", "adds a table"),
    ("expand", r"\b(?:add_column|create_table|AddField|CreateModel|addColumn|createTable)\b", "adds to the schema"),
)  # fmt: skip
"""What a new migration does → words by which it is known, and why that matters. A guess: nothing is run."""
_PATTERNS = tuple((kind, re.compile(p, re.IGNORECASE | re.MULTILINE), why) for kind, p, why in DOES)
_BACK = re.compile(
    r"^\s*(?:--\s*\+goose\s+Down|--\s*migrate:down|def\s+downgrade\b|exports\.down\b|"
    r"export\s+(?:async\s+)?function\s+down\b|(?:public\s+)?async\s+down\b|down\s*[:(]|def\s+down\b|"
    r"protected\s+override\s+void\s+Down\b|public\s+function\s+down\b)",
    re.MULTILINE,
)
"""Where the way back begins: what it drops is what the way forward added."""
_COMMENT = re.compile(r"--[^\n]*|/\*.*?\*/|(?<!\S)#[^\n]*", re.DOTALL)


def look(tree: Tree, history: History) -> Iterator[Fact]:
    counts: Counter[str] = Counter()
    first: dict[str, str] = {}
    fresh = 0
    seen: set[str] = set()
    for framework, pattern, says in FRAMEWORKS:
        for path in tree.matching(re.compile(pattern)):
            if path in seen or not _says(tree, path, says):
                continue
            seen.add(path)
            counts[framework] += 1
            first.setdefault(framework, path)
            if history.added is not None and path in history.added:
                fresh += 1
                yield Fact("migrations.new", path, f"{path}:1", how=f"added since {history.since}", of=framework)
                yield from _does(path, tree.text(path) or "")
    for framework, number in counts.items():
        where = f"{first[framework]}:1"
        certain = framework != "sql"
        how = counted(number, "file") + ("" if certain else ", by the name of their directory")
        yield Fact("migrations.framework", framework, where, certain, how)
        yield Fact("migrations.files", number, where, certain, of=framework)
    if history.added is not None and counts:
        yield Fact("migrations.fresh", fresh, ".", how=f"files added since {history.since}")


def _says(tree: Tree, path: str, pattern: str) -> bool:
    if not pattern:
        return True
    text = tree.text(path)
    return text is not None and re.search(pattern, text, re.MULTILINE) is not None


def _does(path: str, text: str) -> Iterator[Fact]:
    if re.search(r"(?:\.|/)down\.sql$", path):
        return
    back = _BACK.search(text)
    forward = text[: back.start()] if back else text
    plain = _COMMENT.sub(lambda found: re.sub(r"[^\n]", " ", found[0]), forward)
    told: set[tuple[str, int]] = set()
    for kind, pattern, why in _PATTERNS:
        for found in pattern.finditer(plain):
            start = found.start() + len(found[0]) - len(found[0].lstrip())
            line = line_of(plain, start)
            if (kind, line) not in told:
                told.add((kind, line))
                words = " ".join(found[0].split())
                yield Fact(f"migrations.{kind}", words, f"{path}:{line}", False, why, path)
