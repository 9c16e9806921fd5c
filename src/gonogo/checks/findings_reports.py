"""Reports of scanners: SARIF from static analysis; Trivy's and Grype's own JSON for known vulnerabilities."""

from __future__ import annotations

from typing import Any

import msgspec

from gonogo.checks.files import Unreadable
from gonogo.checks.json_report import field, objects, read_json, string
from gonogo.checks.wording import shorten
from gonogo.model.units import Instant

SEVERITIES = ("unknown", "negligible", "low", "medium", "high", "critical")
_LEVELS = {"error": "high", "warning": "medium", "note": "low", "none": "negligible"}
MOST = 500


class Weakness(msgspec.Struct, frozen=True):
    id: str
    severity: str
    """One of SEVERITIES."""
    about: str
    """A package with its version, or what the rule says."""
    where: str = ""
    fix: str = ""
    """The version that has it no more."""


class ScanReport(msgspec.Struct, frozen=True):
    path: str
    tool: str
    weaknesses: tuple[Weakness, ...] = ()
    """The gravest, at most MOST."""
    counts: dict[str, int] = {}
    """All of them, by severity."""
    written_at: Instant = Instant(0)
    commits: tuple[str, ...] = ()
    """Revisions that it says it is about."""
    digests: tuple[str, ...] = ()
    """Images or artifacts that it says it is about: `sha256:…`."""
    image: bool = False
    """Whether it looked at a container image, not at files."""


def read_scan(content: bytes, path: str, written_at: Instant) -> ScanReport:
    """Raises Unreadable for JSON that is none of the three."""
    data = read_json(content)
    if isinstance(data.get("runs"), list) and "sarif" in (string(data, "$schema") + path).lower():
        return _sarif(data, path, written_at)
    if "SchemaVersion" in data and "ArtifactName" in data:
        return _trivy(data, path, written_at)
    if isinstance(data.get("matches"), list) and isinstance(data.get("descriptor"), dict):
        return _grype(data, path, written_at)
    raise Unreadable("neither SARIF nor a report of Trivy or Grype")


def _report(path: str, tool: str, found: list[Weakness], at: Instant, **about: Any) -> ScanReport:
    counts: dict[str, int] = {}
    for one in found:
        counts[one.severity] = counts.get(one.severity, 0) + 1
    gravest = sorted(found, key=lambda w: -SEVERITIES.index(w.severity))[:MOST]
    return ScanReport(path, tool, tuple(gravest), counts, at, **about)


def _severity(said: str) -> str:
    return said.lower() if said.lower() in SEVERITIES else "unknown"


def _sarif(data: dict[str, Any], path: str, at: Instant) -> ScanReport:
    found: list[Weakness] = []
    tools: list[str] = []
    commits: list[str] = []
    for run in objects(data, "runs"):
        tools.append(string(run, "tool", "driver", "name"))
        commits += [string(v, "revisionId") for v in objects(run, "versionControlProvenance")]
        if any(i.get("executionSuccessful") is False for i in objects(run, "invocations")):
            raise Unreadable("the tool says itself that its run did not succeed")
        listed = [r for part in [field(run, "tool", "driver"), *objects(run, "tool", "extensions")]
                  for r in objects(part, "rules")]  # fmt: skip
        rules = {string(rule, "id"): rule for rule in listed}
        found += [w for result in objects(run, "results") if (w := _result(result, rules))]
    if not tools:
        raise Unreadable("it reports no run")
    return _report(path, ", ".join(filter(None, tools)), found, at, commits=tuple(filter(None, commits)))


def _result(result: dict[str, Any], rules: dict[str, dict[str, Any]]) -> Weakness | None:
    """None for one that is suppressed, or no failure."""
    suppressed = [s for s in objects(result, "suppressions") if string(s, "status") in ("", "accepted")]
    if suppressed or string(result, "kind") not in ("", "fail") or result.get("baselineState") == "absent":
        return None
    id = string(result, "ruleId") or string(result, "rule", "id")
    rule = rules.get(id, {})
    score = field(rule, "properties", "security-severity")
    level = string(result, "level") or string(rule, "defaultConfiguration", "level") or "warning"
    severity = _scored(score) or _LEVELS.get(level, "unknown")
    place = next(iter(objects(result, "locations")), {})
    file = string(place, "physicalLocation", "artifactLocation", "uri")
    line = field(place, "physicalLocation", "region", "startLine")
    return Weakness(id, severity, shorten(string(result, "message", "text"), 120), f"{file}:{line}" if line else file)


def _scored(score: Any) -> str:
    """CVSS 0…10, as GitHub reads `security-severity`."""
    try:
        value = float(score)
    except (TypeError, ValueError):
        return ""
    return "critical" if value >= 9 else "high" if value >= 7 else "medium" if value >= 4 else "low"


def _trivy(data: dict[str, Any], path: str, at: Instant) -> ScanReport:
    found = [
        Weakness(
            string(v, "VulnerabilityID"),
            _severity(string(v, "Severity")),
            f"{string(v, 'PkgName')} {string(v, 'InstalledVersion')}",
            string(result, "Target"),
            string(v, "FixedVersion"),
        )
        for result in objects(data, "Results")
        for v in objects(result, "Vulnerabilities")
    ]
    listed = field(data, "Metadata", "RepoDigests")
    names = [string(data, "ArtifactName"), *(listed if isinstance(listed, list) else [])]
    commit = string(data, "Metadata", "Commit")
    return _report(
        path,
        "Trivy",
        found,
        at,
        commits=(commit,) if commit else (),
        digests=_digests([*names, string(data, "Metadata", "ImageID")]),
        image=string(data, "ArtifactType") == "container_image",
    )


def _grype(data: dict[str, Any], path: str, at: Instant) -> ScanReport:
    found = []
    for match in objects(data, "matches"):
        v = match.get("vulnerability")
        fixes = field(v, "fix", "versions")
        package = f"{string(match, 'artifact', 'name')} {string(match, 'artifact', 'version')}"
        fix = ", ".join(str(f) for f in fixes) if isinstance(fixes, list) else ""
        found.append(Weakness(string(v, "id"), _severity(string(v, "severity")), package, "", fix))
    target = field(data, "source", "target")
    listed = field(target, "repoDigests")
    names = [string(target, "manifestDigest"), string(target, "imageID")]
    names += listed if isinstance(listed, list) else []
    image = string(data, "source", "type") == "image"
    return _report(path, "Grype", found, at, digests=_digests(names), image=image)


def _digests(names: list[Any]) -> tuple[str, ...]:
    found = [name[name.index("sha256:") :] for name in names if isinstance(name, str) and "sha256:" in name]
    return tuple(dict.fromkeys(found))
