"""Languages, by manifests and by the number of files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from gonogo.inspect.facts import Fact
from gonogo.inspect.tree import Tree, base
from gonogo.inspect.words import counted

EXTENSIONS = {
    "py": "python",
    "go": "go",
    "js": "javascript",
    "mjs": "javascript",
    "cjs": "javascript",
    "jsx": "javascript",
    "ts": "typescript",
    "tsx": "typescript",
    "java": "java",
    "kt": "kotlin",
    "kts": "kotlin",
    "scala": "scala",
    "rb": "ruby",
    "php": "php",
    "rs": "rust",
    "cs": "c#",
    "fs": "f#",
    "c": "c",
    "cc": "c++",
    "cpp": "c++",
    "cxx": "c++",
    "ex": "elixir",
    "exs": "elixir",
    "erl": "erlang",
    "swift": "swift",
    "dart": "dart",
    "hs": "haskell",
    "clj": "clojure",
    "lua": "lua",
    "r": "r",
    "jl": "julia",
    "zig": "zig",
    "sh": "shell",
    "bash": "shell",
    "vue": "vue",
    "svelte": "svelte",
    "html": "html",
}
MANIFESTS = {
    "pyproject.toml": "python",
    "setup.py": "python",
    "setup.cfg": "python",
    "requirements.txt": "python",
    "pipfile": "python",
    "go.mod": "go",
    "package.json": "javascript",
    "tsconfig.json": "typescript",
    "pom.xml": "java",
    "build.gradle": "java",
    "build.gradle.kts": "kotlin",
    "build.sbt": "scala",
    "gemfile": "ruby",
    "composer.json": "php",
    "cargo.toml": "rust",
    "mix.exs": "elixir",
    "pubspec.yaml": "dart",
    "package.swift": "swift",
    "stack.yaml": "haskell",
    "project.clj": "clojure",
}
BUILD_LANGUAGES = frozenset({"kotlin", "elixir"})
"""Whose build files have the language's own extension, so that they alone don't make it the language used."""


def look(tree: Tree) -> Iterator[Fact]:
    files: Counter[str] = Counter()
    first: dict[str, str] = {}
    manifests: dict[str, str] = {}
    for path in tree.files:
        name = base(path).lower()
        if name in MANIFESTS:
            manifests.setdefault(MANIFESTS[name], path)
            if MANIFESTS[name] in BUILD_LANGUAGES:
                continue
        language = EXTENSIONS.get(name.rpartition(".")[2]) if "." in name[1:] else None
        if language:
            files[language] += 1
            first.setdefault(language, path)
    for language in sorted(files.keys() | manifests.keys(), key=lambda one: (-files[one], one)):
        manifest = manifests.get(language, "")
        how = counted(files[language], "file")
        how += f", {manifest}" if manifest else ""
        where = manifest or first[language]
        yield Fact(
            "languages.language",
            language,
            f"{where}:1",
            bool(files[language]),
            how + (f", {manifest}" if manifest else ""),
        )
