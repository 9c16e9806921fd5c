from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from gonogo.config.release_file import read
from gonogo.model.errors import InputError
from gonogo.model.settings import ReleaseFile

Reader = Callable[..., ReleaseFile]


@pytest.fixture
def reading() -> Reader:
    """Text and variables → the release file, as if it lay in /srv/shop."""

    def one(text: str, **environ: str) -> ReleaseFile:
        return read(text.encode(), Path("/srv/shop/gonogo.yaml"), environ)

    return one


@pytest.fixture
def problems(reading: Reader) -> Callable[..., list[str]]:
    """Text and variables → every problem as `line:column: message (remedy)`."""

    def all_of(text: str, **environ: str) -> list[str]:
        with pytest.raises(InputError) as caught:
            reading(text, **environ)
        return [str(problem).removeprefix("gonogo.yaml:") for problem in caught.value.problems]

    return all_of
