"""For a pull request or a job's summary: the decision and the counts, then a table."""

from __future__ import annotations

import re
from collections.abc import Iterator

from gonogo.cli.output import Paint
from gonogo.cli.views.check import SAYS
from gonogo.cli.views.formats.sheet import Row, Sheet, told
from gonogo.cli.views.waivers import told as waived
from gonogo.report.words import plain

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~&!])")


def render(sheet: Sheet, paint: Paint) -> str:
    return "\n".join(_lines(sheet))


def escaped(text: str) -> str:
    """One line in which nothing is markup."""
    return _SPECIAL.sub(r"\\\1", plain(text))


def _lines(sheet: Sheet) -> Iterator[str]:
    yield f"## {escaped(sheet.title)}"
    yield ""
    counted = " · ".join(f"{n} {name}" for name, n in sheet.counts.items()) or "nothing to answer"
    yield f"**{SAYS[sheet.decision.verdict]}** · {escaped(counted)}"
    yield ""
    for waiver in sheet.idle:
        yield f"- **waives nothing:** {escaped(waived(waiver))}: {escaped(waiver.trouble)}"
    if sheet.idle:
        yield ""
    yield "| | stage | item | answer |"
    yield "| --- | --- | --- | --- |"
    yield from (_row(row) for row in sheet.rows)
    yield ""
    yield f"Next: {escaped(sheet.following)}"


def _row(row: Row) -> str:
    """The title, and what was found below the answer."""
    advised = "" if row.required else " (advised)"
    answer = [waived(row.waiver) if row.waiver else row.summary]
    answer += [f"{f.where}: {told(f)}" if f.where else told(f) for f in row.findings]
    cells = [
        f"**{escaped(row.word)}**" if row.word == "fail" else escaped(row.word),
        escaped(row.stage.id),
        f"{escaped(row.item.id)}: {escaped(row.item.title)}{advised}",
        "<br>".join(escaped(part) for part in answer),
    ]
    return f"| {' | '.join(cells)} |"
