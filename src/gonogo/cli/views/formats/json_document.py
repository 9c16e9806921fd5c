"""The verb's own document."""

from __future__ import annotations

import json

from gonogo.cli.output import Paint
from gonogo.cli.views.formats.sheet import Sheet


def render(sheet: Sheet, paint: Paint) -> str:
    return json.dumps({"v": 1, **sheet.document()}, ensure_ascii=False)
