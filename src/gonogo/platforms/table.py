"""Every platform by the settings that choose it. A new one is a package and two lines here."""

from __future__ import annotations

from pathlib import Path

from gonogo.model.plan import Plan
from gonogo.model.settings import Platform as Settings
from gonogo.platforms.interface import Platform


def open_platform(plan: Plan) -> Platform:
    """The platform that a plan's target runs on. Nothing is started; PermanentError where it can't keep its state."""
    from gonogo.platforms.local import LocalPlatform, local_directory

    return LocalPlatform(plan.platform, plan.target, local_directory(plan.target))


def digest(settings: Settings, artifact: Path) -> str:
    """`sha256:…` of what would be released. Raises InputError."""
    from gonogo.platforms.local.artifact import digest

    return digest(artifact)
