"""The judge of a canary: its state, what an interval changes, and the verdict."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

import msgspec

from gonogo.judge import wealth
from gonogo.judge.noise import Noise
from gonogo.judge.promotion import certify
from gonogo.judge.wealth import START, Grid
from gonogo.model.metrics import Counts, Interval
from gonogo.model.units import Duration, Instant, Points, Ratio

QUIET = 60.0
"""Seconds without a request on either track after which the data are said to be missing."""
CRASH_LOOP = 3
"""Resets of the canary's counters within five minutes that are taken for a crash loop."""


class Verdict(StrEnum):
    HEALTHY = "healthy"
    UNHEALTHY = "unhealthy"
    INCONCLUSIVE = "inconclusive"
    NO_DATA = "no_data"


class Rules(msgspec.Struct, frozen=True):
    """What is judged: worse than `ratio` x stable + `plus` is unhealthy; certified to be less than `promote` worse is
    healthy. `alpha` bounds false alarms per release, `beta` false certificates per stage; `block` is that of a vote."""

    ratio: Ratio = Ratio(1.5)
    plus: Points = Points(0.2)
    promote: Points = Points(0.5)
    alpha: float = 0.01
    beta: float = 0.05
    block: Duration = Duration(15)


class Pair(msgspec.Struct, frozen=True, array_like=True):
    """Both tracks over some time."""

    canary: Counts = Counts()
    stable: Counts = Counts()

    def plus(self, one: Interval) -> Pair:
        return Pair(self.canary + one.canary, self.stable + one.stable)


class Block(msgspec.Struct, frozen=True, array_like=True):
    """A vote block that is still open."""

    weight: Ratio
    seconds: Duration
    counts: Pair


class Judging(msgspec.Struct, frozen=True):
    """State of the judge for one release and one metric. A few kB; goes through JSON unchanged."""

    noise: Noise
    """Fixed when judging begins, so that nothing seen later can bend the rule."""
    age: Duration = Duration(0)
    """Seconds counted."""
    product: Grid = START
    dispersed: Grid = START
    votes: Grid = START
    open: Block | None = None
    decided_at: Instant | None = None
    """When the canary was found unhealthy; that verdict stays."""
    total: Pair = Pair()
    stage: str = ""
    stage_began: Instant = Instant(0)
    here: Pair = Pair()
    """Counts of this stage."""
    certificate: float = 1.0
    """Wealth of this stage's bet that the canary is good enough."""
    certified_at: Instant | None = None
    heard_at: Instant | None = None
    """End of the newest interval with requests on both tracks."""


def begin(noise: Noise) -> Judging:
    return Judging(noise)


def enter(state: Judging, stage: str, now: Instant) -> Judging:
    """A new stage wants a new certificate; the bets against the canary run on."""
    if state.stage == stage:
        return state
    fresh = Judging(state.noise, stage=stage, stage_began=now)
    names = ("age", "product", "dispersed", "votes", "open", "decided_at", "total")
    return msgspec.structs.replace(fresh, **{name: getattr(state, name) for name in names})


def observe(state: Judging, rules: Rules, intervals: Iterable[Interval]) -> Judging:
    for one in intervals:
        state = _observe(state, rules, one)
    return state


def _observe(state: Judging, rules: Rules, one: Interval) -> Judging:
    amount = wealth.capital(state.age, Duration(state.age + one.seconds))
    product, dispersed = wealth.product(
        wealth.pay_in(state.product, amount),
        wealth.pay_in(state.dispersed, amount),
        one.canary,
        one.stable,
        rules.ratio,
        rules.plus / 100,
        state.noise.divisor,
    )
    opened, votes = _vote(state, rules, one, wealth.pay_in(state.votes, amount))
    past = state.total.stable
    certificate = certify(state.certificate, one.canary, one.stable, rules.promote / 100, past)
    heard = bool(one.canary.requests and one.stable.requests)
    crossed = decides(state.noise, rules, sum(product), sum(dispersed), sum(votes))
    certified = certificate >= 1 / rules.beta
    return Judging(
        state.noise,
        age=Duration(state.age + one.seconds),
        product=product,
        dispersed=dispersed,
        votes=votes,
        open=opened,
        decided_at=_first(state.decided_at, one.at, crossed),
        total=state.total.plus(one),
        stage=state.stage,
        stage_began=state.stage_began,
        here=state.here.plus(one),
        certificate=certificate,
        certified_at=_first(state.certified_at, one.at, certified),
        heard_at=one.at if heard else state.heard_at,
    )


def _first(before: Instant | None, now: Instant, reached: bool) -> Instant | None:
    return now if before is None and reached else before


def _vote(state: Judging, rules: Rules, one: Interval, votes: Grid) -> tuple[Block | None, Grid]:
    """Blocks are made of whole intervals, and end with the one nearest their length; one that straddles a weight change
    is dropped. When a block ends depends on the clock alone, never on what was counted in it."""
    block = state.open
    if block is None or block.weight != one.weight:
        block = Block(one.weight, Duration(0), Pair())
    block = Block(one.weight, Duration(block.seconds + one.seconds), block.counts.plus(one))
    if block.seconds + one.seconds / 2 <= rules.block * (1 - 1e-9):
        return block, votes
    return None, wealth.vote(votes, block.counts.canary, block.counts.stable, rules.ratio)


def decides(noise: Noise, rules: Rules, product: float, dispersed: float, votes: float) -> bool:
    """Whether the wealths suffice to call the canary unhealthy. The product enforces `plus`; the quick rule trusts a
    measured noise, the careful one needs both of two bets of which either would do."""
    if product < 1 / rules.alpha:
        return False
    if noise.quick:
        return max(dispersed, votes) >= 2 / rules.alpha
    return min(dispersed, votes) >= 1 / rules.alpha


def quiet_for(state: Judging, now: Instant) -> Duration:
    """Seconds since both tracks had requests, or since the stage began."""
    return Duration(max(0.0, now - (state.heard_at if state.heard_at is not None else state.stage_began)))


def verdict(state: Judging, rules: Rules, now: Instant) -> Verdict:
    """Healthy takes this stage's certificate and no suspicion: once the product alone speaks against the canary, it
    is inconclusive until the rule decides or the suspicion passes."""
    if state.decided_at is not None:
        return Verdict.UNHEALTHY
    if not (state.here.canary.requests and state.here.stable.requests) or quiet_for(state, now) > QUIET:
        return Verdict.NO_DATA
    if state.certified_at is not None and sum(state.product) < 1 / rules.alpha:
        return Verdict.HEALTHY
    return Verdict.INCONCLUSIVE
