"""Read a CODEOWNERS file as GitHub and GitLab do: who owns which path."""

from __future__ import annotations

import re
from functools import lru_cache

import msgspec

from gonogo.checks.wording import shorten

PLACES = ("CODEOWNERS", ".github/CODEOWNERS", "docs/CODEOWNERS", ".gitlab/CODEOWNERS")
MOST_RULES = 5000
_MOST_STARS = 6
"""In one pattern; matching takes long with many."""
_OWNER = re.compile(r"@[\w.-]+(?:/[\w./-]+)?|[^@\s]+@[^@\s]+\.[^@\s]+|@@\w+")
_SECTION = re.compile(r"\^?\[[^\]]+\](?:\[\d+\])?(?:\s+(.*))?")


class Owned(msgspec.Struct, frozen=True):
    """One line. Of several that match a path the last counts; without owners it takes the path's owners away."""

    pattern: str
    owners: tuple[str, ...]
    line: int


class BadLine(msgspec.Struct, frozen=True):
    line: int
    why: str


def read_owners(text: str) -> tuple[tuple[Owned, ...], tuple[BadLine, ...]]:
    """Rules in the order of the file, and the lines that a forge would ignore. A GitLab section's owners stand for
    those of its lines that name none."""
    rules: list[Owned] = []
    bad: list[BadLine] = []
    default: tuple[str, ...] = ()
    for number, line in enumerate(text.splitlines()[:MOST_RULES], 1):
        line = re.sub(r"(?:^|\s)#.*", "", line).strip()
        if not line:
            continue
        if section := _SECTION.fullmatch(line):
            default = tuple((section[1] or "").split())
            continue
        pattern, *owners = re.split(r"(?<!\\)\s+", line)
        wrong = [o for o in owners if not _OWNER.fullmatch(o)]
        if wrong:
            bad.append(BadLine(number, f"{shorten(wrong[0], 40)!r} is no owner: a name begins with @"))
        elif pattern.startswith("!") or "[" in pattern or pattern.count("*") > _MOST_STARS:
            bad.append(BadLine(number, f"the pattern {shorten(pattern, 40)!r} is one that forges ignore"))
        else:
            rules.append(Owned(pattern.replace("\\ ", " "), tuple(owners) or default, number))
    return tuple(rules), tuple(bad)


def owners_of(path: str, rules: tuple[Owned, ...]) -> tuple[str, ...]:
    """Of the last rule that matches the path; empty where nobody owns it."""
    return next((rule.owners for rule in reversed(rules) if _regex(rule.pattern).fullmatch(path)), ())


@lru_cache(maxsize=4096)
def _regex(pattern: str) -> re.Pattern[str]:
    """Like .gitignore: a `/` at the start or within ties it to the root; a folder means everything in it."""
    rooted = "/" in pattern.rstrip("/")
    body = pattern.strip("/")
    parts = re.split(r"(\*\*/|/\*\*|\*|\?)", body)
    known = {"**/": "(?:.*/)?", "/**": "/.*", "*": "[^/]*", "?": "[^/]"}
    inner = "".join(known.get(part) or re.escape(part) for part in parts)
    # `docs/*` owns the files of docs and not those below its folders; everything else that matches a folder owns it.
    below = "" if body.endswith("/*") else "(?:/.*)?"
    if pattern.endswith("/"):
        below = "/.*"
    return re.compile(("" if rooted else "(?:.*/)?") + inner + below)
