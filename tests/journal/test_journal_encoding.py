from __future__ import annotations

import sqlite3
from contextlib import closing
from itertools import count, pairwise
from pathlib import Path
from typing import Any, get_args

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gonogo.journal import encoding
from gonogo.journal.interface import Journal, Recorded, Write
from gonogo.journal.open import open_journal
from gonogo.model.errors import PermanentError
from gonogo.model.events import Checkpointed, Event, Noted, Signed, StageEntered, Waived
from gonogo.model.items import Actor
from gonogo.model.units import Instant

words = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
numbers = st.floats(allow_nan=False, allow_infinity=False)
events = st.one_of(
    st.builds(Noted, words, words),
    st.builds(StageEntered, words),
    st.builds(Waived, words, words, numbers.map(Instant)),
    st.builds(Signed, words, words, words, st.none() | numbers.map(Instant)),
)
batches = st.lists(st.tuples(st.lists(events, max_size=4), numbers, st.builds(Actor, words, words)), max_size=6)
streams = (f"release/{n}" for n in count())


@given(batches)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_chain_comes_back_whole_and_in_order(
    journal: Journal, batches: list[tuple[list[Event], float, Actor]]
) -> None:
    stream = next(streams)
    written: list[Recorded] = []
    for batch, at, actor in batches:
        written += journal.append([Write(stream, len(written), tuple(batch))], actor, Instant(at))
    read = journal.read(stream)
    assert read == written
    assert [r.event for r in read] == [event for batch, _, _ in batches for event in batch]
    assert [r.n for r in read] == list(range(1, len(read) + 1))
    assert all(a.at <= b.at for a, b in pairwise(read))
    anchors = {stream: f"{read[-1].n}:{read[-1].hash}"} if read else {}
    assert journal.verify(anchors) == []


def build(type: msgspec.inspect.Type) -> Any:
    """A value of the type, in JSON's terms."""
    inspect = msgspec.inspect
    match type:
        case inspect.StructType():
            values = {f.encode_name: build(f.type) for f in type.fields}
            if type.array_like:
                return list(values.values())
            return values | ({type.tag_field: type.tag} if type.tag_field else {})
        case inspect.UnionType():
            return build(next(t for t in type.types if not isinstance(t, inspect.NoneType)))
        case inspect.VarTupleType() | inspect.ListType():
            return [build(type.item_type)] * 2
        case inspect.TupleType():
            return [build(t) for t in type.item_types]
        case inspect.DictType():
            return {build(type.key_type): build(type.value_type)}
        case inspect.EnumType():
            return next(iter(type.cls)).value
        case inspect.FloatType():
            return 1.5
        case inspect.IntType():
            return 3
        case inspect.BoolType():
            return True
        case inspect.StrType():
            return "text"
        case inspect.AnyType() | inspect.RawType():
            return {"any": 1}
    raise TypeError(type)


@pytest.mark.parametrize("kind", get_args(Event), ids=lambda kind: kind.__name__)
def test_every_kind_of_event_comes_back(journal: Journal, kind: type[Any]) -> None:
    event = msgspec.json.decode(msgspec.json.encode(build(msgspec.inspect.type_info(kind))), type=kind)
    recorded = journal.append([Write("s", 0, (event,))], Actor("ann"), Instant(1))
    (back,) = journal.read("s")
    assert type(back.event) is kind
    assert msgspec.json.encode(back.event) == msgspec.json.encode(event)
    assert back.hash == recorded[0].hash and journal.heads()[0].type == kind.__struct_config__.tag


def test_an_old_version_is_brought_up_to_date_step_by_step(journal: Journal, monkeypatch: pytest.MonkeyPatch) -> None:
    journal.append([Write("s", 0, (Noted("old"),))], Actor("ann"), Instant(1))
    monkeypatch.setitem(encoding.UPCASTS, ("noted", 1), lambda raw: raw | {"reason": raw["reason"] + " → 2"})
    journal.append([Write("s", 1, (Noted("newer"),))], Actor("ann"), Instant(1))
    monkeypatch.setitem(
        encoding.UPCASTS, ("noted", 2), lambda raw: {"type": "paused", "reason": raw["reason"] + " → 3"}
    )
    journal.append([Write("s", 2, (StageEntered("x"), Noted("now")))], Actor("ann"), Instant(1))
    read = [r.event for r in journal.read("s")]
    assert [(type(e).__name__, e.reason) for e in read if not isinstance(e, StageEntered)] == [  # type: ignore[union-attr]
        ("Paused", "old → 2 → 3"),
        ("Paused", "newer → 3"),
        ("Noted", "now"),
    ]
    assert journal.verify() == []


def test_raw_memories_survive_being_brought_up_to_date(journal: Journal, monkeypatch: pytest.MonkeyPatch) -> None:
    journal.append([Write("s", 0, (Checkpointed("i", msgspec.Raw(b'{"a":[1]}')),))], Actor("ann"), Instant(1))
    monkeypatch.setitem(encoding.UPCASTS, ("checkpointed", 1), lambda raw: raw | {"item": "j"})
    (back,) = [r.event for r in journal.read("s")]
    assert isinstance(back, Checkpointed) and (back.item, bytes(back.memory)) == ("j", b'{"a":[1]}')


def test_a_version_from_the_future_is_not_guessed_at(journal: Journal, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as future:
        future.setitem(encoding.UPCASTS, ("noted", 1), lambda raw: raw)
        journal.append([Write("s", 0, (StageEntered("x"), Noted("new")))], Actor("ann"), Instant(1))
    with pytest.raises(PermanentError, match="s, event 2: 'noted' version 2 was written by a newer gonogo"):
        journal.read("s")


@pytest.mark.parametrize(
    ("column", "value", "said"),
    [
        ("text", '{"type":"unheard_of"}', "unheard_of"),
        ("text", '{"type":"noted"}', "reason"),
        ("text", "no json", "malformed"),
        ("actor", "{}", "name"),
    ],
)
def test_a_stored_event_that_cannot_be_read_says_which(tmp_path: Path, column: str, value: str, said: str) -> None:
    path = tmp_path / "journal.db"
    with closing(open_journal(str(path))) as journal:
        journal.append([Write("s", 0, (Noted("a"), Noted("b")))], Actor("ann"), Instant(1))
        with closing(sqlite3.connect(path)) as raw:
            raw.execute("DROP TRIGGER events_stay")
            raw.execute(f"UPDATE events SET {column} = ? WHERE n = 2", (value,))
            raw.commit()
        with pytest.raises(PermanentError, match=f"s, event 2: .*{said}"):
            journal.read("s")
