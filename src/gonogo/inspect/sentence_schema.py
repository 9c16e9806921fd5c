"""Words that say what happens to the database."""

from __future__ import annotations

Table = tuple[tuple[str, str], ...]

_THE = r"(?:an?\s+|the\s+|new\s+|old\s+|unused\s+|unique\s+)*(?:[\w.`'\"-]+\s+){0,3}?"
_ADD = r"\b(?:with|add(?:s|ed|ing)?|new|creat\w+|extra|introduc\w+)\s+" + _THE
_DROP = r"\b(?:drop|remov|delet)\w*\s+" + _THE
_ALTER = r"\b(?:renam|chang|alter|migrat|partition)\w*\s+" + _THE
_INDEX = r"(?:index(?:es)?|indices)\b(?!\.\w|\s+page)"

MIGRATION: Table = (
    ("column", _ADD + r"columns?\b"),
    ("column", _DROP + r"columns?\b"),
    ("column", _ALTER + r"columns?\b"),
    ("column", r"\b\w+_\w+\s+column\b"),
    ("column", r"\bspalten?\b"),
    ("table", _ADD + r"tables?\b"),
    ("table", _DROP + r"tables?\b"),
    ("table", _ALTER + r"tables?\b"),
    ("table", r"\bneue\s+tabelle\b"),
    ("index", _ADD + _INDEX),
    ("index", _DROP + _INDEX),
    ("index", r"\b(?:re)?build\w*\s+" + _THE + _INDEX),
    ("backfill", r"\bback[-\s]?fill(?:s|ed|ing)?\b"),
    ("constraint", r"\bnot\s+null\b"),
    ("constraint", r"\bforeign\s+key\b|\bunique\s+constraint\b"),
    ("schema", r"\b(?:schema|db|database)[-\s]+(?:change|migration|update)s?\b"),
    ("schema", r"\bddl\b|\balembic\b|\bflyway\b|\bliquibase\b"),
    ("schema", r"\bschema\b(?=\s+(?:stays|is|remains|unchanged))"),
    ("schema", r"(?<![\w-])(?<!from )(?<!live )(?<!database )(?<!schema )migrations?\b(?!\s+(?:to|from|guide)\b)"),
    ("schema", r"\bmigrates?\b(?=\s+(?:the\s+)?(?:db|database|schema|data)\b)"),
)
UNCHANGED = r"^\s*(?:(?:stays|is|remains|are)\s+)?(?:the\s+same|unchanged|untouched)\b"
"""After one of these: that nothing changes."""

HINT: Table = (
    ("contract", _DROP + r"(?:columns?|tables?|constraint)\b"),
    ("contract", r"\brenam\w+\s+" + _THE + r"(?:columns?|tables?)\b"),
    ("contract", r"\bcontract\s+(?:phase|step|migration)\b"),
    ("locking", _ADD + _INDEX + r"(?![^;!?]{0,60}\bconcurrently\b)"),
    ("locking", r"\b(?:re)?build\w*\s+" + _THE + _INDEX + r"(?![^;!?]{0,60}\bconcurrently\b)"),
    ("locking", r"\bnot\s+null\b"),
    ("locking", r"\b(?:chang|alter)\w*\s+" + _THE + r"(?:type|columns?)\b"),
    ("locking", r"\block(?:s|ing)?\s+(?:the\s+)?(?:\w+\s+)?table\b"),
    ("expand", _ADD + r"(?:columns?|tables?)\b"),
    ("expand", r"\bneue\s+(?:spalte|tabelle)\b"),
    ("expand", r"\bexpand\s+(?:phase|step|migration)\b"),
    ("backfill", r"\bback[-\s]?fill(?:s|ed|ing)?\b"),
)
"""What follows for the rollout: `expand` is safe beside the old version, `contract` isn't, `locking` stops writes."""
