"""What secrets look like in text, and how one is shown without giving it away."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

LONGEST_LINE = 2000
_ALLOWED = "gonogo:allow-secret"


class Pattern(NamedTuple):
    kind: str
    regex: re.Pattern[str]
    """Its group 1 is the secret itself."""
    signs: tuple[str, ...]
    """Lower-case text of which one must stand in a line for the pattern to be tried."""
    entropy: float = 0.0
    """Bits per character that the secret must have at least; 0 where its form alone says it all."""


def _of(kind: str, regex: str, *signs: str, entropy: float = 0.0) -> Pattern:
    return Pattern(kind, re.compile(regex), signs, entropy)


PATTERNS = (
    _of("private key", r"(-----BEGIN (?:[A-Z]+ )*PRIVATE KEY(?: BLOCK)?-----)", "private key"),
    _of("AWS access key", r"\b((?:AKIA|ASIA)[A-Z2-7]{16})\b", "akia", "asia", entropy=3.0),
    _of("GitHub token", r"\b((?:gh[pousr]_[A-Za-z0-9]{36,}|github_pat_\w{60,}))\b", "gh", entropy=3.5),
    _of("GitLab token", r"\b(gl(?:pat|dt|rt|ptt|soat)-[\w-]{20,})", "gl", entropy=3.0),
    _of("Slack token", r"\b(xox[abeoprs]-[A-Za-z0-9-]{20,})", "xox", entropy=3.0),
    _of("Slack webhook", r"(https://hooks\.slack\.com/services/T\w{6,}/B\w{6,}/\w{20,})", "hooks.slack"),
    _of("Google API key", r"\b(AIza[\w-]{35})(?![\w-])", "aiza", entropy=3.5),
    _of("Stripe key", r"\b((?:sk|rk)_live_[A-Za-z0-9]{20,})", "_live_", entropy=3.0),
    _of("npm token", r"\b(npm_[A-Za-z0-9]{36})\b", "npm_", entropy=3.5),
    _of("PyPI token", r"\b(pypi-AgE[\w-]{50,})", "pypi-"),
    _of("SendGrid key", r"\b(SG\.[\w-]{20,}\.[\w-]{40,})", "sg.", entropy=3.5),
    _of("JSON web token", r"\b(eyJ[\w-]{15,}\.eyJ[\w-]{15,}\.[\w-]{20,})", "eyj", entropy=3.5),
    _of("password in an address", r"\b[a-z][a-z0-9+.-]{1,20}://[^\s/:@'\"]{0,64}:([^\s/:@'\"]{6,100})@[\w.-]", "://",
        entropy=2.5),
    _of("secret in an assignment",
        r"(?i)(?:^|[\W_])(?:password|passwd|pwd|secret|token|api_?key|access_?key|private_?key|credentials?)"
        r"['\"]?\]?\s{0,4}(?::=|=>|[:=])\s{0,4}['\"]([^'\"\s]{8,200})['\"]",
        "pass", "pwd", "secret", "token", "key", "credential", entropy=3.2),
    _of("secret in a variable file",
        r"(?i)^\s*(?:export\s+)?[A-Z0-9_]*(?:PASSWORD|PASSWD|SECRET|TOKEN|API_?KEY|ACCESS_?KEY|PRIVATE_?KEY)(?:_\w*)?"
        r"\s{0,4}[=:]\s{0,4}([^\s'\"#,]{8,200})\s*$",
        "pass", "secret", "token", "key", entropy=3.2),
)  # fmt: skip

_PLACEHOLDER = re.compile(
    r"(?i)example|placeholder|change|dummy|sample|your|insert|replace|redacted|xxx|\.\.\.|<[^>]*>|\*{3}|test|fake|"
    r"secret_?name|not-?a-?secret|p[a4]ssw[o0]rd|^(?:true|false|none|null|undefined|localhost)$"
)
_REFERENCE = re.compile(
    r"[${}]|%\(|\{\{|<%|^(?:vault|exec|env|file|ref|arn|kms|gcp|aws|ssm|sops|secret|op|kubernetes-secret)\b[:./]|"
    r"[()\[\];]|^(?:/|\./|\.\./|~/|https?://)|^[a-z_]+(?:\.[A-Za-z_]\w*)+$|^(?:process|os|self|this|config|settings)\."
)
_WORD = r"(?:[A-Z]?[a-z]+(?:[A-Z][a-z]+)*|[A-Z]+)"
_WORDS = re.compile(rf"^{_WORD}(?:[-_. ]{_WORD})*\d{{0,2}}$")


class Spotted(NamedTuple):
    kind: str
    secret: str


def spot(line: str) -> Iterator[Spotted]:
    """Secrets in one line of text. A line that says `gonogo:allow-secret` has been judged by a person."""
    lower = line.lower()
    if len(line) > LONGEST_LINE or _ALLOWED in lower:
        return
    for pattern in PATTERNS:
        if not any(sign in lower for sign in pattern.signs):
            continue
        for found in pattern.regex.finditer(line):
            if _real(found[1], pattern):
                yield Spotted(pattern.kind, found[1])
                return


def _real(secret: str, pattern: Pattern) -> bool:
    if not pattern.entropy:
        return True
    if _PLACEHOLDER.search(secret) or entropy(secret) < pattern.entropy:
        return False
    loose = pattern.kind.startswith(("secret in", "password in"))
    return not (loose and (_REFERENCE.search(secret) or _WORDS.match(secret)))


def entropy(text: str) -> float:
    """Shannon's, in bits per character."""
    counts = Counter(text)
    return -sum(n / len(text) * math.log2(n / len(text)) for n in counts.values()) if text else 0.0


def mask(secret: str) -> str:
    """So much of it that its owner knows which one is meant, and nobody else can use it."""
    if secret.startswith("-----"):
        return "a private key"
    kept = secret[:4] if len(secret) >= 16 else ""
    return f"{kept}… ({len(secret)} characters)"
