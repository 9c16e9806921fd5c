"""Tests: how many files, with which framework, and where their reports are written."""

from __future__ import annotations

import re
from collections.abc import Iterator

from gonogo.inspect.detectors.dependencies import used
from gonogo.inspect.facts import Fact
from gonogo.inspect.tree import Tree, line_of
from gonogo.inspect.words import counted

FILES = {
    "python": r"(?:^|/)(?:test_[^/]+|[^/]+_test)\.py$|(?:^|/)tests?\.py$",
    "go": r"_test\.go$",
    "javascript": r"\.(?:test|spec)\.[cm]?[jt]sx?$|(?:^|/)__tests__/[^/]+\.[cm]?[jt]sx?$",
    "java": r"(?:^|/)src/(?:test|it)/.*\.(?:java|kt|groovy|scala)$",
    "ruby": r"_(?:spec|test)\.rb$",
    "php": r"(?:^|/)tests?/.*test\.php$",
    "c#": r"(?:^|/)[^/]*tests?/.*tests?\.cs$",
    "rust": r"(?:^|/)tests/[^/]+\.rs$",
    "elixir": r"_test\.exs$",
    "end to end": r"(?:^|/)(?:cypress/e2e|e2e|playwright)/.*\.[jt]sx?$|\.feature$",
}
FRAMEWORKS = {
    "pytest": r"(?<![\w-])pytest(?![\w-])",
    "jest": r"\"jest\"\s*:",
    "vitest": r"\"vitest\"\s*:",
    "mocha": r"\"mocha\"\s*:",
    "playwright": r"playwright",
    "cypress": r"\"cypress\"\s*:",
    "junit": r"junit-jupiter|<artifactId>junit|['\"]junit:junit|org\.junit|spring-boot-starter-test",
    "testng": r"testng",
    "rspec": r"['\"]rspec(?:-rails)?['\"]",
    "phpunit": r"phpunit/phpunit",
    "xunit": r"Include=\"xunit\"",
    "nunit": r"Include=\"NUnit\"",
}
_CONFIGURED = re.compile(
    r"(?:^|/)(?:pyproject\.toml|pytest\.ini|setup\.cfg|tox\.ini|noxfile\.py|makefile|justfile|taskfile\.ya?ml|package\.json"
    r"|jest\.config\.[cm]?[jt]s|vitest\.config\.[cm]?[jt]s|phpunit\.xml(?:\.dist)?|\.gitlab-ci\.ya?ml|jenkinsfile)$"
    r"|^\.github/workflows/[^/]+\.ya?ml$|^\.circleci/config\.ya?ml$"
)
_OPTION = re.compile(
    r"(?:--junit-?xml[= ]|--junitfile[= ]|JEST_JUNIT_OUTPUT_FILE\s*[:=]\s*|junit:\s*|--log-junit[= ])"
    r"[\"']?([\w./*-]+\.xml)"
)
_WRITTEN = re.compile(
    r"(?:^|/)(?:test-?(?:results?|reports?)|junit|reports?|surefire-reports|failsafe-reports)/[^/]+\.xml$"
    r"|(?:^|/)[^/]*junit[^/]*\.xml$|(?:^|/)test-[^/]+\.xml$"
)
_SUITE = re.compile(r"<testsuites?[\s>/]")
BUILDS = {
    "pom.xml": "target/surefire-reports/*.xml",
    "build.gradle": "build/test-results/test/*.xml",
    "build.gradle.kts": "build/test-results/test/*.xml",
}
"""Build tools that write JUnit reports without being asked to."""


def look(tree: Tree) -> Iterator[Fact]:
    for language, pattern in FILES.items():
        found = tree.matching(re.compile(pattern))
        if found:
            yield Fact("tests.files", len(found), f"{found[0]}:1", how=counted(len(found), "file"), of=language)
    for framework, where, line in used(tree, FRAMEWORKS):
        yield Fact("tests.framework", framework, where, how=line)
    yield from _reports(tree)


def _reports(tree: Tree) -> Iterator[Fact]:
    for path in tree.matching(_CONFIGURED):
        text = tree.text(path) or ""
        for option in _OPTION.finditer(text):
            where = f"{path}:{line_of(text, option.start())}"
            yield Fact("tests.report", option[1], where, how="as it is told to write")
    for name, glob in BUILDS.items():
        for path in tree.matching(re.compile(rf"(?:^|/){re.escape(name)}$")):
            inside = path[: -len(name)]
            yield Fact("tests.report", inside + glob, f"{path}:1", False, f"where {name} writes by default")
    for path in tree.matching(_WRITTEN):
        text = tree.text(path) or ""
        suite = _SUITE.search(text[:4096])
        if suite:
            yield Fact(
                "tests.report", path, f"{path}:{line_of(text, suite.start())}", how="a JUnit report that is there"
            )
