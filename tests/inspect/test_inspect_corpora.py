"""Projects that others wrote: every fact stands in the line it names. Skipped where they aren't on this machine."""

from __future__ import annotations

from pathlib import Path

import pytest

from gonogo.inspect.local import guess_local
from gonogo.inspect.profile import inspect_repository

CORPORA = Path("/work/shared/corpora")
PROJECTS = [
    *(sorted(p for p in (CORPORA / "awesome-compose").glob("*") if p.is_dir())),
    *(p for p in (CORPORA / "online-boutique", CORPORA / "podinfo") if p.is_dir()),
]
LITERAL = ("compose.image", "compose.port", "compose.service", "compose.expose", "kubernetes.image", "kubernetes.port",
           "kubernetes.replicas", "kubernetes.workload", "kubernetes.namespace")  # fmt: skip
"""Facts whose value is text of the line itself."""

pytestmark = pytest.mark.skipif(not PROJECTS, reason="the corpora are not on this machine")


@pytest.mark.parametrize("project", PROJECTS, ids=lambda project: project.name)
def test_every_fact_is_where_it_says(project: Path) -> None:
    profile = inspect_repository(project)
    assert profile.complete
    assert guess_local(profile) is None
    seen = 0
    for fact in profile.facts:
        if fact.name not in LITERAL:
            continue
        file, _, line = fact.where.rpartition(":")
        text = (project / file).read_text().split("\n")[int(line) - 1]
        value = str(fact.value)
        assert (value.partition("/")[2] if fact.name == "kubernetes.workload" else value) in text
        seen += 1
    assert seen > 0


def test_known_totals() -> None:
    boutique, podinfo = inspect_repository(CORPORA / "online-boutique"), inspect_repository(CORPORA / "podinfo")
    counts = {fact.of: fact.value for fact in boutique.all("kubernetes.count")}
    assert (counts["Deployment"], counts["Service"], counts["NetworkPolicy"]) == (38, 38, 13)
    assert len({fact.value for fact in boutique.all("kubernetes.workload")}) == 14
    assert [fact.of for fact in podinfo.all("kubernetes.stateful")] == [
        "PersistentVolumeClaim/database-primary",
        "StatefulSet/database-primary",
    ]
    assert {fact.value for fact in podinfo.all("kubernetes.overlay")} == {"dev", "staging", "production"}
