"""What the repository and the sentence say, in the words that rules of the catalog use. Pure; what isn't known stays
out, so that a rule on it can't be told rather than being wrong."""

from __future__ import annotations

from gonogo.inspect.asked import Asked
from gonogo.inspect.facts import Profile

Observed = dict[str, bool | int | str]

AREAS = {
    "repository.ci": "ci.any",
    "repository.codeowners": "owners.any",
    "repository.compose": "compose.any",
    "repository.dockerfile": "docker.any",
    "repository.docs": "docs.any",
    "repository.flags": "flags.any",
    "repository.kubernetes": "kubernetes.any",
    "repository.ml": "ml.any",
    "repository.nomad": "nomad.any",
}
"""Rule's name → the inspector's fact that says whether there is anything of the kind."""
DOCUMENTS = {
    "repository.changelog": "docs.changelog",
    "repository.runbook": "docs.runbook",
    "repository.openapi": "api.openapi",
}
"""Rule's name → a fact that stands once for each such file."""
KEEPS_DATA = ("compose.stateful", "kubernetes.stateful", "nomad.stateful")


def observed(profile: Profile, asked: Asked) -> Observed:
    found: Observed = {}
    for name, fact in AREAS.items():
        value = profile.known(fact)
        if isinstance(value, bool):
            found[name] = value
    for name, fact in DOCUMENTS.items():
        if profile.all(fact):
            found[name] = True
        elif profile.complete:
            found[name] = False
    found |= _migrations(profile, asked)
    if any(profile.known(fact) for fact in KEEPS_DATA):
        found["service.stateful"] = True
    found["release.hotfix"] = asked.urgency == "hotfix"
    found["release.flag"] = bool(asked.flag)
    return found


def _migrations(profile: Profile, asked: Asked) -> Observed:
    """How many are new. A sentence that speaks of one is believed; one that doesn't proves nothing."""
    fresh = profile.known("migrations.fresh")
    new = 0 if profile.known("migrations.any") is False else fresh if isinstance(fresh, int) else None
    found: Observed = {} if new is None else {"repository.migrations": new}
    if asked.migration or new:
        found["release.migration"] = True
    elif new == 0:
        found["release.migration"] = False
    return found
