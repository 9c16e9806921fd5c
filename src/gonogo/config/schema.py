"""The shape of `gonogo.yaml`. No defaults are here: what a file leaves out, `convert` takes from `model.settings`.

Every setting of an environment may stand at the top too, for all of them; so all are optional here, and what must be
there is asked of the two taken together (`relations`).
"""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from gonogo.config.quantities import (
    ErrorRate,
    Factor,
    HealthChecks,
    HttpPath,
    Integer,
    Label,
    PointsText,
    Restarts,
    Span,
    Text,
    Time,
    VariableName,
    Weight,
    expected,
    refused,
)


class Table(BaseModel):
    """A mapping of known keys. `not_here` says why a key that people expect is not one of them.

    Validators are built when first used: only those of the outermost tables ever are."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, defer_build=True)
    not_here: ClassVar[dict[str, str]] = {}


class Local(Table):
    """Processes on this machine behind Envoy."""

    command: list[Text] | None = Field(
        None,
        min_length=1,
        description="Program and arguments, run in the artifact's copy; {port} stands for the instance's port.",
        examples=[["./shop", "--port", "{port}"]],
    )
    listen: Integer | None = Field(None, ge=1, le=65535, description="Port that users reach it on.", examples=[8080])
    instances: Integer | None = Field(None, ge=1, le=1000, description="Processes at full size.", examples=[3])
    ready: HttpPath | None = Field(
        None, description="Path that answers 200 once an instance may have traffic.", examples=["/health"]
    )
    start_within: Time | None = Field(None, description="Not ready by then is failed.", examples=["60s"])
    grace: Span | None = Field(None, description="Between SIGTERM and SIGKILL.", examples=["10s"])
    environment: dict[VariableName, str] | None = Field(
        None,
        description="Variables of the process; ${NAME} is resolved where the process is started.",
        examples=[{"PORT": "{port}"}],
    )


class Step(Table):
    weight: Weight = Field(description="Percent of the traffic, 1 to 99, rising.", examples=[10])
    pause: Time = Field(description="The shortest stay at this weight.", examples=["5m"])
    deadline: Time | None = Field(None, description="By then it must be judged healthy.", examples=["15m"])
    on_inconclusive: Literal["pause", "rollback"] | None = Field(
        None, description="What to do if it isn't by then.", examples=["pause"]
    )


class Canary(Table):
    steps: list[Step] | None = Field(
        None, min_length=1, description="The weights on the way to 100 %.", examples=[[{"weight": 10, "pause": "5m"}]]
    )


class Direct(Table):
    """All at once."""


class Strategy(Table):
    canary: Canary | None = Field(None, description="In steps, judged at each.", examples=[{}])
    direct: Direct | None = Field(None, description="All at once.", examples=[{}])

    @model_validator(mode="after")
    def _exactly_one(self) -> Strategy:
        if len(self.model_fields_set) != 1:
            raise refused("expected one strategy", "write canary, direct, or canary: with its steps")
        return self


def _strategy(value: Any) -> Any:
    if value == "canary" or value == "direct":
        return {str(value): {}}
    if not isinstance(value, dict):
        raise expected("canary or direct", "write it like strategy: canary")
    return value


class Errors(Table):
    ratio: Factor | None = Field(None, ge=1, le=100, description="Times stable's share of errors.", examples=[1.5])
    plus: PointsText | None = Field(None, description="Added to that; more is unhealthy.", examples=["0.2 points"])


class Latency(Table):
    slower_than: Time | None = Field(None, description="Requests slower than this are counted.", examples=["250ms"])
    ratio: Factor | None = Field(None, ge=1, le=100, description="Times stable's share of them.", examples=[1.5])
    plus: PointsText | None = Field(None, description="Added to that; more is unhealthy.", examples=["1 point"])


class Promote(Table):
    plus: PointsText | None = Field(None, description="Certified to be less than this worse.", examples=["0.5 points"])


class Baseline(Table):
    blocks: Integer | None = Field(None, ge=1, le=10_000, description="How many blocks are captured.", examples=[30])
    block: Time | None = Field(None, description="Length of one.", examples=["60s"])


def _off(value: Any) -> Any:
    if value != "off" and not isinstance(value, dict):
        raise expected("off or a mapping", "write it like latency: {slower_than: 250ms}")
    return None if value == "off" else value


class Judge(Table):
    errors: Errors | None = Field(None, description="When it has too many errors.", examples=[{"ratio": 1.5}])
    latency: Annotated[Latency | None, BeforeValidator(_off, json_schema_input_type=Latency | Literal["off"])] = Field(
        None, description="When it is too slow, or off.", examples=[{"slower_than": "250ms"}]
    )
    promote: Promote | None = Field(None, description="When it may go on.", examples=[{"plus": "0.5 points"}])
    block: Time | None = Field(None, description="Length of a vote block.", examples=["15s"])
    baseline: Baseline | None = Field(None, description="What is captured before.", examples=[{"blocks": 30}])


class Trigger(Table):
    """One limit beside the judge, and what follows when it is passed."""

    not_here = {name: "can't be read on the local platform yet" for name in ("p95", "p99", "out_of_memory", "or_state")}
    error_rate: ErrorRate | None = Field(
        None, description="Points over stable at the same time, or a share.", examples=["+5 points"]
    )
    restarts: Restarts | None = Field(None, description="Processes that ended by themselves.", examples=["> 5 in 5m"])
    health_checks: HealthChecks | None = Field(
        None, description="Checks of one instance that failed in a row.", examples=["3 consecutive failures"]
    )
    duration: Time | None = Field(None, alias="for", description="How long error_rate stays over.", examples=["1m"])
    on_failure: Literal["rollback", "pause", "page", "note"] | None = Field(
        None, description="What follows.", examples=["rollback"]
    )

    @model_validator(mode="after")
    def _one_metric(self) -> Trigger:
        given = [name for name in ("error_rate", "restarts", "health_checks") if name in self.model_fields_set]
        if len(given) != 1:
            known = "error_rate, restarts, health_checks"
            raise refused(f"a trigger watches exactly one thing, this one {len(given)}", f"known: {known}")
        if given == ["error_rate"] and self.duration is None:
            raise refused("error_rate needs a time it stays over the limit", "add for: 1m")
        if given != ["error_rate"] and self.duration is not None:
            raise refused(f"{given[0]} has no for: of its own", "take it out")
        return self


class Keep(Table):
    running: Span | None = Field(None, description="The previous version runs on, for a quick return.", examples=["2h"])
    definition: Span | None = Field(None, description="It can be started again.", examples=["24h"])


class Smoke(Table):
    path: HttpPath = Field(description="What is asked for.", examples=["/api/cart"])
    status: Integer | None = Field(None, ge=100, le=599, description="The status it must answer.", examples=[200])
    contains: Text | None = Field(None, description="Text that the answer must hold.", examples=["items"])


def _smoke(value: Any) -> Any:
    return {"path": value} if isinstance(value, str) else value


class Settings(Table):
    """What may be set for one environment, and at the top for all of them."""

    local: Local | None = Field(
        None, description="Runs on this machine.", examples=[{"command": ["./shop", "{port}"], "listen": 8080}]
    )
    strategy: Annotated[
        Strategy | None, BeforeValidator(_strategy, json_schema_input_type=Strategy | Literal["canary", "direct"])
    ] = Field(None, description="How traffic reaches it.", examples=["canary"])
    judge: Judge | None = Field(None, description="When it is worse than stable.", examples=[{"latency": "off"}])
    triggers: list[Trigger] | None = Field(
        None, description="Fixed limits beside the judge.", examples=[[{"restarts": "> 5 in 5m"}]]
    )
    keep: Keep | None = Field(None, description="How long the previous version stays.", examples=[{"running": "2h"}])
    soak: list[Time] | None = Field(
        None, description="When it is looked at again after 100 %, rising.", examples=[["15m", "2h", "24h"]]
    )
    approvals: Integer | None = Field(None, ge=0, le=100, description="People who must approve.", examples=[1])
    approvers: list[Text] | None = Field(None, description="Who may; nobody named: anyone else.", examples=[["ana"]])
    smoke: list[Annotated[Smoke, BeforeValidator(_smoke, json_schema_input_type=Smoke | str)]] | None = Field(
        None, description="Requests that must be answered as said.", examples=[["/"]]
    )
    mode: Literal["enforce", "advise"] | None = Field(
        None, description="advise reports and never blocks or rolls back.", examples=["enforce"]
    )


class File(Settings):
    service: Label = Field(description="Name of the service.", examples=["shop"])
    owner: Text = Field(description="The team that answers for it.", examples=["team-shop"])
    tier: Integer | None = Field(None, ge=1, le=3, description="1 critical, 2 standard, 3 internal.", examples=[2])
    artifact: Text = Field(
        description="File or directory that is released, relative to this file.", examples=["build/shop"]
    )
    on_call: Text | None = Field(None, description="Who is called.", examples=["ana"])
    tests: Text | None = Field(
        None, description="Glob of JUnit reports, relative to this file.", examples=["reports/*.xml"]
    )
    environments: dict[Label, Settings] | None = Field(
        None, min_length=1, description="Where it is released to.", examples=[{"production": {}}]
    )
