"""One page that needs nothing beside itself."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from gonogo.cli.output import Paint
from gonogo.cli.views.check import SAYS
from gonogo.cli.views.formats.sheet import Row, Sheet, told
from gonogo.cli.views.waivers import told as waived
from gonogo.model.items import OPENING, Outcome
from gonogo.report.words import plain

_STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 70rem; padding: 0 1rem; color: #1c1c1c;
  background: #fff }
table { border-collapse: collapse; width: 100% } th, td { text-align: left; vertical-align: top; padding: .4rem .6rem;
  border-bottom: 1px solid #ccc } ul { margin: .3rem 0 } code { overflow-wrap: anywhere }
.good { color: #17663a } .bad { color: #a3161d } .warn { color: #7a4a00 } .word { font-weight: 600 }
@media (prefers-color-scheme: dark) { body { color: #eee; background: #161616 } .good { color: #7fd6a2 }
  .bad { color: #ff9a9a } .warn { color: #f0c070 } th, td { border-color: #444 } }
"""
_VERDICTS = {"go": "good", "no_go": "bad", "undecided": "warn"}


def render(sheet: Sheet, paint: Paint) -> str:
    return "\n".join(_lines(sheet))


def _lines(sheet: Sheet) -> Iterator[str]:
    title, verdict = _safe(sheet.title), sheet.decision.verdict
    yield '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">'
    yield "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield f"<title>{title}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n<main>\n<h1>{title}</h1>"
    counted = " · ".join(f"{n} {name}" for name, n in sheet.counts.items()) or "nothing to answer"
    yield f'<p><strong class="{_VERDICTS[verdict]}">{SAYS[verdict]}</strong> · {_safe(counted)}</p>'
    for waiver in sheet.idle:
        yield f'<p class="bad">waives nothing: {_safe(waived(waiver))}: {_safe(waiver.trouble)}</p>'
    yield "<table>\n<thead><tr>"
    yield "".join(f'<th scope="col">{name}</th>' for name in ("outcome", "stage", "item", "answer"))
    yield "</tr></thead>\n<tbody>"
    yield from (_row(row) for row in sheet.rows)
    yield f"</tbody>\n</table>\n<p>Next: <code>{_safe(sheet.following)}</code></p>\n</main>\n</body>\n</html>"


def _row(row: Row) -> str:
    style = "good" if row.outcome in OPENING else "bad" if row.outcome is not Outcome.PENDING else "warn"
    said = waived(row.waiver) if row.waiver else row.summary
    found = "".join(f"<li>{_safe(f'{f.where}: {told(f)}' if f.where else told(f))}</li>" for f in row.findings)
    remedy = f"<p>{_safe(row.item.remedy)}</p>" if row.outcome not in OPENING and row.item.remedy else ""
    advised = "" if row.required else " (advised)"
    return (
        f'<tr><td class="word {style}">{_safe(row.word)}</td><td>{_safe(row.stage.id)}</td>'
        f"<td><code>{_safe(row.item.id)}</code><br>{_safe(row.item.title)}{advised}</td>"
        f"<td>{_safe(said)}{f'<ul>{found}</ul>' if found else ''}{remedy}</td></tr>"
    )


def _safe(text: str) -> str:
    return escape(plain(text))
