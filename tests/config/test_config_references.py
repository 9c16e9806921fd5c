"""`${VARIABLE}`: where it is replaced, where it is kept, where it is refused; and its value is never told."""

from __future__ import annotations

import pytest

SHOP = """\
service: ${NAME}
owner: team-${TEAM}
tier: ${TIER}
artifact: ${OUT}/shop
local:
  command: ["./shop", "{port}"]
  listen: "${PORT}"
  environment: {SECRET: "${SHOP_SECRET}", BOTH: "a-${SHOP_SECRET}-b"}
soak: ["${SOAK}"]
mode: ${MODE}
strategy: ${STRATEGY}
judge: {latency: "${LATENCY}", errors: {ratio: "${RATIO}"}}
smoke: ["/${PAGE}"]
"""
VALUES = {
    "NAME": "shop",
    "TEAM": "a",
    "TIER": "1",
    "OUT": "/out",
    "PORT": "8080",
    "SOAK": "90s",
    "MODE": "advise",
    "STRATEGY": "direct",
    "LATENCY": "off",
    "RATIO": "2.5",
    "PAGE": "cart",
}


def test_references_are_replaced_where_the_file_is_read(reading):
    file = reading(SHOP, **VALUES)
    assert (file.service, file.owner, file.tier, file.artifact) == ("shop", "team-a", 1, "/out/shop")
    one = file.environments["production"]
    assert (one.platform.listen, one.soak, one.mode, one.strategy) == (8080, (90,), "advise", "direct")
    assert (one.judge.latency, one.judge.errors.ratio, one.smoke[0].path) == (None, 2.5, "/cart")
    assert type(file.service) is str and type(file.owner) is str


def test_variables_of_the_process_stay_references_and_need_not_be_set_here(reading):
    kept = reading(SHOP, **VALUES, SHOP_SECRET="s3cret").environments["production"].platform.environment
    assert kept == {"SECRET": "${SHOP_SECRET}", "BOTH": "a-${SHOP_SECRET}-b"}
    assert reading(SHOP, **VALUES).environments["production"].platform.environment == kept


def test_every_variable_that_is_not_set_is_named_with_its_line(problems):
    assert problems(SHOP, **{k: v for k, v in VALUES.items() if k not in ("NAME", "PORT", "RATIO", "TIER")}) == [
        "1:10: the variable NAME is not set (export NAME=…)",
        "3:7: the variable TIER is not set (export TIER=…)",
        "7:11: the variable PORT is not set (export PORT=…)",
        "12:48: the variable RATIO is not set (export RATIO=…)",
    ]


def test_a_wrong_value_is_told_by_its_reference_only(problems):
    wrong = {name: "hunter2 ${NAME}" for name in VALUES}
    found = problems(SHOP, **wrong)
    assert [line.split(" (")[0] for line in found] == [
        "1:10: service: expected a name of a-z, 0-9 and -, at most 63 long, with a letter or digit at both ends, "
        "found the value of ${NAME}",
        "3:7: tier: expected a whole number, found the value of ${TIER}",
        "7:11: listen: expected a whole number, found the value of ${PORT}",
        "9:8: soak: expected a duration, found the value of ${SOAK}",
        "10:7: mode: expected enforce or advise, found the value of ${MODE}",
        "11:11: strategy: expected canary or direct, found the value of ${STRATEGY}",
        "12:18: latency: expected off or a mapping, found the value of ${LATENCY}",
        "12:48: ratio: expected a number, found the value of ${RATIO}",
        "13:9: smoke: expected a path that begins with / and holds no spaces, found the value of /${PAGE}",
    ]
    assert "hunter2" not in "".join(found)


@pytest.mark.parametrize("value", ["0", "70000", "1e3", "-1", "8080 ", "", "9" * 500, "４２"])
def test_no_number_out_of_bounds_or_badly_written_is_told(problems, value):
    found = problems(SHOP, **(VALUES | {"PORT": value, "RATIO": value, "SOAK": value, "TIER": value}))
    assert 3 <= len(found) <= 4
    assert all(line.split(" (")[0].endswith("}") for line in found)


def test_two_environments_on_the_port_of_one_variable(problems):
    text = SHOP + "environments: {a: {}, b: {}}"
    assert problems(text, **VALUES) == [
        "7:11: b would listen on the same port as a (give each environment a port of its own)"
    ]


def test_a_command_line_may_hold_no_reference(problems):
    text = SHOP.replace('"{port}"]', '"{port}", "--key=${SHOP_SECRET}"]')
    assert problems(text, **VALUES, SHOP_SECRET="hunter2") == [
        "6:33: '--key=${SHOP_SECRET}' would put the variable's value on a command line that everyone can see "
        "(set it under local: environment: and let the service read it there)"
    ]


@pytest.mark.parametrize("text", ["${", "${}", "${A B}", "${A:-b}", "a${1}", "${NAME"])
def test_what_is_no_reference(problems, text):
    found = problems(SHOP.replace("team-${TEAM}", f'"{text}"').replace("a-${SHOP_SECRET}-b", text), **VALUES)
    assert found == [
        f"2:8: {text!r} is not a reference (write it like ${{NAME}})",
        f"8:49: {text!r} is not a reference (write it like ${{NAME}})",
    ]


def test_a_value_is_not_searched_for_references_again(reading):
    assert reading(SHOP, **(VALUES | {"TEAM": "${NAME}"})).owner == "team-${NAME}"
