"""What people write, and what is understood. The day is Tuesday, 3 March 2026."""

from __future__ import annotations

import time
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gonogo.inspect.sentence import understand, version

TODAY = date(2026, 3, 3)
NOTHING = {
    "intent": "",
    "service": "",
    "version": "",
    "previous": "",
    "strategy": "",
    "refused": set(),
    "environment": "",
    "urgency": "",
    "severity": "",
    "flag": "",
    "migration": None,
    "hints": set(),
    "tickets": (),
    "risks": set(),
    "at": "",
    "asks": set(),
}
"""What every phrasing is compared with in full: whatever a case doesn't name must be as here."""


def found(sentence: str) -> dict[str, object]:
    asked = understand(sentence, TODAY)
    when = asked.schedule
    told = {name: getattr(asked, name) for name in NOTHING if name not in ("at", "asks")}
    told |= {name: set(told[name]) for name in ("refused", "hints", "risks")}
    told["at"] = "" if when is None else _at(when)
    told["asks"] = {question.about for question in asked.questions}
    return told


def _at(when) -> str:
    if when.after is not None:
        return f"+{when.after:.0f}"
    return " ".join(part for part in (when.date, when.time, when.until, when.zone) if part)


CHECKOUT = {"intent": "deploy", "service": "checkout", "version": "2.3.0"}
PLAIN = [
    ("Deploy checkout 2.3.0", CHECKOUT),
    (
        "Deploy checkout 2.3.0 with a discount_code column, canary",
        CHECKOUT | {"strategy": "canary", "migration": True, "hints": {"expand"}},
    ),
    (
        "deploy checkout v2.3.0 to production tomorrow at 14:00 Europe/Berlin",
        CHECKOUT | {"environment": "production", "at": "2026-03-04 14:00 Europe/Berlin"},
    ),
    (
        "Hotfix auth-service to 1.4.7, SEV1 INC-482",
        {"service": "auth-service", "version": "1.4.7", "urgency": "hotfix", "severity": "SEV1",
         "tickets": ("INC-482",), "risks": {"access"}},
    ),
    ("Release orders@3.1.4 in 2 hours", {"intent": "deploy", "service": "orders", "version": "3.1.4", "at": "+7200"}),
    ("ship checkout 2.3.0 in half an hour", CHECKOUT | {"at": "+1800"}),
    ("Upgrade search from 2.2 to 2.3 in staging",
     {"intent": "deploy", "service": "search", "version": "2.3", "previous": "2.2", "environment": "staging"}),
    ("ghcr.io/acme/checkout:2.3.0, rolling", {"service": "checkout", "version": "2.3.0", "strategy": "rolling"}),
    ("Roll out the checkout service version 2.3.0 blue/green", CHECKOUT | {"strategy": "blue-green"}),
    ("deploy checkout 2.3.0 all at once", CHECKOUT | {"strategy": "direct"}),
    ("Release checkout version 7 behind flag new-pricing",
     {"intent": "deploy", "service": "checkout", "version": "7", "flag": "new-pricing"}),
    ("Deploy checkout 2.3.0 and drop the legacy_code column",
     CHECKOUT | {"migration": True, "hints": {"contract"}}),
    ("Deploy checkout 2.3.0, add an index on orders.created_at",
     CHECKOUT | {"migration": True, "hints": {"locking"}}),
    ("Deploy checkout 2.3.0, add an index on orders.created_at concurrently", CHECKOUT | {"migration": True}),
    ("Deploy checkout 2.3.0 with a backfill of totals",
     CHECKOUT | {"migration": True, "hints": {"backfill"}}),
    ("Deploy checkout 2.3.0 with a new table for coupons",
     CHECKOUT | {"migration": True, "hints": {"expand"}}),
    ("Deploy checkout 2.3.0, rename the total column", CHECKOUT | {"migration": True, "hints": {"contract"}}),
    ("Deploy checkout 2.3.0 with a schema change", CHECKOUT | {"migration": True}),
    ("Deploy checkout 2.3.0; JIRA-77, #912", CHECKOUT | {"tickets": ("JIRA-77", "#912")}),
    ("Deploy checkout 2.3.0 on 2026-03-06 at 14:00 UTC", CHECKOUT | {"at": "2026-03-06 14:00 UTC"}),
    ("Deploy checkout 2.3.0 between 14:00 and 16:00 UTC on 2026-03-06",
     CHECKOUT | {"at": "2026-03-06 14:00 16:00 UTC"}),
    ("2026-03-06T14:00:00Z deploy checkout 2.3.0", CHECKOUT | {"at": "2026-03-06 14:00 UTC"}),
    ("2026-03-06T14:00+02:00 deploy checkout 2.3.0", CHECKOUT | {"at": "2026-03-06 14:00 +02:00"}),
    ("Deploy checkout 2.3.0 on 6 March at 2pm UTC", CHECKOUT | {"at": "2026-03-06 14:00 UTC"}),
    ("Deploy checkout 2.3.0 on March 6th, 2026 at noon London time",
     CHECKOUT | {"at": "2026-03-06 12:00 Europe/London"}),
    ("Deploy checkout 2.3.0 on Friday at 9:30 am UTC", CHECKOUT | {"at": "2026-03-06 09:30 UTC"}),
    ("Deploy checkout 2.3.0 to staging, then test", CHECKOUT | {"environment": "staging"}),
    ("Roll back checkout to 2.2.9", {"intent": "rollback", "service": "checkout", "version": "2.2.9"}),
    ("First deployment of the search service 1.0.0",
     {"intent": "deploy", "service": "search", "version": "1.0.0", "risks": {"first"}}),
    ("Please release the payment-api service, urgent, P1",
     {"intent": "deploy", "service": "payment-api", "urgency": "urgent", "severity": "P1", "risks": {"money"}}),
    ("Deploy checkout 2.3.0, a breaking change, during peak", CHECKOUT | {"risks": {"breaking", "peak"}}),
]  # fmt: skip

ODD = [
    ("", {}),
    ("   \t\n ", {}),
    ("?!", {}),
    ("🚀", {}),
    ("deploy it", {"intent": "deploy"}),
    ("deploy 🚀 checkout 2.3.0 🎉", CHECKOUT),
    ("DEPLOY CHECKOUT 2.3.0 TO PRODUCTION NOW!!!", CHECKOUT | {"environment": "production", "at": "+0"}),
    ("bump checkout to 2.3", {"intent": "deploy", "service": "checkout", "version": "2.3"}),
    ("bump checkout v2→v3", {"intent": "deploy", "service": "checkout", "version": "3", "previous": "2"}),
    ("checkout 2.2.9 -> 2.3.0", {"service": "checkout", "version": "2.3.0", "previous": "2.2.9"}),
    ("checkout 2.2.9=>2.3.0", {"service": "checkout", "version": "2.3.0", "previous": "2.2.9"}),
    ("deploy checkout 2.3.0-rc.1+build.5", CHECKOUT | {"version": "2.3.0-rc.1+build.5"}),
    ("deploy checkout-2.3.0.", CHECKOUT),
    ("Checkout 2.3.0 am 6.3.2026 um 14:30 Uhr ausrollen", CHECKOUT | {"at": "2026-03-06 14:30", "asks": {"zone"}}),
    ("checkout 2.3.0 morgen um 14 Uhr UTC ausrollen", CHECKOUT | {"at": "2026-03-04 14:00 UTC"}),
    ("checkout 2.3.0 am 6.3. um 14:00 UTC", {"service": "checkout", "version": "2.3.0", "at": "2026-03-06 14:00 UTC"}),
    ("checkout 2.3.0 ohne Ausfall, neue Spalte",
     {"service": "checkout", "version": "2.3.0", "migration": True, "hints": {"expand"}, "risks": {"no downtime"}}),
    ("canray of checkout 2.3.0 in prodcution",
     {"service": "checkout", "version": "2.3.0", "strategy": "canary", "environment": "production"}),
    ("delpoy checkout 2.3.0 as a cannary", CHECKOUT | {"strategy": "canary"}),
    ("deploy checkout 2.3.0, not a canary", CHECKOUT | {"refused": {"canary"}, "asks": {"strategy"}}),
    ("deploy checkout 2.3.0, don't use canary, use rolling", CHECKOUT | {"refused": {"canary"}, "strategy": "rolling"}),
    ("deploy checkout 2.3.0 rolling instead of blue-green",
     CHECKOUT | {"refused": {"blue-green"}, "strategy": "rolling"}),
    ("deploy checkout 2.3.0; canary is not an option", CHECKOUT | {"refused": {"canary"}, "asks": {"strategy"}}),
    ("Don't deploy checkout 2.3.0", CHECKOUT | {"intent": "", "asks": {"intent"}}),
    ("deploy checkout 2.3.0, no migration, no rush", CHECKOUT | {"migration": False, "urgency": "normal"}),
    ("deploy checkout 2.3.0, the schema stays the same", CHECKOUT | {"migration": False}),
    ("deploy checkout 2.3.0, it's not urgent and not a hotfix", CHECKOUT | {"urgency": "normal"}),
    ("deploy checkout 2.3.0 with zero downtime", CHECKOUT | {"risks": {"no downtime"}}),
    ("deploy checkout 2.3.0 to staging, not to production", CHECKOUT | {"environment": "staging"}),
    ("checkout 2.3.0 was tested in staging, now to production",
     {"service": "checkout", "version": "2.3.0", "environment": "production", "at": "+0"}),
    ("promote checkout 2.3.0 from staging to production", CHECKOUT | {"environment": "production"}),
    ("deploy checkout 2.3.0 to staging and production", CHECKOUT | {"asks": {"environment"}}),
    ("deploy checkout 2.3.0 or 2.4.0", CHECKOUT | {"version": "", "asks": {"version"}}),
    ("deploy checkout 2.3.0 and search 1.2.0", {"intent": "deploy", "asks": {"version", "service"}}),
    ("deploy checkout 2.4.0, not 2.3.0", CHECKOUT | {"version": "2.4.0"}),
    ("deploy checkout 2.3.x", CHECKOUT | {"version": "", "asks": {"version"}}),
    ("deploy checkout 6.3.2026",
     {"intent": "deploy", "service": "checkout", "at": "2026-03-06", "asks": {"version", "time"}}),
    ("deploy checkout v6.3.2026", CHECKOUT | {"version": "6.3.2026"}),
    ("deploy checkout 2024.10.1", CHECKOUT | {"version": "2024.10.1"}),
    ("upgrade checkout to Python 3.12", {"intent": "deploy", "service": "checkout"}),
    ("deploy checkout 2.3.0 on node 20.1 and postgres 16.2", CHECKOUT),
    ("deploy checkout 2.3.0 to 10.0.0.12 with a 99.9 % target and a 2.5s timeout", CHECKOUT),
    ('deploy checkout 2.3.0 (fixes "v1.9 crashes in production at peak") to staging',
     CHECKOUT | {"environment": "staging", "risks": {"peak"}}),
    ("“Deploy” ‘checkout’ 2.3.0", CHECKOUT),
    ("deploy checkout\x00 2.3.0\x1b[31m\u200b canary", CHECKOUT | {"strategy": "canary"}),
    ("deploy checkout 2.3.0 next Friday at 10:00 UTC", CHECKOUT | {"at": "10:00 UTC", "asks": {"date"}}),
    ("deploy checkout 2.3.0 on Tuesday at 10:00 UTC", CHECKOUT | {"at": "10:00 UTC", "asks": {"date"}}),
    ("deploy checkout 2.3.0 on Friday evening", CHECKOUT | {"at": "2026-03-06", "asks": {"time"}}),
    ("deploy checkout 2.3.0 tonight", CHECKOUT | {"at": "2026-03-03", "asks": {"time"}}),
    ("deploy checkout 2.3.0 at 14:00", CHECKOUT | {"at": "2026-03-03 14:00", "asks": {"zone"}}),
    ("deploy checkout 2.3.0 at 14:00 CET", CHECKOUT | {"at": "2026-03-03 14:00", "asks": {"zone"}}),
    ("deploy checkout 2.3.0 at 14:00 Europe/Berln", CHECKOUT | {"at": "2026-03-03 14:00", "asks": {"zone"}}),
    ("deploy checkout 2.3.0 on 3/6/2026 at 9am UTC", CHECKOUT | {"at": "09:00 UTC", "asks": {"date"}}),
    ("deploy checkout 2.3.0 on 31.2.2026 at 9am UTC", CHECKOUT | {"at": "09:00 UTC", "asks": {"date"}}),
    ("deploy checkout 2.3.0 at midnight UTC tomorrow", CHECKOUT | {"at": "2026-03-04 00:00 UTC", "asks": {"time"}}),
    ("deploy checkout 2.3.0 yesterday at 9am UTC", CHECKOUT | {"at": "2026-03-02 09:00 UTC", "asks": {"date"}}),
    ("revert the discount change in checkout", {"service": "checkout", "asks": {"intent"}}),
    ("deploy checkout 2.3.0. It fixes INC-7. Canary! Tomorrow, 9:00 UTC.",
     CHECKOUT | {"tickets": ("INC-7",), "strategy": "canary", "at": "2026-03-04 09:00 UTC"}),
    ("deploy checkout 2.3.0: UTF-8 and SHA-256 handling, CVE-2024-1234",
     CHECKOUT | {"tickets": ("CVE-2024-1234",), "risks": {"security"}}),
    ("deploy checkout 2.3.0, p95 and P99 look fine", CHECKOUT),
    ("deploy checkout 2.3.0 with a new index.html and an index page", CHECKOUT),
    ("deploy checkout 2.3.0, the migration to Kubernetes is done", CHECKOUT),
    ("deploy checkout 2.3.0 with downtime; no downtime",
     CHECKOUT | {"risks": {"downtime", "no downtime"}, "asks": {"risk"}}),
    ("canary or rolling for checkout 2.3.0", {"service": "checkout", "version": "2.3.0", "asks": {"strategy"}}),
    ("this replaces checkout 2.2.9", {"service": "checkout", "previous": "2.2.9", "asks": {"version"}}),
    ("deploy frontend:v0.10.7 and checkoutservice:v0.10.7",
     {"intent": "deploy", "version": "0.10.7", "asks": {"service"}}),
    ("deploy frontend to production", {"intent": "deploy", "service": "frontend", "environment": "production"}),
    ("deploy checkout 2.3.0 " + "A1b/" * 1_000, CHECKOUT),
    ("roll back the back office", {"intent": "rollback"}),
    ("deploy checkout 2.3.0 " + "x " * 5_000, CHECKOUT),
    ("deploy checkout 2.3.0 " + "and " * 10_000, CHECKOUT | {"asks": {"sentence"}}),
]  # fmt: skip


@pytest.mark.parametrize(("sentence", "expected"), [pytest.param(s, e, id=s[:60] or "empty") for s, e in PLAIN + ODD])
def test_phrasing(sentence: str, expected: dict[str, object]) -> None:
    assert found(sentence) == NOTHING | expected


def test_words_stand_where_the_spans_say() -> None:
    for sentence, _ in PLAIN + ODD:
        for said in understand(sentence, TODAY).said:
            start, end = said.span
            assert 0 <= start < end <= len(sentence)
            assert said.words and len(said.words) == end - start


def test_a_version_has_no_leading_v_and_several_are_none() -> None:
    assert version("deploy shop v5") == "5"
    assert version("Deploy shop 2.3.0, canary") == "2.3.0"
    assert version("2.3.0 or 2.4.0") == ""
    assert version("") == ""


@pytest.mark.parametrize("piece", ["1.", "v", "a-b", "-", "from 1.1 ", "add a b c d ", "1.2.3 -> ", "x1"])
def test_no_sentence_takes_long(piece: str) -> None:
    """Of a processor: well under a second each; a pattern that backtracks takes minutes."""
    began = time.process_time()
    understand((piece * 20_000)[:20_000], TODAY)
    assert time.process_time() - began < 5


WORDS = """deploy checkout 2.3.0 v2 not canary rolling next friday 6.3. 14:00 UTC + -> " ' ( # INC-1 prod to from
    31.12.2026 99% İ 24:00 13/13/2026 99:99 Europe/X in 5 hours midnight 2026-13-45 9999-12-31 drop column flag
    : = revert"""


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.sampled_from([*WORDS.split(), "\x00"]), max_size=12),
    st.sampled_from([" ", "", ", "]),
    st.dates(date(1970, 1, 1), date(2200, 1, 1)),
)
def test_any_words_in_any_order_are_read(words: list[str], between: str, today: date) -> None:
    sentence = between.join(words)
    for said in understand(sentence, today).said:
        assert len(said.words) == said.span[1] - said.span[0] > 0
