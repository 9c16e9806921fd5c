"""Values that catalog items refer to as `$name`, for one environment and one stage."""

from __future__ import annotations

from pathlib import PurePath
from typing import Any

from gonogo.model.settings import Environment, ReleaseFile, Step
from gonogo.model.units import Duration


def settings(file: ReleaseFile, env: Environment, repository: str) -> dict[str, Any]:
    """Those that are the same at every stage. Paths in the release file are relative to it; the checks look from the
    top of the repository."""
    judge = env.judge
    # Two metrics share the judge's error rate evenly; one alone has all of it.
    alpha = judge.alpha / 2 if judge.latency else judge.alpha
    values: dict[str, Any] = {
        "platform.start_within": env.platform.start_within,
        "platform.grace": env.platform.grace,
        "judge.errors.ratio": judge.errors.ratio,
        "judge.errors.plus": judge.errors.plus,
        "judge.errors.alpha": alpha,
        "judge.promote": judge.promote,
        "judge.beta": judge.beta,
        "judge.block": judge.block,
        "judge.baseline.blocks": judge.baseline_blocks,
        "judge.baseline.block": judge.baseline_block,
        "judge.slower_than_or_none": judge.latency.slower_than if judge.latency else None,
        "release.approvals": env.approvals,
        "release.approvers": list(env.approvers),
        "release.smoke": [{"path": s.path, "status": s.status, "contains": s.contains} for s in env.smoke],
        "service.on_call": file.on_call,
        "service.tests": _from_top(file, repository) if file.tests else "",
    }
    if judge.latency:
        values["judge.latency.slower_than"] = judge.latency.slower_than
        values["judge.latency.ratio"] = judge.latency.ratio
        values["judge.latency.plus"] = judge.latency.plus
        values["judge.latency.alpha"] = alpha
    return values


def _from_top(file: ReleaseFile, repository: str) -> str:
    folder = PurePath(file.path).parent
    inside = repository and folder.is_relative_to(repository)
    return str(folder.relative_to(repository) / file.tests) if inside else file.tests


def of_step(step: Step) -> dict[str, Any]:
    return {"step.pause": step.pause, "step.deadline": step.deadline}


def of_soak(watch: Duration) -> dict[str, Any]:
    return {"soak.watch": watch}


def entries(env: Environment) -> dict[str, list[dict[str, Any]]]:
    """Lists that items repeat over, with `on_failure` beside each entry's fields."""
    lists: dict[str, list[dict[str, Any]]] = {
        f"triggers.{metric}": [] for metric in ("error_rate", "restarts", "health_checks")
    }
    for t in env.triggers:
        entry = {"limit": t.limit, "relation": t.relation, "duration": t.duration, "on_failure": t.on_failure}
        lists[f"triggers.{t.metric}"].append(entry)
    return lists


def facts(file: ReleaseFile, env: Environment, *, git: bool, first: bool, strategy: str) -> dict[str, Any]:
    """What rules (`when`) may ask about this release."""
    return {
        "repository.git": git,
        "platform.local": True,
        "service.tier": file.tier,
        "service.on_call": bool(file.on_call),
        "release.first": first,
        "release.strategy": strategy,
        "release.smoke": len(env.smoke),
        "release.approvals": env.approvals,
        "release.tests": bool(file.tests),
        "judge.latency": env.judge.latency is not None,
        "workload.instances": env.platform.instances,
    }
