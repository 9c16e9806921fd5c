"""What the judge found, in one line with the numbers in it."""

from __future__ import annotations

import math

from gonogo.judge.canary import QUIET, Judging, Rules, Verdict, quiet_for, verdict
from gonogo.model.metrics import Counts
from gonogo.model.units import Instant, format_duration, format_percent


def share(counts: Counts) -> str:
    """`4.8 % (31 of 640)`"""
    if not counts.requests:
        return "no requests"
    return f"{format_percent(counts.bad / counts.requests)} ({counts.bad:,} of {counts.requests:,})"


def odds(wealth: float) -> str:
    """`2,300 to 1`, two digits that count."""
    if wealth < 1:
        return "less than 1 to 1"
    if wealth >= 1e6:
        return "over a million to 1"
    digits = max(0, math.floor(math.log10(wealth)) - 1)
    return f"{round(wealth, -digits):,.0f} to 1" if wealth >= 10 else f"{wealth:.1f} to 1"


def evidence(state: Judging, rules: Rules, now: Instant, bad: str) -> str:
    """`bad` is what is counted, such as `errors` or `over 250ms`."""
    said = verdict(state, rules, now)
    rates = f"canary {_rate(state.here.canary, bad)}, stable {_rate(state.here.stable, bad)}"
    if said is Verdict.NO_DATA:
        return f"{_silence(state, now)}; {rates}"
    worse = odds(sum(state.product))
    rule = "quick" if state.noise.quick else "careful"
    against = (
        f"{worse} that it is worse than {rules.ratio:g} x stable + {rules.plus:g} points "
        f"({1 / rules.alpha:,.0f} to 1 decides, {rule} rule, {state.noise})"
    )
    if said is Verdict.UNHEALTHY:
        return f"{rates}; {against}; {_confirmed(state, rules)}"
    certified = f"{odds(state.certificate)} that it is less than {rules.promote:g} points worse"
    needed = f"{1 / rules.beta:,.0f} to 1 certifies it in each stage"
    if said is Verdict.HEALTHY:
        return f"{rates}; certified: {certified} was reached ({needed}); {against}"
    return f"{rates}; {certified} ({needed}); {against}"


def _rate(counts: Counts, bad: str) -> str:
    if not counts.requests:
        return "no requests"
    return f"{format_percent(counts.bad / counts.requests)} {bad} ({counts.bad:,} of {counts.requests:,})"


def _silence(state: Judging, now: Instant) -> str:
    canary, stable = state.here.canary.requests, state.here.stable.requests
    if canary and stable:
        missing = "no new requests on both tracks"
    elif canary or stable:
        missing = f"no requests to the {'canary' if stable else 'stable revision'} yet"
    else:
        missing = "no requests counted yet in this stage"
    quiet = quiet_for(state, now)
    return f"{missing} for {format_duration(quiet)} (after {format_duration(QUIET)} the data count as missing)"


def _confirmed(state: Judging, rules: Rules) -> str:
    dispersed, votes = sum(state.dispersed), sum(state.votes)
    if state.noise.quick:
        best = odds(max(dispersed, votes))
        return f"allowing for noise {best} ({2 / rules.alpha:,.0f} to 1 needed)"
    both = odds(min(dispersed, votes))
    return f"allowing for twice the noise of chance, and by votes of {rules.block:g} s, {both} at least"
