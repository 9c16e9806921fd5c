"""What makes a strategy impossible, rather than unwise."""

from __future__ import annotations

from collections.abc import Callable, Collection

from gonogo.model.units import format_percent
from gonogo.plan.advice_situation import Situation

NEEDS: tuple[tuple[str, Callable[[Situation], bool], str], ...] = (
    ("canary", lambda now: now.first, "nothing is live yet that a canary could be compared with"),
    ("blue-green", lambda now: now.first, "nothing is live yet that could be switched back to"),
    ("rolling", lambda now: now.first, "nothing is live yet that could be replaced step by step"),
    ("canary", lambda now: now.capabilities.weight_step >= 1, "the platform gives a version all traffic or none"),
    ("canary", lambda now: now.spare == 0, "there is no room for one more instance beside those that serve"),
    ("blue-green", lambda now: not now.capabilities.instant_switch, "the platform can't switch all traffic at once"),
    (
        "blue-green",
        lambda now: not now.capabilities.holds_revisions,
        "the platform can't keep a version running without traffic",
    ),
    (
        "blue-green",
        lambda now: now.spare is not None and now.instances is not None and now.spare < now.instances,
        "it runs everything twice, {instances} more instances, and there is room for {spare}",
    ),
    ("rolling", lambda now: now.instances == 1, "there is a single instance, so it would be all at once"),
)
"""Strategy, whether it is impossible, why."""


def exclusion(strategy: str, now: Situation, offered: Collection[str]) -> str:
    """The first reason why it can't be used, or empty."""
    if strategy in now.asked.refused:
        return "the sentence rules it out"
    for name, impossible, why in NEEDS:
        if name == strategy and impossible(now):
            return why.format(instances=now.instances, spare=now.spare)
    if strategy not in offered:
        return "the release file can't name it for this platform"
    return ""


def finest(now: Situation) -> str:
    return format_percent(now.capabilities.weight_step)
