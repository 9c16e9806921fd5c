"""What the options of one command line stand for, opened when it is first needed."""

from __future__ import annotations

import os
import pwd
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from gonogo.cli.output import Output
from gonogo.model.errors import InputError, Problem
from gonogo.model.items import Actor

if TYPE_CHECKING:
    from gonogo.journal.interface import Journal
    from gonogo.model.settings import Environment, ReleaseFile


class Session:
    def __init__(
        self,
        *,
        journal: str | None = None,
        file: Path | None = None,
        environment: str | None = None,
        name: str | None = None,
        output: Output | None = None,
    ) -> None:
        self.journal_url = journal
        self.named_file = file
        self.environment = environment
        self.actor = Actor(name or login())
        """The person; nothing proves the name."""
        self.out = output or Output()
        self._file: ReleaseFile | None = None
        self._journal: Journal | None = None
        self._reading: Journal | None = None

    def __enter__(self) -> Session:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        for journal in (self._journal, self._reading):
            if journal is not None:
                journal.close()
        self._journal = self._reading = None

    @property
    def driver(self) -> Actor:
        """The same person, as the name behind what a driver writes."""
        return Actor(self.actor.name, "driver")

    def journal(self) -> Journal:
        """For writing; made where there is none."""
        from gonogo.journal.open import open_journal

        if self._journal is None:
            self._journal = open_journal(self.journal_url)
        return self._journal

    def reading(self, *, absent_is_empty: bool = False) -> Journal:
        """For reading alone. Where there is no journal yet: InputError, or an empty one."""
        from gonogo.journal.open import locate, memory_journal, open_journal

        if self._reading is None:
            path = locate(self.journal_url)
            missing = path is None or not path.exists()
            self._reading = (
                memory_journal() if missing and absent_is_empty else open_journal(self.journal_url, read_only=True)
            )
        return self._reading

    def file_path(self) -> Path:
        """The release file named, or found. Raises InputError."""
        from gonogo.config.load import find

        return self.named_file or find(Path.cwd())

    def file(self) -> ReleaseFile:
        if self._file is None:
            path = self.file_path()
            from gonogo.config.load import load

            self._file = load(path)
        return self._file

    def has_file(self) -> bool:
        """Whether a release file was named or lies here."""
        try:
            return self.file_path() is not None
        except InputError:
            return False

    def chosen(self) -> Environment:
        """The environment named, or the only one. Raises InputError that lists them."""
        from gonogo.config.complaints import nearest

        environments = self.file().environments
        if self.environment is None:
            if len(environments) > 1:
                message = f"which environment? {' or '.join(environments)}"
                raise InputError(Problem(message, self.file().path, f"add -e {next(iter(environments))}"))
            return next(iter(environments.values()))
        if self.environment not in environments:
            remedy = nearest(self.environment, environments)
            raise InputError(Problem(f"there is no environment {self.environment!r}", self.file().path, remedy))
        return environments[self.environment]

    def target(self) -> str:
        """Key of the file's target."""
        return f"{self.file().service}/{self.chosen().name}"


def login() -> str:
    """The user's name as the system knows it; variables could say anything."""
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return str(os.getuid())
