from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))

from shop_site import Site, open_site


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Opened once for all releases of a module. At its end nothing may have been lost and nothing may still run."""
    with pytest.MonkeyPatch.context() as patch:
        directory = tmp_path_factory.mktemp("site")
        patch.setenv("GONOGO_STATE", str(directory / "state"))  # where this process looks for the platform, too
        made, load = open_site(directory)
        try:
            yield made
            load.stop()
            counted = load.close()
            assert counted is not None
            print(f"\n{counted}")
            assert (counted.lost_details, counted.unfinished) == ((), 0)
            assert counted.sent > 1000, "the load was no load"
        finally:
            load.close()
            made.journal.close()
            made.ground.clear()
            assert not made.processes()
