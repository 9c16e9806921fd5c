"""A report as one HTML file that needs nothing else: no script, no font, no request."""

from __future__ import annotations

from typing import Any

from gonogo.model.items import Outcome
from gonogo.model.units import format_duration, format_instant, format_percent
from gonogo.report.charts import error_chart, weight_chart
from gonogo.report.facts import facts, figures, stamper
from gonogo.report.shape import Report, StageReport
from gonogo.report.words import moment, plain, spoken

LONGEST = 20_000
"""Characters of one text on the page."""

SIGNS = {
    Outcome.PASS: ("✓", "good"),
    Outcome.SIGNED: ("✓", "good"),
    Outcome.WAIVED: ("~", "warn"),
    Outcome.NOT_APPLICABLE: ("–", "calm"),
    Outcome.FAIL: ("✗", "bad"),
    Outcome.ERROR: ("!", "bad"),
    Outcome.UNAVAILABLE: ("?", "warn"),
    Outcome.UNSUPPORTED: ("?", "warn"),
    Outcome.PENDING: ("…", "calm"),
}
"""Sign and tone of each outcome; the word always stands beside them."""

STATUSES = {
    "passed": "good",
    "skipped": "warn",
    "current": "now",
    "turned_back": "bad",
    "ended": "calm",
    "not_reached": "calm",
}
_LOUD = frozenset({"turned_back", "paged", "did_not"})
_PEOPLE = frozenset({"signed", "waived", "commanded"})


def render_html(report: Report) -> str:
    """Every text in it is escaped; terminal controls and line breaks within texts are neutralised as well."""
    from jinja2 import Environment, PackageLoader, StrictUndefined
    from markupsafe import Markup

    def tame(value: Any) -> Any:
        return plain(value, LONGEST) if isinstance(value, str) and not isinstance(value, Markup) else value

    environment = Environment(
        loader=PackageLoader("gonogo", "report"),
        autoescape=True,
        finalize=tame,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        stamp=stamper(report), iso=format_instant, moment=moment, duration=_duration, percent=_percent, spoken=spoken
    )
    return environment.get_template("release.html.j2").render(
        report=report,
        facts=facts(report),
        figures=figures(report),
        weight_chart=Markup(weight_chart(report)),
        error_chart=Markup(error_chart(report)),
        signs=SIGNS,
        statuses=STATUSES,
        tone_of=_tone,
        worth_opening=_worth_opening,
    )


def _duration(seconds: float) -> str:
    return format_duration(round(seconds, 1))


def _percent(share: float | None) -> str:
    return "no requests" if share is None else format_percent(share)


def _tone(type: str, line: str) -> str:
    """Of a line in the timeline."""
    if type in _LOUD or (type == "answered" and ": fail" in line):
        return "bad"
    if type in _PEOPLE:
        return "person"
    if type in ("stage_entered", "live_changed", "closed", "started"):
        return "strong"
    return "taken" if type in ("taken", "paused") else "calm"


def _worth_opening(stage: StageReport) -> bool:
    """Whether its items are shown without being asked for: where it went wrong, and where it stands."""
    return stage.status in ("turned_back", "current", "skipped")
