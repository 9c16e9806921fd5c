"""Migrations of the common frameworks: what is dangerous in them, and what undoes them."""

from __future__ import annotations

from pathlib import Path

import pytest
from repositories import Outcome, Repository, look, told

from gonogo.checks.files import Unreadable
from gonogo.checks.hazards import of_sql
from gonogo.checks.interface import Unavailable
from gonogo.checks.migration_files import read_migration
from gonogo.checks.migration_python import read_python
from gonogo.checks.migrations import MIGRATIONS, Migrations
from gonogo.checks.sql import statements


def hazards(text: str) -> list[str]:
    """`locks CREATE INDEX`: the rule, and the statement."""
    return [f"{h.rule} {h.what.split(' builds')[0].split(' drops')[0][:24]}" for h in of_sql(statements(text))]


def rules(text: str) -> list[tuple[str, int]]:
    return [(h.rule, h.line) for h in of_sql(statements(text))]


# --- SQL --------------------------------------------------------------------------------------------------------------


def test_statements_with_their_lines() -> None:
    text = "-- a; b\nSELECT 'it''s; ok', \"x;y\", `z;`; /* ; */\n\n# mysql\nDO $body$ BEGIN; END $body$;\n select 1"
    assert [(s.line, s.words[0], len(s.words)) for s in statements(text)] == [
        (2, "SELECT", 6),
        (5, "DO", 2),
        (6, "SELECT", 2),
    ]


@pytest.mark.parametrize(
    ("text", "why"),
    [("SELECT 'a", "a quote is never closed"), ("/* a", "a comment"), ("DO $$ x", r"\$\$ is never closed")],
)
def test_sql_that_never_ends(text: str, why: str) -> None:
    with pytest.raises(Unreadable, match=why):
        list(statements(text))


def test_a_long_file_is_read_quickly() -> None:
    text = "INSERT INTO a VALUES (1, 'x''y', 2.5);\n" * 10_000
    assert sum(1 for _ in statements(text)) == 10_000
    with pytest.raises(Unreadable, match="more than 20000 statements"):
        list(statements("a;" * 20_002))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("CREATE INDEX i ON orders (a);", ["locks"]),
        ("create unique index if not exists i on orders (a);", ["locks"]),
        ("CREATE INDEX CONCURRENTLY i ON orders (a);", []),
        ("CREATE INDEX i ON orders (a) ALGORITHM=INPLACE;", []),
        ("CREATE TABLE app.orders (a int);\nCREATE INDEX i ON app.orders (a);", []),
        ("CREATE TABLE IF NOT EXISTS n (a int); ALTER TABLE n DROP COLUMN a; DROP TABLE n;", []),
        ("ALTER TABLE orders ADD COLUMN discount_code VARCHAR(50);", []),
        ("ALTER TABLE orders ADD code int NOT NULL;", ["contract"]),
        ("ALTER TABLE orders ADD code int NOT NULL DEFAULT 0;", []),
        ("ALTER TABLE orders ADD id BIGSERIAL NOT NULL;", []),
        ("ALTER TABLE orders ADD u uuid DEFAULT gen_random_uuid();", ["locks"]),
        ("ALTER TABLE orders ADD at timestamptz NOT NULL DEFAULT now();", []),
        ("ALTER TABLE orders DROP COLUMN code;", ["contract"]),
        ("ALTER TABLE orders DROP code, ADD b int;", ["contract"]),
        ("ALTER TABLE orders DROP CONSTRAINT c;", []),
        ("ALTER TABLE orders RENAME COLUMN a TO b;", ["contract"]),
        ("ALTER TABLE orders RENAME TO carts;", ["contract"]),
        ("ALTER TABLE orders ALTER COLUMN a TYPE bigint;", ["locks", "contract"]),
        ("ALTER TABLE orders ALTER a SET NOT NULL;", ["locks", "contract"]),
        ("ALTER TABLE orders ALTER a DROP NOT NULL;", []),
        ("ALTER TABLE orders MODIFY a bigint;", ["contract"]),
        ("ALTER TABLE orders ADD CONSTRAINT c FOREIGN KEY (a) REFERENCES b (c);", ["locks"]),
        ("ALTER TABLE orders ADD CONSTRAINT c FOREIGN KEY (a) REFERENCES b (c) NOT VALID;", []),
        ("ALTER TABLE orders ADD CONSTRAINT c CHECK (a > 0);", ["locks"]),
        ("ALTER TABLE orders ADD CONSTRAINT c UNIQUE (a);", ["locks"]),
        ("ALTER TABLE orders ADD CONSTRAINT c UNIQUE USING INDEX i;", []),
        ("ALTER TABLE ONLY public.\"orders\" DROP COLUMN a;", ["contract"]),
        ("DROP TABLE orders;", ["contract"]),
        ("DROP INDEX i;", []),
        ("TRUNCATE orders;", ["contract"]),
        ("DELETE FROM orders;", ["contract"]),
        ("DELETE FROM orders WHERE a = 1;", []),
        ("LOCK TABLE orders;", ["locks"]),
        ("CREATE FUNCTION f() AS $$ DROP TABLE orders; $$;", []),
        ("INSERT INTO a VALUES ('DROP TABLE orders;');", []),
        ("-- DROP TABLE orders;\n", []),
    ],
)  # fmt: skip
def test_what_a_statement_does(text: str, expected: list[str]) -> None:
    assert [rule for rule, _ in rules(text)] == expected


def test_lines_of_hazards() -> None:
    assert rules("SELECT 1;\n\nCREATE INDEX i\n ON a (b);\nDROP TABLE c;") == [("locks", 3), ("contract", 5)]


# --- frameworks -------------------------------------------------------------------------------------------------------

NONE: frozenset[str] = frozenset()


@pytest.mark.parametrize(
    ("path", "text", "others", "reversible"),
    [
        ("migrations/1_a.up.sql", "SELECT 1", {"migrations/1_a.down.sql"}, True),
        ("migrations/1_a.up.sql", "SELECT 1", set(), False),
        ("migrations/1/up.sql", "SELECT 1", {"migrations/1/down.sql"}, True),
        ("migrations/1/up.sql", "SELECT 1", {"migrations/2/down.sql"}, False),
        ("db/V2__a.sql", "SELECT 1", {"db/U2__a.sql"}, True),
        ("db/V2__a.sql", "SELECT 1", set(), False),
        ("migrations/1.sql", "-- +goose Up\nSELECT 1;\n-- +goose Down\nSELECT 2;\n", set(), True),
        ("migrations/1.sql", "-- +goose Up\nSELECT 1;\n-- +goose Down\n", set(), False),
        ("migrations/1.sql", "-- migrate:up\nSELECT 1;\n-- migrate:down\nSELECT 2;\n", set(), True),
        ("migrations/1.sql", "-- migrate:down\nSELECT 2;\n-- migrate:up\nSELECT 1;\n", set(), True),
        ("migrations/1.sql", "--changeset ann:1\nSELECT 1;\n--rollback DROP TABLE a;\n", set(), True),
        ("migrations/1/migration.sql", "SELECT 1;", set(), False),
    ],
)
def test_how_sql_is_undone(path: str, text: str, others: set[str], reversible: bool) -> None:
    found = read_migration(text, path, frozenset(others))
    assert found is not None and found.reversible is reversible


def test_what_goes_down_is_not_judged_as_going_up() -> None:
    up = "-- migrate:up\nCREATE INDEX i ON a (b);\n"
    down = "-- migrate:down\nDROP TABLE a;\n"
    for text, line in ((up + down, 2), (down + up, 4)):
        found = read_migration(text, "migrations/1.sql", NONE)
        assert found is not None
        assert [(h.rule, h.line) for h in found.hazards] == [("locks", line)]


@pytest.mark.parametrize("path", ["m/1.down.sql", "m/1/down.sql", "db/U2__a.sql", "db/R__views.sql", "m/schema.sql"])
def test_files_that_are_no_step_forward(path: str) -> None:
    assert read_migration("DROP TABLE a;", path, NONE) is None


ALEMBIC = """\
from alembic import op
import sqlalchemy as sa

def upgrade() -> None:
    "Adds things."
    op.create_table("fresh", sa.Column("id", sa.Integer))
    op.create_index("i0", "fresh", ["id"])
    op.create_index("i1", "orders", ["code"])
    op.create_index("i2", "orders", ["code"], postgresql_concurrently=True)
    op.add_column("orders", sa.Column("a", sa.Integer(), nullable=False))
    op.add_column("orders", sa.Column("b", sa.Integer(), nullable=False, server_default="0"))
    op.alter_column("orders", "c", type_=sa.Text())
    op.alter_column("orders", "d", nullable=False)
    op.alter_column("orders", "e", new_column_name="f")
    op.drop_column("orders", "g")
    op.create_foreign_key("fk", "orders", "b", ["x"], ["y"])
    op.execute("DROP TABLE old")
    op.execute(sa.text("UPDATE orders SET a = 1 WHERE b = 2"))

def downgrade() -> None:
    {down}
"""


def test_alembic() -> None:
    read = read_python(ALEMBIC.format(down="op.drop_table('fresh')"))
    assert read is not None and read.reversible
    assert [(h.rule, h.line) for h in read.hazards] == [
        ("locks", 8),
        ("contract", 10),
        ("locks", 12),
        ("contract", 12),
        ("locks", 13),
        ("contract", 13),
        ("contract", 14),
        ("contract", 15),
        ("locks", 16),
        ("contract", 17),
    ]


@pytest.mark.parametrize(
    ("down", "why"),
    [("pass", "downgrade does nothing"), ("'no'", "downgrade does nothing"), ("raise ValueError", "downgrade refuses")],
)
def test_alembic_without_a_way_back(down: str, why: str) -> None:
    read = read_python(ALEMBIC.format(down=down))
    assert read is not None and (read.reversible, read.why) == (False, why)


def test_alembic_that_only_joins_branches() -> None:
    read = read_python("def upgrade():\n    pass\ndef downgrade():\n    pass\n")
    assert read is not None and (read.reversible, read.hazards) == (True, [])


DJANGO = """\
from django.db import migrations, models

class Migration(migrations.Migration):
    dependencies = []
    operations = [
        migrations.CreateModel(name="Fresh", fields=[]),
        migrations.AddField("Fresh", "a", models.IntegerField()),
        migrations.AddField("order", "a", models.IntegerField(default=0)),
        migrations.AddField("order", "b", models.IntegerField(null=True)),
        migrations.AddField("order", "c", models.IntegerField(db_default=0)),
        migrations.RemoveField(model_name="order", name="d"),
        migrations.RenameField("order", "e", "f"),
        migrations.AddIndex("order", models.Index(fields=["a"], name="i")),
        AddIndexConcurrently("order", models.Index(fields=["a"], name="j")),
        migrations.RunSQL("CREATE INDEX k ON shop_order (a)"{reverse}),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
"""


def test_django() -> None:
    read = read_python(DJANGO.format(reverse=", 'DROP INDEX k'"))
    assert read is not None and read.reversible
    assert [(h.rule, h.line) for h in read.hazards] == [
        ("contract", 8), ("contract", 11), ("contract", 12), ("locks", 13), ("locks", 15)
    ]  # fmt: skip
    read = read_python(DJANGO.format(reverse=""))
    assert read is not None and read.why == "RunSQL in line 15 says no way back"


def test_python_that_is_no_migration() -> None:
    assert read_python("def up(): pass\n") is None
    assert read_python("pattern = '\\d'\n") is None
    for text in ("def upgrade(:", "\0", "(" * 10_000):
        with pytest.raises(Unreadable, match="not Python"):
            read_python(text)


# --- in a repository --------------------------------------------------------------------------------------------------


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    made = Repository(tmp_path)
    made.commit({"db/migrations/1.up.sql": "DROP TABLE a;", "db/migrations/1.down.sql": "SELECT 1;"}, tag="v1.0.0")
    return made


def test_only_new_ones_are_judged(repository: Repository) -> None:
    assert look(MIGRATIONS, repository.context(), Migrations("contract")).outcome is Outcome.NOT_APPLICABLE
    repository.commit({"db/migrations/2.up.sql": "ALTER TABLE a ADD b int;\nCREATE INDEX i ON a (b);\n"})
    ctx = repository.context()
    assert look(MIGRATIONS, ctx, Migrations("contract")).outcome is Outcome.PASS
    assert told(look(MIGRATIONS, ctx, Migrations("locks"))) == [
        "db/migrations/2.up.sql:2: CREATE INDEX builds an index while nobody can write to the table"
    ]
    assert told(look(MIGRATIONS, ctx, Migrations("reversible"))) == [
        "db/migrations/2.up.sql can't be undone: db/migrations/2.down.sql is missing"
    ]


def test_the_commit_is_read_not_the_working_tree(repository: Repository) -> None:
    repository.commit({"db/migrations/2.sql": "SELECT 1;\n-- rollback SELECT 1\n"})
    ctx = repository.context()
    repository.write({"db/migrations/2.sql": "DROP TABLE a;", "db/migrations/3.sql": "DROP TABLE b;"})
    assert look(MIGRATIONS, ctx, Migrations("contract")).outcome is Outcome.PASS


def test_one_that_has_run_and_was_edited(repository: Repository) -> None:
    repository.commit({"db/migrations/1.up.sql": "DROP TABLE b;"})
    assert told(look(MIGRATIONS, repository.context(), Migrations("reversible"))) == [
        "db/migrations/1.up.sql has run with v1.0.0 already, and is not the same any more"
    ]


def test_one_that_cannot_be_read(repository: Repository) -> None:
    repository.commit({"db/migrations/2.sql": "SELECT 'open"})
    result = look(MIGRATIONS, repository.context(), Migrations("locks"))
    assert result.summary == "db/migrations/2.sql can't be read: line 1: a quote is never closed"


def test_where_git_does_not_know_what_is_live(repository: Repository, tmp_path: Path) -> None:
    repository.git("tag", "-d", "v1.0.0")
    with pytest.raises(Unavailable, match="git doesn't know what is live"):
        look(MIGRATIONS, repository.context(), Migrations("locks"))
    empty = Repository(tmp_path / "empty") if (tmp_path / "empty").mkdir() is None else repository
    empty.commit({"a.py": "1"})
    assert look(MIGRATIONS, empty.context(), Migrations("locks")).outcome is Outcome.NOT_APPLICABLE
