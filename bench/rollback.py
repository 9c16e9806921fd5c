"""How soon a bad version is gone: 0.3 → 5 % errors at 10 % weight, under 500 requests a second, on a real Envoy.

Measured from the moment the canary's stage is entered, so the start of its instance counts, to the last answer that a
user got from it. `python -m bench.rollback [--runs 10] [--rate 500] [--rule quick|careful]`. Exit status 1 when a
target is missed.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bench.figures import Figure, machine, quantile, status, table
from bench.ground import Ground, first, ground, lost

from gonogo.demo.record import Answer, Kind
from gonogo.model import events as e
from gonogo.model.errors import PermanentError


@dataclass(frozen=True)
class Rule:
    name: str
    baseline: str
    block: str
    """Of a vote."""
    median: float
    """Seconds to reach."""


CAREFUL = Rule("careful", "{blocks: 5, block: 900ms}", "3s", 20.0)
QUICK = Rule("quick", "{blocks: 30, block: 1s}", "1s", 10.0)
LONGEST = 40.0

MORE = """\
strategy: {{canary: {{steps: [{{weight: 10, pause: 90s, deadline: 180s}}]}}}}
judge: {{block: {block}, baseline: {baseline}}}
soak: [1s]
"""


@dataclass(frozen=True)
class Run:
    """Seconds from the start of the canary's stage, and what users got of the canary."""

    served: float
    """To its first answer."""
    decided: float
    back: float
    """To its last answer."""
    answers: int
    bad: int
    says: str
    """The judge's line."""


def deploy(there: Ground, rule: Rule, seed: int) -> tuple[str, str]:
    """Release a bad version, which must be rolled back. The release's id and its version."""
    version = f"3.{rule.name}.{seed}"
    there.play.build(version, error_rate=0.05, seed=seed)
    said = there.play.gonogo("deploy", f"Deploy shop {version}", "--yes", "--format", "json", expect=4)
    return str(json.loads(said)["release"]), version


def read(there: Ground, release: str, mine: Sequence[Answer]) -> Run:
    """Raises PermanentError where the judge was not the one that turned it back."""
    recorded = there.events(release)
    entered, turned = first(recorded, e.StageEntered, stage="canary-10"), first(recorded, e.TurnedBack)
    if entered is None or turned is None or not isinstance(turned.event, e.TurnedBack) or not mine:
        raise PermanentError(f"{release} had no canary, or was not turned back")
    if turned.event.item != "errors-judged":
        raise PermanentError(f"{release} was turned back by {turned.event.item or turned.event.reason}")
    return Run(
        served=min(a.at for a in mine) - entered.at,
        decided=turned.at - entered.at,
        back=max(a.at for a in mine) - entered.at,
        answers=len(mine),
        bad=sum(a.kind is Kind.BAD for a in mine),
        says=turned.event.reason,
    )


def figures(rule: Rule, runs: Sequence[Run]) -> Iterator[Figure]:
    back = [run.back for run in runs]
    name = f"bad version gone, {rule.name} rule"
    middle, worst = quantile(back, 0.5), max(back)
    yield Figure(
        f"{name}: median", f"≤ {rule.median:g} s", f"{middle:.1f} s of {len(runs)} runs", middle <= rule.median
    )
    yield Figure(f"{name}: longest", f"≤ {LONGEST:g} s", f"{worst:.1f} s", worst <= LONGEST)
    served, decided = quantile([r.served for r in runs], 0.5), quantile([r.decided for r in runs], 0.5)
    took = quantile([r.back - r.decided for r in runs], 0.5)
    parts = f"first answer after {served:.1f} s, decided after {decided:.1f} s, all back {took * 1000:.0f} ms later"
    yield Figure(f"{name}: where the median goes", "", parts, None)
    bad = quantile([r.bad for r in runs], 0.5)
    seen = (
        f"median {bad:g}, at most {max(r.bad for r in runs)}, of {quantile([r.answers for r in runs], 0.5):g} answers"
    )
    yield Figure(f"{name}: bad answers seen", "", seen, None)


def measure(runs: int = 10, rate: float = 500.0, rules: Sequence[Rule] = (CAREFUL, QUICK)) -> list[Figure]:
    """One Envoy and one stable version serve all runs; a rule's first run captures its baseline."""
    found: list[Figure] = []
    with ground(MORE.format(block=rules[0].block, baseline=rules[0].baseline), rate, error_rate=0.003) as (there, load):
        released = []
        for rule in rules:
            there.write_file(MORE.format(block=rule.block, baseline=rule.baseline))
            for seed in range(1, runs + 1):
                released.append((rule, *deploy(there, rule, seed)))
        load.stop()
        counted = load.close()
        assert counted is not None
        by_version: dict[str, list[Answer]] = {}
        for answer in there.answers():
            by_version.setdefault(answer.version, []).append(answer)
        for rule in rules:
            mine = [read(there, id, by_version.get(version, [])) for r, id, version in released if r is rule]
            for run in mine:
                print(f"{rule.name}: back after {run.back:.1f} s, {run.bad} bad; {run.says}", file=sys.stderr)
            found += figures(rule, mine)
    return [*found, lost("bad versions", counted)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=10, help="of each rule (%(default)s)")
    parser.add_argument("--rate", type=float, default=500.0, help="requests per second, at most 1000 (%(default)g)")
    parser.add_argument("--rule", choices=("quick", "careful"), help="only this one")
    given = parser.parse_args()
    if not 1 <= given.runs <= 50 or not 10 <= given.rate <= 1000:
        parser.error("--runs lies between 1 and 50, --rate between 10 and 1000")
    before = machine()
    rules = [rule for rule in (CAREFUL, QUICK) if given.rule in (None, rule.name)]
    found = measure(given.runs, given.rate, rules)
    print("\n".join(table(found)))
    print(f"before: {before}; after: {machine()}", file=sys.stderr)
    raise SystemExit(status(found))


if __name__ == "__main__":
    main()
