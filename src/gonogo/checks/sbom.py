"""Software bills of materials, CycloneDX and SPDX: is there one of this release, and does it list anything?"""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Annotated, Any

import msgspec

from gonogo.checks.binding import Bound, bound, stale
from gonogo.checks.files import Unreadable, find, matches, named, read_all, repository, text
from gonogo.checks.interface import Check, Context, Nothing, Unavailable
from gonogo.checks.json_report import field, objects, read_json, string
from gonogo.checks.judging import Damaged, judged, unreadable
from gonogo.checks.wording import counted
from gonogo.model.items import CheckResult, Finding
from gonogo.model.units import Duration, Instant

FILES = ("**/*sbom*.json", "**/bom.json", "**/*.cdx.json", "**/*.spdx.json", "**/*.spdx", "**/*cyclonedx*.json")
_LARGEST = 32 << 20
_AGAIN = "make it with the build, of the commit being released"


class Sbom(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    max_age: Duration = Duration(30 * 86400)
    versioned: Annotated[float, msgspec.Meta(ge=0, le=1)] = 0.9
    """Share of components that must name a version: without one nobody can look up what is known about it."""
    files: tuple[str, ...] = FILES
    ignore: tuple[str, ...] = ("**/test*/**", "**/example*/**", "**/fixtures/**")


class Bill(msgspec.Struct, frozen=True):
    path: str
    form: str
    """`CycloneDX 1.5`, `SPDX 2.3`."""
    subject: str = ""
    components: int = 0
    versioned: int = 0
    made_at: Instant = Instant(0)


class Bills(msgspec.Struct, frozen=True):
    about: Bound
    bills: tuple[Bill, ...] = ()
    damaged: tuple[Damaged, ...] = ()


async def collect(ctx: Context, params: Sbom) -> Bills:
    root = repository(ctx)
    paths = [p for p in await asyncio.to_thread(find, root, params.files) if not matches(p, params.ignore)]
    if not paths:
        raise Unavailable(f"no bill of materials matches {named(params.files)}")
    return Bills(await bound(ctx), *await asyncio.to_thread(read_all, root, paths, read_bill, _LARGEST))


def read_bill(content: bytes, path: str, written_at: Instant) -> Bill:
    """Raises Unreadable."""
    if content.lstrip()[:1] != b"{":
        return _tag_value(text(content), path, written_at)
    data = read_json(content)
    if data.get("bomFormat") == "CycloneDX":
        parts = _nested(data)
        made = _made(string(data, "metadata", "timestamp"), written_at)
        subject = f"{string(data, 'metadata', 'component', 'name')} {string(data, 'metadata', 'component', 'version')}"
        form = f"CycloneDX {string(data, 'specVersion')}"
        return Bill(path, form, subject.strip(), len(parts), sum(bool(p.get("version")) for p in parts), made)
    if string(data, "spdxVersion").startswith("SPDX-"):
        described = data.get("documentDescribes")
        root = set(described) if isinstance(described, list) else set()
        parts = [p for p in objects(data, "packages") if p.get("SPDXID") not in root]
        made = _made(string(data, "creationInfo", "created"), written_at)
        form = string(data, "spdxVersion").replace("-", " ")
        return Bill(path, form, string(data, "name"), len(parts), sum(bool(p.get("versionInfo")) for p in parts), made)
    raise Unreadable("neither CycloneDX nor SPDX")


def _nested(data: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    waiting = objects(data, "components")
    while waiting:
        one = waiting.pop()
        found.append(one)
        if isinstance(field(one, "components"), list):
            waiting += objects(one, "components")
    return found


def _tag_value(said: str, path: str, written_at: Instant) -> Bill:
    lines = [line.partition(":") for line in said.splitlines()]
    tags = [(name.strip(), value.strip()) for name, _, value in lines]
    first = dict(reversed(tags))
    if not first.get("SPDXVersion", "").startswith("SPDX-"):
        raise Unreadable("neither CycloneDX nor SPDX")
    packages = sum(name == "PackageName" for name, _ in tags)
    versions = sum(name == "PackageVersion" and bool(value) for name, value in tags)
    form = first["SPDXVersion"].replace("-", " ")
    made = _made(first.get("Created", ""), written_at)
    return Bill(path, form, first.get("DocumentName", ""), packages, versions, made)


def _made(said: str, written_at: Instant) -> Instant:
    """The earlier of what it says itself and the file's time."""
    try:
        at = datetime.fromisoformat(said)
    except ValueError:
        return written_at
    return Instant(min(written_at, (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp()))


def evaluate(memory: Nothing, raw: Bills, params: Sbom, now: Instant) -> tuple[Nothing, CheckResult]:
    findings = unreadable(raw.damaged, "CycloneDX or SPDX")
    for bill in raw.bills:
        findings += stale(bill.path, bill.made_at, raw.about, params.max_age, now, _AGAIN)
        if not bill.components:
            findings.append(Finding(f"{bill.path} lists no component", bill.path, "0", "the dependencies", _AGAIN))
        elif bill.versioned < params.versioned * bill.components:
            without = f"{bill.components - bill.versioned} of {bill.components} components"
            findings.append(Finding(f"{bill.path} names no version for {without}", bill.path, remedy=_AGAIN))
    parts = ", ".join(f"{b.path} ({b.form}) lists {counted(b.components, 'component')}" for b in raw.bills)
    return memory, judged(findings, parts)


SBOM = Check(
    params=Sbom,
    raw=Bills,
    memory=Nothing,
    collect=collect,
    evaluate=evaluate,
    asks="bills of materials in the repository, and git for the commit's time",
)
