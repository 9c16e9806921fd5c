"""A guess at how the service could be run on this machine. Always a guess: the caller proves it or asks."""

from __future__ import annotations

import shlex
from collections.abc import Callable

import msgspec

from gonogo.inspect.facts import Fact, Profile


class LocalGuess(msgspec.Struct, frozen=True):
    """`command` is argv with `{port}` in it; it runs in `folder` (relative to the root), which is the artifact."""

    command: tuple[str, ...]
    folder: str
    ready: str
    reason: str
    where: str
    doubts: tuple[str, ...] = ()
    """What may be wrong with it, for the person who decides."""


def guess_local(profile: Profile) -> LocalGuess | None:
    """None where nothing in the repository looks like a service that starts with one command."""
    for name, guess in GUESSES:
        for fact in profile.all(name):
            found = guess(profile, fact)
            if found is not None:
                return found
    return None


def _python(profile: Profile, fact: Fact) -> LocalGuess | None:
    kind, _, name = str(fact.value).rpartition(" ")
    folder, file = _split(fact.of)
    module = file.removesuffix(".py")
    package = module in ("__init__", "__main__", "main", "app", "api", "asgi", "wsgi") and folder
    if package and _is_package(profile, folder):
        folder, _, last = folder.rpartition("/")
        module = last if module == "__init__" else f"{last}.{module}"
    argv: tuple[str, ...]
    doubts: tuple[str, ...]
    match kind:
        case "fastapi" | "starlette" | "quart":
            argv = ("uvicorn", f"{module}:{name}", "--host", "127.0.0.1", "--port", "{port}")
            doubts = ("uvicorn must be installed where it runs",)
        case "flask" if _uses(profile, "gunicorn"):
            argv = ("gunicorn", "--bind", "127.0.0.1:{port}", f"{module}:{name}")
            doubts = ("gunicorn must be installed where it runs",)
        case "flask" | "flask factory":
            argv = ("flask", "--app", f"{module}:{name}", "run", "--host", "127.0.0.1", "--port", "{port}")
            doubts = ("flask's own server is meant for development; its packages must be installed",)
        case "django" if file == "manage.py":
            argv = ("python3", "manage.py", "runserver", "--noreload", "127.0.0.1:{port}")
            doubts = ("django's own server is meant for development; its packages must be installed",)
        case "http.server":
            argv, doubts = _with_port(("python3", file), profile, fact.of)
        case _:
            return None
    return LocalGuess(argv, folder or ".", _ready(profile, fact.of), f"{kind} in {fact.of}", fact.where, doubts)


def _node(profile: Profile, fact: Fact) -> LocalGuess:
    folder, _ = _split(fact.of)
    argv, doubts = _with_port(("npm", "start"), profile, fact.of)
    reason = f'"start" in {fact.of} runs {fact.value}'
    doubts = ("its packages must be installed", *doubts)
    return LocalGuess(argv, folder or ".", _ready(profile, fact.of), reason, fact.where, doubts)


def _go(profile: Profile, fact: Fact) -> LocalGuess | None:
    if not fact.certain:
        return None
    package = "." if fact.value == "." else f"./{fact.value}"
    argv, doubts = _with_port(("go", "run", package), profile, fact.of, dash="-")
    doubts = (*doubts, "go run builds at each start; name the binary that is built instead")
    return LocalGuess(argv, ".", _ready(profile, fact.of), f"func main in {fact.of}", fact.where, doubts)


def _procfile(profile: Profile, fact: Fact) -> LocalGuess | None:
    try:
        words = shlex.split(str(fact.value))
    except ValueError:
        return None
    if not words or any(sign in str(fact.value) for sign in "|&;<>`("):
        return None
    argv = tuple(word.replace("${PORT}", "{port}").replace("$PORT", "{port}") for word in words)
    if any("$" in word for word in argv):
        return None
    doubts: tuple[str, ...] = ()
    if not any("{port}" in word for word in argv):
        argv = ("env", "PORT={port}", *argv)
        doubts = ("it is expected to listen on $PORT",)
    return LocalGuess(argv, ".", "/", "the line `web` in Procfile", fact.where, doubts)


def _static(profile: Profile, fact: Fact) -> LocalGuess | None:
    """Only where nothing else could be the program: a page beside one is part of it."""
    programs = ("entry.node", "entry.go", "entry.python", "entry.package_json")
    if any(profile.first(name) for name in programs):
        return None
    argv = ("python3", "-m", "http.server", "{port}", "--bind", "127.0.0.1")
    doubts = ("Python's own file server stands in for the real one",)
    return LocalGuess(argv, str(fact.value), "/", f"a static page, {fact.of}", fact.where, doubts)


GUESSES: tuple[tuple[str, Callable[[Profile, Fact], LocalGuess | None]], ...] = (
    ("entry.procfile", _procfile),
    ("entry.python", _python),
    ("entry.node", _node),
    ("entry.go", _go),
    ("entry.static", _static),
)
"""What is tried, in order: what the author wrote for this purpose first."""


def _split(path: str) -> tuple[str, str]:
    folder, _, name = path.rpartition("/")
    return folder, name


def _is_package(profile: Profile, folder: str) -> bool:
    return any(fact.of == folder for fact in profile.all("entry.package"))


def _uses(profile: Profile, program: str) -> bool:
    return any(fact.value == program for fact in profile.all("entry.server"))


def _ready(profile: Profile, of: str) -> str:
    found = profile.all("entry.health", of) or profile.all("entry.health")
    return str(found[0].value) if found else "/"


def _with_port(
    argv: tuple[str, ...], profile: Profile, of: str, dash: str = "--"
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The command with its port, in the way its source reads it."""
    found = profile.all("entry.port", of)
    if not found:
        return ("env", "PORT={port}", *argv), ("nothing seen tells how it learns its port; $PORT is the usual way",)
    port = found[0]
    match port.how:
        case "argument" if port.value == "argv":
            return (*argv, "{port}"), ()
        case "argument":
            return (*argv, f"{dash}port", "{port}"), ()
        case "environment":
            return ("env", "PORT={port}", *argv), ()
        case _:
            doubt = f"it listens on {port.value} whatever it is told ({port.where}), so two can't run side by side"
            return argv, (doubt,)
