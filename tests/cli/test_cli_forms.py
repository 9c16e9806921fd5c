"""The forms other tools read: each says what the answers say, and nothing that was found can break out of it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from msgspec.structs import replace
from plans import NOW, item, plan

from gonogo.cli import forms
from gonogo.cli.exits import Exit
from gonogo.cli.output import Paint
from gonogo.cli.places import Place, place
from gonogo.cli.views.formats import github, html_page, json_lines, junit, markdown, sarif
from gonogo.cli.views.formats.sheet import Sheet
from gonogo.cli.views.formats.table import FORMATS
from gonogo.cli.waivers import Waiver
from gonogo.model.errors import InputError
from gonogo.model.items import Evidence, Finding, Outcome, Requirement
from gonogo.model.stages import Decision, Reason, Stage, StageKind
from gonogo.model.units import Instant
from gonogo.rollout.gate import gate

EVIL = '</td><script>alert(1)</script>|`a`\n::error::x%0A\x1b[31m]]>"&\udc80'
PLAIN = Paint(False)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "a, b.py").write_text("one\n")
    return tmp_path


@pytest.fixture
def sheet(repository: Path) -> Sheet:
    """One item of every outcome, a finding in a file, one of no file, and a waiver that has ended."""
    outcomes = [o for o in Outcome if o not in (Outcome.PENDING, Outcome.SIGNED)]
    items = [item(o.replace("_", "-"), "tests-reported", why="because", remedy="mend it") for o in outcomes]
    people = [item("person", "sign-off"), item("signed", "sign-off"), item("advice", requirement=Requirement.ADVISED)]
    silent = item("silent", "tests-reported")
    stage = Stage("T-0", StageKind.BEFORE, "Right before", None, (*items, *people, silent))
    given = {i.id: Evidence(i.id, o, f"it is {o}", NOW, "T-0") for i, o in zip(items, outcomes, strict=True)}
    given["fail"] = replace(
        given["fail"],
        findings=(
            Finding("too long", "src/a, b.py:3:7", "81", "80", "break it"),
            Finding("not there", "bob"),
        ),
    )
    given["person"] = Evidence("person", Outcome.PENDING, "needs 1 signature", NOW, "T-0")
    given["signed"] = Evidence("signed", Outcome.SIGNED, "signed by bob", NOW, "T-0")
    given["advice"] = Evidence("advice", Outcome.FAIL, EVIL, NOW, "T-0")
    waivers = (
        Waiver("waived", "bob", "unverified", f"not today {EVIL}", Instant(NOW + 60)),
        Waiver("gone", "carol", "ssh", "once upon a time", Instant(NOW - 60), "it ended"),
    )
    made = replace(plan(walk=(stage,)), repository=str(repository), version=EVIL)
    return Sheet(
        "check",
        made,
        True,
        [stage],
        given,
        waivers,
        gate(stage.items, given, NOW),
        "gonogo check",
        Exit.NO_GO,
        lambda paint: iter(["all of it"]),
        lambda: {"kind": "check"},
    )


def results(sheet: Sheet) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for result in json.loads(sarif.render(sheet, PLAIN))["runs"][0]["results"]:
        found.setdefault(result["ruleId"], []).append(result)
    return found


def test_every_form_has_a_renderer_and_says_the_decision(sheet: Sheet, tmp_path: Path) -> None:
    wanted = [forms.Form(name, tmp_path / name) for name in FORMATS]
    forms.prepare(wanted)
    forms.show(sheet, wanted, None)  # type: ignore[arg-type]
    written = {name: (tmp_path / name).read_text() for name in FORMATS}
    assert all(written.values())
    assert "no_go" in written["jsonl"] and "no_go" in written["sarif"]
    assert all("no-go" in written[name] for name in ("markdown", "html", "junit", "github"))
    assert {p.name for p in tmp_path.iterdir()} == {*FORMATS, "src"}


def test_sarif_has_what_the_standard_requires(sheet: Sheet) -> None:
    made = json.loads(sarif.render(sheet, PLAIN))
    assert made["version"] == "2.1.0" and made["$schema"].endswith("sarif-2.1.0.json")
    (run,) = made["runs"]
    rules = run["tool"]["driver"]["rules"]
    assert run["tool"]["driver"]["name"] == "gonogo"
    assert len({r["id"] for r in rules}) == len(rules) == 11
    assert all(r["shortDescription"]["text"] and r["help"]["text"] for r in rules)
    kinds = {"pass", "open", "informational", "notApplicable", "review", "fail"}
    for result in run["results"]:
        assert result["message"]["text"] and result["kind"] in kinds
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        assert (result["level"] == "none") is (result["kind"] != "fail")
        assert all(("physicalLocation" in at) or at["logicalLocations"] for at in result["locations"])
    assert all(isinstance(call["executionSuccessful"], bool) for call in run["invocations"])


@pytest.mark.parametrize(
    ("id", "kind"),
    [
        ("pass", "pass"),
        ("signed", "pass"),
        ("fail", "fail"),
        ("not-applicable", "notApplicable"),
        ("unavailable", "open"),
        ("unsupported", "open"),
        ("error", "open"),
        ("silent", "open"),
        ("waived", "open"),
        ("person", "review"),
    ],
)
def test_sarif_kinds(sheet: Sheet, id: str, kind: str) -> None:
    assert {r["kind"] for r in results(sheet)[id]} == {kind}


def test_sarif_places_levels_and_suppressions(sheet: Sheet) -> None:
    found = results(sheet)
    first, second = found["fail"]
    assert first["locations"] == [
        {
            "physicalLocation": {
                "artifactLocation": {"uri": "src/a%2C%20b.py", "uriBaseId": "%SRCROOT%"},
                "region": {"startLine": 3, "startColumn": 7},
            }
        }
    ]
    assert first["level"] == "error" and "found 81, expected 80" in first["message"]["text"]
    assert second["locations"] == [{"logicalLocations": [{"fullyQualifiedName": "bob"}]}]
    assert found["advice"][0]["level"] == "warning"
    (suppression,) = found["waived"][0]["suppressions"]
    assert suppression["kind"] == "external" and suppression["status"] == "accepted"
    assert "bob (unverified) until 2027-01-15" in suppression["justification"]
    assert [id for id, rows in found.items() if any("suppressions" in r for r in rows)] == ["waived"]
    run = json.loads(sarif.render(sheet, PLAIN))["runs"][0]
    assert run["invocations"][0]["executionSuccessful"] is False and run["invocations"][0]["exitCode"] == 1
    assert [n["associatedRule"]["id"] for n in run["invocations"][0]["toolExecutionNotifications"]] == ["error"]
    assert run["properties"]["idleWaivers"][0]["item"] == "gone"


def test_junit_tells_failures_from_errors(sheet: Sheet) -> None:
    top = ElementTree.fromstring(junit.render(sheet, PLAIN).encode(errors="strict"))
    tags = {c.get("name"): [part.tag for part in c] for c in top.iter("testcase")}
    assert tags == {
        "pass": ["system-out"],
        "signed": ["system-out"],
        "fail": ["failure"],
        "advice": ["failure"],
        "error": ["error"],
        "unavailable": ["error"],
        "unsupported": ["error"],
        "silent": ["skipped"],
        "person": ["skipped"],
        "waived": ["skipped"],
        "not-applicable": ["skipped"],
    }
    assert [top.get(n) for n in ("tests", "failures", "errors", "skipped")] == ["11", "2", "3", "4"]
    (failure, _) = top.iter("failure")
    assert failure.get("type") == "required fail" and "src/a, b.py:3:7: too long" in (failure.text or "")
    skipped = {c.get("name"): part.get("message") for c in top.iter("testcase") for part in c.iter("skipped")}
    assert skipped["silent"] == "not answered yet" and "waived: waived: by bob" in (skipped["waived"] or "")


def test_github_annotates_the_line(sheet: Sheet) -> None:
    said = github.render(sheet, PLAIN).split("\n")
    assert all(line.startswith(("::error ", "::warning ", "::notice ")) for line in said)
    assert said[0] == (
        "::error file=src/a%2C b.py,line=3,col=7,title=fail%3A Fail::too long; found 81, expected 80; break it"
    )
    assert said[1] == "::error title=fail%3A Fail::bob: not there"
    (evil,) = [line for line in said if "title=advice" in line]
    assert evil.startswith("::warning ") and "::error::x%250A" in evil and "\x1b" not in evil
    assert any(line.startswith("::notice title=silent") for line in said)
    assert any(line.startswith("::warning title=waiver of gone::") for line in said)
    assert not any("title=pass" in line or "title=waived" in line for line in said)


def test_github_escapes_what_would_start_a_command() -> None:
    assert github.command("error", "a:b,c%", "x%y", Place("d:e,f.py", 4)) == (
        "::error file=d%3Ae%2Cf.py,line=4,title=a%3Ab%2Cc%25::x%25y"
    )


def test_markdown_holds_its_table(sheet: Sheet) -> None:
    said = markdown.render(sheet, PLAIN).split("\n")
    rows = [line for line in said if line.startswith("| ")][2:]
    assert len(rows) == 11 and all(row.replace("\\|", "").count("|") == 5 for row in rows)
    assert said[2].startswith("**no-go** · 1 pass · 1 signed · 1 waived · 2 fail · 1 need a person")
    assert "<script>" not in "\n".join(said) and "\\<script\\>" in "\n".join(said)
    assert any("waives nothing" in line and "carol" in line for line in said)


def test_html_is_one_safe_page(sheet: Sheet) -> None:
    page = html_page.render(sheet, PLAIN)
    tags: list[str] = []
    loads: list[str] = []

    class Reader(HTMLParser):
        def handle_starttag(self, tag: str, attrs: Sequence[tuple[str, str | None]]) -> None:
            tags.append(tag)
            loads.extend(name for name, _ in attrs if name in ("src", "href", "onclick"))

    Reader().feed(page)
    assert "script" not in tags and not loads and tags.count("tr") == 12
    assert "&lt;script&gt;" in page and "default-src &#x27;none&#x27;" in page.replace("'none'", "&#x27;none&#x27;")


def test_json_lines_are_objects(sheet: Sheet) -> None:
    objects = [json.loads(line) for line in json_lines.render(sheet, PLAIN).split("\n")]
    assert [o["kind"] for o in objects] == ["item"] * 11 + ["decision"]
    assert {o["v"] for o in objects} == {1}
    by_id = {o["item"]: o for o in objects[:-1]}
    assert by_id["waived"]["waiver"]["by"] == {"name": "bob", "how": "unverified"}
    assert by_id["fail"]["findings"][0]["where"] == "src/a, b.py:3:7" and by_id["fail"]["waiver"] is None
    assert objects[-1]["verdict"] == "no_go" and objects[-1]["exit"] == 1


def test_nothing_to_answer_can_be_written_too(sheet: Sheet) -> None:
    from dataclasses import replace as changed

    empty = changed(sheet, stages=[], given={}, waivers=(), decision=Decision("go", (Reason("a", "b"),)))
    assert ElementTree.fromstring(junit.render(empty, PLAIN)).get("tests") == "0"
    assert json.loads(sarif.render(empty, PLAIN))["runs"][0]["results"] == []
    assert "nothing to answer" in markdown.render(empty, PLAIN)


@pytest.mark.parametrize(
    ("where", "found"),
    [
        ("src/a, b.py", Place("src/a, b.py")),
        ("src/a, b.py:3", Place("src/a, b.py", 3)),
        ("src/a, b.py:3:7", Place("src/a, b.py", 3, 7)),
        ("src/a, b.py:0", None),
        ("src/none.py:3", None),
        ("src", None),
        ("../outside.py:1", None),
        ("127.0.0.1:8080", None),
        ("bob", None),
        ("", None),
        ("a\0b", None),
        ("x" * 5000, None),
    ],
)
def test_places_are_files_that_are_there(repository: Path, where: str, found: Place | None) -> None:
    assert place(where, str(repository)) == found


def test_a_file_of_the_repository_may_be_named_in_full(repository: Path) -> None:
    assert place(f"{repository}/src/a, b.py:3", str(repository)) == Place("src/a, b.py", 3)
    assert place("/etc/passwd:1", str(repository)) is None
    assert place("src/a, b.py:3", "") is None


def test_a_file_is_replaced_whole(tmp_path: Path) -> None:
    path = tmp_path / "out.txt"
    path.write_text("before")
    (tmp_path / "link.txt").symlink_to(path)
    forms.replace_file(tmp_path / "link.txt", "after\udc80")
    assert path.read_text() == "after\\udc80" and (tmp_path / "link.txt").is_symlink()
    assert sorted(p.name for p in tmp_path.iterdir()) == ["link.txt", "out.txt"]


def test_a_file_that_cant_be_written_is_said(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="can't be written"):
        forms.replace_file(tmp_path / "gone" / "out.txt", "after")
