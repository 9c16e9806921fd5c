"""Every verb: where it lives, and the line that `gonogo --help` shows for it. None is imported before it is called."""

from __future__ import annotations

from typing import NamedTuple


class Verb(NamedTuple):
    module: str
    """Module of `gonogo.cli.verbs`; the command is its attribute of the verb's name, with `_` for `-`."""
    help: str


VERBS: dict[str, Verb] = {
    "plan": Verb("plan", "Write a release out as stages with the items each has to answer."),
    "check": Verb("check", "Collect evidence for the preparation; show what needs action."),
    "sign-off": Verb("sign_off", "Answer an item that asks for a person."),
    "waive": Verb("waive", "Let a release go on without an item, for a reason and a time."),
    "explain": Verb("explain", "What an item asks, why, and what to do when it fails."),
    "gate": Verb("gate", "The decision for a stage, each reason, the next command."),
    "deploy": Verb("deploy", "Ask the gates, then roll out stage by stage, judged at each."),
    "drive": Verb("drive", "Take over a release whose driver died."),
    "status": Verb("status", "What is: the target, the release, its stage, its driver."),
    "pause": Verb("steer", "Stay in the stage; judging goes on."),
    "resume": Verb("steer", "Go on after a pause."),
    "promote": Verb("steer", "Skip the rest of a stage, with a reason."),
    "abort": Verb("steer", "All traffic back to the version before."),
    "rollback": Verb("rollback", "Restore a revision that was promoted over."),
    "report": Verb("report", "What was: decisions, evidence, timeline."),
    "journal": Verb("journal", "List, show, verify or export the journal."),
    "serve": Verb("serve", "Drive what no terminal drives."),
    "completion": Verb("completion", "The script that completes names in your shell."),
    "demo": Verb("demo", "All of it on this machine, with real traffic."),
}
