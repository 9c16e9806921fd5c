"""What a sentence about a release says, each thing with the words it came from."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from gonogo.model.units import Duration


class Confidence(StrEnum):
    SURE = "sure"
    LIKELY = "likely"
    GUESS = "guess"


class Said(msgspec.Struct, frozen=True):
    """`span` are positions in the sentence: `sentence[span[0]:span[1]] == words`."""

    what: str
    """`version`, `service`, `strategy`, …: the first column of the tables."""
    value: str
    words: str
    span: tuple[int, int]
    confidence: Confidence = Confidence.SURE
    denied: bool = False
    """The sentence says that it is not so."""


class Question(msgspec.Struct, frozen=True):
    """Something only the person who wrote the sentence can settle."""

    about: str
    text: str
    choices: tuple[str, ...] = ()
    words: str = ""


class Schedule(msgspec.Struct, frozen=True):
    """A moment as it was said. What was left open is empty: a date without a time, a time without a zone."""

    words: str
    span: tuple[int, int]
    date: str = ""
    """`2026-03-06`."""
    time: str = ""
    """`14:00`."""
    until: str = ""
    """End of a range of times."""
    zone: str = ""
    """IANA name or offset: `Europe/Berlin`, `UTC`, `+02:00`."""
    after: Duration | None = None
    """From the moment of asking; 0 is now."""


class Asked(msgspec.Struct, frozen=True):
    """`said` holds everything; the properties give what stands undisputed. Where two things compete there is a
    question, and the property is empty."""

    sentence: str
    said: tuple[Said, ...] = ()
    schedule: Schedule | None = None
    questions: tuple[Question, ...] = ()

    def all(self, what: str) -> tuple[Said, ...]:
        """Those said and not denied."""
        return tuple(s for s in self.said if s.what == what and not s.denied)

    def denied(self, what: str) -> tuple[Said, ...]:
        return tuple(s for s in self.said if s.what == what and s.denied)

    def only(self, what: str) -> str:
        """The one value said, or empty."""
        values = {s.value for s in self.all(what)}
        return values.pop() if len(values) == 1 else ""

    @property
    def intent(self) -> str:
        """`deploy`, `rollback`, or empty."""
        return self.only("intent")

    @property
    def service(self) -> str:
        return self.only("service")

    @property
    def version(self) -> str:
        return self.only("version")

    @property
    def previous(self) -> str:
        """The version it says is replaced."""
        return self.only("previous")

    @property
    def strategy(self) -> str:
        """`canary`, `rolling`, `blue-green`, `direct`, or empty."""
        return self.only("strategy")

    @property
    def refused(self) -> frozenset[str]:
        """Strategies it says not to use."""
        return frozenset(s.value for s in self.denied("strategy"))

    @property
    def environment(self) -> str:
        return self.only("environment")

    @property
    def urgency(self) -> str:
        """`hotfix`, `urgent`, `normal`, or empty."""
        return self.only("urgency")

    @property
    def severity(self) -> str:
        """`SEV1`, `P2`, …"""
        return self.only("severity")

    @property
    def flag(self) -> str:
        return self.only("flag")

    @property
    def migration(self) -> bool | None:
        """Whether the sentence says that the database changes; None where it doesn't say."""
        if self.all("migration"):
            return True
        return False if self.denied("migration") else None

    @property
    def hints(self) -> frozenset[str]:
        """Of a migration: `expand`, `contract`, `locking`, `backfill`."""
        return frozenset(s.value for s in self.all("hint"))

    @property
    def tickets(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(s.value for s in self.all("ticket")))

    @property
    def risks(self) -> frozenset[str]:
        return frozenset(s.value for s in self.all("risk"))
