"""How much more than chance a healthy service's instances differ: what the dispersed bets are divided by."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from gonogo.model.metrics import Counts

ENOUGH_BLOCKS = 30
ENOUGH_BAD = 20
"""With fewer bad requests than these in all, the estimate is mostly luck."""
MARGIN = 1.3
CALM = 2.0
"""Up to this much noise the quick rule may decide."""


class Noise(msgspec.Struct, frozen=True):
    """phi: 1 is pure chance; None: uncalibrated, for the reason in `why`."""

    phi: float | None
    why: str = ""

    @property
    def quick(self) -> bool:
        return self.phi is not None and self.phi <= CALM

    @property
    def divisor(self) -> float:
        """What the dispersed bets of the chosen rule are divided by."""
        return self.phi if self.phi is not None and self.phi <= CALM else CALM

    def __str__(self) -> str:
        return f"noise {self.phi:.1f}" if self.phi is not None else f"uncalibrated: {self.why}"


def estimate(blocks: Sequence[Sequence[Counts]] | None, enough: int = ENOUGH_BLOCKS) -> Noise:
    """From counts per block and instance of a baseline. Each instance in turn is taken for the canary: its share of
    the block's bad requests, against its share of requests, standardised, squared and averaged, times 1.3."""
    if blocks is None:
        return Noise(None, "no baseline was captured")
    used = [live for block in blocks if len(live := [c for c in block if c.requests > 0]) > 1]
    if not used and any(c.requests for block in blocks for c in block):
        return Noise(None, "stable ran as one instance only")
    if len(used) < enough:
        return Noise(None, f"the baseline has {len(used)} of {enough} blocks")
    all_bad = sum(c.bad for block in used for c in block)
    if all_bad < ENOUGH_BAD:
        return Noise(None, f"the baseline has {all_bad} of the {ENOUGH_BAD} bad requests it takes")
    squares = [z for block in used for z in _squares(block)]
    return Noise(max(1.0, MARGIN * sum(squares) / len(squares)))


def _squares(block: Sequence[Counts]) -> list[float]:
    bad, requests = sum(c.bad for c in block), sum(c.requests for c in block)
    if not bad:
        return []
    shares = [c.requests / requests for c in block]
    return [(c.bad - bad * w) ** 2 / (bad * w * (1 - w)) for c, w in zip(block, shares, strict=True)]
