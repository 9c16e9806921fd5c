"""What CI leaves behind: coverage, scans, bills of materials, load tests; of this very commit, or of no use."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from repositories import NOW, Outcome, Repository, look, told

from gonogo.checks.coverage import COVERAGE, Coverage, read_coverage
from gonogo.checks.files import Unreadable
from gonogo.checks.findings_reports import read_scan
from gonogo.checks.interface import Check, Unavailable
from gonogo.checks.load_files import read_load
from gonogo.checks.load_test import LOAD_TEST, LoadTest
from gonogo.checks.sbom import SBOM, Sbom, read_bill
from gonogo.checks.scans import SCANS, Scans
from gonogo.model.items import CheckResult
from gonogo.model.units import Duration, Instant, Ratio

AT = Instant(NOW - 60)


class Reports(Repository):
    """Reports lie outside of git, and were written a minute ago unless said otherwise."""

    def report(self, name: str, content: str | dict[str, Any], ago: float = 60.0) -> None:
        path = self.root / "reports" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(content if isinstance(content, str) else json.dumps(content))
        os.utime(path, (NOW - ago, NOW - ago))

    def look(self, check: Check, params: Any) -> CheckResult:
        return look(check, self.context(), params)


@pytest.fixture
def repository(tmp_path: Path) -> Reports:
    made = Reports(tmp_path)
    made.commit({".gitignore": "reports/\n"})
    return made


# --- coverage ---------------------------------------------------------------------------------------------------------

COBERTURA = """<?xml version="1.0"?>
<!DOCTYPE coverage SYSTEM "http://cobertura.sourceforge.net/xml/coverage-04.dtd">
<coverage line-rate="0.75" timestamp="{at}"{totals}><packages><package><classes><class name="a">
<methods><method name="f"><lines><line number="1" hits="3"/><line number="2" hits="0"/></lines></method></methods>
<lines><line number="1" hits="3"/><line number="2" hits="0"/><line number="3" hits="1"/></lines></class>
<class name="b"><methods/><lines><line number="1" hits="1"/></lines></class></classes>
</package></packages></coverage>"""
LCOV = "TN:\nSF:a.js\nDA:1,5\nDA:2,0\nDA:3,1,x\nend_of_record\nSF:b.js\nDA:1,1\nend_of_record\n"


def test_lines_of_a_method_are_counted_once() -> None:
    read = read_coverage(COBERTURA.format(at=int(AT) * 1000, totals="").encode(), "c.xml", Instant(NOW))
    assert (read.lines, read.covered, read.written_at) == (4, 3, AT)


def test_totals_that_are_declared() -> None:
    totals = ' lines-valid="200" lines-covered="150"'
    read = read_coverage(COBERTURA.format(at=int(AT), totals=totals).encode(), "c.xml", Instant(NOW))
    assert (read.lines, read.covered, read.written_at) == (200, 150, AT)


def test_lcov() -> None:
    read = read_coverage(LCOV.encode(), "lcov.info", AT)
    assert (read.lines, read.covered) == (4, 3)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("<html/>", "not a Cobertura report: its root is 'html'"),
        ("<coverage>", "not XML"),
        ('<!DOCTYPE c [<!ENTITY a "b">]><coverage>&a;</coverage>', "it defines an entity"),
        ("<coverage>" + "<a>" * 60, "nested deeper than 50"),
        ("hello", "not an LCOV report"),
        ("", "not an LCOV report"),
    ],
)
def test_what_is_no_coverage_report(content: str, why: str) -> None:
    with pytest.raises(Unreadable, match=why):
        read_coverage(content.encode(), "c", AT)


def test_coverage_of_this_commit(repository: Reports) -> None:
    with pytest.raises(Unavailable, match="no coverage report"):
        repository.look(COVERAGE, Coverage(Ratio(0.7)))
    repository.report("lcov.info", LCOV)
    assert repository.look(COVERAGE, Coverage(Ratio(0.75))).summary == "tests run 75 % of 4 lines"
    assert repository.look(COVERAGE, Coverage(Ratio(0.8))).summary == "tests run 75 % of 4 lines, 80 % are wanted"
    repository.report("lcov.info", LCOV, ago=3601)
    assert (
        "reports/lcov.info is stale: it is older than commit" in repository.look(COVERAGE, Coverage(Ratio(0.7))).summary
    )
    repository.report("coverage.xml", "<a/>")
    assert "reports/coverage.xml can't be read" in repository.look(COVERAGE, Coverage(Ratio(0.7))).summary


# --- scans ------------------------------------------------------------------------------------------------------------


def sarif(*results: dict[str, Any], **run: Any) -> dict[str, Any]:
    rules = [
        {"id": "R1", "properties": {"security-severity": "8.1"}},
        {"id": "R2", "defaultConfiguration": {"level": "note"}},
    ]
    driver = {"name": "Scanner", "rules": rules}
    whole = {"tool": {"driver": driver}, "results": list(results), **run}
    return {"$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0", "runs": [whole]}


def result(rule: str, **more: Any) -> dict[str, Any]:
    place = {"physicalLocation": {"artifactLocation": {"uri": "src/a.py"}, "region": {"startLine": 7}}}
    return {"ruleId": rule, "message": {"text": "bad"}, "locations": [place], **more}


@pytest.mark.parametrize(
    ("found", "severity"),
    [
        (result("R1"), "high"),
        (result("R2"), "low"),
        (result("R3"), "medium"),
        (result("R3", level="error"), "high"),
        (result("R3", level="note"), "low"),
        (result("R1", suppressions=[{"kind": "inSource"}]), ""),
        (result("R1", suppressions=[{"kind": "external", "status": "rejected"}]), "high"),
        (result("R1", kind="pass"), ""),
        (result("R1", baselineState="absent"), ""),
    ],
)
def test_severities_in_sarif(found: dict[str, Any], severity: str) -> None:
    read = read_scan(json.dumps(sarif(found)).encode(), "a.sarif", AT)
    assert [w.severity for w in read.weaknesses] == ([severity] if severity else [])


TRIVY = {
    "SchemaVersion": 2,
    "ArtifactName": "shop:2",
    "ArtifactType": "container_image",
    "Metadata": {"RepoDigests": ["ghcr.io/a/shop@sha256:" + "a" * 64]},
    "Results": [
        {"Target": "debian"},
        {
            "Target": "python",
            "Vulnerabilities": [
                {"VulnerabilityID": "CVE-1", "Severity": "CRITICAL", "PkgName": "a", "InstalledVersion": "1"},
                {"VulnerabilityID": "CVE-2", "Severity": "LOW", "PkgName": "b", "FixedVersion": "2"},
            ],
        },
    ],
}  # fmt: skip
GRYPE = {
    "descriptor": {"name": "grype"},
    "source": {"type": "directory", "target": "."},
    "matches": [
        {
            "vulnerability": {"id": "CVE-3", "severity": "High", "fix": {"versions": []}},
            "artifact": {"name": "c", "version": "3"},
        }
    ],
}


def test_static_analysis(repository: Reports) -> None:
    with pytest.raises(Unavailable, match="no report of such a scan"):
        repository.look(SCANS, Scans("static"))
    repository.report("a.sarif", sarif(result("R2")))
    assert repository.look(SCANS, Scans("static")).summary == "Scanner: 1 finding, none worse than medium"
    repository.report("a.sarif", sarif(result("R2"), result("R1")))
    found = repository.look(SCANS, Scans("static"))
    assert told(found) == ["high: R1 in bad"] and found.findings[0].where == "src/a.py:7"
    assert repository.look(SCANS, Scans("static", worst="high")).outcome is Outcome.PASS


def test_of_another_commit_or_of_a_run_that_failed(repository: Reports) -> None:
    repository.report("a.sarif", sarif(versionControlProvenance=[{"revisionId": "f" * 40}]))
    assert "reports/a.sarif is about commit ffffffffffff" in repository.look(SCANS, Scans("static")).summary
    head = repository.git("rev-parse", "HEAD")
    repository.report("a.sarif", sarif(versionControlProvenance=[{"revisionId": head}]))
    assert repository.look(SCANS, Scans("static")).outcome is Outcome.PASS
    repository.report("a.sarif", sarif(invocations=[{"executionSuccessful": False}]))
    assert "its run did not succeed" in repository.look(SCANS, Scans("static")).summary
    repository.report("a.sarif", sarif(), ago=4000)
    assert "is stale" in repository.look(SCANS, Scans("static")).summary


def test_images_and_packages_are_told_apart(repository: Reports) -> None:
    repository.report("trivy.json", TRIVY)
    repository.report("grype.json", GRYPE)
    assert told(repository.look(SCANS, Scans("image"))) == ["critical: CVE-1 in a 1"]
    assert told(repository.look(SCANS, Scans("packages"))) == ["high: CVE-3 in c 3"]
    assert repository.look(SCANS, Scans("packages", fixable=True)).outcome is Outcome.PASS


def test_no_image_is_made(repository: Reports) -> None:
    assert repository.look(SCANS, Scans("image")).outcome is Outcome.NOT_APPLICABLE
    repository.write({"Dockerfile": "FROM a:1\n"})
    with pytest.raises(Unavailable):
        repository.look(SCANS, Scans("image"))


def test_a_report_of_the_very_artifact(repository: Reports) -> None:
    ctx = repository.context()
    report = json.loads(json.dumps(TRIVY))
    report["Metadata"]["RepoDigests"] = [f"a@{ctx.plan.world.artifact}"]
    report["Results"] = []
    repository.report("trivy.json", report, ago=4000)
    assert repository.look(SCANS, Scans("image")).outcome is Outcome.PASS


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"runs": []}', '{"matches": []}', "\xff", '{"a":' * 5000])
def test_what_is_no_report_of_a_scanner(content: str) -> None:
    with pytest.raises(Unreadable):
        read_scan(content.encode("latin-1"), "x.json", AT)


def test_reports_with_everything_of_the_wrong_type() -> None:
    for text in (
        '{"$schema": "sarif", "runs": [1, {"results": [{"ruleId": 3, "locations": {}, "message": []}], "tool": 4}]}',
        '{"SchemaVersion": 2, "ArtifactName": 4, "Results": [{"Vulnerabilities": [{"Severity": 4}]}], "Metadata": []}',
        '{"descriptor": {}, "matches": [{"vulnerability": 4}, 5], "source": {"target": {"repoDigests": [4, "x"]}}}',
    ):
        assert read_scan(text.encode(), "x.json", AT).path == "x.json"


# --- bills of materials -----------------------------------------------------------------------------------------------

CYCLONE = {
    "bomFormat": "CycloneDX",
    "specVersion": "1.6",
    "metadata": {"timestamp": "2027-01-15T07:58:00Z", "component": {"name": "shop", "version": "2"}},
    "components": [{"name": "a", "version": "1", "components": [{"name": "b"}]}, {"name": "c", "version": "2"}],
}
SPDX = {
    "spdxVersion": "SPDX-2.3",
    "name": "shop",
    "documentDescribes": ["SPDXRef-shop"],
    "packages": [{"SPDXID": "SPDXRef-shop"}, {"SPDXID": "SPDXRef-a", "versionInfo": "1"}],
}
TAGS = "SPDXVersion: SPDX-2.2\nDocumentName: shop\nCreated: 2027-01-15T07:58:00Z\nPackageName: a\nPackageVersion: 1\n"


@pytest.mark.parametrize(
    ("content", "form", "components", "versioned"),
    [
        (json.dumps(CYCLONE), "CycloneDX 1.6", 3, 2),
        (json.dumps(SPDX), "SPDX 2.3", 1, 1),
        (TAGS, "SPDX 2.2", 1, 1),
    ],
)
def test_bills(content: str, form: str, components: int, versioned: int) -> None:
    read = read_bill(content.encode(), "sbom", Instant(NOW))
    assert (read.form, read.components, read.versioned) == (form, components, versioned)
    assert read.made_at <= NOW


def test_a_bill_of_this_commit(repository: Reports) -> None:
    with pytest.raises(Unavailable, match="no bill of materials"):
        repository.look(SBOM, Sbom())
    repository.report("sbom.json", SPDX)
    assert repository.look(SBOM, Sbom()).summary == "reports/sbom.json (SPDX 2.3) lists 1 component"
    repository.report("sbom.json", CYCLONE)
    assert told(repository.look(SBOM, Sbom())) == ["reports/sbom.json names no version for 1 of 3 components"]
    repository.report("sbom.json", {**CYCLONE, "metadata": {"timestamp": "2026-12-15T07:58:00"}})
    assert "is stale: it is older than commit" in repository.look(SBOM, Sbom()).summary
    repository.report("sbom.json", {**SPDX, "packages": []})
    assert told(repository.look(SBOM, Sbom())) == ["reports/sbom.json lists no component"]
    repository.report("sbom.json", "PackageName: a\n")
    assert "neither CycloneDX nor SPDX" in repository.look(SBOM, Sbom()).summary


# --- load tests -------------------------------------------------------------------------------------------------------

K6 = {
    "metrics": {
        "http_reqs": {"count": 90000, "rate": 300.0},
        "http_req_failed": {"value": 0.002, "passes": 180, "fails": 89820, "thresholds": {"rate<0.01": False}},
        "http_req_duration": {"p(95)": 180.5, "thresholds": {"p(95)<200": False}},
    }
}
K6_NEW = {
    "metrics": {
        "http_reqs": {"values": {"count": 5000, "rate": 50}},
        "http_req_failed": {"values": {"rate": 0.0}},
        "http_req_duration": {"values": {"p(95)": 900}, "thresholds": {"p(95)<500": {"ok": False}}},
    }
}
LOCUST = (
    "Type,Name,Request Count,Failure Count,Requests/s,95%\n"
    'GET,"/,x",900,90,9.0,100\n'
    ",Aggregated,2000,100,20.5,250\n"
)  # fmt: skip
JMETER = "timeStamp,elapsed,label,success\n" + "".join(
    f"{(NOW - 100) * 1000 + n * 10:.0f},{n},a,{'false' if n == 0 else 'true'}\n" for n in range(100)
)


def test_load_reports() -> None:
    k6 = read_load(json.dumps(K6).encode(), "k6.json", AT)
    assert (k6.requests, k6.errors, k6.p95, k6.rate, k6.failed) == (90000, 0.002, 0.1805, 300.0, ())
    new = read_load(json.dumps(K6_NEW).encode(), "k6.json", AT)
    assert (new.requests, new.p95, new.failed) == (5000, 0.9, ("http_req_duration: p(95)<500",))
    locust = read_load(LOCUST.encode(), "a_stats.csv", AT)
    assert (locust.requests, locust.errors, locust.p95, locust.rate) == (2000, 0.05, 0.25, 20.5)
    jmeter = read_load(JMETER.encode(), "a.jtl", Instant(NOW))
    assert (jmeter.requests, jmeter.errors, jmeter.p95) == (100, 0.01, 0.094)
    assert jmeter.written_at == pytest.approx(NOW - 98.911) and jmeter.rate == pytest.approx(100 / 1.089)


def test_what_a_load_test_must_show(repository: Reports) -> None:
    with pytest.raises(Unavailable, match="no report of a load test"):
        repository.look(LOAD_TEST, LoadTest())
    repository.report("k6-summary.json", K6)
    assert repository.look(LOAD_TEST, LoadTest(p95=Duration(0.2), rate=250)).outcome is Outcome.PASS
    strict = LoadTest(Ratio(0.001), Duration(0.1), rate=400, requests=100_000)
    assert told(repository.look(LOAD_TEST, strict)) == [
        "reports/k6-summary.json is of 90000 requests, too few to say anything",
        "reports/k6-summary.json: 0.2 % of 90000 requests failed",
        "reports/k6-summary.json: one request in twenty took longer than 180ms",
        "reports/k6-summary.json sent 300 requests a second",
    ]
    repository.report("k6-summary.json", K6_NEW)
    assert "its limit was crossed" in repository.look(LOAD_TEST, LoadTest()).summary


def test_a_load_test_of_another_commit(repository: Reports) -> None:
    repository.report("k6-summary.json", K6, ago=4000)
    assert repository.look(LOAD_TEST, LoadTest()).outcome is Outcome.PASS
    assert "is stale" in repository.look(LOAD_TEST, LoadTest(this_commit=True)).summary
    assert "is stale: 1h6m40s old" in repository.look(LOAD_TEST, LoadTest(max_age=Duration(3600))).summary


@pytest.mark.parametrize(
    "content",
    [
        "",
        "{}",
        '{"metrics": {}}',
        '{"metrics": {"http_reqs": {"count": 0}}}',
        '{"metrics": {"http_reqs": {"count": 10}}}',
        "a,b\n1,2\n",
        "timeStamp,elapsed,success\n",
        "timeStamp,elapsed,success\nx,1,true\n",
        "timeStamp,elapsed,success\n1\n",
        "Type,Name,Request Count,Failure Count,95%\nGET,/,1,0,1\n",
        "Type,Name,Request Count,Failure Count,95%\n,Aggregated,x,0,1\n",
        "\0",
    ],
)
def test_what_is_no_load_report(content: str) -> None:
    with pytest.raises(Unreadable):
        read_load(content.encode(), "x", AT)
