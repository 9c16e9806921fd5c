"""What a file sets, completed with the defaults: pydantic models → `model.settings`.

A field that isn't set is not passed on, so the struct's own default holds.
"""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

from gonogo.config import defaults, schema
from gonogo.model import settings
from gonogo.model.items import OnFailure
from gonogo.model.units import Duration


def given(table: BaseModel | None) -> dict[str, Any]:
    """The fields that the file sets."""
    return {name: getattr(table, name) for name in table.model_fields_set} if table else {}


def environment(name: str, found: schema.Settings) -> settings.Environment:
    """Complete settings of one environment. What `relations` asks for must be there."""
    own = {key: value for key, value in given(found).items() if key in ("mode", "approvals")}
    return settings.Environment(
        name=name,
        platform=_local(found.local),
        strategy=strategy(found),
        steps=steps(found),
        soak=soak(found),
        judge=_judge(found.judge),
        triggers=_triggers(found.triggers),
        keep=keep(found),
        approvers=tuple(found.approvers or ()),
        smoke=tuple(settings.Smoke(**given(one)) for one in found.smoke or ()),
        **own,
    )


def strategy(found: schema.Settings) -> str:
    return next(iter(given(found.strategy)), defaults.STRATEGY)


def steps(found: schema.Settings) -> tuple[settings.Step, ...]:
    if strategy(found) != "canary":
        return ()
    written = found.strategy.canary.steps if found.strategy and found.strategy.canary else None
    return defaults.STEPS if written is None else tuple(_step(step) for step in written)


def _step(step: schema.Step) -> settings.Step:
    own = {"deadline": Duration(step.pause * defaults.DEADLINE), **given(step)}
    if step.on_inconclusive:
        own["on_inconclusive"] = OnFailure(step.on_inconclusive)
    return settings.Step(**own)


def soak(found: schema.Settings) -> tuple[Duration, ...]:
    return defaults.SOAK if found.soak is None else tuple(found.soak)


def keep(found: schema.Settings) -> settings.Keep:
    return settings.Keep(**given(found.keep))


def _local(found: schema.Local | None) -> settings.Local:
    own = given(found)
    return settings.Local(**{**own, "command": tuple(own["command"])})


def _judge(found: schema.Judge | None) -> settings.Judge:
    own = given(found)
    if "errors" in own:
        own["errors"] = settings.ErrorMargin(**given(own["errors"]))
    if own.get("latency") is not None:
        own["latency"] = settings.LatencyMargin(**given(own["latency"]))
    if "plus" in (promote := given(own.pop("promote", None))):
        own["promote"] = promote["plus"]
    own |= {f"baseline_{name}": value for name, value in given(own.pop("baseline", None)).items()}
    return settings.Judge(**own)


def _triggers(found: list[schema.Trigger] | None) -> tuple[settings.Trigger, ...]:
    return defaults.TRIGGERS if found is None else tuple(_trigger(one) for one in found)


def _trigger(found: schema.Trigger) -> settings.Trigger:
    own = given(found)
    window = own.pop("duration", None)
    answer = {"on_failure": OnFailure(own.pop("on_failure"))} if "on_failure" in own else {}
    [(metric, limit)] = own.items()
    duration = window or limit.window or Duration(0)
    return settings.Trigger(metric, limit.relation, limit.limit, duration, **answer)
