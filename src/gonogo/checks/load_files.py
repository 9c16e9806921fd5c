"""Read what load generators write: k6's summary, Locust's statistics, JMeter's results."""

from __future__ import annotations

import csv
import io
import math
from collections import Counter
from collections.abc import Iterable
from typing import Any

import msgspec

from gonogo.checks.files import Unreadable, text
from gonogo.checks.json_report import field, read_json
from gonogo.model.units import Duration, Instant, Ratio

MOST_ROWS = 5_000_000


class Load(msgspec.Struct, frozen=True):
    path: str
    tool: str
    requests: int
    errors: Ratio
    """Share that failed."""
    p95: Duration | None = None
    rate: float | None = None
    """Requests per second."""
    failed: tuple[str, ...] = ()
    """Thresholds of its own that it says were crossed."""
    written_at: Instant = Instant(0)


def read_load(content: bytes, path: str, written_at: Instant) -> Load:
    """Raises Unreadable for anything else."""
    if content.lstrip()[:1] == b"{":
        return _k6(read_json(content), path, written_at)
    rows = csv.DictReader(io.StringIO(text(content)))
    try:
        names = set(rows.fieldnames or ())
        if {"timeStamp", "elapsed", "success"} <= names:
            return _jmeter(rows, path, written_at)
        if {"Name", "Request Count", "Failure Count", "95%"} <= names:
            return _locust(rows, path, written_at)
    except (csv.Error, ValueError, TypeError) as error:
        raise Unreadable(f"a row that can't be read: {str(error)[:80]}") from None
    raise Unreadable("neither k6's summary, nor Locust's statistics, nor JMeter's results")


def _k6(data: dict[str, Any], path: str, at: Instant) -> Load:
    metrics = data.get("metrics")
    if not isinstance(metrics, dict) or "http_reqs" not in metrics:
        raise Unreadable("not k6's summary: it counts no request")

    def value(metric: str, *names: str) -> float | None:
        """Both forms: `--summary-export` has the values directly, `handleSummary` under `values`."""
        found = metrics.get(metric)
        for name in names:
            one = field(found, "values", name) if field(found, "values") is not None else field(found, name)
            if isinstance(one, int | float) and not isinstance(one, bool):
                return float(one)
        return None

    requests = value("http_reqs", "count")
    errors = value("http_req_failed", "rate", "value")
    if not requests or errors is None:
        raise Unreadable("k6's summary counts no request, or not which ones failed")
    milliseconds = value("http_req_duration", "p(95)")
    p95 = None if milliseconds is None else Duration(milliseconds / 1000)
    return Load(path, "k6", int(requests), Ratio(errors), p95, value("http_reqs", "rate"), _crossed(metrics), at)


def _crossed(metrics: dict[str, Any]) -> tuple[str, ...]:
    found = []
    for metric, values in metrics.items():
        limits = field(values, "thresholds")
        for limit, crossed in limits.items() if isinstance(limits, dict) else ():
            # `--summary-export` says true for a threshold that was crossed; `handleSummary` says ok: false.
            if crossed is True or (isinstance(crossed, dict) and crossed.get("ok") is False):
                found.append(f"{metric}: {limit}")
    return tuple(found)


def _locust(rows: Iterable[dict[str, str]], path: str, at: Instant) -> Load:
    total = next((row for row in rows if row["Name"] == "Aggregated"), None)
    if total is None:
        raise Unreadable("Locust's statistics have no line of totals")
    requests, failures = int(total["Request Count"]), int(total["Failure Count"])
    p95 = Duration(float(total["95%"]) / 1000) if total["95%"] not in ("", "N/A") else None
    rate = float(total["Requests/s"]) if total.get("Requests/s") else None
    return Load(path, "Locust", requests, Ratio(failures / requests if requests else 0.0), p95, rate, (), at)


def _jmeter(rows: Iterable[dict[str, str]], path: str, at: Instant) -> Load:
    times: Counter[int] = Counter()
    failures, first, last = 0, math.inf, 0.0
    for number, row in enumerate(rows):
        if number >= MOST_ROWS:
            raise Unreadable(f"more than {MOST_ROWS} rows")
        elapsed, began = int(row["elapsed"]), int(row["timeStamp"])
        times[elapsed] += 1
        failures += row["success"].lower() != "true"
        first, last = min(first, began), max(last, began + elapsed)
    requests = times.total()
    if not requests:
        raise Unreadable("JMeter's results have no row")
    seconds = (last - first) / 1000
    ran_at = Instant(min(at, last / 1000))
    rate = requests / seconds if seconds > 0 else None
    return Load(path, "JMeter", requests, Ratio(failures / requests), _p95(times, requests), rate, (), ran_at)


def _p95(times: Counter[int], requests: int) -> Duration:
    below = 0
    for elapsed in sorted(times):
        below += times[elapsed]
        if below >= 0.95 * requests:
            return Duration(elapsed / 1000)
    raise AssertionError("unreachable: all of them are more than 95 %")
