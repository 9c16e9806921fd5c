"""YAML with places: what is read, and what is refused where."""

from __future__ import annotations

import time

import pytest

from gonogo.config.nodes import Absent, Mark, plain
from gonogo.config.yaml import RELEASE_FILE, Limits, read_yaml
from gonogo.model.errors import InputError


def told(content: str | bytes, limits: Limits = RELEASE_FILE) -> list[str]:
    with pytest.raises(InputError) as caught:
        read_yaml(content if isinstance(content, bytes) else content.encode(), "f.yaml", limits)
    return [str(problem) for problem in caught.value.problems]


def test_every_key_and_value_has_its_place():
    root = read_yaml("# é\nä: {b: [1, two]}\nc:\n  d: |\n    text\n".encode(), "f.yaml")
    assert plain(root) == {"ä": {"b": [1, "two"]}, "c": {"d": "text\n"}}
    assert root.get("ä").key == Mark(2, 1)
    assert root.get("ä", "b", 1).mark == Mark(2, 12)
    assert root.get("c", "d").key == Mark(4, 3)
    assert root.get("ä", "b", 2) is None


def test_a_byte_order_mark_and_windows_line_ends_are_read():
    assert plain(read_yaml(b"\xef\xbb\xbfa: 1\r\nb: 2\r\n", "f")) == {"a": 1, "b": 2}


@pytest.mark.parametrize(
    "text, value",
    [
        ("true", True), ("True", True), ("FALSE", False), ("yes", "yes"), ("on", "on"), ("off", "off"), ("n", "n"),
        ("~", Absent.NOTHING), ("null", Absent.NOTHING), ("nil", "nil"), ("''", ""), ("'1'", "1"), ('"true"', "true"),
        ("0", 0), ("-12", -12), ("+5", 5), ("0x1F", 31), ("0o17", 15), ("0644", "0644"), ("1_000", "1_000"),
        ("12:30", "12:30"), ("2024-01-02", "2024-01-02"), ("1.5", 1.5), (".5", 0.5), ("1.", 1.0), ("1e3", 1000.0),
        ("-.inf", float("-inf")), ("1" * 31, "1" * 31), ("+", "+"), (".", "."), ("-", [Absent.NOTHING]),
        ("!!str 12", "12"), ('!!int "12"', 12), ("!!float 1", 1.0), ("!!null ''", Absent.NOTHING), ("!!map {}", {}),
    ],
)  # fmt: skip
def test_what_a_scalar_is(text, value):
    got = plain(read_yaml((f"a: {text}\n" if text != "-" else "a:\n -\n").encode(), "f"))["a"]
    assert got == value and type(got) is type(value)


@pytest.mark.parametrize(
    "content, problem",
    [
        ("", "f.yaml:1:1: the file is empty"),
        ("# only words\n", "f.yaml:1:1: the file is empty"),
        (b"a: \xff\xfe", "f.yaml:1: not UTF-8 text: byte 0xff at offset 3 (save it as UTF-8, or name the right file)"),
        (b"\x7fELF\x02", "f.yaml:1: not UTF-8 text: byte 0x7f at offset 0 (save it as UTF-8, or name the right file)"),
        (
            "é: 1\nb: \x00\n".encode(),
            "f.yaml:2: not UTF-8 text: byte 0x00 at offset 9 (save it as UTF-8, or name the right file)",
        ),
        (
            b"\xef\xbb\xbfa\x01",
            "f.yaml:1: not UTF-8 text: byte 0x01 at offset 4 (save it as UTF-8, or name the right file)",
        ),
        ("a: 1".encode("utf-16"), "f.yaml:1: not UTF-8 text: byte 0xff at offset 0 "
                                  "(save it as UTF-8, or name the right file)"),
        ("a: 1\nb: 2\na: 3\n", "f.yaml:3:1: duplicate key 'a', first in line 1 (keep one of the two)"),
        ("a: {b: 1, b: 2}", "f.yaml:1:11: duplicate key 'b', first in line 1 (keep one of the two)"),
        ("a: 1\n---\nb: 2\n", "f.yaml:2:1: a second document begins here (keep one document in the file)"),
        ("%YAML 1.1\n---\na: 1", "f.yaml:1:1: a line that begins with % is a YAML directive; none is understood "
                                 "(take it out)"),
        ("a: !env X", "f.yaml:1:4: the tag '!env' is not understood (leave it out)"),
        ("a: !!python/object:os.system []", "f.yaml:1:4: the tag 'tag:yaml.org,2002:python/object:os.syst…' "
                                            "is not understood (leave it out)"),
        ("a: !!int x", "f.yaml:1:4: 'x' is not of the type !!int (leave the tag out)"),
        ("1: a", 'f.yaml:1:1: a key must be text, not 1 (put it in quotes: "1")'),
        ("[a]: b", "f.yaml:1:1: a key must be text, not a list, mapping or alias (put text in quotes)"),
        ("a: &x b\n*x : c", "f.yaml:2:1: a key must be text, not a list, mapping or alias (put text in quotes)"),
        ("a: *x", "f.yaml:1:4: the alias *x refers to no anchor above it"),
        ("a: &x [*x]", "f.yaml:1:8: the alias *x refers to what it is part of"),
        ('a: "\\e[31m"', "f.yaml:1:4: text with a control character in it (take the escape sequence out)"),
        ("a:\n\tb: 1", "f.yaml:2:1: not YAML: found character that cannot start any token while scanning for the "
                       "next token that begins in line 2 (indent with spaces, not tabs)"),
        ("a: b\n\tc: 1", "f.yaml:2:1: not YAML: found a tab character that violates indentation while scanning a "
                         "plain scalar that begins in line 1 (indent with spaces, not tabs)"),
        ("a: > 2 %", "f.yaml:1:6: not YAML: did not find expected comment or line break while scanning a block "
                     "scalar that begins in line 1 (put text that begins with > or | in quotes)"),
        ("a: @b", "f.yaml:1:4: not YAML: found character that cannot start any token while scanning for the next "
                  "token that begins in line 1 (put text that begins with @ in quotes)"),
        ("a: [1, 2\nb: 3", "f.yaml:2:2: not YAML: did not find expected ',' or ']' while parsing a flow sequence "
                           "that begins in line 1 (close the bracket, and put a comma between its elements)"),
        ("a: b: c", "f.yaml:1:5: not YAML: mapping values are not allowed in this context "
                    "(put text that holds ': ' in quotes)"),
        ("a: 'b", "f.yaml:1:6: not YAML: found unexpected end of stream while scanning a quoted scalar that begins "
                  "in line 1 (close the quote)"),
    ],
)  # fmt: skip
def test_what_is_refused_and_where(content, problem):
    assert told(content) == [problem]


def test_duplicates_and_tags_before_a_syntax_error_are_told_with_it():
    found = told("a: 1\na: !x 2\nb: [\n")
    assert [line.split(":")[1] for line in found[:2]] == ["2", "2"]
    assert found[2].startswith("f.yaml:4:1: not YAML")


def test_depth_is_limited_also_through_aliases():
    assert plain(read_yaml(b"[" * 50 + b"]" * 50, "f"))
    assert told("[" * 51 + "]" * 51) == ["f.yaml:1:51: nested deeper than 50 levels"]
    deep = "a: &a " + "[" * 30 + "]" * 30 + "\nb: " + "[" * 30 + "*a" + "]" * 30
    assert told(deep) == ["f.yaml:2:34: nested deeper than 50 levels by an alias"]


def bomb(levels: int, breadth: int) -> str:
    lines = ["l0: &l0 lol"]
    lines += [f"l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * breadth)}]" for n in range(1, levels)]
    return "\n".join(lines)


def test_a_bomb_of_aliases_is_refused_quickly():
    started = time.process_time()
    found = told(bomb(12, 10))
    assert time.process_time() - started < 0.5
    assert found == ["f.yaml:5:45: more than 10000 values, aliases written out (is this the file?)"]


def test_aliases_are_counted_as_what_they_stand_for():
    text = b"a: &a [1, 2]\nb: [*a, *a]\n"
    # the root, a's list of two, b's list of two lists of two
    assert read_yaml(text, "f", Limits(1000, 50, 11)).size == 11
    assert told(text, Limits(1000, 50, 10)) == [
        "f.yaml:2:9: more than 10 values, aliases written out (is this the file?)"
    ]


def test_a_list_of_a_million_is_refused_before_it_is_built():
    started = time.process_time()
    found = told("[" + "1," * 500_000 + "]")
    assert time.process_time() - started < 0.5
    assert found[0].endswith("more than 10000 values, aliases written out (is this the file?)")


def test_more_bytes_than_allowed():
    assert told(b"#" * 101, Limits(100, 5, 5)) == ["f.yaml: larger than 100 bytes (is this the right file?)"]
