"""How a program might be started: what `local.guess_local` builds on. All of it is read from text, none is run."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from gonogo.inspect.detectors.dependencies import used
from gonogo.inspect.facts import Fact
from gonogo.inspect.tree import Tree, base, folder, line_of

_PYTHON = re.compile(
    r"^(?:[^/]+/){0,3}(?:app|main|server|wsgi|asgi|api|web|run|service|manage|application|index|__init__|__main__"
    r"|[^/]*(?:server|service|app))\.py$"
)
_TOP_PYTHON = re.compile(r"^[^/]+\.py$")
APPS = {
    "fastapi": r"^(\w+)(?:\s*:\s*\w+)?\s*=\s*(?:fastapi\.)?FastAPI\(",
    "starlette": r"^(\w+)(?:\s*:\s*\w+)?\s*=\s*(?:starlette\.applications\.)?Starlette\(",
    "quart": r"^(\w+)\s*=\s*(?:quart\.)?Quart\(",
    "flask": r"^(\w+)(?:\s*:\s*\w+)?\s*=\s*(?:flask\.)?Flask\(",
    "flask factory": r"^def\s+(create_app|make_app)\s*\(",
    "django": r"os\.environ\.setdefault\(\s*['\"](DJANGO_SETTINGS_MODULE)['\"]",
    "http.server": r"\b(HTTPServer|ThreadingHTTPServer|TCPServer)\(",
}
"""What makes a Python file the start of a web service; the group is the object's name."""
_MAIN_GO = re.compile(r"^(?:main\.go|(?:[^/]+/){1,3}main\.go)$")
_FUNC_MAIN = re.compile(r"^func\s+main\(\)", re.MULTILINE)
_PACKAGE_MAIN = re.compile(r"^package\s+main\b", re.MULTILINE)
_SERVES_GO = re.compile(r"\bListenAndServe\b|\.Listen\(|\.Run\(|net\.Listen\(|\.Start\(")
_PORT = (
    (
        "environment",
        re.compile(
            r"(?:environ(?:\.get\(|\[)|getenv\(|Getenv\(|LookupEnv\(|process\.env[.\[]|ENV(?:\[|\.fetch\())\s*['\"]?(PORT)\b"
        ),
    ),
    (
        "argument",
        re.compile(r"sys\.(argv)\[1\]|flag\.(?:Int|String)\(\s*\"(port)\"|add_argument\(\s*['\"]--?(port)['\"]"),
    ),
    (
        "fixed",
        re.compile(r"(?:\.listen\(|ListenAndServe\(\s*\"[^\"]*:|HTTPServer\(\s*\([^)]*?,\s*|port\s*=\s*)(\d{2,5})\b"),
    ),
)
_HEALTH = re.compile(
    r"[\"'](/(?:[\w-]+/)*(?:healthz?|health-?check|readyz?|readiness|livez?|liveness|_health|actuator/health))/?[\"']"
)
_STATIC = re.compile(r"^(?:(?:public|static|site|www|dist|html|docs|web|htdocs)/)?index\.html$")


def look(tree: Tree) -> Iterator[Fact]:
    yield from _python(tree)
    yield from _node(tree)
    yield from _go(tree)
    yield from _procfile(tree)
    for server, where, line in used(tree, {"gunicorn": r"(?<![\w-])gunicorn(?![\w-])"}):
        yield Fact("entry.server", server, where, how=line)
    for path in tree.matching(_STATIC):
        yield Fact("entry.static", folder(path) or ".", f"{path}:1", of=path, how="a page to serve")


def _python(tree: Tree) -> Iterator[Fact]:
    candidates = dict.fromkeys([*tree.matching(_PYTHON), *tree.matching(_TOP_PYTHON)])
    for path in candidates:
        if base(path).startswith("test_") or base(path) == "conftest.py" or "/tests/" in f"/{path}":
            continue
        text = tree.text(path) or ""
        for kind, pattern in APPS.items():
            found = re.search(pattern, text, re.MULTILINE)
            if found:
                yield Fact("entry.python", f"{kind} {found[1]}", f"{path}:{line_of(text, found.start())}", of=path)
                yield from _details(path, text)
                package = f"{folder(path)}/__init__.py"
                if package in tree.files:
                    yield Fact("entry.package", folder(path), f"{package}:1", of=folder(path))
                break


def _node(tree: Tree) -> Iterator[Fact]:
    for path in tree.matching(re.compile(r"^(?:[^/]+/){0,2}package\.json$")):
        text = tree.text(path) or ""
        content = _json(text)
        yield Fact("entry.package_json", path, f"{path}:1", of=path)
        scripts = content.get("scripts")
        start = scripts.get("start") if isinstance(scripts, dict) else None
        if isinstance(start, str):
            at = re.search(r"\"start\"\s*:", text)
            yield Fact("entry.node", start, f"{path}:{line_of(text, at.start()) if at else 1}", of=path)
            main = re.search(r"[\w./-]+\.[cm]?[jt]s\b", start)
            script = _beside(path, main[0] if main else str(content.get("main") or "index.js"))
            if script in tree.files:
                for fact in _details(script, tree.text(script) or ""):
                    yield Fact(fact.name, fact.value, fact.where, fact.certain, fact.how, path)


def _beside(path: str, name: str) -> str:
    directory = folder(path)
    name = name.removeprefix("./")
    return f"{directory}/{name}" if directory else name


def _json(text: str) -> dict[str, Any]:
    try:
        content = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return content if isinstance(content, dict) else {}


def _go(tree: Tree) -> Iterator[Fact]:
    for path in tree.matching(_MAIN_GO):
        text = tree.text(path) or ""
        main = _FUNC_MAIN.search(text)
        if main and _PACKAGE_MAIN.search(text):
            serves = _SERVES_GO.search(text) is not None
            how = "" if serves else "nothing in this file listens"
            yield Fact("entry.go", folder(path) or ".", f"{path}:{line_of(text, main.start())}", serves, how, path)
            yield from _details(path, text)


def _procfile(tree: Tree) -> Iterator[Fact]:
    if "Procfile" in tree.files:
        text = tree.text("Procfile") or ""
        web = re.search(r"^web:\s*(.+)$", text, re.MULTILINE)
        if web:
            yield Fact("entry.procfile", web[1].strip(), f"Procfile:{line_of(text, web.start())}", of="Procfile")


def _details(path: str, text: str) -> Iterator[Fact]:
    """How it learns its port, and where it says that it is well."""
    for how, pattern in _PORT:
        found = pattern.search(text)
        if found:
            value = next(group for group in found.groups() if group)
            yield Fact("entry.port", value, f"{path}:{line_of(text, found.start())}", how=how, of=path)
            break
    health = _HEALTH.search(text)
    if health:
        yield Fact("entry.health", health[1], f"{path}:{line_of(text, health.start(1))}", of=path)
