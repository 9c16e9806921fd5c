"""Read XML that a tool has written, element by element, so that a hostile file is refused and a large one is cheap."""

from __future__ import annotations

from collections.abc import Callable
from xml.parsers import expat

from gonogo.checks.files import Unreadable

DEEPEST = 50

Start = Callable[[str, dict[str, str]], None]


def read_xml(content: bytes, start: Start) -> None:
    """Call `start` (tag, attributes) for each element. External entities are never fetched; a document type may be
    named, but nothing may be defined in it. Raises Unreadable."""
    depth = 0

    def opened(tag: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > DEEPEST:
            raise Unreadable(f"nested deeper than {DEEPEST} elements")
        start(tag, attributes)

    def closed(tag: str) -> None:
        nonlocal depth
        depth -= 1

    def entity(*about: object) -> None:
        raise Unreadable("it defines an entity, which no report needs")

    parser = expat.ParserCreate()
    parser.StartElementHandler = opened
    parser.EndElementHandler = closed
    parser.EntityDeclHandler = entity
    try:
        parser.Parse(content, True)
    except expat.ExpatError as error:
        raise Unreadable(f"not XML: {error}") from None
