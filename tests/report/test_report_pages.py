"""Reports as HTML and text: complete, self-contained, and safe whatever the texts in them hold."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from html.parser import HTMLParser
from itertools import pairwise

import msgspec
import pytest
from plans import plan as make_plan
from release_journals import BEN, DRIVER, JUDGED, RELEASE, WAY_BACK, Story, walk

from gonogo.model import events as e
from gonogo.model.items import Evidence, Finding, Outcome
from gonogo.model.units import Instant
from gonogo.report.html import SIGNS, STATUSES, render_html
from gonogo.report.shape import Integrity, Report, Wound
from gonogo.report.text import render_text

EVIL = "<script>alert(1)</script>\x1b[31m\nsecond line\u202e"
VOID = {"meta", "br", "line", "circle", "path", "link", "hr", "img", "input"}


class Page(HTMLParser):
    """A page taken apart; complains about tags that don't match."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self._open: list[str] = []
        self.feed(html)
        self.close()
        assert not self._open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self._open.pop() == tag

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        if self._open and self._open[-1] != "style":
            self.text += data

    def count(self, tag: str) -> int:
        return sum(t == tag for t, _ in self.tags)


def everything() -> Story:
    """A release with something in every section, and hostile text wherever people and services can put some."""
    story = Story(make_plan(RELEASE, version="2<script>", walk=walk(JUDGED)))
    evidence = Evidence(
        "instance-exits",
        Outcome.FAIL,
        EVIL,
        Instant(story.now),
        "canary-10",
        asked="the platform",
        findings=(Finding(EVIL, "app.py:3", EVIL, "nothing", "start it again"),),
    )
    story.add(e.Waived("repository-clean", EVIL, Instant(story.now + 9)), by=BEN)
    story.rolled_back(e.Answered(evidence))
    return story.add(e.Paged(EVIL))


STORIES: dict[str, Callable[[], Story]] = {
    "planned": Story,
    "preparing": lambda: Story().prepared(),
    "half-way": lambda: Story().canary(),
    "paused": lambda: Story().canary().add(e.Paused("lunch")),
    "rolled back": lambda: Story().rolled_back(),
    "superseded": lambda: Story().soaking().add(e.Closed(e.Result.SUPERSEDED, "")),
    "going back": lambda: Story().canary().add(e.TurnedBack("bad", WAY_BACK, e.Result.ROLLED_BACK)),
    "taken over": lambda: Story().canary().add(e.Taken("driver-2", 2)),
    "everything": everything,
    "first deployment": lambda: Story(make_plan(RELEASE, live=None)).add(
        e.StageEntered("before"), e.StageLeft("before"), e.Started("r1", None, 1), e.StageEntered("live")
    ),
}


@pytest.fixture(params=STORIES)
def report(request: pytest.FixtureRequest) -> Report:
    return STORIES[request.param]().report()


def test_a_page_is_well_formed_self_contained_and_accessible(report: Report) -> None:
    html = render_html(report)
    page = Page(html)
    assert not {"script", "link", "img", "iframe", "object", "embed", "form"} & {t for t, _ in page.tags}
    for _, attrs in page.tags:
        assert not {"src", "href", "srcset", "action", "style"} & set(attrs)
        assert not [name for name in attrs if name.startswith("on")]
    assert "url(" not in html
    assert "@import" not in html
    assert html.startswith('<!doctype html>\n<html lang="en">')
    assert page.count("h1") == page.count("main") == 1
    headings = [int(t[1]) for t, _ in page.tags if t in ("h1", "h2", "h3")]
    assert headings[0] == 1
    assert all(b - a <= 1 for a, b in pairwise(headings))
    assert all("scope" in attrs for t, attrs in page.tags if t == "th")
    ids = [attrs["id"] for _, attrs in page.tags if "id" in attrs]
    assert len(ids) == len(set(ids))


def test_a_page_holds_every_stage_item_and_line(report: Report) -> None:
    text = " ".join(Page(render_html(report)).text.split())
    for stage in report.stages:
        assert stage.id in text
        assert all(item.id in text for item in stage.items)
    assert all(told.line in text for told in report.timeline)
    assert all(anchor in text for anchor in report.anchors.values())
    assert report.verdict.headline in text


def test_what_a_gate_waits_for_is_listed() -> None:
    assert "not answered yet; weight-reached: not answered yet" in render_html(Story().canary().report())


def test_text_holds_every_stage_answer_and_line(report: Report) -> None:
    shown = render_text(report)
    joined = " ".join(shown.split())
    for stage in report.stages:
        assert f"{stage.id} ({stage.title}): {stage.status.replace('_', ' ')}" in joined
    assert all(told.line in joined for told in report.timeline)
    assert all(anchor in joined for anchor in report.anchors.values())
    assert all(len(line) <= 110 or " " not in line.strip() or "anchor" in line for line in shown.splitlines())


def test_hostile_text_is_harmless_everywhere() -> None:
    report = everything().report()
    html, text = render_html(report), render_text(report)
    assert "<script" not in html
    assert html.count("&lt;script&gt;") >= 6
    for shown in (html, text):
        assert "\x1b" not in shown
        assert "\u202e" not in shown
        assert r"\x1b[31m second line\u202e" in shown
    assert all(c.isprintable() or c == "\n" for c in text)


def test_charts_are_there_where_traffic_moved() -> None:
    assert "<svg" not in render_html(Story().started().report())
    html = render_html(Story().rolled_back().report())
    assert html.count("<svg") == 2
    assert "r2 failed 5 % (20 of 400 requests)" in html
    assert "0 % from 08:01:01 UTC, 10 % from 08:01:02 UTC, 0 % from 08:01:12 UTC" in html
    assert "[1] fail" in html


def test_people_see_what_evidence_rests_on() -> None:
    text = " ".join(Page(render_html(everything().report())).text.split())
    for part in ("the platform", "app.py:3", "start it again", "Two see more than one.", "sign-off", "waiver"):
        assert part in text


def test_a_damaged_journal_is_the_first_thing_said() -> None:
    wound = Wound("release/" + RELEASE, 3, "it was changed")
    report = msgspec.structs.replace(Story().canary().report(), integrity=Integrity(False, (wound,), 2))
    html = render_html(report)
    assert html.index("can't be relied on") < html.index("Facts")
    assert "event 3: it was changed" in html
    text = render_text(report)
    assert text.index("DAMAGED JOURNAL: release/shop-production-2, event 3: it was changed") < text.index("Facts")


def test_every_outcome_and_status_has_a_sign() -> None:
    assert set(SIGNS) == set(Outcome)
    assert set(STATUSES) == {"passed", "skipped", "current", "turned_back", "ended", "not_reached"}


def test_times_carry_their_date_once_they_span_days() -> None:
    story = Story()
    assert "  08:00:00.0  ann" in render_text(story.report())
    story.wait(86400).add(e.StageEntered("T-48h"), by=DRIVER)
    assert "  01-15 08:00:00.0  ann" in render_text(story.report())


def test_a_line_costs_no_jinja_and_no_pydantic() -> None:
    code = (
        "import sys, gonogo.report.words; print(sorted({'jinja2', 'pydantic', 'numpy', 'httpx2'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"
    code = code.replace("words", "build, gonogo.report.html")
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"
