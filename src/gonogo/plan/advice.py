"""Which strategy suits a release, and why: each point for or against is a sentence with the fact it rests on. Pure."""

from __future__ import annotations

from collections.abc import Collection

import msgspec

from gonogo.inspect.asked import Asked
from gonogo.inspect.facts import Profile
from gonogo.model.world import Capabilities
from gonogo.plan.advice_exclusions import exclusion
from gonogo.plan.advice_reasons import BASIS, REASONS
from gonogo.plan.advice_situation import STRATEGIES, Risk, Situation, situation


class Reason(msgspec.Struct, frozen=True):
    """`points` above 0 speak for the strategy, below 0 against it."""

    text: str
    points: int
    where: str = ""
    """`file:line` of the fact, the words of the sentence, or the name of a setting; empty for what always holds."""


class Rated(msgspec.Struct, frozen=True):
    strategy: str
    score: int
    reasons: tuple[Reason, ...]
    excluded: str = ""
    """Why it can't be used at all; empty where it can."""


class Advice(msgspec.Struct, frozen=True):
    recommended: str
    """Empty where everything is excluded."""
    rated: tuple[Rated, ...]
    """All four, the usable ones first, best first."""
    asked: str = ""
    """What the sentence asks for."""
    open: tuple[str, ...] = ()
    """What isn't known and could change the advice."""

    @property
    def agrees(self) -> bool:
        """Whether the sentence asks for nothing else than what is recommended."""
        return self.asked in ("", self.recommended)

    def of(self, strategy: str) -> Rated:
        return next(rated for rated in self.rated if rated.strategy == strategy)


def advise(
    tier: int,
    asked: Asked,
    profile: Profile,
    capabilities: Capabilities,
    *,
    service: str = "",
    first: bool = False,
    instances: int | None = None,
    spare: int | None = None,
    risk: Risk = Risk.NORMAL,
    offered: Collection[str] = STRATEGIES,
) -> Advice:
    """`instances`: the service's size; `spare`: how many more the platform has room for; None where unknown. `first`:
    nothing is live yet. `risk`: how much the team is ready to take. `offered`: strategies the release file can name."""
    now = situation(tier, asked, profile, capabilities, service, first, instances, spare, risk)
    rated = [_rate(strategy, now, offered) for strategy in STRATEGIES]
    # The order of STRATEGIES, the most careful first, settles a draw.
    rated.sort(key=lambda one: (bool(one.excluded), -one.score))
    usable = [one.strategy for one in rated if not one.excluded]
    return Advice(usable[0] if usable else "", tuple(rated), asked.strategy, _open(now))


def _rate(strategy: str, now: Situation, offered: Collection[str]) -> Rated:
    reasons = [Reason(text, points) for points, text in (BASIS[strategy],)]
    for rule in REASONS:
        points, text = rule.says.get(strategy, (0, ""))
        ground = rule.holds(now) if points else None
        if ground is not None:
            reasons.append(Reason(text.format(detail=ground.detail), points, ground.where))
    reasons.sort(key=lambda reason: -abs(reason.points))
    score = sum(reason.points for reason in reasons)
    return Rated(strategy, score, tuple(reasons), exclusion(strategy, now, offered))


def _open(now: Situation) -> tuple[str, ...]:
    unknown = (
        (now.instances is None, "how many instances run is not known, so capacity was not weighed"),
        (now.spare is None and not now.first, "whether there is room for further instances is not known"),
        (
            now.asked.migration is None and now.profile.known("migrations.fresh") is None and not now.no_migrations,
            "whether the database changes is not known",
        ),
    )
    return tuple(text for missing, text in unknown if missing)
