"""Files in which a project names the libraries it uses. Shared by the detectors that look for certain libraries."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from gonogo.inspect.tree import Tree, line_of

NAMED = re.compile(
    r"(?:^|/)(?:package\.json|requirements[^/]*\.(?:txt|in)|requirements/[^/]+\.txt|pyproject\.toml|setup\.(?:py|cfg)"
    r"|pipfile|environment\.ya?ml|go\.mod|pom\.xml|build\.gradle(?:\.kts)?|gemfile|cargo\.toml|composer\.json"
    r"|mix\.exs|[^/]+\.(?:cs|fs)proj|directory\.packages\.props)$"
)
_COMMENT = re.compile(r"\s*(?:#|//|<!--)")


def used(tree: Tree, table: Mapping[str, str]) -> Iterator[tuple[str, str, str]]:
    """What of a table (name → pattern of the library) is used: name, where, the line's text. The first place in each
    file; comments don't count."""
    patterns = {name: re.compile(pattern, re.IGNORECASE) for name, pattern in table.items()}
    for path in tree.matching(NAMED):
        text = tree.text(path)
        if text is None:
            continue
        for name, pattern in patterns.items():
            for found in pattern.finditer(text):
                start = text.rfind("\n", 0, found.start()) + 1
                end = text.find("\n", found.end())
                line = text[start : end if end >= 0 else len(text)]
                if not _COMMENT.match(line):
                    yield name, f"{path}:{line_of(text, found.start())}", line.strip()[:80]
                    break
