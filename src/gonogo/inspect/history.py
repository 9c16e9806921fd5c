"""The state of a git repository: where it stands, its releases, and what is new since the last of them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import msgspec

from gonogo.inspect.facts import Fact
from gonogo.inspect.git import ask
from gonogo.inspect.tree import Tree, line_of
from gonogo.inspect.versions import Version, parse

_MODULE = re.compile(r"^\s*path\s*=\s*(.+?)\s*$", re.MULTILINE)


class History(msgspec.Struct, frozen=True):
    """`added` are files that came since `since` (a tag or commit), relative to the root; None where that is unknown."""

    facts: tuple[Fact, ...] = ()
    added: frozenset[str] | None = None
    since: str = ""


def read(root: Path, tree: Tree, since: str = "") -> History:
    """`since`: the commit that is live, where it is known; otherwise the highest release tag below HEAD counts."""
    inside = ask(root, "rev-parse", "--is-inside-work-tree", "--is-bare-repository", "--is-shallow-repository")
    if inside.failed:
        known = "not a git repository" in inside.failed
        tree.note(".", "no git repository" if known else f"git: {inside.failed}")
        return History((Fact("git.any", False, ".", how="git finds no repository"),) if known else ())
    working, bare, shallow = (word == "true" for word in inside.text.split())
    facts = [Fact("git.any", True, "."), Fact("git.bare", bare, "."), Fact("git.shallow", shallow, ".")]
    if shallow:
        tree.note(".", "a shallow clone: older commits and tags can't be seen")
    if bare or not working:
        tree.note(".", "a bare repository: it has no files to look at")
    head = ask(root, "rev-parse", "--verify", "HEAD").text
    facts += _place(root, head)
    dirty, untracked = _status(root, tree) if working and not bare else (None, frozenset[str]())
    if dirty is not None:
        facts.append(Fact("git.dirty", dirty, "."))
    facts += _submodules(tree)
    tags = _tags(root, head)
    facts += tags.facts
    since = since or tags.base
    added = _added(root, tree, since, shallow) if since and head else None
    if since and added is not None:
        facts.append(Fact("git.since", since, ".", how="what is new is counted from here"))
    return History(tuple(facts), added | untracked if added is not None else None, since)


def _place(root: Path, head: str) -> Iterator[Fact]:
    branch = ask(root, "symbolic-ref", "--quiet", "--short", "HEAD").text
    if branch:
        yield Fact("git.branch", branch, ".")
    yield Fact("git.detached", not branch, ".")
    yield Fact("git.commits", bool(head), ".", how="" if head else "no commit yet")
    if head:
        yield Fact("git.commit", head, ".")


def _status(root: Path, tree: Tree) -> tuple[bool | None, frozenset[str]]:
    """Whether there are changes, and the new files among them. A filter program that the repository itself sets
    would be run by `git status`, so then it isn't asked."""
    own = ask(root, "config", "--local", "--get-regexp", r"^filter\..*\.(clean|process)$")
    if own.text:
        name = own.text.split()[0]
        tree.note(".git/config", f"{name} is a program that git would run, so uncommitted changes were not looked for")
        return None, frozenset()
    status = ask(root, "status", "--porcelain", "-z", "--untracked-files=all", "--ignore-submodules=dirty", "--", ".")
    if status.failed:
        tree.note(".", f"git status: {status.failed}")
        return None, frozenset()
    prefix = ask(root, "rev-parse", "--show-prefix").text
    parts = [part for part in status.text.split("\0") if part]
    new = (part[3:].removeprefix(prefix) for part in parts if part[:2] in ("??", "A ", "AM"))
    return bool(parts), frozenset(new)


def _submodules(tree: Tree) -> Iterator[Fact]:
    if ".gitmodules" not in tree.files:
        return
    text = tree.text(".gitmodules") or ""
    for found in _MODULE.finditer(text):
        yield Fact("git.submodule", found[1], f".gitmodules:{line_of(text, found.start(1))}")


class _Tags(msgspec.Struct, frozen=True):
    facts: tuple[Fact, ...] = ()
    base: str = ""


def _tags(root: Path, head: str) -> _Tags:
    """Release tags (`v1.2.3`, `1.2.3`, `checkout-1.2.3`, `checkout/v1.2.3`), and the highest one before HEAD."""
    every = ask(root, "for-each-ref", "--format=%(refname:short)", "refs/tags").text.split("\n")
    versions = {tag: found for tag in every if (found := version_of(tag))}
    count = Fact("git.tags", len(versions), ".", how="tags that are versions")
    if not head or not versions:
        return _Tags((count,))
    ordered = sorted(versions, key=lambda tag: versions[tag].key)
    listed = tuple(Fact("git.tag", tag, ".", of=str(versions[tag])) for tag in ordered)
    here = set(ask(root, "tag", "--points-at", "HEAD").text.split("\n")) & versions.keys()
    merged = set(ask(root, "tag", "--merged", "HEAD").text.split("\n")) & versions.keys()
    facts = [count, *listed, *(Fact("git.head_tag", tag, ".", of=str(versions[tag])) for tag in sorted(here))]
    released = [tag for tag in ordered if tag in merged and tag not in here and not versions[tag].pre]
    newest = max((tag for tag in ordered if not versions[tag].pre), key=lambda tag: versions[tag].key, default="")
    if newest:
        facts.append(Fact("git.latest", newest, ".", of=str(versions[newest]), how="the highest release tag of all"))
        facts.append(Fact("git.contains_latest", newest in merged, ".", how=f"whether HEAD contains {newest}"))
    return _Tags(tuple(facts), released[-1] if released else "")


def version_of(tag: str) -> Version | None:
    """Of a tag, whatever name stands before the number."""
    found = re.fullmatch(r"(?:[A-Za-z][\w.-]*?[-/@_])?(v?\d+\.\d+(?:\.\d+)*(?:[-+][0-9A-Za-z.+-]+)?)", tag)
    return parse(found[1]) if found else None


def _added(root: Path, tree: Tree, since: str, shallow: bool) -> frozenset[str] | None:
    if since.startswith("-"):
        tree.note(".", f"{since!r} is not a commit")
        return None
    new = ask(root, "diff", "--name-only", "--diff-filter=A", "--no-renames", "--relative", "-z", since, "HEAD", "--")
    if new.failed:
        tree.note(
            ".", f"what is new since {since} is unknown{', as the clone is shallow' if shallow else ''}: {new.failed}"
        )
        return None
    return frozenset(part for part in new.text.split("\0") if part)
