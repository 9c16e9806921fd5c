"""What a report's two charts draw of its series."""

from __future__ import annotations

import re

from release_journals import Story, checkpoint, interval

from gonogo.report.chart import LEFT, RIGHT, WIDTH
from gonogo.report.charts import error_chart, weight_chart


def drawn(svg: str, look: str) -> list[str]:
    """The line's paths, without its sample in the legend."""
    return re.findall(rf'<path class="line {look}" d="([^"]+)"', svg)[:-1]


def test_intervals_that_were_left_out_break_the_lines() -> None:
    story = Story().canary()
    whole = error_chart(story.report())
    assert [len(drawn(whole, look)) for look in ("stable", "canary")] == [1, 1]
    story.add(checkpoint(*(interval(story.now + 20 + k) for k in range(3))))
    broken = error_chart(story.report())
    assert [len(drawn(broken, look)) for look in ("stable", "canary")] == [2, 2]


def test_the_weight_of_a_release_that_goes_on_is_drawn_up_to_its_newest_event_only() -> None:
    story = Story().canary()
    series = story.report().series
    assert series.begins is not None
    assert series.ends is not None
    (path,) = drawn(weight_chart(story.report()), "canary")
    share = (story.now - series.begins) / (series.ends - series.begins)
    assert 0 < share < 1
    newest = LEFT + (WIDTH - LEFT - RIGHT) * share
    assert f"H{newest:.1f}V" in path
    assert f"H{WIDTH - RIGHT:.1f}V" not in path


def test_the_weight_of_a_closed_release_reaches_the_edge() -> None:
    (path,) = drawn(weight_chart(Story().rolled_back().report()), "canary")
    assert f"H{WIDTH - RIGHT:.1f}V" in path


def test_nothing_is_drawn_where_no_traffic_moved() -> None:
    report = Story().started().report()
    assert (weight_chart(report), error_chart(report)) == ("", "")
