"""The command line's contract, as text files: what is typed, what is said, and the exit code."""

from __future__ import annotations

from pathlib import Path

import pytest
from contract_runner import World, play

CONTRACTS = sorted((Path(__file__).parent / "contract").glob("*.txt"))


@pytest.mark.parametrize("contract", CONTRACTS, ids=lambda path: path.stem)
def test_contract(contract: Path, world: World) -> None:
    play(contract, world)


def test_there_are_contracts() -> None:
    assert len(CONTRACTS) > 5
