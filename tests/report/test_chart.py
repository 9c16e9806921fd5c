"""Axes with round numbers, and SVG that says what the data say."""

from __future__ import annotations

import re
from itertools import pairwise
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gonogo.report import axis
from gonogo.report.chart import BOTTOM, HEIGHT, LEFT, RIGHT, TOP, WIDTH, Chart, Flag, Line, draw

SVG = "{http://www.w3.org/2000/svg}"


def drawn(**changes: object) -> ElementTree.Element:
    chart = Chart("c", "Title", "What it shows", "share", 0.0, 100.0, [], [])._replace(**changes)  # type: ignore[arg-type]
    return ElementTree.fromstring(draw(chart).replace("<svg ", f'<svg xmlns="{SVG[1:-1]}" ', 1))


def paths(svg: ElementTree.Element, look: str) -> list[str]:
    found = [p.get("d", "") for p in svg.iter(f"{SVG}path") if p.get("class") == look]
    return found[:-1]  # The last one is the legend's.


@given(st.floats(1e-5, 1.0))
def test_share_ticks_are_round_even_and_reach_the_top(highest: float) -> None:
    ticks = axis.shares(highest)
    assert ticks[0] == 0
    assert ticks[-1] >= highest * (1 - 1e-9)
    assert 3 <= len(ticks) <= 6
    steps = {round(b - a, 9) for a, b in pairwise(ticks)}
    assert len(steps) == 1


@given(st.floats(0, 2e9), st.floats(1, 90 * 86400))
def test_time_ticks_are_few_and_within(begins: float, span: float) -> None:
    ticks = axis.times(begins, begins + span)
    assert len(ticks) <= 8
    # Dividing may round by less than a microsecond, which no chart shows.
    assert all(begins - 1e-6 <= t <= begins + span + 1e-6 for t in ticks)
    assert all(t == int(t) for t in ticks)


@pytest.mark.parametrize(("span", "first"), [(20, "08:00:00"), (3600, "08:00"), (20 * 86400, "01-17 00:00")])
def test_the_clock_is_as_fine_as_the_ticks(span: float, first: str) -> None:
    ticks = axis.times(1_800_000_000, 1_800_000_000 + span)
    assert axis.clock(ticks[0], ticks) == first


def test_a_step_holds_until_the_next_and_is_drawn_to_scale() -> None:
    svg = drawn(lines=[Line("r2", "canary", [(0, 0), (50, 0.5), (100, 1.0)], steps=True)], least=1.0)
    width, height = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM
    foot, middle, half = HEIGHT - BOTTOM, LEFT + width / 2, HEIGHT - BOTTOM - height / 2
    expected = f"M{LEFT:.1f} {foot:.1f}H{middle:.1f}V{half:.1f}H{WIDTH - RIGHT:.1f}V{TOP:.1f}"
    assert paths(svg, "line canary") == [expected]


def test_a_gap_breaks_the_line_and_a_lonely_point_is_a_dot() -> None:
    points = [(0.0, 0.1), (10.0, 0.1), (20.0, None), (30.0, 0.2), (40.0, None)]
    svg = drawn(lines=[Line("r2", "canary", points)])
    assert len(paths(svg, "line canary")) == 1
    assert len(list(svg.iter(f"{SVG}circle"))) == 1


def test_it_has_a_text_alternative_axes_and_units() -> None:
    svg = drawn(lines=[Line("r2", "canary", [(0, 0.02), (100, 0.04)])])
    assert svg.get("role") == "img"
    assert svg.get("aria-labelledby") == "c-title c-description"
    assert [svg.find(f"{SVG}title").text, svg.find(f"{SVG}desc").text] == ["Title", "What it shows"]  # type: ignore[union-attr]
    texts = {t.text for t in svg.iter(f"{SVG}text")}
    assert {"0 %", "4 %", "share", "time of day, UTC", "r2", "00:01:00"} <= texts


def test_labels_do_not_cover_one_another_and_what_has_no_room_keeps_its_tooltip() -> None:
    flags = [Flag(50 + k / 10, f"stage-number-{k}", "stage") for k in range(5)]
    svg = drawn(flags=[*flags, Flag(50.2, "turned back", "turned_back", weighty=True)])
    groups = list(svg.iter(f"{SVG}g"))
    assert len(groups) == 6
    shown = [t for g in groups for t in g.iter(f"{SVG}text")]
    assert len({t.get("y") for t in shown}) == len(shown) == 3
    assert "turned back" in {t.text for t in shown}
    assert {g.find(f"{SVG}title").text for g in groups} >= {f"stage-number-{k}" for k in range(5)}  # type: ignore[union-attr]


def test_a_label_at_the_edge_stays_inside() -> None:
    svg = drawn(flags=[Flag(100, "turned back", "turned_back")])
    (text,) = (t for g in svg.iter(f"{SVG}g") for t in g.iter(f"{SVG}text"))
    assert text.get("text-anchor") == "end"


def test_what_lies_outside_the_span_is_left_out() -> None:
    svg = drawn(flags=[Flag(101, "late", "stage")], lines=[Line("r2", "canary", [(0, 0.1), (200, 0.1)])])
    assert not list(svg.iter(f"{SVG}g"))
    assert max(float(x) for x in re.findall(r"[ML]([\d.]+)", paths(svg, "line canary")[0])) == WIDTH - RIGHT


def test_text_is_escaped() -> None:
    evil = "<script>\"'&"
    svg = drawn(
        title=evil, description=evil, unit=evil, lines=[Line(evil, "canary", [(0, 0.1)])], flags=[Flag(1, evil, "bad")]
    )
    assert svg.find(f"{SVG}title").text == evil  # type: ignore[union-attr]
    assert not list(svg.iter(f"{SVG}script"))
