"""Which service a sentence is about. No list of services is known here, so it is read from where the name stands."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from gonogo.inspect.asked import Confidence, Said
from gonogo.inspect.sentence_text import ruled_out
from gonogo.inspect.sentence_versions import TECHNOLOGIES

_NAME = r"(?P<name>[a-z][\w]*(?:[-.][a-z][\w]*)*)"
_VERSION = r"v?\d+(?:\.\d+)*[\w.+-]*"
_VERB = (
    r"(?:deploy(?:ing)?|releas(?:e|ing)|ship(?:ping)?|push|launch|promote|bump|upgrade|update|publish|deliver|install|revert|restore|"
    r"roll(?:ing)?\s*-?\s*(?:out|back)|rollout|rollback|hot-?fix|patch|canary|deploye|ausrollen|get|put|move)"
)
_SERVICE = r"(?:service|microservice|app|application|deployment|dienst|component)"
_NOUN = rf"(?:{_SERVICE}|backend|frontend)"

_TO = rf"[\"'`]?,?\s+(?:{_SERVICE}\s+)?(?:(?:to|from|at|in|auf|von)\s+)?"
_ALONE = r"(?<![\w./-])[\"'`]?" + _NAME
_NO_CHANGE = r"\b(?![\"'`]?[\s-]+(?:change|fix|bug|patch|feature|migration|column|table|index|flag)s?\b)"
_ARTICLES = r"(?:the\s+|our\s+|my\s+|new\s+|latest\s+|an?\s+)*"

BY_VERSION: tuple[str, ...] = (
    rf"(?:[\w.-]+(?::\d+)?/)+{_NAME}[:@]{_VERSION}",
    rf"(?<![\w./-]){_NAME}[:@/=]{_VERSION}",
    rf"(?<![\w./-]){_NAME}-(?=v?\d+\.\d)",
    rf"{_ALONE}{_TO}(?:version\s+|release\s+|ver\.?\s+|build\s+#?)?v?\d+(?:\.\d+)*",
    rf"\b{_VERSION}\s+(?:of|for|von|für)\s+(?:the\s+|our\s+)?[\"'`]?{_NAME}",
)
"""A name beside the version that is released."""
BY_WORDS: tuple[tuple[Confidence, tuple[str, ...]], ...] = (
    (
        Confidence.LIKELY,
        (
            rf"\b{_NOUN}\s*[:=]?\s*[\"'`]{_NAME}[\"'`]",
            rf"\bservice\s*[:=]\s*{_NAME}",
            rf"{_ALONE}[\"'`]?\s+(?:service|microservice|app|application|backend|frontend)\b",
        ),
    ),
    (
        Confidence.GUESS,
        (rf"\b{_VERB}\s+{_ARTICLES}(?:(?:version|release)\s+of\s+)?{_ARTICLES}[\"'`]?{_NAME}{_NO_CHANGE}",),
    ),
    (Confidence.GUESS, (rf"\b(?:in|of|for)\s+(?:the\s+|our\s+)?[\"'`]?{_NAME}[\"'`]?\s*(?=$|[.,;!?])",)),
)
"""In the order of trust: the first group that finds a name decides."""

_NOT_A_NAME = re.compile(
    r"(?:deploy\w*|releas\w*|ship\w*|push\w*|launch\w*|promot\w*|bump\w*|upgrad\w*|updat\w*|publish\w*|roll\w*|hot-?fix\w*|patch\w*|revert\w*|"
    r"restore|canar\w*|canray|cannary|blue|green|blue-green|direct|version|release|the|a|an|our|my|new|latest|this|that|it|its|we|you|they|to|"
    r"from|at|in|on|of|for|with|and|or|as|by|via|into|is|are|be|please|now|today|tonight|tomorrow|next|urgent\w*|asap|immediately|"
    r"prod|production|staging|stage|live|dev|test|qa|uat|sandbox|preprod|service|services|microservice|app|application|"
    r"column|table|index|flag|feature|fix|change|changes|bug|everything|all|only|just|then|after|before|build|ver|v\d+|not|no|"
    r"don't|never|without|small|big|minor|major|hot|quick|emergency|break-glass|back|out|him|her|me|us|let|us|let's|still|currently|"
    r"running|between|around|about|um|am|auf|von|version|die|der|das|den|bitte|neue|neuen|und|mit|morgen|heute|monday|tuesday|"
    r"wednesday|thursday|friday|saturday|sunday|sev\w*|p\d|inc|incident|ticket|pr|issue|database|db|schema|migration|to|e\.g|i\.e|"
    r"weight|traffic|users|first|second|until|than|least|most|over|under|up|down|off|code|docs?|documentation|some|any|"
    r"something|anything|things?|stuff|what|when|if|rc|alpha|beta|wait|go|carefully|slowly|gradually|straight|old|previous|"
    r"last|current|same|another|multiple|several|two|three|both|version\w*|hotfix\w*|which|who|there|here|so|but|also|"
    r"image|container|artifact|binary|package|tag|branch|commit|main|master|crash\w*|replac\w+|introduc\w+|broke|breaks?|"
    r"january|february|march|april|may|june|july|august|september|october|november|december)",
    re.IGNORECASE,
)


def services(text: str, versions: Sequence[Said]) -> Iterator[Said]:
    """The names found in the way most to be trusted. `versions` are those the sentence names."""
    spans = [one.span for one in versions]

    def beside(found: re.Match[str]) -> bool:
        return any(start < found.end() + 1 and found.start() < end for start, end in spans)

    groups = [(Confidence.SURE, BY_VERSION), *BY_WORDS]
    for number, (confidence, patterns) in enumerate(groups):
        said = list(_found(text, confidence, patterns, beside if number == 0 else lambda found: True))
        if said:
            yield from said
            return


def _found(
    text: str, confidence: Confidence, patterns: tuple[str, ...], counts: Callable[[re.Match[str]], bool]
) -> Iterator[Said]:
    seen: set[tuple[int, int]] = set()
    for pattern in patterns:
        for found in re.finditer(pattern, text, re.IGNORECASE):
            name, span = found["name"], found.span("name")
            if span in seen or not counts(found) or _NOT_A_NAME.fullmatch(name) or TECHNOLOGIES.match(name + " "):
                continue
            seen.add(span)
            # A capital at the beginning, or everywhere, is the sentence's and not the name's.
            opens = not text[: span[0]].strip() and name[1:].islower()
            value = name.lower() if opens or text.isupper() else name
            yield Said("service", value, name, span, confidence, ruled_out(text, span[0]))
