"""The defaults that no struct of `model.settings` carries: those of whole lists, and of a file's optional lines.

Every other default is the one written at its field in `model.settings`.
"""

from __future__ import annotations

from gonogo.model.settings import Step, Trigger
from gonogo.model.units import Duration, Ratio

ENVIRONMENT = "production"
"""The one environment of a file that names none."""
TIER = 2
STRATEGY = "canary"

DEADLINE = 3
"""A step's deadline, in lengths of its pause."""


def _step(percent: int, minutes: int) -> Step:
    return Step(Ratio(percent / 100), Duration(minutes * 60), Duration(minutes * 60 * DEADLINE))


STEPS = (_step(10, 5), _step(25, 5), _step(50, 10), _step(75, 5))
SOAK = (Duration(15 * 60), Duration(2 * 3600), Duration(24 * 3600))
TRIGGERS = (
    Trigger("error_rate", "plus", 5.0, Duration(60)),
    Trigger("health_checks", "over", 3.0, Duration(0)),
    Trigger("restarts", "over", 5.0, Duration(300)),
)
"""+5 points for 1m · 3 consecutive failures · > 5 in 5m"""
