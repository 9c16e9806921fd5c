"""Release files that are wrong: where, what, and what would be right, word for word."""

from __future__ import annotations

import pytest

LOCAL = 'local: {command: ["{port}"], listen: 80}'


def in_one_line(settings: str) -> str:
    return f"service: shop\nowner: me\nartifact: a\n{settings}\n" + ("" if settings.startswith("local:") else LOCAL)


TABLE = {
    # --- unknown keys, at every level
    "enviroments: {}": "4:1: unknown key 'enviroments' (did you mean 'environments'?)",
    "local: {commnd: x, command: ['{port}'], listen: 80}": "4:9: unknown key 'commnd' (did you mean 'command'?)",
    "strategy: {canari: {}}": "4:12: unknown key 'canari' (did you mean 'canary'?)",
    "strategy: {canary: {step: []}}": "4:21: unknown key 'step' (did you mean 'steps'?)",
    "strategy: {canary: {steps: [{weight: 1, pause: 1m, wait: 1m}]}}": (
        "4:52: unknown key 'wait' (did you mean 'weight'?)"
    ),
    "strategy: {direct: {steps: []}}": "4:21: unknown key 'steps' (nothing can be set here)",
    "judge: {error: {}}": "4:9: unknown key 'error' (did you mean 'errors'?)",
    "judge: {errors: {rate: 2}}": "4:18: unknown key 'rate' (did you mean 'ratio'?)",
    "judge: {latency: {slower: 1s}}": "4:19: unknown key 'slower' (did you mean 'slower_than'?)",
    "judge: {promote: {minus: 1}}": "4:19: unknown key 'minus' (known here: plus)",
    "judge: {baseline: {blok: 1}}": "4:20: unknown key 'blok' (did you mean 'block'?)",
    "triggers: [{restart: 1}]": "4:13: unknown key 'restart' (did you mean 'restarts'?)",
    "keep: {runing: 2h}": "4:8: unknown key 'runing' (did you mean 'running'?)",
    "smoke: [{path: /, stat: 200}]": "4:19: unknown key 'stat' (did you mean 'status'?)",
    "environments: {local: {modus: enforce}}": "4:24: unknown key 'modus' (did you mean 'mode'?)",
    # --- wrong kinds
    "tier: high": "4:7: tier: expected a whole number, found the text 'high' (write it like tier: 2)",
    "tier: 1.0": "4:7: tier: expected a whole number, found the number 1.0 (write it like tier: 2)",
    "tier: true": "4:7: tier: expected a whole number, found true (write it like tier: 2)",
    "tier: 4": "4:7: tier: expected a number from 1 to 3, found the number 4",
    "on_call: 5": '4:10: on_call: expected text, found the number 5 (put it in quotes: "5")',
    "on_call: true": '4:10: on_call: expected text, found true (put it in quotes: "true")',
    "on_call: ''": "4:10: on_call: expected text, found an empty text",
    "on_call:": "4:1: on_call: expected text, found nothing (write it like on_call: ana)",
    "on_call: [ana]": "4:1: on_call: expected text, found a list (write it like on_call: ana)",
    "tests: {a: b}": "4:1: tests: expected text, found a mapping (write it like tests: reports/*.xml)",
    "local: yes": (
        "4:8: local: expected a mapping, found the text 'yes' "
        '(write it like local: {command: [./shop, "{port}"], listen: 8080})'
    ),
    "environments: [production]": (
        "4:1: environments: expected a mapping, found a list (write it like environments: {production: {}})"
    ),
    "environments: {}": (
        "4:1: environments: expected at least one, found none (write it like environments: {production: {}})"
    ),
    "environments: {Big: {}}": (
        "4:16: expected a name of a-z, 0-9 and -, at most 63 long, with a letter or digit at both ends, "
        "found the text 'Big'"
    ),
    "environments: {qa: }": "4:16: qa: expected a mapping, found nothing (write qa: {})",
    "mode: enforced": "4:7: mode: expected enforce or advise, found the text 'enforced' (did you mean 'enforce'?)",
    "approvers: ana": "4:12: approvers: expected a list, found the text 'ana' (write it like approvers: [ana])",
    "approvers: [ana, 7]": '4:18: approvers: expected text, found the number 7 (put it in quotes: "7")',
    "approvals: -1": "4:12: approvals: expected a number from 0 to 100, found the number -1",
    "soak: 15m": "4:7: soak: expected a list, found the text '15m' (write it like soak: [15m, 2h, 24h])",
    "soak: [0s]": "4:8: soak: expected a duration above zero, found the text '0s'",
    "keep: {running: 2}": ("4:17: running: expected a duration with its unit, found the number 2 (write 2s, 2m or 2h)"),
    "keep: {running: 2 hours}": (
        "4:17: running: expected a duration, found the text '2 hours' (write it like 90s, 5m, 1h30m or 250ms)"
    ),
    "keep: {running: 9999w}": "4:17: running: expected a duration of at most a year, found the text '9999w'",
    "smoke: /": "4:8: smoke: expected a list, found the text '/' (write it like smoke: [/])",
    "smoke: [health]": (
        "4:9: smoke: expected a path that begins with / and holds no spaces, found the text 'health' "
        "(write it like /health)"
    ),
    "smoke: [{status: 200}]": "4:9: path is missing (add path: /api/cart)",
    "smoke: [{path: /, status: 42}]": "4:27: status: expected a number from 100 to 599, found the number 42",
    # --- local
    "local: {command: ./shop, listen: 80}": (
        "4:18: command: expected a list, found the text './shop' "
        '(write it like command: [./shop, "--port", "{port}"])'
    ),
    "local: {command: [./shop, {port}], listen: 80}": (
        '4:27: command: expected text, found a mapping (put it in quotes: "{port}")'
    ),
    "local: {command: [], listen: 80}": (
        '4:9: command: expected at least one, found none (write it like command: [./shop, "--port", "{port}"])'
    ),
    "local: {command: ['{port}']}": "4:1: listen is missing (add listen: 8080)",
    "local: {listen: 80}": '4:1: command is missing (add command: ["./shop", "--port", "{port}"])',
    "local: {command: [./shop], listen: 80}": (
        "4:9: neither command nor environment holds {port}: an instance couldn't learn its port "
        '(add "--port", "{port}" to the command, or environment: {PORT: "{port}"})'
    ),
    "local: {command: ['{port}'], listen: 0}": "4:38: listen: expected a number from 1 to 65535, found the number 0",
    "local: {command: ['{port}'], listen: 65536}": (
        "4:38: listen: expected a number from 1 to 65535, found the number 65536"
    ),
    "local: {command: ['{port}'], listen: 80, instances: 0}": (
        "4:53: instances: expected a number from 1 to 1000, found the number 0"
    ),
    "local: {command: ['{port}'], listen: 80, environment: {A: 123456}}": (
        "4:59: A: expected text, found a number (put it in quotes)"
    ),
    "local: {command: ['{port}'], listen: 80, environment: {A-B: x}}": (
        "4:56: expected the name of a variable, found the text 'A-B' "
        "(letters, digits and _, not beginning with a digit)"
    ),
    # --- strategy
    "strategy: rolling": (
        "4:11: strategy: expected canary or direct, found the text 'rolling' (write it like strategy: canary)"
    ),
    "strategy: {}": "4:1: expected one strategy (write canary, direct, or canary: with its steps)",
    "strategy: {canary: {steps: []}}": (
        "4:21: steps: expected at least one, found none (write it like steps: [{weight: 10, pause: 5m}])"
    ),
    "strategy: {canary: {steps: [{weight: 100, pause: 1m}]}}": (
        "4:38: weight: expected a percentage from 1 to 99, found the number 100 "
        "(100 % comes by itself after the last step)"
    ),
    "strategy: {canary: {steps: [{weight: ten, pause: 1m}]}}": (
        "4:38: weight: expected a percentage of the traffic, found the text 'ten' (write it like 10 or 10 %)"
    ),
    "strategy: {canary: {steps: [{weight: 10}]}}": "4:29: pause is missing (add pause: 5m)",
    "strategy: {canary: {steps: [{weight: 10, pause: 1m, on_inconclusive: promote}]}}": (
        "4:70: on_inconclusive: expected pause or rollback, found the text 'promote'"
    ),
    "strategy: {canary: {steps: [{weight: 10, pause: 1m}, {weight: 10 %, pause: 1m}]}}": (
        "4:63: weight is not above that of the step before (let the weights rise)"
    ),
    "strategy: {canary: {steps: [{weight: 10, pause: 5m, deadline: 1m}]}}": (
        "4:63: deadline is over before the pause is (make it longer than the pause)"
    ),
    # --- judge and triggers
    "judge: {errors: {ratio: 0.5}}": "4:25: ratio: expected a number from 1 to 100, found the number 0.5",
    "judge: {errors: {ratio: .nan}}": "4:25: ratio: expected a number from 1 to 100, found the number nan",
    "judge: {errors: {ratio: much}}": (
        "4:25: ratio: expected a number, found the text 'much' (write it like ratio: 1.5)"
    ),
    "judge: {errors: {plus: 1}}": "4:24: plus: expected percentage points, found the number 1 (write 1 point)",
    "judge: {errors: {plus: 0.2 %}}": (
        "4:24: plus: expected percentage points, found the text '0.2 %' (write it like 0.2 points)"
    ),
    "judge: {latency: false}": (
        "4:18: latency: expected off or a mapping, found false (write it like latency: {slower_than: 250ms})"
    ),
    "judge: {baseline: {blocks: 0}}": "4:28: blocks: expected a number from 1 to 10000, found the number 0",
    "triggers: [{p95: '+25 %', for: 5m}]": (
        "4:13: p95 can't be read on the local platform yet "
        "(known here: error_rate, restarts, health_checks, for, on_failure)"
    ),
    "triggers: [{on_failure: note}]": (
        "4:12: a trigger watches exactly one thing, this one 0 (known: error_rate, restarts, health_checks)"
    ),
    "triggers: [{error_rate: '+5 points', restarts: '> 1 in 1m'}]": (
        "4:12: a trigger watches exactly one thing, this one 2 (known: error_rate, restarts, health_checks)"
    ),
    "triggers: [{error_rate: 5, for: 1m}]": (
        "4:25: error_rate: expected a limit for the error rate, found the number 5 "
        '(write "+5 points" (over stable) or "> 2 %" (whatever stable does))'
    ),
    "triggers: [{error_rate: '+5 points'}]": ("4:12: error_rate needs a time it stays over the limit (add for: 1m)"),
    "triggers: [{restarts: '> 5 in 5m', for: 1m}]": "4:12: restarts has no for: of its own (take it out)",
    "triggers: [{restarts: '> 5'}]": (
        "4:23: restarts: expected a number of restarts within a time, found the text '> 5' "
        '(write it like "> 5 in 5m")'
    ),
    "triggers: [{health_checks: 3}]": (
        "4:28: health_checks: expected a number of failures in a row, found the number 3 "
        "(write it like 3 consecutive failures)"
    ),
    # --- relations
    "soak: [2h, 2h]": "4:12: soak: not later than the time before (let the times rise: [15m, 2h, 24h])",
    "keep: {running: 25h}": (
        "4:17: keep: running is longer than definition (definition is 1d unless set) "
        "(let definition be at least as long)"
    ),
    "keep: {definition: 1h}": (
        "4:20: keep: running is longer than definition (running is 2h unless set) (let definition be at least as long)"
    ),
}


@pytest.mark.parametrize("settings", TABLE)
def test_one_thing_wrong_is_one_problem(problems, settings):
    assert problems(in_one_line(settings)) == [TABLE[settings]]


def test_what_only_looks_wrong_is_read(reading):
    assert reading(in_one_line("on_call: no")).on_call == "no"


def test_more_approvals_than_approvers(problems):
    assert problems(in_one_line("approvers: [ana, ben]\napprovals: 3")) == [
        "5:12: approvals: more than there are approvers (name more, or ask for 2 at most)"
    ]


def test_an_approver_named_twice(problems):
    assert problems(in_one_line("approvers: [ana, ana]")) == [
        "4:18: approvers: named before (name each once: nobody approves twice)"
    ]


def test_nothing_required_is_there(problems):
    assert problems("tier: 1") == [
        "1:1: service is missing (add service: shop)",
        "1:1: owner is missing (add owner: team-shop)",
        "1:1: artifact is missing (add artifact: build/shop)",
        "1:1: local is missing: nothing says how to run the service "
        '(add local: {command: ["./shop", "--port", "{port}"], listen: 8080})',
    ]


@pytest.mark.parametrize("text, found", [("hello", "the text 'hello'"), ("- a", "a list"), ("---", "nothing")])
def test_not_a_mapping(problems, text, found):
    assert problems(text) == [
        f"{'2:1' if text == '---' else '1:1'}: expected a mapping of settings, found {found} (begin with service: …)"
    ]


def test_two_environments_on_one_port_are_named_with_both_lines(problems):
    text = in_one_line("environments:\n  a: {local: {listen: 81}}\n  b: {local: {listen: 81}}\n")
    assert problems(text) == [
        "6:23: b would listen on the same port as a (gonogo.yaml:5:23) (give each environment a port of its own)"
    ]


def test_two_environments_that_share_the_port_set_for_all(problems):
    assert problems(in_one_line("environments: {a: {}, b: {}}")) == [
        "5:38: b would listen on the same port as a (give each environment a port of its own)"
    ]


def test_several_problems_come_together_in_the_order_of_lines(problems):
    text = """\
service: shop
onwer: me
artifact: 7
local:
  command: ["./shop", "--port", {port}]
  listen: ${PORT}
  instances: three
soak: [2h, 1h]
environments:
  qa:
    keep: {running: 48h}
  production:
    approvers: [ana]
    approvals: 2
    mode: watch
    judge: {block: 15}
"""
    assert problems(text) == [
        "1:1: owner is missing (add owner: team-shop)",
        "2:1: unknown key 'onwer' (did you mean 'owner'?)",
        '3:11: artifact: expected text, found the number 7 (put it in quotes: "7")',
        '5:33: command: expected text, found a mapping (put it in quotes: "{port}")',
        "6:11: the variable PORT is not set (export PORT=…)",
        "7:14: instances: expected a whole number, found the text 'three' (write it like instances: 3)",
        "8:12: soak: not later than the time before (let the times rise: [15m, 2h, 24h])",
        "11:21: keep: running is longer than definition (definition is 1d unless set) "
        "(let definition be at least as long)",
        "14:16: approvals: more than there are approvers (name more, or ask for 1 at most)",
        "15:11: mode: expected enforce or advise, found the text 'watch'",
        "16:20: block: expected a duration with its unit, found the number 15 (write 15s, 15m or 15h)",
    ]


def test_a_file_full_of_problems_shows_the_first_fifty(problems):
    found = problems("".join(f"key{n}: 1\n" for n in range(5000)))
    assert len(found) == 51
    assert found[-1].endswith("and more: only the first 50 problems are shown")


def test_the_fifty_shown_are_those_of_the_first_lines(problems):
    text = "".join(f"key{n}: 1\n" for n in range(60)) + "approvers: [" + "1, " * 60 + "]\n"
    assert all("unknown key" in line for line in problems(in_one_line(text))[:50])


def test_nothing_is_said_about_the_port_while_a_variable_may_hold_it(problems):
    assert problems(in_one_line("local: {command: [./s], listen: 80, environment: {PORT: {port}}}")) == [
        '4:51: PORT: expected text, found a mapping (put it in quotes: "{port}")'
    ]
