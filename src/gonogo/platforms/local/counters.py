"""Envoy's histogram in Prometheus' text form → one cumulative series per instance."""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Mapping

from gonogo.model.metrics import SeriesSample
from gonogo.platforms.local import xds

NOBODY = ""
"""Address of requests that reached no instance, because the revision had no ready one."""
_TAG = re.compile(r'(\w+)="([^"]*)"')
_BUCKETS = f"envoy_{xds.STATS}_ms_bucket{{"
_ZEROS = tuple((edge / 1000, 0) for edge in (*xds.EDGES, math.inf))
Key = tuple[str, str]
"""Revision, and `address:port` or NOBODY."""


def is_error(code: str, flags: str) -> bool:
    """Answers of 500 and above, and requests that ended without any answer, unless the client went away (DC)."""
    if code in ("", "0"):
        return "DC" not in flags.split(",")
    return int(code) >= 500


def parse(text: str) -> tuple[dict[Key, int], dict[Key, dict[float, int]]]:
    """(errors, cumulative counts by upper edge in seconds) for each revision and instance."""
    errors: dict[Key, int] = defaultdict(int)
    buckets: dict[Key, dict[float, int]] = defaultdict(lambda: defaultdict(int))
    for line in text.splitlines():
        if not line.startswith(_BUCKETS):
            continue
        labels, _, value = line.rpartition(" ")
        tags = dict(_TAG.findall(labels))
        key = (tags["revision"], tags["instance"])
        buckets[key][float(tags["le"]) / 1000] += int(value)
        if tags["le"] == "+Inf" and is_error(tags["code"], tags["flags"]):
            errors[key] += int(value)
    return errors, buckets


def series(text: str, instances: Mapping[Key, str], epoch: str) -> tuple[SeriesSample, ...]:
    """`instances` names those whose requests count: (revision, address) → instance. One that had no request yet gets a
    series of zeros, so that its first requests show as a difference. Requests of a revision that reached none of its
    instances stand under the revision's own name."""
    errors, buckets = parse(text)
    revisions = {revision for revision, _ in instances}
    named = dict(instances) | {(r, NOBODY): r for r in revisions if (r, NOBODY) in buckets}
    samples = []
    for key, instance in sorted(named.items(), key=lambda item: (item[0][0], item[1])):
        counted = tuple(sorted(buckets[key].items())) if key in buckets else _ZEROS
        samples.append(SeriesSample(key[0], instance, epoch, counted[-1][1], errors.get(key, 0), counted))
    return tuple(samples)
