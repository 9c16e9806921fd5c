"""Systems that build and deploy, and the jobs they run."""

from __future__ import annotations

import re
from collections.abc import Iterator

from gonogo.inspect.documents import Node, documents
from gonogo.inspect.facts import Fact
from gonogo.inspect.tree import Tree, line_of

SYSTEMS: dict[str, tuple[str, tuple[str, ...]]] = {
    "github": (r"^\.github/workflows/[^/]+\.ya?ml$", ("jobs",)),
    "gitea": (r"^\.(?:gitea|forgejo)/workflows/[^/]+\.ya?ml$", ("jobs",)),
    "gitlab": (r"^\.gitlab-ci\.ya?ml$", ()),
    "circleci": (r"^\.circleci/config\.ya?ml$", ("jobs",)),
    "azure": (r"^(?:[^/]+/)?azure-pipelines[^/]*\.ya?ml$", ("jobs", "stages")),
    "bitbucket": (r"^bitbucket-pipelines\.ya?ml$", ("pipelines",)),
    "travis": (r"^\.travis\.ya?ml$", ("jobs",)),
    "drone": (r"^\.drone\.ya?ml$", ("steps",)),
    "woodpecker": (r"^\.woodpecker(?:/[^/]+)?\.ya?ml$", ("steps", "pipeline")),
    "buildkite": (r"^\.buildkite/pipeline[^/]*\.ya?ml$", ("steps",)),
    "cloudbuild": (r"^cloudbuild[^/]*\.ya?ml$", ("steps",)),
    "appveyor": (r"^\.?appveyor\.ya?ml$", ()),
}
"""Name → where its files lie, and under which key the jobs are. GitLab's jobs are the keys of the file itself."""
_JENKINS = re.compile(r"^(?:[^/]+/)?jenkinsfile(?:\.[^/]+)?$")
_STAGE = re.compile(r"\bstage\s*\(\s*['\"]([^'\"\n]+)['\"]\s*\)")
_GITLAB_OTHER = re.compile(
    r"default|include|stages|variables|workflow|image|services|before_script|after_script|cache|pages|\..*"
)


def look(tree: Tree) -> Iterator[Fact]:
    for system, (pattern, keys) in SYSTEMS.items():
        for path in tree.matching(re.compile(pattern)):
            yield Fact("ci.system", system, f"{path}:1", of=path)
            for document in documents(tree, path):
                yield from _jobs(system, path, document, keys)
    for path in tree.matching(_JENKINS):
        yield Fact("ci.system", "jenkins", f"{path}:1", of=path)
        text = tree.text(path) or ""
        for stage in _STAGE.finditer(text):
            yield Fact("ci.job", stage[1], f"{path}:{line_of(text, stage.start())}", of=path)


def _jobs(system: str, path: str, document: Node, keys: tuple[str, ...]) -> Iterator[Fact]:
    if system == "gitlab":
        for name, job in document.items():
            if not _GITLAB_OTHER.fullmatch(name) and _runs(job):
                yield Fact("ci.job", name, f"{path}:{job.line}", of=path)
    for key in keys:
        for name, job in document.items(key):
            yield Fact("ci.job", name, f"{path}:{job.line}", of=path)
        for job in document.list(key):
            title = next((job.text(word) for word in ("name", "label", "job", "stage", "id") if job.text(word)), "")
            if title:
                yield Fact("ci.job", title, f"{path}:{job.line}", of=path)


def _runs(job: Node) -> bool:
    return any(job.get(key) is not None for key in ("script", "trigger", "extends", "run"))
