"""Guesses at a command, each with its reason."""

from __future__ import annotations

from pathlib import Path

import pytest
from inspect_world import write

from gonogo.inspect.local import guess_local
from gonogo.inspect.profile import inspect_repository

FLASK = "from flask import Flask\napp = Flask(__name__)\n@app.get('/healthz')\ndef ok(): return 'ok'\n"
GO = 'package main\nimport "net/http"\nfunc main() {\n\thttp.ListenAndServe(":8080", nil)\n}\n'
SERVER = "import sys\nfrom http.server import HTTPServer, X\nHTTPServer(('', int(sys.argv[1])), X).serve_forever()\n"
CASES: dict[str, tuple[dict[str, str], tuple[str, ...], str, str, str]] = {
    "flask": (
        {"app.py": FLASK},
        ("flask", "--app", "app:app", "run", "--host", "127.0.0.1", "--port", "{port}"), ".", "/healthz", "app.py:2",
    ),
    "gunicorn": (
        {"app.py": FLASK, "requirements.txt": "gunicorn\n"},
        ("gunicorn", "--bind", "127.0.0.1:{port}", "app:app"), ".", "/healthz", "app.py:2",
    ),
    "fastapi in a package": (
        {"api/shop/__init__.py": "", "api/shop/main.py": "app = FastAPI()\n"},
        ("uvicorn", "shop.main:app", "--host", "127.0.0.1", "--port", "{port}"), "api", "/", "api/shop/main.py:1",
    ),
    "django": (
        {"manage.py": "import os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'a')\n"},
        ("python3", "manage.py", "runserver", "--noreload", "127.0.0.1:{port}"), ".", "/", "manage.py:2",
    ),
    "http.server": ({"shop.py": SERVER}, ("python3", "shop.py", "{port}"), ".", "/", "shop.py:3"),
    "node": (
        {"package.json": '{\n"scripts": {"start": "node server.js"}}', "server.js": "app.listen(process.env.PORT)\n"},
        ("env", "PORT={port}", "npm", "start"), ".", "/", "package.json:2",
    ),
    "go": ({"cmd/shop/main.go": GO}, ("go", "run", "./cmd/shop"), ".", "/", "cmd/shop/main.go:3"),
    "static": (
        {"public/index.html": "<p>"},
        ("python3", "-m", "http.server", "{port}", "--bind", "127.0.0.1"), "public", "/", "public/index.html:1",
    ),
    "procfile": (
        {"Procfile": "worker: x\nweb: gunicorn -b :$PORT app:app\n", "app.py": FLASK},
        ("gunicorn", "-b", ":{port}", "app:app"), ".", "/", "Procfile:2",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_the_guess_and_its_reason(name: str, tmp_path: Path) -> None:
    files, command, folder, ready, where = CASES[name]
    guess = guess_local(inspect_repository(write(tmp_path, files)))
    assert guess is not None
    assert (guess.command, guess.folder, guess.ready, guess.where) == (command, folder, ready, where)
    assert guess.reason


def test_a_fixed_port_is_a_doubt(tmp_path: Path) -> None:
    guess = guess_local(inspect_repository(write(tmp_path, {"main.go": GO})))
    assert guess is not None
    assert any("8080" in doubt and "main.go:4" in doubt for doubt in guess.doubts)


@pytest.mark.parametrize(
    "files",
    [
        {"README.md": "x"},
        {"lib.py": "def f(): pass\n"},
        {"package.json": "{}", "public/index.html": ""},
        {"package.json": "not json"},
        {"main.go": "package main\nfunc main() { println(1) }\n"},
        {"tests/app.py": FLASK},
        {"Procfile": "web: rm -rf / && serve $PORT\n"},
    ],
)
def test_no_guess_where_nothing_tells(files: dict[str, str], tmp_path: Path) -> None:
    assert guess_local(inspect_repository(write(tmp_path, files))) is None
