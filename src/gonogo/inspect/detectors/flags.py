"""Feature flags: which system, and the flags a flagd file defines."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from gonogo.inspect.detectors.dependencies import used
from gonogo.inspect.facts import Fact
from gonogo.inspect.tree import Tree, line_of

SYSTEMS = {
    "launchdarkly": r"\blaunchdarkly\b|\bldclient\b",
    "unleash": r"\bunleash(?!ed)\b",
    "openfeature": r"\bopen-?feature\b",
    "flagsmith": r"\bflagsmith\b",
    "growthbook": r"\bgrowthbook\b",
    "flipper": r"gem ['\"]flipper\b",
    "waffle": r"\bdjango-waffle\b",
    "togglz": r"\btogglz\b",
}
_FLAGD = re.compile(r"(?:^|/)[^/]*(?:flagd|flags)[^/]*\.json$|(?:^|/)flagd/[^/]+\.json$")


def look(tree: Tree) -> Iterator[Fact]:
    for system, where, line in used(tree, SYSTEMS):
        yield Fact("flags.system", system, where, how=line)
    for path in tree.matching(_FLAGD):
        text = tree.text(path)
        if text is None:
            continue
        try:
            content = json.loads(text)
        except (ValueError, RecursionError) as error:
            tree.note(path, f"not JSON: {error}")
            tree.missed += 1
            continue
        flags = content.get("flags") if isinstance(content, dict) else None
        if not isinstance(flags, dict) or not all(isinstance(f, dict) and "variants" in f for f in flags.values()):
            continue
        yield Fact("flags.system", "flagd", f"{path}:1", how="a flagd definition")
        for name in flags:
            at = text.find(json.dumps(name))
            yield Fact("flags.flag", name, f"{path}:{line_of(text, max(at, 0))}", of=path)
