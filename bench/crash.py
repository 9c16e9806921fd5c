"""Drivers killed twice: at any two moments of a release on the simulated platform, in virtual time.

A moment lies right before or right after an append or a side effect; the second may come while the first driver's
successor goes on. After both the release must have ended as an unharmed one ends, with the same story in its journal.

`python -m bench.crash` tries a random sample of the pairs, `--all` every pair (about eight minutes) or as many as
`--seconds` allow, `--scene NAME --at 12 57` one pair. Each failure is printed with the command that repeats it. Exit
status 1 when there was one.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from bench.figures import Figure, status, table

_TESTS = Path(__file__).parents[1] / "tests"
sys.path[:0] = [str(_TESTS / "support"), str(_TESTS / "rollout")]

from plans import plan, stages  # noqa: E402
from simulation import Killer, World  # noqa: E402
from test_crash import SCENES as SINGLE  # noqa: E402
from test_crash import check_story  # noqa: E402

from gonogo.model.events import Command  # noqa: E402
from gonogo.model.state import State  # noqa: E402
from gonogo.rollout.driver import Driver  # noqa: E402

SAMPLE = 60
"""Pairs per scene that are tried by default."""


class Order(NamedTuple):
    command: Command
    when: Callable[[State], bool]
    now: bool = False


class Commanded(World):
    """A person's commands, each given once, at the first tick at which the release has come so far, whoever drives it
    then."""

    def __init__(self, *orders: Order) -> None:
        super().__init__(plan(walk=stages(soak=2)))
        self._orders = list(orders)

    def driver(self, killer: Killer | None = None, **options: Any) -> Driver:
        driver = super().driver(killer, **options)
        tick = driver.tick

        async def attended() -> bool:
            if self._orders and self._orders[0].when(self.state()):
                order = self._orders.pop(0)
                self.command(order.command, now=order.now)
            return await tick()

        driver.tick = attended  # type: ignore[method-assign]
        return driver


def _mid_canary(state: State) -> bool:
    return state.stage == "canary-10" and state.moved_traffic


SCENES: dict[str, Callable[[], World]] = {
    **SINGLE,
    "rollback_soaking": lambda: Commanded(Order(Command.ROLLBACK, lambda state: state.stage == "soak")),
    "abort_canary": lambda: Commanded(Order(Command.ABORT, _mid_canary)),
    "abort_now_canary": lambda: Commanded(Order(Command.ABORT, _mid_canary, now=True)),
    "paused_resumed": lambda: Commanded(
        Order(Command.PAUSE, _mid_canary), Order(Command.RESUME, lambda state: bool(state.paused))
    ),
}


def play(scene: str, *at: int) -> tuple[World, list[str], str]:
    """Kill at these moments. The world afterwards, the moments there were, and what broke on the way, if anything."""
    world, killer = SCENES[scene](), Killer(*at)
    try:
        world.run(killer)
    except Exception as error:
        return world, killer.moments, f"{type(error).__name__}: {error}"
    return world, killer.moments, ""


def judge(scene: str, unharmed: dict[str, object], *at: int) -> str:
    """What is wrong with the end; empty where nothing is."""
    world, moments, broke = play(scene, *at)
    where = ", then ".join(moments[k] if k < len(moments) else f"moment {k}, never reached" for k in at)
    if broke:
        return f"killed {where}: {broke}"
    if differs := {k: v for k, v in world.shape().items() if v != unharmed[k]}:
        return f"killed {where}: it ended with {differs}, unharmed with { ({k: unharmed[k] for k in differs}) }"
    try:
        check_story(world, f"killed {where}")
    except AssertionError as error:
        return str(error)
    return ""


def pairs(scene: str) -> list[tuple[int, int]]:
    """Every (i, j) with i < j: the moments of a run that was killed at i are counted on through its successor's."""
    _, moments, _ = play(scene)
    return [(i, j) for i in range(len(moments)) for j in range(i + 1, len(play(scene, i)[1]))]


def scene_failures(scene: str, chosen: Sequence[tuple[int, int]], until: float) -> Iterator[str]:
    """One entry per pair tried, empty where all is well, until the time is up."""
    unharmed, _, broke = play(scene)
    if broke:
        raise SystemExit(f"{scene}: it breaks without any crash: {broke}")
    for at in chosen:
        if time.monotonic() > until:
            return
        yield _told(scene, at, judge(scene, unharmed.shape(), *at))


def _told(scene: str, at: tuple[int, ...], wrong: str) -> str:
    again = f"python -m bench.crash --scene {scene} --at {' '.join(str(k) for k in at)}"
    return f"{scene}: {wrong}\n  again: {again}" if wrong else ""


def measure(
    *, sample: int | None = SAMPLE, seed: int = 1, seconds: float = float("inf"), scenes: Sequence[str] = tuple(SCENES)
) -> list[Figure]:
    """`sample` pairs of each scene, or all of them for None."""
    dice, until, figures = random.Random(seed), time.monotonic() + seconds, []
    for number, scene in enumerate(scenes):
        every = pairs(scene)
        chosen = list(every)
        dice.shuffle(chosen)
        # What is left of the time is shared evenly among the scenes that are left.
        share = time.monotonic() + (until - time.monotonic()) / (len(scenes) - number)
        tried = list(scene_failures(scene, chosen[:sample], share))
        failed = [line for line in tried if line]
        for line in failed:
            print(line, file=sys.stderr, flush=True)
        measured = f"{len(failed)} wrong ends in {len(tried):,} of {len(every):,} pairs"
        figures.append(Figure(f"double crashes, {scene}", "0 wrong ends", measured, bool(tried) and not failed))
    return figures


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--all", action="store_true", help="every pair instead of a sample")
    parser.add_argument("--sample", type=int, default=SAMPLE, help="pairs per scene (%(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="of the sample and of the order (%(default)s)")
    parser.add_argument("--seconds", type=float, default=float("inf"), help="stop after so long")
    parser.add_argument("--scene", action="append", choices=SCENES, help="only this one; may be repeated")
    parser.add_argument("--at", type=int, nargs="+", metavar="MOMENT", help="kill at these moments of the one scene")
    given = parser.parse_args()
    if given.at:
        if len(given.scene or ()) != 1:
            parser.error("--at needs one --scene")
        wrong = judge(given.scene[0], play(given.scene[0])[0].shape(), *given.at)
        print(wrong or "it ended as an unharmed one ends")
        raise SystemExit(int(bool(wrong)))
    began = time.monotonic()
    sample = None if given.all else given.sample
    figures = measure(sample=sample, seed=given.seed, seconds=given.seconds, scenes=given.scene or tuple(SCENES))
    print("\n".join(table(figures)))
    print(f"{time.monotonic() - began:.0f} s, seed {given.seed}", file=sys.stderr)
    raise SystemExit(status(figures))


if __name__ == "__main__":
    main()
