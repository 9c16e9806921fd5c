"""The demo: a release as a list of stages, on real processes behind a real Envoy under real load, in two minutes."""

from __future__ import annotations

import argparse
import asyncio
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from gonogo.demo.bounds import Bounds
from gonogo.demo.load import Load
from gonogo.demo.stage import DemoFailed, Playground
from gonogo.demo.tally import LoadSummary

RATE = 320.0
"""Requests per second."""
REPORT_LINES = 14
LONGEST = 170.0
"""Seconds after which the load ends whatever happens."""


def main(arguments: Sequence[str]) -> int:
    """Play all scenes. 0 when each ended as it should, 1 otherwise. Leaves nothing running."""
    parser = argparse.ArgumentParser(prog="gonogo demo", description=__doc__)
    parser.add_argument("--keep", type=Path, metavar="DIR", help="play in DIR and leave its files there")
    parser.add_argument("--rate", type=float, default=RATE, help="requests per second (%(default)g)")
    given = parser.parse_args(arguments)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    directory = given.keep or Path(tempfile.mkdtemp(prefix="gonogo-demo-"))
    directory.mkdir(parents=True, exist_ok=True)
    began = time.monotonic()
    show = Demo(directory, given.rate)
    try:
        show.play()
        show.say(f"\nAll scenes ended as they should, in {time.monotonic() - began:.0f} s.")
        return 0
    except (DemoFailed, subprocess.TimeoutExpired) as error:
        print(f"the demo failed: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("interrupted; everything is being stopped", file=sys.stderr)
        return 130
    finally:
        show.clear()
        if given.keep is None:
            shutil.rmtree(directory, ignore_errors=True)


class Demo:
    def __init__(self, directory: Path, rate: float) -> None:
        self.directory, self.rate = directory, rate
        self.ground = Playground(directory, self.say)
        self.load: Load | None = None
        self.driver: subprocess.Popen[str] | None = None

    @staticmethod
    def say(line: str) -> None:
        print(line, flush=True)

    def play(self) -> None:
        self.ground.found()
        self.first_deployment()
        self.good_version()
        self.bad_version()
        self.never_ready()
        self.killed_driver()
        self.rolled_back_while_soaking()
        self.accounts()

    # --- scenes -----------------------------------------------------------------------------------------------------

    def first_deployment(self) -> None:
        self.say("1. The first deployment: refused with reasons, answered, then go")
        ground = self.ground
        ground.build("1.0.0", failures=1)
        ground.gonogo("plan", "Deploy shop 1.0.0", expect=0, show=plan_line)
        ground.gonogo("check", expect=1)
        self.say("  The test is mended, two people answer, and the release is deployed.")
        ground.report_tests(failures=0)
        ground.gonogo("sign-off", "on-call-signed", "--as", "ana", expect=0, show=last_line)
        ground.gonogo("sign-off", "approval", "--as", "ben", expect=0, show=last_line)
        ground.gonogo("deploy", "--yes", expect=0, show=told)
        self.load = Load(
            Bounds(ground.port, self.rate, LONGEST, int(LONGEST * self.rate)), self.directory / "load.jsonl"
        )
        self.load.start()
        self.say(f"  From here on users send {self.rate:g} requests a second to 127.0.0.1:{ground.port}.")

    def good_version(self) -> None:
        self.say("\n2. Version 2 is good: canary, judged at every step, promoted")
        self.release("2.0.0")
        self.ground.gonogo("deploy", "--yes", expect=0, show=told)

    def bad_version(self) -> None:
        self.say("\n3. Version 3 answers 5 % errors: the judge rolls it back")
        self.release("3.0.0", error_rate=0.05)
        self.ground.gonogo("deploy", "--yes", expect=4, show=told)

    def never_ready(self) -> None:
        self.say("\n4. Version 4 never gets ready: stopped before it has any traffic")
        self.release("4.0.0", never_ready=True)
        self.ground.gonogo("deploy", "--yes", expect=4, show=told)

    def killed_driver(self) -> None:
        self.say("\n5. Version 5 is good; its driver is killed in the middle of the canary, another finishes")
        ground = self.ground
        self.release("5.0.0")
        self.driver = ground.start("deploy", "--yes")
        ground.until(
            "the canary's traffic", lambda s: s["stage"] == "canary-10" and s["items"].get("weight-reached") == "pass"
        )
        self.driver.kill()
        self.driver.wait()
        self.say(f"  kill -9 {self.driver.pid}; users are served on. Another process takes over:")
        self.driver = ground.start("drive")
        ground.until("the soak", lambda s: (s["stage"] or "").startswith("T+"))
        ground.gonogo("status", expect=0, show=status_line)

    def rolled_back_while_soaking(self) -> None:
        self.say("\n6. Version 5 has all traffic; while it soaks, the on-call sends it back")
        ground = self.ground
        ground.gonogo("rollback", "--reason", "baskets show wrong prices", "--as", "ana", expect=0)
        assert self.driver is not None
        self.driver.wait(timeout=30)
        ground.gonogo("status", expect=4, show=status_line)

    def release(self, version: str, **faults: Any) -> None:
        """Build, plan, sign."""
        ground = self.ground
        ground.build(version, **faults)
        ground.gonogo("plan", f"Deploy shop {version}", expect=0, show=lambda line: False)
        ground.gonogo("sign-off", "on-call-signed", "--as", "ana", expect=0, show=lambda line: False)
        ground.gonogo("sign-off", "approval", "--as", "ben", expect=0, show=lambda line: False)

    # --- the end ----------------------------------------------------------------------------------------------------

    def accounts(self) -> None:
        assert self.load is not None
        self.load.stop()
        counted = self.load.close()
        assert counted is not None
        self.ground.gonogo("journal", "verify", expect=0, show=last_line)
        page = Path("gonogo-demo-report.html").resolve()
        self.ground.gonogo("report", "shop-production-3", "--html", str(page), expect=0, show=report_line())
        self.say("\nWhat it cost the users")
        for line in account(counted, self.seconds_back(), self.repeated()):
            self.say(f"  {line}")
        if counted.lost:
            raise DemoFailed(f"{counted.lost} requests were lost: {counted.lost_details[:5]}")

    def seconds_back(self) -> float | None:
        """From the start of version 3's first step to its last answer leaving the router's table."""
        from gonogo.journal.open import open_journal
        from gonogo.report.build import build_report

        report = build_report(
            open_journal(self.ground.environment["GONOGO_JOURNAL"], read_only=True), "shop-production-3"
        )
        started = next((s.entered for s in report.stages if s.id == "canary-10"), None)
        back = report.way_back.back_at if report.way_back else None
        return back - started if back is not None and started is not None else None

    def repeated(self) -> int:
        from gonogo.journal.open import open_journal
        from gonogo.report.build import build_report

        journal = open_journal(self.ground.environment["GONOGO_JOURNAL"], read_only=True)
        return build_report(journal, "shop-production-5").repeated

    def clear(self) -> None:
        """Stop everything that was started, whatever went wrong before."""
        if self.load is not None:
            self.load.close()
        if self.driver is not None and self.driver.poll() is None:
            self.driver.kill()
            self.driver.wait()
        asyncio.run(_destroy(self.ground))


async def _destroy(ground: Playground) -> None:
    from gonogo.model.settings import Local
    from gonogo.model.world import Target
    from gonogo.platforms.local import LocalPlatform

    settings = Local(("unused", "{port}"), ground.port)
    directory = ground.directory / "state" / "local" / "shop-production"
    if directory.exists():
        await LocalPlatform(settings, Target("shop", "production"), directory).destroy()


def account(counted: LoadSummary, seconds_back: float | None, repeated: int) -> list[str]:
    bad = ", ".join(f"{n} from {version}" for version, n in sorted(counted.bad.items())) or "none"
    return [
        f"requests sent                     {counted.sent:,} ({counted.rate:.0f}/s)",
        f"lost                              {counted.lost}",
        f"bad answers users saw             {bad}",
        f"version 3, first step to all back {seconds_back:.1f} s" if seconds_back else "version 3 never came back",
        f"steps repeated after the kill     {repeated}",
    ]


# --- which lines of a command's output are shown ------------------------------------------------------------------


def told(line: str) -> bool:
    """Of a rollout: what was decided and done, and the answers that decided it."""
    quiet = ("not applicable", " passed", "T-48h", "T-0", "instance", "health-", "error-limit", "slow-", "returned-")
    return not any(word in line for word in quiet)


def plan_line(line: str) -> bool:
    return not line.startswith((" ", "artifact", "command"))


def last_line(line: str) -> bool:
    return True


def report_line() -> Callable[[str], bool]:
    """The report's head; the rest is in the page."""
    left = iter(range(REPORT_LINES))
    return lambda line: next(left, None) is not None


def status_line(line: str) -> bool:
    return not line.startswith("    ")
