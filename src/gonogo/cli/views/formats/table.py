"""Every form a checklist's answers can be written in. A new one is a module with `render` and a line here."""

from __future__ import annotations

FORMATS: dict[str, str] = {
    "text": "text",
    "json": "json_document",
    "jsonl": "json_lines",
    "markdown": "markdown",
    "html": "html_page",
    "junit": "junit",
    "sarif": "sarif",
    "github": "github",
}
"""Module of this package by the form's name; imported when it is first asked for. Each has
`render(sheet: Sheet, paint: Paint) -> str`: the whole of it, without a last line break."""
