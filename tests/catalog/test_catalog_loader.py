"""Loading: the files that ship, a user's own, and everything that can be wrong with those."""

from __future__ import annotations

from pathlib import Path

import pytest

from gonogo.catalog.fill import fill, names
from gonogo.catalog.loader import load_catalog
from gonogo.catalog.template import expand
from gonogo.model.errors import InputError
from gonogo.model.items import Cadence, OnFailure, Requirement
from gonogo.model.stages import StageKind
from gonogo.model.units import Duration, Ratio

GOOD = """\
id: changelog
title: The changelog names this version
covers: ["003-048"]
stages: [prepare, {step: from 3}]
tiers: {1: required, 3: advised}
when: repository.git
check: {sign-off: {count: 1}}
cadence: continuous
on_failure: pause
within: 1h30m
fresh_for: 2d
why: Somebody will ask what changed.
remedy: Write it down.
"""


def write(folder: Path, text: str, name: str = "changelog") -> Path:
    (folder / f"{name}.yaml").write_text(text)
    return folder


def refused(folder: Path) -> list[str]:
    with pytest.raises(InputError) as error:
        load_catalog([folder])
    return [str(p).replace(str(folder) + "/", "") for p in error.value.problems]


def test_ones_own_item(tmp_path: Path) -> None:
    item = load_catalog([write(tmp_path, GOOD)]).item("changelog")
    assert item.tiers == {1: Requirement.REQUIRED, 3: Requirement.ADVISED}
    assert (item.check, item.params) == ("sign-off", {"count": 1})
    assert (item.cadence, item.on_failure) == (Cadence.CONTINUOUS, OnFailure.PAUSE)
    assert (item.within, item.fresh_for) == (5400.0, 172800.0)
    assert item.when is not None and item.when.text == "repository.git"
    assert item.applies_to(StageKind.PREPARE) and not item.applies_to(StageKind.LIVE)
    assert [item.applies_to(StageKind.STEP, n) for n in (1, 2, 3, 4)] == [False, False, True, True]


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("why: Somebody will ask what changed.\n", "", "changelog.yaml: key 'why' is missing"),
        ("why: Somebody", "wy: Somebody", "changelog.yaml: unknown key 'wy' (did you mean 'why'?)"),
        ("remedy: Write it down.", "remedy: ''", "changelog.yaml:13:1: remedy: is empty"),
        ("id: changelog", "id: change", "changelog.yaml:1:1: id: 'change' is not the file's name"),
        ("[prepare,", "[prepair,", "changelog.yaml:4:1: stages: unknown kind 'prepair'; did you mean 'prepare'?"),
        (
            "from 3",
            "after 3",
            "changelog.yaml:4:1: stages: {'step': 'after 3'} can't be read; narrow like",
        ),
        ("{step: from 3}", "{soak: from noon}", "changelog.yaml:4:1: stages: 'noon' is not a duration"),
        (
            "{step: from 3}",
            "{prepare: hotfix/asessment}",
            "no template has a prepare stage 'hotfix/asessment' (did you",
        ),
        ("{1: required,", "{4: required,", "changelog.yaml:5:1: tiers: there is no tier 4"),
        ("when: repository.git", "when: repository.got", "changelog.yaml:6:1: when: unknown fact 'repository.got'"),
        ("{sign-off: {count: 1}}", "{a: {}, b: {}}", "changelog.yaml:7:1: check: names 2 checks"),
        (
            "{count: 1}",
            "{count: $release.approval}",
            "check: unknown setting $release.approval (did you mean 'release.",
        ),
        ("{count: 1}", "{count: $each.limit}", "check: unknown field $each.limit (say `each:`"),
        (
            "{count: 1}",
            "{count: $step.pause}",
            "check: $step.pause exists only in a step stage, and this item is also in",
        ),
        ("within: 1h30m", "within: 90", "changelog.yaml: Expected `str | null`, got `int` - at `within`"),
        ("within: 1h30m", "within: soon", "changelog.yaml:10:1: within: 'soon' is not a duration"),
        ("fresh_for: 2d", "fresh_for: long", "changelog.yaml: fresh_for: 'long' is not a duration"),
        ("title:", "title: x\ntitle:", "changelog.yaml:3:1: duplicate key 'title'"),
        ("title: The", "title: *a", "changelog.yaml:2:8: the alias *a refers to no anchor above it"),
        ("title: The", "title: !!python/object:os.system The", "changelog.yaml:2:8: 'The changelog names"),
        ("{1: required,", "{1: required, 1: advised,", "changelog.yaml:5:22: duplicate key '1'"),
        ("why: S", "---\nwhy: S", "a second document begins here"),
        ("why: S", "why: [S", "not YAML"),
    ],
)
def test_what_is_wrong_with_a_file(tmp_path: Path, old: str, new: str, problem: str) -> None:
    assert old in GOOD
    assert any(problem in said for said in refused(write(tmp_path, GOOD.replace(old, new, 1))))


def test_an_unknown_list_and_an_unknown_field(tmp_path: Path) -> None:
    text = GOOD.replace("{count: 1}", "{count: $each.limt}") + "each: triggers.restarts\n"
    assert "unknown field $each.limt (did you mean 'limit'?)" in refused(write(tmp_path, text))[0]
    write(tmp_path, GOOD + "each: triggers.restart\n")
    assert "unknown list 'triggers.restart' (did you mean 'triggers.restarts'?)" in refused(tmp_path)[0]


def test_everything_wrong_in_every_file_at_once(tmp_path: Path) -> None:
    write(tmp_path, GOOD.replace("when: repository.git", "when: nothing").replace("{1: required,", "{9: required,"))
    write(tmp_path, "- a list\n", "list")
    write(tmp_path, "", "empty")
    write(tmp_path, "[" * 50_000, "deep")
    write(tmp_path, "# " + "x" * 70_000, "large")
    (tmp_path / "binary.yaml").write_bytes(b"\x00\xff\xfe" * 100)
    said = "\n".join(refused(tmp_path))
    for expected in (
        "changelog.yaml:6:1: when: unknown fact 'nothing'",
        "changelog.yaml:5:1: tiers: there is no tier 9",
        "list.yaml: a mapping of names is needed here",
        "empty.yaml:1:1: the file is empty",
        "deep.yaml:1:21: nested deeper than 20 levels",
        "large.yaml: too large: 70002 bytes",
        "binary.yaml:1: not UTF-8 text",
    ):
        assert expected in said


def test_an_item_that_ships_cannot_be_replaced(tmp_path: Path) -> None:
    write(tmp_path, GOOD.replace("id: changelog", "id: approval"), "approval")
    assert "'approval' of your own items is already defined by gonogo in /" in refused(tmp_path)[0]


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    assert "is not a folder of catalog files" in refused(tmp_path / "none")[0]


def test_names_that_are_nearly_right() -> None:
    catalog = load_catalog()
    with pytest.raises(InputError, match="did you mean 'canary-ready'"):
        catalog.item("canary-redy")
    with pytest.raises(InputError, match="did you mean 'canary'"):
        catalog.template("canray")


def test_values_like_a_release_file_has_them(tmp_path: Path) -> None:
    text = GOOD.replace("{count: 1}", '{a: on, b: 0644, c: "1", d: 1.5, e: -2, f: null, g: 1:30, h: true}')
    params = load_catalog([write(tmp_path, text)]).item("changelog").params
    assert params == {"a": "on", "b": "0644", "c": "1", "d": 1.5, "e": -2, "f": None, "g": "1:30", "h": True}


# --- templates and placeholders --------------------------------------------------------------------------------------


def test_a_canary_spread_over_weights_and_soaks() -> None:
    soak = (Duration(900), Duration(7200), Duration(86400))
    slots = expand(load_catalog().template("canary"), (Ratio(0.1), Ratio(0.125)), soak)
    assert [s.id for s in slots] == [
        "T-48h",
        "T-0",
        "canary-10",
        "canary-12.5",
        "live",
        "T+15m",
        "T+2h",
        "T+24h",
        "tidy",
    ]
    kinds = [s.kind.value for s in slots]
    assert kinds == ["prepare", "before", "step", "step", "live", "soak", "soak", "soak", "return"]
    assert [s.due for s in slots[:3]] == [-172800.0, 0.0, None]
    assert (slots[3].number, slots[3].weight, slots[3].title) == (2, 0.125, "Canary with 12.5 % of the traffic")
    assert (slots[6].number, slots[6].after, slots[6].title) == (2, 7200.0, "Watched for 2h after going live")


def test_all_at_once_has_no_steps() -> None:
    slots = expand(load_catalog().template("direct"), (Ratio(0.1),), ())
    assert [s.id for s in slots] == ["T-48h", "T-0", "live", "tidy"]


def test_the_templates_of_a_standard_release_and_of_a_hotfix() -> None:
    catalog = load_catalog()
    soak = (Duration(900), Duration(7200), Duration(86400))
    standard = expand(catalog.template("standard"), (), soak)
    assert [s.id for s in standard] == ["T-48h", "T-2h", "T-0", "T+15m", "T+2h", "T+24h", "tidy"]
    assert [s.kind.value for s in standard] == ["prepare", "before", "live", "soak", "soak", "soak", "return"]
    assert [s.due for s in standard[:3]] == [-172800.0, -7200.0, 0.0]
    assert [s.watch for s in standard[3:6]] == [900.0, 6300.0, 79200.0]

    hotfix = expand(catalog.template("hotfix"), (), soak)
    named = [s.id for s in hotfix if s.named]
    assert named == ["assessment", "development"]
    soaks = [s for s in hotfix if s.kind is StageKind.SOAK]
    assert [(s.id, s.after, s.watch, s.number) for s in soaks] == [
        ("T+5m", 300.0, 300.0, 1),
        ("T+30m", 1800.0, 1500.0, 2),
        ("T+2h", 7200.0, 5400.0, 3),
        ("follow-up", 86400.0, 79200.0, 4),
    ]
    assert hotfix[0].place == "hotfix/assessment"


def test_where_items_go() -> None:
    catalog = load_catalog()
    hotfix = {s.place: s for s in expand(catalog.template("hotfix"), (), ())}
    canary = {s.place: s for s in expand(catalog.template("canary"), (Ratio(0.1),), (Duration(60), Duration(7200)))}

    def places(id: str) -> list[str]:
        item = catalog.item(id)
        slots = (hotfix | canary).values()
        return [s.place for s in slots if item.applies_to(s.kind, s.number, s.after, s.place, s.named)]

    assert places("hotfix-reproduced") == ["hotfix/assessment"]
    assert places("hotfix-incident-closed") == ["hotfix/T+2h"]
    assert places("tests-passed") == ["hotfix/testing", "canary/T-48h"]
    assert places("support-quiet") == ["hotfix/T+2h", "hotfix/follow-up", "canary/T+2h"]
    assert places("return-told") == []
    assert catalog.item("return-told").applies_to(StageKind.RETURN)


@pytest.mark.parametrize(("after", "problem"), [("", "'' is not a duration"), ("soon", "'soon' is not a duration")])
def test_a_soak_of_a_template_says_when(tmp_path: Path, after: str, problem: str) -> None:
    from gonogo.catalog.template import read_template

    path = tmp_path / "own.yaml"
    path.write_text(f"id: own\ntitle: Own\nstages: [{{id: a, kind: soak, title: A, after: '{after}'}}]\n")
    with pytest.raises(InputError, match=problem):
        read_template(path)


def test_the_same_weight_twice() -> None:
    with pytest.raises(InputError, match="two stages would be called canary-10"):
        expand(load_catalog().template("canary"), (Ratio(0.1), Ratio(0.1)), ())


def test_filling_in() -> None:
    value = {"a": "$x.y", "b": ["$each.limit", {"c": "plain", "d": 3}]}
    assert sorted(names(value)) == ["each.limit", "x.y"]
    filled = fill(value, {"x.y": None}, {"limit": 5})
    assert filled == {"a": None, "b": [5, {"c": "plain", "d": 3}]}
    with pytest.raises(KeyError, match=r"x\.y"):
        fill(value, {}, {"limit": 5})
