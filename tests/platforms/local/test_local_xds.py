from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gonogo.model.errors import PermanentError
from gonogo.model.units import Ratio
from gonogo.platforms.local import xds
from gonogo.platforms.local.counters import is_error, series

parts = st.lists(st.integers(0, 1000), min_size=1, max_size=6).filter(any)


@given(parts)
def test_shares_are_whole_and_close(numbers: list[int]) -> None:
    total = sum(numbers)
    weights = {f"r{i}": Ratio(n / total) for i, n in enumerate(numbers)}
    shares = xds.shares(weights)
    assert sum(shares.values()) == xds.TOTAL_WEIGHT
    assert set(shares) == {name for name, weight in weights.items() if weight}
    assert all(abs(shares[n] - weights[n] * xds.TOTAL_WEIGHT) <= len(numbers) for n in shares)
    assert min(shares.values()) >= 1


def test_a_tiny_share_is_never_rounded_away() -> None:
    assert xds.shares({"a": Ratio(0.99999), "b": Ratio(0.00001)}) == {"a": 9999, "b": 1}


def test_nobody_is_a_valid_split() -> None:
    assert xds.shares({}) == {} == xds.shares({"a": Ratio(0)})
    assert "direct_response" in xds.routes({})["virtual_hosts"][0]["routes"][0]


@pytest.mark.parametrize("weights", [{"a": 0.5}, {"a": 0.7, "b": 0.7}, {"a": 1.5, "b": -0.5}])
def test_other_splits_are_refused(weights: dict[str, float]) -> None:
    with pytest.raises(PermanentError, match="sum to 1"):
        xds.shares({name: Ratio(weight) for name, weight in weights.items()})


@pytest.mark.parametrize(
    ("code", "flags", "error"),
    [
        ("200", "-", False),
        ("404", "-", False),
        ("500", "-", True),
        ("503", "UH", True),
        ("0", "DC", False),
        ("0", "UC", True),
        ("0", "-", True),
        ("", "DC,UT", False),
    ],
)
def test_what_counts_as_an_error(code: str, flags: str, error: bool) -> None:
    assert is_error(code, flags) is error


def _lines(revision: str, instance: str, code: str, flags: str, counts: dict[str, int]) -> str:
    tags = f'revision="{revision}",instance="{instance}",code="{code}",flags="{flags}"'
    return "".join(f'envoy_gonogo_ms_bucket{{{tags},le="{edge}"}} {n}\n' for edge, n in counts.items())


def test_series_add_up_over_answers() -> None:
    text = (
        "# TYPE envoy_gonogo_ms histogram\n"
        + _lines("r8", "127.0.0.1:1", "200", "-", {"100": 5, "250": 8, "+Inf": 10})
        + _lines("r8", "127.0.0.1:1", "500", "-", {"100": 1, "250": 1, "+Inf": 2})
        + _lines("r8", "", "503", "UH", {"100": 3, "250": 3, "+Inf": 3})
        + _lines("gone", "127.0.0.1:9", "200", "-", {"100": 1, "250": 1, "+Inf": 1})
    )
    found = series(text, {("r8", "127.0.0.1:1"): "r8-1", ("r8", "127.0.0.1:2"): "r8-2"}, "epoch")
    assert [(s.revision, s.instance, s.requests, s.errors) for s in found] == [
        ("r8", "r8", 3, 3),
        ("r8", "r8-1", 12, 2),
        ("r8", "r8-2", 0, 0),
    ]
    assert found[1].buckets == ((0.1, 6), (0.25, 9), (float("inf"), 12))
    assert (0.25, 0) in found[2].buckets
