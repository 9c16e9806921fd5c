"""Releases of a real service by real command lines: from a sentence to a rollback."""

from __future__ import annotations

import json
import signal
import subprocess
from collections.abc import Iterator

import pytest
from contract_runner import World
from web_service import AT_ONCE, answer, happened, load, ready, status, until, write

pytestmark = pytest.mark.real


@pytest.fixture
def started(world: World) -> Iterator[list[subprocess.Popen[str]]]:
    """Processes that a test started; none outlives it."""
    processes: list[subprocess.Popen[str]] = []
    yield processes
    for process in processes:
        if process.poll() is None:
            process.kill()
        process.communicate()


@pytest.fixture
def users(world: World) -> Iterator[list[int]]:
    """Somebody asks all the time, and gets a status for each."""
    with load(world.port) as statuses:
        yield statuses


def first(world: World, **settings: str) -> None:
    ready(world, **settings)
    done = world.run("deploy", "--yes", "Deploy web 1.0.0")
    assert done.returncode == 0, done.stderr


def test_from_a_sentence_to_a_rollback_while_soaking(world: World, started: list[subprocess.Popen[str]]) -> None:
    ready(world)
    assert world.run("plan", "Deploy web 1.0.0").returncode == 0
    assert world.run("check").returncode == 0
    assert world.run("gate").returncode == 0
    done = world.run("deploy", "--yes")
    assert done.returncode == 0, done.stderr
    assert "done after" in done.stdout and "live entered" in done.stderr
    assert answer(world) == "one\n" or answer(world) == "one"
    assert status(world)["live"] == "r1"

    ready(world, soak="1h")
    write(world, "two")
    with load(world.port) as statuses:
        second = world.start("deploy", "--yes", "Deploy web 2.0.0")
        started.append(second)
        until(
            lambda: happened(world, "live_changed", "target/web/production") and status(world)["live"] == "r2", second
        )
        assert answer(world).strip() == "two"
        undone = world.run("rollback", "--reason", "users complain")
        assert undone.returncode == 0, undone.stderr
        assert "turned back because" in undone.stdout
        out, err = second.communicate(timeout=60)
    assert second.returncode == 4, err
    assert "rolled back after" in out and "users complain" in out
    assert answer(world).strip() == "one"
    assert statuses and set(statuses) == {200}
    assert world.run("status").returncode == 4

    assert world.run("journal", "verify").returncode == 0
    report = world.run("report", "web-production-2", "--html", "report.html")
    assert report.returncode == 0 and "web-production-2" in report.stdout
    assert "<svg" in (world.work / "report.html").read_text()


def test_a_revision_is_restored_after_its_successor_was_done(users: list[int], world: World) -> None:
    first(world)
    ready(world, file=AT_ONCE)
    write(world, "two")
    assert world.run("deploy", "--yes", "Deploy web 2.0.0").returncode == 0
    assert answer(world).strip() == "two"
    assert "r7" in world.run("rollback", "--to", "r7").stderr
    back = world.run("rollback", "--reason", "it forgets orders")
    assert back.returncode == 0, back.stderr
    assert "Restore r1 (1.0.0): it forgets orders" in back.stderr
    assert answer(world).strip() == "one"
    again = world.run("rollback")
    assert again.returncode == 2 and "name the revision you want with --to" in again.stderr


def test_a_command_that_ends_at_once_is_told_with_its_last_words(world: World) -> None:
    ready(world)
    text = (world.work / "gonogo.yaml").read_text()
    program = 'import sys; sys.exit("no such table: orders")'
    world.write("site/start.py", program)
    world.write("gonogo.yaml", text.replace("-m, http.server,", "start.py,").replace("30s", "4s"))
    done = world.run("deploy", "--yes", "Deploy web 1.0.0")
    assert done.returncode == 2, done.stdout + done.stderr
    assert "no such table: orders" in done.stdout
    assert status(world)["live"] is None


def test_two_deploys_at_once(users: list[int], world: World, started: list[subprocess.Popen[str]]) -> None:
    first(world, pause="60s")
    write(world, "two")
    driver = world.start("deploy", "--yes", "Deploy web 2.0.0")
    started.append(driver)
    until(lambda: happened(world, "started", "release/web-production-2"), driver)
    before = world.heads()["target/web/production"]
    other = world.run("deploy", "--yes", "Deploy web 2.0.1")
    assert other.returncode == 2
    assert f"pid {driver.pid}" in other.stderr and "for web-production-2 since" in other.stderr
    assert "gonogo abort web-production-2" in other.stderr
    assert happened(world, "started", "release/web-production-3") is False
    assert world.heads()["target/web/production"].split(":")[0] >= before.split(":")[0]

    assert world.run("pause", "--reason", "look").returncode == 0
    assert status(world, "web-production-2")["paused"]
    assert world.run("status", "web-production-2").returncode == 3
    assert world.run("resume", "web-production-2").returncode == 0

    until(lambda: status(world, "web-production-2")["stage"] == "canary-50", driver)
    driver.kill()
    driver.wait()
    assert "nobody drives it" in world.run("status", "web-production-2").stdout
    assert world.run("status", "web-production-2").returncode == 3
    done = world.run("abort", "web-production-2", "--reason", "enough")
    assert done.returncode == 4, done.stderr
    assert "taken over by" in done.stderr
    assert answer(world).strip() == "one"


def test_an_interruption_before_traffic_undoes_the_new_version(
    users: list[int], world: World, started: list[subprocess.Popen[str]]
) -> None:
    first(world)
    write(world, "two")
    world.write("site/sleep.py", "import time; time.sleep(600)")
    text = (world.work / "gonogo.yaml").read_text()
    world.write("gonogo.yaml", text.replace("-m, http.server,", "sleep.py,"))
    driver = world.start("deploy", "--yes", "Deploy web 2.0.0")
    started.append(driver)
    until(lambda: happened(world, "did", "release/web-production-2"), driver)
    driver.send_signal(signal.SIGINT)
    out, err = driver.communicate(timeout=60)
    assert driver.returncode == 130, err
    assert "stopped before it had any traffic" in out
    assert answer(world).strip() == "one"
    assert status(world)["result"] == "stopped"


def test_an_interruption_afterwards_leaves_everything_serving(
    users: list[int], world: World, started: list[subprocess.Popen[str]]
) -> None:
    first(world, pause="60s")
    write(world, "two")
    driver = world.start("deploy", "--yes", "Deploy web 2.0.0")
    started.append(driver)
    until(lambda: happened(world, "started", "release/web-production-2"), driver)
    until(lambda: status(world)["items"].get("weight-reached") == "pass", driver)
    driver.send_signal(signal.SIGINT)
    out, err = driver.communicate(timeout=60)
    assert driver.returncode == 130, err
    assert "left as it is, serving on" in out and "gonogo drive web-production-2" in out
    assert {answer(world).strip() for _ in range(40)} == {"one", "two"}

    again = world.start("drive")
    started.append(again)
    until(lambda: status(world)["driver"] is not None, again)
    seized = world.run("abort", "--now", "--reason", "it burns")
    assert seized.returncode == 4, seized.stderr
    assert "all traffic is back" in seized.stderr
    _, err = again.communicate(timeout=60)
    assert again.returncode == 2 and "another has taken over" in err
    assert {answer(world).strip() for _ in range(20)} == {"one"}


def test_a_controller_takes_what_nobody_drives(
    users: list[int], world: World, started: list[subprocess.Popen[str]]
) -> None:
    first(world, pause="60s")
    write(world, "two")
    controller = world.start("serve")
    started.append(controller)
    until(lambda: world.run("deploy", "--yes", "--detach", "Deploy web 2.0.0").returncode == 0, controller)
    seen = status(world)
    assert seen["driver"]["holder"].startswith("serve: ") and seen["driver"]["alive"]
    assert world.run("abort", "--reason", "no").returncode == 0
    until(lambda: status(world)["result"] == "rolled_back", controller)
    controller.send_signal(signal.SIGTERM)
    _, err = controller.communicate(timeout=30)
    assert controller.returncode == 0
    assert "web-production-2: driving" in err and "stopped" in err
    assert json.loads(world.run("journal", "verify", "--format", "json").stdout)["intact"]
