"""Formats that other programs read: each holds what its readers ask for, and tells failures from unknowns."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import jsonschema
import pytest
from tests.unit.reporters import sarif_rules, situations
from tests.unit.reporters.reports import D, change, finding, report, span
from tests.unit.reporters.situations import SITUATIONS

from spendgate.errors import RegistryError
from spendgate.ports import ReportOptions
from spendgate.reporters import REPORTERS
from spendgate.wire.v1 import Location, Report


def rendered(form: str, of: Report, verbosity: int = 0) -> str:
    return REPORTERS.get(form).render(of, ReportOptions(verbosity=verbosity))


def one(verdict: str, **more: Any) -> Report:
    made = finding("GPU-001", "aws_instance.a", "aws_instance.a is no good.", verdict, **more)
    return report("fail", 1, [change("aws_instance.a", "create", None, span("1"))], [made])


@pytest.mark.parametrize("name", REPORTERS.names())
def test_each_format_knows_its_name_and_its_media_type(name: str) -> None:
    reporter = REPORTERS.get(name)
    assert reporter.name == name
    assert re.fullmatch(r"[a-z]+/[a-z+]+", reporter.media_type)


def test_an_unknown_format_lists_the_choices() -> None:
    with pytest.raises(RegistryError, match="did you mean markdown"):
        REPORTERS.get("markdwn")


@pytest.mark.parametrize("name", SITUATIONS)
def test_sarif_keeps_to_its_schema(name: str) -> None:
    log = json.loads(rendered("sarif", SITUATIONS[name]()))
    jsonschema.Draft202012Validator(sarif_rules.LOG).validate(log)
    run = log["runs"][0]
    rules = run["tool"]["driver"]["rules"]
    assert all(rules[result["ruleIndex"]]["id"] == result["ruleId"] for result in run["results"])


EFFECTS: dict[str, tuple[dict[str, Any], dict[str, str]]] = {
    "a failure that blocks": (
        {"verdict": "fail", "enforcement": "block"},
        {"sarif": "error", "gitlab": "critical", "github": "error", "junit": "failure", "tap": "not ok"},
    ),
    "a failure that needs approval": (
        {"verdict": "fail", "enforcement": "require-approval"},
        {"sarif": "error", "gitlab": "major", "github": "error", "junit": "failure", "tap": "not ok"},
    ),
    "a failure that only warns": (
        {"verdict": "fail", "enforcement": "warn"},
        {"sarif": "warning", "gitlab": "minor", "github": "warning", "junit": "skipped", "tap": "not ok # TODO"},
    ),
    "advice": (
        {"verdict": "fail", "enforcement": "advise"},
        {"sarif": "note", "gitlab": "info", "github": "notice", "junit": "skipped", "tap": "not ok # TODO"},
    ),
    "an unknown that forbids a pass": (
        {"verdict": "unknown", "on_unknown": "block"},
        {"sarif": "error", "gitlab": "major", "github": "error", "junit": "error", "tap": "not ok"},
    ),
    "an unknown that warns": (
        {"verdict": "unknown", "on_unknown": "warn"},
        {"sarif": "warning", "gitlab": "minor", "github": "warning", "junit": "skipped", "tap": "not ok # TODO"},
    ),
    "a policy that could not run": (
        {"verdict": "error"},
        {"sarif": "error", "gitlab": "blocker", "github": "error", "junit": "error", "tap": "not ok"},
    ),
    "a waived failure": (
        {"verdict": "excepted", "waiver": "until 2027-01-31"},
        {"sarif": "note", "gitlab": "info", "github": "notice", "junit": "skipped", "tap": "not ok # TODO"},
    ),
}


@pytest.mark.parametrize(("made", "effects"), EFFECTS.values(), ids=EFFECTS)
def test_every_format_gives_a_finding_the_same_weight(made: dict[str, Any], effects: dict[str, str]) -> None:
    of = one(**made)
    assert json.loads(rendered("sarif", of))["runs"][0]["results"][0]["level"] == effects["sarif"]
    assert json.loads(rendered("gitlab", of))[0]["severity"] == effects["gitlab"]
    assert rendered("github", of).splitlines()[1].startswith(f"::{effects['github']} ")
    case = ElementTree.fromstring(rendered("junit", of)).find(".//testcase[@name='aws_instance.a']")
    assert case is not None
    assert [child.tag for child in case] == [effects["junit"]]
    point = next(line for line in rendered("tap", of).splitlines() if "aws_instance.a" in line)
    ok, _, directive = effects["tap"].partition(" # ")
    assert point.startswith(f"{ok} ")
    assert (" # TODO" in point) == bool(directive)


def test_sarif_points_at_the_line_and_keeps_the_fingerprint() -> None:
    result = json.loads(rendered("sarif", one("fail", location=Location("./infra/a b.tf", 7), fingerprint="f1")))
    first = result["runs"][0]["results"][0]
    place = first["locations"][0]
    assert place["physicalLocation"]["artifactLocation"] == {"uri": "infra/a%20b.tf", "uriBaseId": "%SRCROOT%"}
    assert place["physicalLocation"]["region"] == {"startLine": 7}
    assert place["logicalLocations"][0]["fullyQualifiedName"] == "aws_instance.a"
    assert first["partialFingerprints"] == {"spendgate/v1": "f1", "primaryLocationLineHash": "f1"}


def test_sarif_without_a_place_points_at_the_input() -> None:
    first = json.loads(rendered("sarif", one("fail")))["runs"][0]["results"][0]
    assert first["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "infra/plan.json"


def test_sarif_tells_the_problems_of_a_run() -> None:
    run = json.loads(rendered("sarif", situations.mixed_prices()))["runs"][0]
    notes = run["invocations"][0]["toolExecutionNotifications"]
    assert [note["level"] for note in notes] == ["warning", "note"]
    assert notes[0]["properties"] == {"undetermined": True}


@pytest.mark.parametrize("name", SITUATIONS)
def test_junit_counts_what_it_holds_and_uses_only_known_words(name: str) -> None:
    suites = ElementTree.fromstring(rendered("junit", SITUATIONS[name]()))
    known = {
        "testsuites": {"name", "tests", "failures", "errors"},
        "testsuite": {"name", "tests", "failures", "errors", "skipped", "timestamp"},
        "testcase": {"name", "classname"},
        "failure": {"type", "message"},
        "error": {"type", "message"},
        "skipped": {"message"},
    }
    for element in suites.iter():
        assert set(element.attrib) <= known[element.tag]
    for suite in suites:
        for tag, attribute in (("failure", "failures"), ("error", "errors"), ("skipped", "skipped")):
            assert len(suite.findall(f"testcase/{tag}")) == int(suite.attrib[attribute])
        assert len(suite.findall("testcase")) == int(suite.attrib["tests"])


@pytest.mark.parametrize(
    ("name", "outcome"),
    [
        ("failing", "failure"),
        ("undetermined", "error"),
        ("unchanged", "skipped"),
        ("costs-alone", "skipped"),
        ("passing", None),
    ],
)
def test_junit_and_tap_tell_the_decision_of_the_run(name: str, outcome: str | None) -> None:
    case = ElementTree.fromstring(rendered("junit", SITUATIONS[name]()))[0][0]
    assert [child.tag for child in case] == ([outcome] if outcome else [])
    point = rendered("tap", SITUATIONS[name]()).splitlines()[2]
    assert point.startswith("not ok 1 " if outcome in ("failure", "error") else "ok 1 ")


def test_a_policy_that_matched_nothing_is_skipped_not_passed() -> None:
    assert "SIZE-001 nothing matched # SKIP" in rendered("tap", situations.undetermined())
    skipped = ElementTree.fromstring(rendered("junit", situations.undetermined())).find(
        ".//testcase[@classname='SIZE-001']"
    )
    assert skipped is not None
    assert skipped[0].tag == "skipped"


def test_github_says_like_findings_once_and_in_order_of_weight() -> None:
    commands = rendered("github", situations.failing()).splitlines()
    assert commands[0].startswith("::error title=spendgate FAIL::")
    assert sum("GPU-001 Only" in command for command in commands) == 1
    kinds = [command.split(" ", 1)[0].strip(":") for command in commands]
    assert kinds == sorted(kinds, key=["error", "warning", "notice"].index)


def test_github_escapes_what_ends_a_property_or_a_line() -> None:
    made = one("fail", location=Location("a,b:c.tf", 2), remediation="50% less\nthen more", title="t::x,y")
    command = rendered("github", made).splitlines()[1]
    assert "file=a%2Cb%3Ac.tf,line=2,title=GPU-001 t%3A%3Ax%2Cy::" in command
    assert "50%25 less%0Athen more" in command


def test_gitlab_fingerprints_are_never_alike() -> None:
    same = [finding("GPU-001", "a.b", "x", fingerprint="f") for _ in range(3)]
    issues = json.loads(rendered("gitlab", report("fail", 1, [], same)))
    assert [issue["fingerprint"] for issue in issues] == ["f", "f-2", "f-3"]


def test_csv_has_a_row_for_each_change_and_finding_and_no_formula() -> None:
    formula = "=HYPERLINK(1)"
    changes = [change(formula, "create", None, None, states=("none", "unpriced"), tags={"team": "+x"})]
    found = [finding("GPU-001", "a.b", "@sum", cost_monthly=None, savings_monthly=D(-3))]
    rows = list(csv.DictReader(io.StringIO(rendered("csv", report("fail", 1, changes, found)), newline="")))
    assert [row["row"] for row in rows] == ["change", "finding"]
    assert rows[0]["address"] == f"'{formula}"
    assert rows[0]["team"] == "'+x"
    assert rows[0]["after_monthly"] == ""
    assert rows[1]["message"] == "'@sum"
    assert rows[1]["savings_monthly"] == "-3"


def test_json_is_indented_and_ends_in_one_newline() -> None:
    shown = rendered("json", situations.passing())
    assert shown.startswith('{\n  "version": 1,\n  "decision": "pass",\n  "exit_code": 0,\n')
    assert shown.endswith("\n}\n")


def test_the_documentation_lists_every_format_and_no_other() -> None:
    text = (Path(__file__).resolve().parents[3] / "docs" / "reports.md").read_text(encoding="utf-8")
    listed = re.findall(r"^\| `(\w+)` \| .* \| `(\S+)` \|$", text, re.MULTILINE)
    assert listed == [(name, reporter.media_type) for name, reporter in REPORTERS]
