"""Charts over time as SVG text. Pure; colours come from the page's style sheet by class."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from typing import NamedTuple

from gonogo.report import axis

WIDTH, HEIGHT = 960, 300
LEFT, RIGHT, TOP, BOTTOM = 78, 18, 58, 46
_ROWS = 3
"""Rows of labels above the plot; a label that fits into none is left to its line's tooltip."""
_LETTER = 6.8
"""Width of a letter of a label, near enough to keep labels apart."""

Point = tuple[float, float | None]
"""(time, share); None breaks the line."""


class Line(NamedTuple):
    name: str
    look: str
    """Class in the style sheet."""
    points: Sequence[Point]
    steps: bool = False
    """Whether a value holds until the next."""


class Flag(NamedTuple):
    """A moment that is marked on the chart, with a label above it."""

    at: float
    label: str
    look: str
    text: str = ""
    """What a tooltip says; the label where empty."""
    weighty: bool = False
    """Gets its label before the others."""


class Chart(NamedTuple):
    id: str
    title: str
    description: str
    """What the chart shows, for those who can't see it."""
    unit: str
    begins: float
    ends: float
    lines: Sequence[Line]
    flags: Sequence[Flag]
    least: float = 0.0
    """The share axis reaches at least this high."""


class _Frame(NamedTuple):
    begins: float
    ends: float
    highest: float

    def x(self, at: float) -> float:
        inside = min(max(at, self.begins), self.ends)
        return LEFT + (WIDTH - LEFT - RIGHT) * (inside - self.begins) / (self.ends - self.begins)

    def y(self, share: float) -> float:
        return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * share / self.highest


def draw(chart: Chart) -> str:
    """One `<svg>`. `ends` must be later than `begins`."""
    values = [v for line in chart.lines for _, v in line.points if v is not None]
    ticks = axis.shares(max([chart.least, *values]))
    frame = _Frame(chart.begins, chart.ends, ticks[-1])
    parts = [
        f'<svg class="chart" viewBox="0 0 {WIDTH} {HEIGHT}" role="img"'
        f' aria-labelledby="{chart.id}-title {chart.id}-description">',
        f'<title id="{chart.id}-title">{escape(chart.title)}</title>',
        f'<desc id="{chart.id}-description">{escape(chart.description)}</desc>',
        *_axes(chart, frame, ticks),
        *_flags(chart, frame),
        *(part for line in chart.lines for part in _line(line, frame)),
        *_legend(chart.lines),
        "</svg>",
    ]
    return "\n".join(parts)


def _axes(chart: Chart, frame: _Frame, ticks: list[float]) -> Iterator[str]:
    right, foot = WIDTH - RIGHT, HEIGHT - BOTTOM
    for share in ticks:
        y = frame.y(share)
        yield f'<line class="grid" x1="{LEFT}" x2="{right}" y1="{y:.1f}" y2="{y:.1f}"/>'
        yield f'<text class="tick" x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{share * 100:g} %</text>'
    moments = axis.times(chart.begins, chart.ends)
    for at in moments:
        x = frame.x(at)
        yield f'<line class="stub" x1="{x:.1f}" x2="{x:.1f}" y1="{foot}" y2="{foot + 5}"/>'
        said = axis.clock(at, moments)
        yield f'<text class="tick" x="{x:.1f}" y="{foot + 19}" text-anchor="middle">{said}</text>'
    yield f'<line class="axis" x1="{LEFT}" x2="{right}" y1="{foot}" y2="{foot}"/>'
    middle = (TOP + foot) / 2
    yield (
        f'<text class="unit" transform="translate(14 {middle:.0f}) rotate(-90)" text-anchor="middle">'
        f"{escape(chart.unit)}</text>"
    )
    yield f'<text class="unit" x="{LEFT}" y="{HEIGHT - 6}">time of day, UTC</text>'


def _flags(chart: Chart, frame: _Frame) -> Iterator[str]:
    """Upright lines with labels in rows, so that no label covers another."""
    taken: list[list[tuple[float, float]]] = [[] for _ in range(_ROWS)]
    for flag in sorted(chart.flags, key=lambda f: (not f.weighty, f.at)):
        if not chart.begins <= flag.at <= chart.ends:
            continue
        x = frame.x(flag.at)
        yield f'<g class="flag {flag.look}"><title>{escape(flag.text or flag.label)}</title>'
        yield f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{TOP - 4}" y2="{HEIGHT - BOTTOM}"/>'
        wide = _LETTER * len(flag.label) + 8
        leftward = x + wide > WIDTH
        span = (x - wide, x) if leftward else (x, x + wide)
        row = next((k for k in range(_ROWS) if all(span[1] <= a or span[0] >= b for a, b in taken[k])), None)
        if row is not None:
            taken[row].append(span)
            y = TOP - 9 - 15 * row
            place = f'x="{x - 3:.1f}" text-anchor="end"' if leftward else f'x="{x + 3:.1f}"'
            yield f'<line class="stem" x1="{x:.1f}" x2="{x:.1f}" y1="{y - 9}" y2="{TOP - 4}"/>'
            yield f'<text {place} y="{y}">{escape(flag.label)}</text>'
        yield "</g>"


def _line(line: Line, frame: _Frame) -> Iterator[str]:
    for run in _runs(line.points):
        if len(run) == 1:
            at, share = run[0]
            yield f'<circle class="dot {line.look}" cx="{frame.x(at):.1f}" cy="{frame.y(share):.1f}" r="2.5"/>'
            continue
        path = _path(run, frame, line.steps)
        if line.steps:
            first, last, foot = frame.x(run[0][0]), frame.x(run[-1][0]), HEIGHT - BOTTOM
            yield f'<path class="area {line.look}" d="{path}L{last:.1f} {foot}L{first:.1f} {foot}Z"/>'
        yield f'<path class="line {line.look}" d="{path}"/>'


def _runs(points: Sequence[Point]) -> Iterator[list[tuple[float, float]]]:
    """Stretches without a break."""
    run: list[tuple[float, float]] = []
    for at, share in points:
        if share is not None:
            run.append((at, share))
        elif run:
            yield run
            run = []
    if run:
        yield run


def _path(run: list[tuple[float, float]], frame: _Frame, steps: bool) -> str:
    x, y = frame.x(run[0][0]), frame.y(run[0][1])
    path = [f"M{x:.1f} {y:.1f}"]
    for at, share in run[1:]:
        x, y = frame.x(at), frame.y(share)
        path.append(f"H{x:.1f}V{y:.1f}" if steps else f"L{x:.1f} {y:.1f}")
    return "".join(path)


def _legend(lines: Sequence[Line]) -> Iterator[str]:
    """Bottom right, level with the name of the time axis."""
    x = float(WIDTH - RIGHT)
    y = HEIGHT - 10
    for line in reversed(lines):
        x -= _LETTER * len(line.name)
        yield f'<text class="name" x="{x:.1f}" y="{y + 4}">{escape(line.name)}</text>'
        yield f'<path class="line {line.look}" d="M{x - 32:.1f} {y}H{x - 6:.1f}"/>'
        x -= 50
