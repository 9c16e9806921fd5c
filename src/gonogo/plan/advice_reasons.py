"""The table of reasons: what holds, and what it says for (+) or against (-) each strategy.

Points: 1 tips a balance, 2 matters, 3 and more decide unless something else does. They rank strategies; they measure
nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import msgspec

from gonogo.plan.advice_exclusions import finest
from gonogo.plan.advice_situation import Ground, Risk, Situation

Says = Mapping[str, tuple[int, str]]


class Rule(msgspec.Struct, frozen=True):
    holds: Callable[[Situation], Ground | None]
    says: Says
    """`{detail}` stands for the ground's detail."""


BASIS: dict[str, tuple[int, str]] = {
    "canary": (3, "a fault meets a small share of users first, judged against what runs beside it"),
    "blue-green": (2, "the new version is tried before it has users, and all traffic returns at once"),
    "rolling": (1, "it needs little room and no routing by weight, but isn't judged against the old version"),
    "direct": (0, "the simplest and fastest, but a fault meets everybody"),
}
"""What always holds."""


def _if(holds: bool, where: str, detail: str = "") -> Ground | None:
    return Ground(where, detail) if holds else None


def _size(now: Situation, holds: bool) -> Ground | None:
    return _if(holds, now.instances_where, str(now.instances))


def _said(now: Situation, what: str, *values: str) -> Ground | None:
    said = next((one for one in now.asked.all(what) if not values or one.value in values), None)
    return Ground("the sentence", said.words) if said else None


def _seen(now: Situation, name: str) -> Ground | None:
    fact = now.profile.first(name)
    return Ground(fact.where, str(fact.value)) if fact else None


REASONS: tuple[Rule, ...] = (
    Rule(
        lambda now: _if(now.tier == 1, "tier"),
        {
            "canary": (3, "a tier 1 service should expose few users to a fault"),
            "blue-green": (2, "a tier 1 service needs a way back that takes seconds"),
            "rolling": (-1, "a tier 1 service gets no verdict before half of it is replaced"),
            "direct": (-4, "a fault in a tier 1 service would meet all its users"),
        },
    ),
    Rule(
        lambda now: _if(now.tier == 3, "tier"),
        {
            "canary": (-2, "an internal service seldom has the traffic to judge a canary by"),
            "rolling": (2, "an internal service can do with the simplest rollout that keeps it up"),
            "direct": (1, "an internal service can bear a short fault"),
        },
    ),
    Rule(
        lambda now: _if(now.risk is Risk.LOW, "risk"),
        {
            "canary": (3, "little risk is to be taken"),
            "blue-green": (1, "little risk is to be taken"),
            "direct": (-3, "little risk is to be taken, and this is the most"),
        },
    ),
    Rule(
        lambda now: _if(now.risk is Risk.HIGH, "risk"),
        {
            "canary": (-2, "its pauses cost time, and risk is acceptable"),
            "rolling": (1, "it is quicker, and risk is acceptable"),
            "direct": (3, "it is the quickest, and risk is acceptable"),
        },
    ),
    Rule(
        lambda now: now.hint("contract"),
        {
            "canary": (-4, "old and new run side by side, and {detail} takes away what the old one still uses"),
            "blue-green": (-3, "after {detail} the old version can't be switched back to"),
            "rolling": (-4, "old and new run side by side, and {detail} takes away what the old one still uses"),
            "direct": (1, "after {detail} only the new version works, so they shouldn't overlap"),
        },
    ),
    Rule(
        lambda now: now.hint("locking"),
        {
            "blue-green": (-1, "both share the database, so switching back doesn't end the lock of {detail}"),
            "rolling": (-1, "instances that start wait behind the lock of {detail}"),
            "direct": (-1, "a lock by {detail} and a new version at once are hard to tell apart"),
        },
    ),
    Rule(
        lambda now: None if now.hint("contract") else now.hint("expand"),
        {
            "canary": (1, "{detail} only adds, so the old version keeps working beside the new"),
            "rolling": (1, "{detail} only adds, so the old version keeps working beside the new"),
        },
    ),
    Rule(
        lambda now: Ground(now.stateful.where, now.stateful.how) if now.stateful else None,
        {
            "canary": (-3, "it keeps data ({detail}), and two versions would write to it"),
            "blue-green": (-4, "it keeps data ({detail}), and a second set of instances has none of it"),
            "rolling": (3, "it keeps data ({detail}), and each instance takes its own along"),
        },
    ),
    Rule(
        lambda now: _size(now, now.instances is not None and now.instances >= 4),
        {"rolling": (1, "with {detail} instances each step replaces a small part")},
    ),
    Rule(
        lambda now: _size(now, now.instances == 1),
        {"canary": (-1, "beside a single instance, a canary of equal size is the smallest there is")},
    ),
    Rule(
        lambda now: _if(now.spare is None, "capacity"),
        {"blue-green": (-1, "it needs room for everything twice, and whether there is, is unknown")},
    ),
    Rule(
        lambda now: _if(0.1 < now.capabilities.weight_step < 1, "platform", finest(now)),
        {"canary": (-2, "the platform's finest share of traffic is {detail}, a large first step")},
    ),
    Rule(
        lambda now: _if(not now.capabilities.holds_revisions, "platform"),
        {"canary": (-1, "the platform can't keep the old version at hand, so the way back takes a start")},
    ),
    Rule(
        lambda now: _said(now, "urgency", "hotfix", "urgent"),
        {
            "canary": (-2, "it is called {detail}, and the pauses of a canary take time"),
            "blue-green": (2, "it is called {detail}: one switch, and back at once if it doesn't help"),
            "rolling": (1, "it is called {detail}, and this is quick"),
            "direct": (1, "it is called {detail}, and this is the quickest"),
        },
    ),
    Rule(
        lambda now: now.word("money", "access", "personal data", "security", "big"),
        {
            "canary": (2, "it touches what must not fail widely ({detail})"),
            "direct": (-2, "it touches what must not fail widely ({detail})"),
        },
    ),
    Rule(
        lambda now: now.word("breaking"),
        {
            "canary": (-2, "{detail}: old and new can't serve the same users"),
            "blue-green": (3, "{detail}: all users change over at one moment"),
            "rolling": (-3, "{detail}: old and new can't serve the same users"),
        },
    ),
    Rule(
        lambda now: now.word("irreversible"),
        {
            "canary": (2, "{detail}: few users meet what can't be undone"),
            "blue-green": (-1, "{detail}: its way back is worth nothing"),
            "direct": (-2, "{detail}: all users meet what can't be undone"),
        },
    ),
    Rule(
        lambda now: now.word("peak"),
        {
            "canary": (1, "{detail}: the fewer users meet a fault the better"),
            "rolling": (-1, "{detail}: instances that restart are missing"),
            "direct": (-2, "{detail}: the fewer users meet a fault the better"),
        },
    ),
    Rule(
        lambda now: now.word("no downtime"),
        {
            "canary": (1, "{detail} is asked for"),
            "blue-green": (1, "{detail} is asked for"),
            "rolling": (1, "{detail} is asked for"),
            "direct": (-3, "{detail} is asked for, and this is the one that may cause some"),
        },
    ),
    Rule(
        lambda now: now.word("downtime"),
        {"direct": (2, "{detail} is planned, so nothing has to overlap")},
    ),
    Rule(
        lambda now: now.word("small"),
        {
            "rolling": (1, "a small change ({detail})"),
            "direct": (1, "a small change ({detail})"),
        },
    ),
    Rule(
        lambda now: _said(now, "flag"),
        {
            "rolling": (1, "{detail}: the change stays off until the flag is turned on"),
            "direct": (1, "{detail}: the change stays off until the flag is turned on"),
        },
    ),
    Rule(
        lambda now: _seen(now, "ml.model"),
        {"canary": (1, "how well a model ({detail}) does shows only on real requests")},
    ),
)
