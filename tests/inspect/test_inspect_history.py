"""Git states of all kinds, and which migrations are new."""

from __future__ import annotations

from pathlib import Path

import pytest
from inspect_world import commit, git, start, write

from gonogo.inspect.facts import Profile
from gonogo.inspect.profile import inspect_repository

OLD = {"db/migrations/001_start.sql": "CREATE TABLE a (id int);\n"}
NEW: dict[str, tuple[str, str, set[tuple[str, str]]]] = {
    "django": (
        "shop/migrations/0002_code.py",
        "class M:\n  operations = [migrations.AddField('a', 'b'),\n  migrations.RemoveField('a', 'c')]\n",
        {("expand", "shop/migrations/0002_code.py:2"), ("contract", "shop/migrations/0002_code.py:3")},
    ),
    "alembic": (
        "alembic/versions/ab12_code.py",
        "down_revision = 'aa'\ndef upgrade():\n    op.create_index('i', 'a', ['b'])\n"
        "def downgrade():\n    op.drop_column('a', 'b')\n",
        {("locking", "alembic/versions/ab12_code.py:3")},
    ),
    "rails": (
        "db/migrate/20260301120000_add_code.rb",
        "def change\n  add_index :orders, :code, algorithm: :concurrently\n  remove_column :orders, :old\nend\n",
        {("contract", "db/migrate/20260301120000_add_code.rb:3")},
    ),
    "flyway": (
        "src/main/resources/db/migration/V2__code.sql",
        "-- DROP TABLE x\nALTER TABLE a ADD COLUMN b int;\nALTER TABLE a ALTER COLUMN b SET NOT NULL;\n",
        {("expand", "src/main/resources/db/migration/V2__code.sql:2"),
         ("locking", "src/main/resources/db/migration/V2__code.sql:3")},
    ),
    "liquibase": ("db/changelog-2.xml",
                  "<databaseChangeLog><dropColumn/>\n</databaseChangeLog>", {("contract", "db/changelog-2.xml:1")}),
    "prisma": (
        "prisma/migrations/20260301_code/migration.sql",
        'CREATE INDEX "i" ON "a"("b");\n',
        {("locking", "prisma/migrations/20260301_code/migration.sql:1")},
    ),
    "sequelize": ("migrations/20260301-code.js", "up: (queryInterface) => queryInterface.addColumn('a', 'b')\n",
                  {("expand", "migrations/20260301-code.js:1")}),
    "knex": ("migrations/20260301_code.js", "exports.up = (k) => k.schema.renameTable('a', 'b')\n"
             "exports.down = (k) => k.schema.dropTable('b')\n",
             {("contract", "migrations/20260301_code.js:1")}),
    "golang-migrate": ("db/000002_code.up.sql", "UPDATE a SET b = 1;\n", {("backfill", "db/000002_code.up.sql:1")}),
    "goose": ("db/00002_code.sql",
              "-- +goose Up\nCREATE INDEX CONCURRENTLY i ON a (b);\n-- +goose Down\nDROP TABLE a;\n", set()),
    "sql": ("db/migrations/002_code.sql", "drop table a;\n", {("contract", "db/migrations/002_code.sql:1")}),
}  # fmt: skip


@pytest.mark.parametrize("framework", NEW)
def test_a_new_migration_is_seen_with_what_it_does(framework: str, tmp_path: Path) -> None:
    path, content, does = NEW[framework]
    start(tmp_path, OLD, "v1.0.0")
    write(tmp_path, {path: content})
    commit(tmp_path)
    profile = inspect_repository(tmp_path)
    assert [(f.value, f.of) for f in profile.all("migrations.new")] == [(path, framework)]
    kinds = ("expand", "contract", "locking", "backfill")
    assert {(k, f.where) for k in kinds for f in profile.all(f"migrations.{k}")} == does
    assert profile.known("migrations.fresh") == 1
    assert profile.known("git.since") == "v1.0.0"


def fresh(root: Path, since: str = "") -> tuple[object, list[object]]:
    profile = inspect_repository(root, since)
    return profile.known("migrations.fresh"), [fact.value for fact in profile.all("migrations.new")]


def test_new_counts_from_the_last_release_below_head(tmp_path: Path) -> None:
    start(tmp_path, OLD, "v1.0.0")
    assert fresh(tmp_path) == (None, [])
    first = git(tmp_path, "rev-parse", "HEAD")
    commit(tmp_path)
    assert fresh(tmp_path) == (0, [])
    write(tmp_path, {"db/migrations/002.sql": "x"})
    assert fresh(tmp_path) == (1, ["db/migrations/002.sql"])
    commit(tmp_path)
    git(tmp_path, "tag", "v1.1.0")
    assert fresh(tmp_path) == (1, ["db/migrations/002.sql"])
    commit(tmp_path)
    git(tmp_path, "tag", "v1.2.0-rc.1", "HEAD~1")
    assert fresh(tmp_path) == (0, [])
    assert fresh(tmp_path, first) == (1, ["db/migrations/002.sql"])
    assert fresh(tmp_path, "no-such-commit") == (None, [])
    assert fresh(tmp_path, "--output=x") == (None, [])
    assert not (tmp_path / "x").exists()


def test_a_part_of_a_larger_repository(tmp_path: Path) -> None:
    start(tmp_path, {"shop/migrations/001.sql": "a", "other/migrations/001.sql": "a"}, "shop/v1.0.0")
    write(tmp_path, {"shop/migrations/002.sql": "b", "other/migrations/002.sql": "b"})
    commit(tmp_path)
    write(tmp_path, {"shop/migrations/003.sql": "c"})
    assert fresh(tmp_path / "shop") == (2, ["migrations/002.sql", "migrations/003.sql"])


def state(profile: Profile) -> dict[str, object]:
    names = ("any", "branch", "dirty", "shallow", "bare", "detached", "tags", "contains_latest")
    return {name: profile.known(f"git.{name}") for name in names if profile.known(f"git.{name}") is not None}


def test_states_of_git(tmp_path: Path) -> None:
    plain = write(tmp_path / "plain", {"a": ""})
    assert state(inspect_repository(plain)) == {"any": False}
    root = start(tmp_path / "root", {"a": ""}, "v1.10.0")
    git(root, "tag", "v1.9.0")
    clean = {
        "any": True,
        "branch": "main",
        "dirty": False,
        "shallow": False,
        "bare": False,
        "detached": False,
        "tags": 2,
    }
    assert state(inspect_repository(root)) == clean | {"contains_latest": True}
    assert inspect_repository(root).first("git.latest").value == "v1.10.0"
    write(root, {"b": ""})
    assert inspect_repository(root).known("git.dirty") is True
    commit(root)
    git(root, "tag", "v2.0.0")
    git(root, "checkout", "-q", "v1.10.0")
    behind = inspect_repository(root)
    assert behind.known("git.contains_latest") is False
    assert behind.known("git.detached") is True
    git(root, "checkout", "-q", "main")
    git(tmp_path, "clone", "-q", "--depth", "1", "--no-tags", root.as_uri(), "shallow")
    shallow = inspect_repository(tmp_path / "shallow", since="v1.10.0")
    assert shallow.known("git.shallow") is True
    assert any("shallow" in note.message and "v1.10.0" in note.message for note in shallow.notes)
    git(tmp_path, "clone", "-q", "--bare", str(root), "bare.git")
    assert inspect_repository(tmp_path / "bare.git").known("git.bare") is True
    empty = tmp_path / "empty"
    empty.mkdir()
    git(empty, "init", "-q")
    assert inspect_repository(empty).known("git.commits") is False
    (plain / ".git").write_text("gitdir: /nowhere\n")
    broken = inspect_repository(plain)
    assert any("not a git repository" in n.message or "no git" in n.message for n in broken.notes)


def test_submodules_are_named_and_not_entered(tmp_path: Path) -> None:
    inner = start(tmp_path / "inner", {"Dockerfile": "FROM x\n"})
    outer = start(tmp_path / "outer", {"a": ""})
    git(outer, "-c", "protocol.file.allow=always", "submodule", "add", "-q", str(inner), "libs/inner")
    commit(outer)
    profile = inspect_repository(outer)
    assert [(f.value, f.where) for f in profile.all("git.submodule")] == [("libs/inner", ".gitmodules:2")]
    assert profile.known("docker.any") is False
    assert any(n.where == "libs/inner" for n in profile.notes)


def test_no_program_of_the_repository_is_run(tmp_path: Path) -> None:
    root = start(tmp_path / "root", {"a": "1", ".gitattributes": "a filter=evil\n"}, "v1.0.0")
    trap = f"sh -c 'touch {tmp_path}/ran; cat'"
    for key in ("filter.evil.clean", "filter.evil.smudge", "core.fsmonitor", "diff.external", "core.pager"):
        git(root, "config", key, trap)
    (root / "a").write_text("22")
    profile = inspect_repository(root)
    assert not (tmp_path / "ran").exists()
    assert profile.known("git.dirty") is None
    assert any("filter.evil.clean" in note.message for note in profile.notes)
