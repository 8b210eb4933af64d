"""A stream says what a run says: the same findings, totals, tallies and decision, without the list of resources."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from benchmarks.make_inventory import records

from spendgate import pipeline
from spendgate.governance.budgets import load_budgets
from spendgate.inputs.inventory import reader
from spendgate.pipeline import stream
from spendgate.prices.book import PriceBook
from spendgate.settings import Settings
from spendgate.wire import v1

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
SETTINGS = Settings(packs=("starter",))


def both(path: Path, settings: Settings = SETTINGS) -> tuple[v1.Report, v1.Report]:
    """The report of a file read whole, and read as a stream."""
    policies = pipeline.load_policies(settings)
    return pipeline.check([str(path)], settings, NOW), stream.check_stream(
        str(path), settings, NOW, policies, PriceBook.open(), load_budgets(settings.budgets) if settings.budgets else ()
    )


@pytest.fixture
def estate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Three thousand resources in parts of five hundred, and a group whose template and machines are far apart."""
    monkeypatch.setattr(reader, "CHUNK_LINES", 500)
    monkeypatch.setattr(reader.chunks, "__defaults__", (500,))
    lines: list[Any] = [
        {"AutoScalingGroups": [{"AutoScalingGroupName": "web", "MinSize": 1, "MaxSize": 900, "DesiredCapacity": 2, "AvailabilityZones": ["eu-west-1a"],
                                "LaunchTemplate": {"LaunchTemplateId": "lt-1"}, "Tags": [{"Key": "team", "Value": "web"}]}]},
        *records(3000, untagged_share=0.05),
        *(
            {"Reservations": [{"Instances": [{"InstanceId": f"i-{name}", "InstanceType": "p4d.24xlarge", "Placement": {"AvailabilityZone": "eu-west-1a"},
                                              "State": {"Name": "running"}, "Tags": [{"Key": key, "Value": value} for key, value in
                                              {"team": "lab", "experiment": name[:2], "workload": "train"}.items()]}]}]}
            for name in ("e1-a", "e1-b", "e2-a")
        ),
        {"LaunchTemplateVersions": [{"LaunchTemplateId": "lt-1", "LaunchTemplateName": "web", "LaunchTemplateData": {"InstanceType": "m5.large"}}]},
        {"Reservations": [{"Instances": [{"InstanceId": "i-member", "InstanceType": "m5.large", "Placement": {"AvailabilityZone": "eu-west-1a"},
                                          "State": {"Name": "running"}, "Tags": [{"Key": "aws:autoscaling:groupName", "Value": "web"}]}]}]},
    ]  # fmt: skip
    path = tmp_path / "estate.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return path


def test_a_stream_finds_what_a_whole_run_finds(estate: Path) -> None:
    whole, streamed = both(estate)
    assert len(whole.findings) > 100
    assert {(each.policy, each.address, each.verdict, each.fingerprint) for each in streamed.findings} == {
        (each.policy, each.address, each.verdict, each.fingerprint) for each in whole.findings
    }
    assert streamed.cost.after_monthly == whole.cost.after_monthly
    assert streamed.policies == whole.policies
    assert (streamed.decision, streamed.exit_code) == (whole.decision, whole.exit_code)


def test_counts_are_those_of_the_whole_and_resources_are_not_listed(estate: Path) -> None:
    whole, streamed = both(estate)
    assert streamed.counts == whole.counts
    assert streamed.changes == []
    assert any("read as a stream" in problem.message for problem in streamed.problems)
    assert sum("left out: the groups" in problem.message for problem in streamed.problems) == 1


def own(folder: Path, scope: str, conditions: str, name: str = "OWN-001") -> str:
    """A policy of one's own in a file."""
    path = folder / f"{name}-own.yaml"
    path.write_text(
        f"id: {name}\ntitle: One of one's own\npack: own\nseverity: low\non_unknown: block\n{scope}\n"
        f"assert: [{conditions}]\nmessage: no\n"
    )
    return str(path)


@pytest.mark.parametrize(
    ("scope", "conditions"),
    [
        ("scope: {group_by: tags.team}", "{field: group.size, lte: 5}"),
        ("scope: {group_by: env}", "{field: group.after_monthly.expected, lte: 1000}"),
        ("scope: {group_by: tags.team}", "{field: group.accelerators, lte: 5}"),
        ("scope: {group_by: kind}", "{field: group.types, contains: aws_instance}"),
        ("scope: {group_by: tags.team}", "{field: group.experiments, equals: 0}"),
        ("scope: {group_by: budget.name}", "{field: budget.projected.expected, lte: 5}"),
        ("scope: change", "{field: change.types, contains: aws_s3_bucket}"),
        ("scope: change", "{field: change.experiments, equals: 0}"),
        ("scope: change", "{field: change.alerts.actual, equals: true}"),
    ],
    ids=["size", "cost", "accelerators", "types", "experiments", "budgets", "types of all", "experiments of all", "alerts"],
)  # fmt: skip
def test_policies_over_groups_and_the_whole_find_what_they_find_in_a_whole_run(
    scope: str, conditions: str, estate: Path, tmp_path: Path
) -> None:
    budgets = tmp_path / "budgets.yaml"
    budgets.write_text("budgets:\n  - {name: one, monthly: 100, scope: {tags.team: web}}\n  - {name: unallocated, monthly: 5}\n")  # fmt: skip
    settings = Settings(packs=(), policy_paths=(own(tmp_path, scope, conditions),), budgets=str(budgets))
    whole, streamed = both(estate, settings)
    assert [(one.policy, one.verdict, one.message, one.actual) for one in streamed.findings] == [
        (one.policy, one.verdict, one.message, one.actual) for one in whole.findings
    ]
    assert streamed.policies == whole.policies
    assert (streamed.decision, streamed.exit_code) == (whole.decision, whole.exit_code)
    assert whole.findings, "a policy that finds nothing would show nothing"


def test_more_groups_than_are_kept_are_said_not_to_be_judged(
    estate: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream, "_MOST_GROUPS", 20)
    policies = (
        own(tmp_path, "scope: {group_by: address}", "{field: group.size, lte: 1}"),
        own(tmp_path, "scope: {group_by: env}", "{field: group.size, gte: 1}", "OWN-002"),
    )
    _, streamed = both(estate, Settings(packs=(), policy_paths=policies))
    (problem,) = [problem for problem in streamed.problems if problem.undetermined]
    assert problem.message == "OWN-001: not judged, for there are more than 20 groups"
    assert streamed.exit_code == 3
    assert {tally.id for tally in streamed.policies if tally.matched} == {"OWN-002"}


def test_what_a_resource_asks_of_the_whole_is_unknown_in_a_part(estate: Path, tmp_path: Path) -> None:
    policy = own(tmp_path, 'match: {kind: "compute.*"}', "{field: change.after_monthly.expected, lte: 1}")
    _, streamed = both(estate, Settings(packs=(), policy_paths=(policy,)))
    assert {finding.verdict for finding in streamed.findings} == {"unknown"}
    assert "a stream is judged part by part" in streamed.findings[0].message


def test_policies_that_compare_resources_are_said_not_to_be_judged(estate: Path) -> None:
    _, streamed = both(estate, Settings(packs=("experiment",)))
    (said,) = [
        problem.message for problem in streamed.problems if "compare resources of the whole run" in problem.message
    ]
    assert "EXP-003" in said.partition(":")[0].split(", ")


def test_nothing_is_kept_of_what_exists(estate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept: list[stream._Kept] = []
    made = stream._Kept
    monkeypatch.setattr(stream, "_Kept", lambda groups: kept.append(made(groups)) or kept[0])
    both(estate, Settings(packs=("starter", "budget")))
    assert kept[0].resources > 1000
    assert kept[0].keeper._asking == []


def test_what_is_unpriced_is_kept_within_bounds(tmp_path: Path) -> None:
    path = tmp_path / "estate.jsonl"
    item = {
        "resourceType": "AWS::Foo::Bar",
        "awsRegion": "eu-west-1",
        "configurationItemCaptureTime": "2026-11-24",
        "configuration": {},
    }
    path.write_text("".join(json.dumps({**item, "resourceId": f"r{number}"}) + "\n" for number in range(1500)))
    _, streamed = both(path)
    assert len(streamed.cost.unpriced) == 1000
    assert any("500 more parts without a price" in problem.message for problem in streamed.problems)
    assert streamed.counts.by_state == {"unsupported": 1500}


def test_only_large_files_of_lines_are_streamed(estate: Path) -> None:
    assert not stream.is_streamed([str(estate)])
    assert stream.is_streamed([str(estate)], least_bytes=1000)
    assert not stream.is_streamed([str(estate), str(estate)], least_bytes=1000)
    assert not stream.is_streamed([str(estate.with_suffix(".json"))], least_bytes=1000)
