"""The kinds of value a release file holds, each with the words that say what was expected.

Readers take what the file has and return the value in the units of `model.units`, or raise `expected` or `refused`;
the place and what was found are added where the error is told.
"""

from __future__ import annotations

import re
from typing import Annotated, Any, NamedTuple

from pydantic import AfterValidator, BeforeValidator, PlainValidator
from pydantic_core import PydanticCustomError

from gonogo.config.nodes import Resolved
from gonogo.model.units import Duration, Points, Ratio, parse_duration, parse_percent, parse_points

LONGEST = Duration(366 * 86400)
"""No pause, soak or window is longer than a year."""


def expected(what: str, remedy: str = "") -> PydanticCustomError:
    """The value is not `what`: "expected `what`, found …"."""
    return PydanticCustomError("expected", "{what}", {"what": what, "remedy": remedy})


def refused(message: str, remedy: str = "") -> PydanticCustomError:
    """Something else than its kind is wrong with it; `message` says what."""
    return PydanticCustomError("refused", "{message}", {"message": message, "remedy": remedy})


def _number(value: Any) -> float | None:
    """What is a number in the file or, as text, in a variable."""
    if isinstance(value, Resolved) and re.fullmatch(r"[0-9]{1,9}(?:\.[0-9]{1,9})?", value):
        return float(value) if "." in value else int(value)
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


def _numeric(value: Any) -> Any:
    """Leaves to pydantic what isn't a number."""
    number = _number(value)
    return value if number is None else number


def _duration(value: Any) -> float:
    number = _number(value)
    if number is not None:
        usable = not isinstance(value, Resolved) and 0 < number < 1e6
        remedy = f"write {value}s, {value}m or {value}h" if usable else "write it like 90s, 5m, 1h30m or 250ms"
        raise expected("a duration with its unit", remedy)
    try:
        seconds = parse_duration(value) if isinstance(value, str) and len(value) < 30 else None
    except ValueError:
        seconds = None
    if seconds is None:
        raise expected("a duration", "write it like 90s, 5m, 1h30m or 250ms")
    if seconds > LONGEST:
        raise expected("a duration of at most a year")
    return seconds


def _positive(seconds: float) -> float:
    if seconds <= 0:
        raise expected("a duration above zero")
    return seconds


def _points(value: Any) -> float:
    number = _number(value)
    if number is not None and not isinstance(value, Resolved) and 0 <= number <= 100:
        raise expected("percentage points", f"write {value} {'point' if number == 1 else 'points'}")
    try:
        points = parse_points(value) if isinstance(value, str) and len(value) < 30 else None
    except ValueError:
        points = None
    if points is None:
        raise expected("percentage points", "write it like 0.2 points")
    if points > 100:
        raise expected("at most 100 points")
    return points


def _weight(value: Any) -> float:
    percent = _number(value)
    if percent is None and isinstance(value, str) and len(value) < 30:
        try:
            percent = parse_percent(value) * 100
        except ValueError:
            percent = None
    if percent is None:
        raise expected("a percentage of the traffic", "write it like 10 or 10 %")
    if not 1 <= percent <= 99:
        raise expected("a percentage from 1 to 99", "100 % comes by itself after the last step")
    return round(percent / 100, 9)


def _label(value: str) -> str:
    if not re.fullmatch(r"[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?", value):
        raise expected("a name of a-z, 0-9 and -, at most 63 long, with a letter or digit at both ends")
    return value


def _some(value: str) -> str:
    if not value.strip():
        raise expected("text")
    return value


def _http_path(value: str) -> str:
    if not re.fullmatch(r"/[!-~]*", value):
        raise expected("a path that begins with / and holds no spaces", "write it like /health")
    return value


def _variable(value: str) -> str:
    if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", value):
        raise expected("the name of a variable", "letters, digits and _, not beginning with a digit")
    return value


class Limit(NamedTuple):
    """A trigger's limit, as `model.settings.Trigger` has it. The number is the one in the file: more than 5 restarts
    is 5, 3 failures in a row is 3."""

    relation: str
    limit: float
    window: Duration | None


def _error_rate(value: Any) -> Limit:
    text = value.strip() if isinstance(value, str) and len(value) < 30 else ""
    try:
        if text.startswith("+") and (points := parse_points(text)) <= 100:
            return Limit("plus", points, None)
        if text.startswith(">") and (share := parse_percent(text[1:])) <= 1:
            return Limit("over", share, None)
    except ValueError:
        pass
    raise expected("a limit for the error rate", 'write "+5 points" (over stable) or "> 2 %" (whatever stable does)')


def _restarts(value: Any) -> Limit:
    found = re.fullmatch(r">\s*(\d{1,6})\s+in\s+(\S{1,20})", value.strip()) if isinstance(value, str) else None
    try:
        window = parse_duration(found[2]) if found else None
    except ValueError:
        window = None
    if not found or not window or window > LONGEST:
        raise expected("a number of restarts within a time", 'write it like "> 5 in 5m"')
    return Limit("over", float(found[1]), window)


def _health_checks(value: Any) -> Limit:
    found = re.fullmatch(r"([1-9]\d{0,5})\s+consecutive\s+failures?", value.strip()) if isinstance(value, str) else None
    if not found:
        raise expected("a number of failures in a row", "write it like 3 consecutive failures")
    return Limit("over", float(found[1]), None)


Label = Annotated[str, AfterValidator(_label)]
Text = Annotated[str, AfterValidator(_some)]
HttpPath = Annotated[str, AfterValidator(_http_path)]
VariableName = Annotated[str, AfterValidator(_variable)]
Integer = Annotated[int, BeforeValidator(_numeric)]
Factor = Annotated[Ratio, BeforeValidator(_numeric)]
Span = Annotated[Duration, BeforeValidator(_duration, json_schema_input_type=str)]
"""A duration that may be zero."""
Time = Annotated[Span, AfterValidator(_positive)]
PointsText = Annotated[Points, BeforeValidator(_points, json_schema_input_type=str)]
Weight = Annotated[Ratio, BeforeValidator(_weight, json_schema_input_type=int | float | str)]
ErrorRate = Annotated[Limit, PlainValidator(_error_rate, json_schema_input_type=str)]
Restarts = Annotated[Limit, PlainValidator(_restarts, json_schema_input_type=str)]
HealthChecks = Annotated[Limit, PlainValidator(_health_checks, json_schema_input_type=str)]
