"""Read migrations written in Python, Alembic's and Django's, without running them."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterator
from typing import NamedTuple

from gonogo.checks import hazards as h
from gonogo.checks.files import Unreadable
from gonogo.checks.hazards import Hazard, hazard
from gonogo.checks.sql import statements


class Read(NamedTuple):
    reversible: bool
    why: str
    hazards: list[Hazard]


def read_python(text: str) -> Read | None:
    """None for a file that is neither an Alembic nor a Django migration. Raises Unreadable."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise Unreadable(f"not Python: {type(error).__name__}") from None
    functions = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
    if "upgrade" in functions:
        return _alembic(functions["upgrade"], functions.get("downgrade"))
    for node in tree.body:
        if isinstance(node, ast.ClassDef) and node.name == "Migration":
            return _django(node)
    return None


def _name(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def _calls(node: ast.AST) -> Iterator[ast.Call]:
    """In the order of the lines."""
    found = [n for n in ast.walk(node) if isinstance(n, ast.Call)]
    yield from sorted(found, key=lambda n: (n.lineno, n.col_offset))


def _argument(call: ast.Call, name: str, position: int = -1) -> ast.expr | None:
    named = next((k.value for k in call.keywords if k.arg == name), None)
    if named is None and 0 <= position < len(call.args):
        return call.args[position]
    return named


def _is(node: ast.expr | None, value: object) -> bool:
    return isinstance(node, ast.Constant) and node.value is value


def _text(node: ast.expr | None) -> str:
    if isinstance(node, ast.Call) and node.args:
        return _text(node.args[0])
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


# --- Alembic ---------------------------------------------------------------------------------------------------------


def _alembic(up: ast.FunctionDef, down: ast.FunctionDef | None) -> Read:
    does = [n for n in (down.body if down else []) if not isinstance(n, ast.Pass) and not _is_docstring(n)]
    if down is None or not does:
        return Read(not _does(up), "downgrade does nothing", list(_alembic_hazards(up)))
    if all(isinstance(n, ast.Raise) for n in does):
        return Read(False, "downgrade refuses", list(_alembic_hazards(up)))
    return Read(True, "downgrade", list(_alembic_hazards(up)))


def _is_docstring(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _does(up: ast.FunctionDef) -> bool:
    return any(not isinstance(n, ast.Pass) and not _is_docstring(n) for n in up.body)


def _alembic_hazards(up: ast.FunctionDef) -> Iterator[Hazard]:
    made = {_text(_argument(c, "table_name", 0)) for c in _calls(up) if _name(c) == "create_table"} - {""}
    for call in _calls(up):
        name, line = _name(call), call.lineno
        table = _text(_argument(call, "table_name", 1 if name in ("create_index", "create_unique_constraint") else 0))
        if table in made:
            continue
        match name:
            case "create_index":
                if not _is(_argument(call, "postgresql_concurrently"), True):
                    yield hazard("locks", line, h.INDEX, name)
            case "drop_table" | "drop_column":
                yield hazard("contract", line, h.DROPPED, name)
            case "rename_table":
                yield hazard("contract", line, h.RENAMED, name)
            case "add_column":
                yield from _added(call)
            case "alter_column":
                yield from _altered(call)
            case "create_foreign_key" | "create_check_constraint":
                if not _is(_argument(call, "postgresql_not_valid"), True):
                    yield hazard("locks", line, h.SCAN, name)
            case "create_unique_constraint" | "create_primary_key":
                yield hazard("locks", line, h.UNIQUE, name)
            case "execute":
                yield from h.of_sql(statements(_text(_argument(call, "sqltext", 0)), line))


def _added(call: ast.Call) -> Iterator[Hazard]:
    column = next((a for a in (*call.args, *(k.value for k in call.keywords)) if isinstance(a, ast.Call)), None)
    if column is None:
        return
    default = _argument(column, "server_default")
    if _is(_argument(column, "nullable"), False) and (default is None or _is(default, None)):
        yield hazard("contract", call.lineno, h.NOT_NULL, "add_column")


def _altered(call: ast.Call) -> Iterator[Hazard]:
    if _argument(call, "type_") is not None:
        yield hazard("locks", call.lineno, h.REWRITE, "alter_column")
        yield hazard("contract", call.lineno, h.RETYPED, "alter_column")
    if _argument(call, "new_column_name") is not None:
        yield hazard("contract", call.lineno, h.RENAMED, "alter_column")
    if _is(_argument(call, "nullable"), False):
        yield hazard("locks", call.lineno, h.SCAN, "alter_column")
        yield hazard("contract", call.lineno, h.NOT_NULL, "alter_column")


# --- Django ----------------------------------------------------------------------------------------------------------


def _django(migration: ast.ClassDef) -> Read:
    operations: list[ast.expr] = []
    for node in migration.body:
        value = node.value if isinstance(node, ast.Assign | ast.AnnAssign) else None
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        named = any(isinstance(t, ast.Name) and t.id == "operations" for t in targets)
        if named and isinstance(value, ast.List):
            operations = value.elts
    calls = [o for o in operations if isinstance(o, ast.Call)]
    one_way = [c for c in calls if _one_way(c)]
    why = f"{_name(one_way[0])} in line {one_way[0].lineno} says no way back" if one_way else "its operations reverse"
    return Read(not one_way, why, list(_django_hazards(calls)))


def _one_way(call: ast.Call) -> bool:
    if _name(call) == "RunSQL":
        return _argument(call, "reverse_sql", 1) is None
    return _name(call) == "RunPython" and _argument(call, "reverse_code", 1) is None


def _django_hazards(calls: list[ast.Call]) -> Iterator[Hazard]:
    made = {_text(_argument(c, "name", 0)).lower() for c in calls if _name(c) == "CreateModel"} - {""}
    for call in calls:
        name, line = _name(call), call.lineno
        if _text(_argument(call, "model_name", 0)).lower() in made:
            continue
        match name:
            case "AddIndex":
                yield hazard("locks", line, (h.INDEX[0], "AddIndexConcurrently, with atomic = False"), name)
            case "AddConstraint" | "AlterUniqueTogether":
                yield hazard("locks", line, h.UNIQUE, name)
            case "RemoveField" | "DeleteModel":
                yield hazard("contract", line, h.DROPPED, name)
            case "RenameField" | "RenameModel" | "AlterModelTable":
                yield hazard("contract", line, h.RENAMED, name)
            case "AddField":
                field = _argument(call, "field", 2)
                if isinstance(field, ast.Call) and _unfilled(field):
                    yield hazard("contract", line, h.NOT_NULL, name)
            case "RunSQL":
                yield from h.of_sql(statements(_text(_argument(call, "sql", 0)), line))


def _unfilled(field: ast.Call) -> bool:
    """Whether the database itself has no value for rows that the running version writes: Django drops a `default`
    again after it has filled the rows there were."""
    if _name(field) == "ManyToManyField" or _is(_argument(field, "null"), True):
        return False
    return _argument(field, "db_default") is None
