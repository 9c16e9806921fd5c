"""Documentation that operators look for, and who owns what."""

from __future__ import annotations

import re
from collections.abc import Iterator

from gonogo.inspect.facts import Fact
from gonogo.inspect.tree import Tree
from gonogo.inspect.words import counted

KINDS = {
    "readme": r"^readme(?:\.[^/]+)?$",
    "changelog": r"^(?:docs/)?(?:changelog|changes|history|news|release[-_]?notes)(?:\.(?:md|rst|txt|adoc|markdown))?$",
    "runbook": r"(?:^|/)(?:[^/]*runbook[^/]*|playbook[^/]*|operations|runbooks?/[^/]+)\.(?:md|rst|adoc|txt)$",
    "architecture": r"(?:^|/)(?:architecture|design)\.(?:md|rst|adoc)$",
    "decision": r"(?:^|/)(?:adrs?|decisions)/[^/]+\.(?:md|rst|adoc)$",
    "security": r"^(?:\.github/|docs/)?security\.(?:md|rst|txt)$",
    "contributing": r"^(?:\.github/|docs/)?contributing(?:\.[^/]+)?$",
    "license": r"^(?:licen[cs]e|copying)(?:[.-][^/]+)?$",
}
_OWNERS = re.compile(r"^(?:\.github/|docs/|\.gitlab/)?codeowners$")


def look(tree: Tree) -> Iterator[Fact]:
    for kind, pattern in KINDS.items():
        for path in tree.matching(re.compile(pattern)):
            yield Fact(f"docs.{kind}", path, f"{path}:1")
    folder = tree.matching(re.compile(r"^docs?/.+\.(?:md|rst|adoc|html)$"))
    if folder:
        yield Fact("docs.pages", len(folder), f"{folder[0]}:1", how=counted(len(folder), "page"))


def owners(tree: Tree) -> Iterator[Fact]:
    for path in tree.matching(_OWNERS):
        rules = [
            (number, line.split("#")[0].split())
            for number, line in enumerate((tree.text(path) or "").split("\n"), 1)
            if line.split("#")[0].strip() and not line.startswith("[")
        ]
        first = rules[0][0] if rules else 1
        yield Fact("owners.file", path, f"{path}:{first}", how=counted(len(rules), "rule"))
        seen: set[str] = set()
        for number, words in rules:
            for owner in words[1:]:
                if owner not in seen:
                    seen.add(owner)
                    yield Fact("owners.owner", owner, f"{path}:{number}", of=words[0])
