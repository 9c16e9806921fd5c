"""The words a catalog file may use: facts for `when`, settings and entries for `$name`. Anything else is refused."""

from __future__ import annotations

from types import UnionType

FACTS: dict[str, type] = {
    "repository.git": bool,
    "repository.alerts": bool,
    "repository.changelog": bool,
    "repository.ci": bool,
    "repository.codeowners": bool,
    "repository.compose": bool,
    "repository.dockerfile": bool,
    "repository.docs": bool,
    "repository.flags": bool,
    "repository.infrastructure": bool,
    "repository.kubernetes": bool,
    "repository.migrations": int,
    "repository.ml": bool,
    "repository.nomad": bool,
    "repository.openapi": bool,
    "repository.runbook": bool,
    "platform.local": bool,
    "service.tier": int,
    "service.on_call": bool,
    "service.public": bool,
    "service.regulated": bool,
    "service.stateful": bool,
    "release.first": bool,
    "release.strategy": str,
    "release.smoke": int,
    "release.approvals": int,
    "release.tests": bool,
    "release.customer_visible": bool,
    "release.flag": bool,
    "release.hotfix": bool,
    "release.migration": bool,
    "judge.latency": bool,
    "workload.instances": int,
}
"""What a rule may ask. `repository.…`: whether it has such files, and of migrations how many are new since what is
live; `alerts` are rules of Prometheus, `infrastructure` is Terraform and its like, `flags` feature flags, `ml` models
that are trained. `service.on_call` and `release.tests`: whether one is configured; `public`: reached from the internet;
`regulated`: under rules of others; `stateful`: it keeps data. `release.first`: nothing is live yet; `customer_visible`,
`flag`, `hotfix`, `migration`: what this release is said or seen to bring. `release.smoke` and `release.approvals` are
counts."""

SETTINGS: dict[str, type | UnionType] = {
    "step.pause": float,
    "step.deadline": float,
    "soak.watch": float,
    "platform.start_within": float,
    "platform.grace": float,
    "judge.errors.ratio": float,
    "judge.errors.plus": float,
    "judge.errors.alpha": float,
    "judge.latency.slower_than": float,
    "judge.latency.ratio": float,
    "judge.latency.plus": float,
    "judge.latency.alpha": float,
    "judge.promote": float,
    "judge.beta": float,
    "judge.block": float,
    "judge.baseline.blocks": int,
    "judge.baseline.block": float,
    "judge.slower_than_or_none": float | None,
    "release.approvals": int,
    "release.approvers": tuple,
    "release.smoke": tuple,
    "service.on_call": str,
    "service.tests": str,
}
"""What `$name` may stand for; times in seconds, shares as ratios, margins in percentage points. `step.…` and `soak.…`
differ from stage to stage. `judge.latency.…` exist only where latency is judged."""

ENTRIES: dict[str, dict[str, type]] = {
    "triggers.error_rate": {"limit": float, "relation": str, "duration": float},
    "triggers.restarts": {"limit": float, "relation": str, "duration": float},
    "triggers.health_checks": {"limit": float, "relation": str, "duration": float},
}
"""Lists that `each` may name, and the fields of an entry, written `$each.limit`."""
