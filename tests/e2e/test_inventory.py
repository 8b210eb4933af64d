"""Live inventory as a user meets it: judged like a plan, nothing that is missing passes, no secret comes out."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.stories import NOW, ROOT, run

CORPUS = ROOT / "tests" / "corpus" / "inventory"
EXPORTS = sorted(path for path in CORPUS.iterdir() if path.is_file())
BOTH = ("check", "--pack", "starter", "--pack", "utilisation", "--now", NOW)


def report(*arguments: str) -> dict[str, Any]:
    """The report of a run as JSON."""
    found = run(*arguments, "-o", "json")
    assert found.output, found.errors
    document: dict[str, Any] = json.loads(found.output)
    return document


@pytest.mark.parametrize("path", EXPORTS, ids=lambda path: path.name)
def test_every_export_is_judged_as_what_exists(path: Path) -> None:
    document = report(*BOTH, str(path))
    assert document["run"]["sources"] == ["inventory"]
    assert set(document["counts"]["by_action"]) == {"exists"}
    assert document["counts"]["judged"] == document["counts"]["changes"] > 0
    assert document["cost"]["delta_monthly"]["expected"] == "0.00"


FORMATS = ("json", "markdown", "html", "sarif", "csv", "junit")
PACKS = [word for pack in ("starter", "utilisation", "gpu", "storage", "tagging") for word in ("--pack", pack)]


@pytest.mark.parametrize("path", EXPORTS, ids=lambda path: path.name)
def test_no_planted_secret_comes_out(path: Path, tmp_path: Path) -> None:
    outputs = [word for name in FORMATS for word in ("-o", f"{name}={tmp_path / name}")]
    found = run("check", str(path), *PACKS, "--now", NOW, "-v", "-o", "text", *outputs)
    assert found.output, found.errors
    everything = found.output + found.errors + "".join((tmp_path / name).read_text() for name in FORMATS)
    assert "PLANTED" not in everything
    seen = run("explain", "--as-input", str(path))
    assert seen.exit_code == 0, seen.errors
    assert "PLANTED" not in seen.output


def test_findings_are_counted_by_owner_with_a_group_for_what_has_none(tmp_path: Path) -> None:
    words = [*BOTH, str(CORPUS / "aws-describe.json"), "--group-by", "tags.team"]
    document = report(*words)
    groups = {group["value"]: group for group in document["groups"]}
    owner = {address: name for name, group in groups.items() for address in group["addresses"]}
    assert len(groups) > 1
    assert list(groups)[-1] == "untagged"
    for name, group in groups.items():
        own = [one["verdict"] for one in document["findings"] if owner.get(one["address"]) == name]
        assert (group.get("failed", 0), group.get("undetermined", 0)) == (own.count("fail"), own.count("unknown"))
    assert groups["untagged"]["failed"] > 0
    assert f"{groups['untagged']['failed']} failed" in run(*words).output


def test_grouping_a_file_that_is_read_as_a_stream_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "estate.jsonl"
    with path.open("w") as file:
        file.write('{"spendgate":"inventory","provider":"aws"}\n')
        file.truncate(65 * 1024 * 1024)
    found = run(*BOTH, str(path), "--group-by", "tags.team")
    assert found.exit_code == 2
    assert "--group-by: a file that is read as a stream lists no resources" in found.errors


def test_a_stopped_machine_costs_its_disks_alone() -> None:
    costs = {
        change["address"]: change["cost"]["after_monthly"]["expected"]
        for change in report("cost", str(CORPUS / "aws-describe.json"))["changes"]
    }
    assert costs["aws_instance.i-0aa2"] == "0.00"
    assert costs["aws_ebs_volume.vol-0aa2"] == "8.80"
    assert float(costs["aws_instance.i-0aa1"]) > 800


def test_what_is_idle_is_found_with_its_saving() -> None:
    document = report(*BOTH, str(CORPUS / "aws-describe.json"), str(CORPUS / "azure-graph.json"))
    idle = {each["address"]: each["savings_monthly"] for each in document["findings"] if each["policy"] == "UTIL-002"}
    assert idle["aws_ebs_volume.vol-0aa9"] == "17.60"
    assert idle["azurerm_managed_disk.0000-1111/rg-vision/lost"] == "73.22"
    assert "aws_eip.eipalloc-1" in idle
    assert "aws_ebs_volume.vol-0aa1" not in idle


METRICS = """\
resource,metric,mean,p95,samples,window_start,window_end
i-0aa3,DCGM_FI_PROF_GR_ENGINE_ACTIVE,0.05,0.2,2016,2026-11-17T09:00:00Z,2026-11-24T09:00:00Z
i-0aa3,gpu_memory,0.4,0.5,2016,2026-11-17T09:00:00Z,2026-11-24T09:00:00Z
i-0aa1,DCGM_FI_PROF_GR_ENGINE_ACTIVE,0.9,0.95,3,2026-11-17T09:00:00Z,2026-11-24T09:00:00Z
"""


def test_measured_use_is_judged_and_too_few_samples_are_unknown(tmp_path: Path) -> None:
    metrics = tmp_path / "metrics.csv"
    metrics.write_text(METRICS)
    document = report(*BOTH, str(CORPUS / "aws-describe.json"), "--metrics", str(metrics))
    said = {each["address"]: each for each in document["findings"] if each["policy"] == "UTIL-001"}
    assert said["aws_instance.i-0aa3"]["verdict"] == "fail"
    saving = said["aws_instance.i-0aa3"]
    assert (float(saving["savings_monthly"]), saving["savings_by"]) == (0, "re-priced"), (
        "one machine has no parts to give back"
    )
    assert float(saving["cost_monthly"]) > 10_000
    assert said["aws_instance.i-0aa1"]["verdict"] == "unknown"
    assert "only 3 samples in 7 days" in said["aws_instance.i-0aa1"]["message"]


def test_a_prometheus_that_is_not_there_is_no_clean_pass() -> None:
    found = run(
        "check",
        str(CORPUS / "sites.yaml"),
        "--pack",
        "utilisation",
        "--metrics",
        "prometheus+http://127.0.0.1:9",
        "--now",
        NOW,
    )
    assert found.exit_code == 3
    assert "cannot be reached" in found.output


def test_costs_by_owner_have_a_bucket_for_what_is_untagged() -> None:
    groups = {
        each["value"]: each
        for each in report("cost", str(CORPUS / "aws-describe.json"), "--group-by", "tags.team")["groups"]
    }
    assert set(groups) == {"vision", "language", "untagged", "not known"}
    assert "aws_instance.i-0aa2" in groups["untagged"]["addresses"]


def test_a_record_that_nobody_knows_forbids_a_plain_pass(tmp_path: Path) -> None:
    path = tmp_path / "estate.jsonl"
    path.write_text((CORPUS / "google-assets.jsonl").read_text() + '{"surprise": true}\n')
    found = run("check", str(path), "--pack", "utilisation", "--now", NOW)
    assert found.exit_code == 3
    assert "of no form that is known" in found.output


def test_what_a_collector_could_not_read_is_said_by_every_later_run(tmp_path: Path) -> None:
    path = tmp_path / "estate.jsonl"
    problem = {"spendgate": "inventory", "problem": "rds gave nothing (not allowed)", "level": "warning"}
    path.write_text((CORPUS / "google-assets.jsonl").read_text() + json.dumps(problem) + "\n")
    found = run("check", str(path), "--pack", "utilisation", "--now", NOW)
    assert found.exit_code == 3
    assert "rds gave nothing" in found.output


def test_a_line_that_breaks_off_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "estate.jsonl"
    path.write_text((CORPUS / "google-assets.jsonl").read_text()[:-30])
    found = run("check", str(path))
    assert found.exit_code == 2
    assert "estate.jsonl:4: is not valid JSON" in found.errors
    assert "Traceback" not in found.errors


def test_drift_is_said_and_sets_the_exit_code(tmp_path: Path) -> None:
    approved, now = tmp_path / "approved.json", tmp_path / "now.json"
    run("check", str(CORPUS / "aws-describe.json"), "-o", f"json={approved}", "-o", "text", "--now", NOW)
    text = (CORPUS / "aws-describe.json").read_text()
    same = run("drift", "--approved", str(approved), str(CORPUS / "aws-describe.json"), "--now", NOW)
    assert same.exit_code == 0, same.output + same.errors
    now.write_text(text.replace("g5.xlarge", "g5.48xlarge", 1).replace("vol-0aa9", "vol-0bb1"))
    found = run("drift", "--approved", str(approved), str(now), "--now", NOW, "-o", "json")
    document = json.loads(found.output)
    assert found.exit_code == 1
    assert [each["address"] for each in document["never_judged"]] == ["aws_ebs_volume.vol-0bb1"]
    assert [each["address"] for each in document["gone"]] == ["aws_ebs_volume.vol-0aa9"]
    assert document["changed"][0]["differences"][0]["what"] == "machine type"
    assert float(document["changed"][0]["delta_monthly"]) > 5_000
    assert "PLANTED" not in found.output


def test_the_policy_to_grant_is_printed_without_signing_in() -> None:
    pytest.importorskip("boto3")
    found = run("inventory", "aws", "--show-policy")
    actions = json.loads(found.output)["Statement"][0]["Action"]
    assert "ec2:DescribeInstances" in actions
    assert not [action for action in actions if action.split(":")[1].startswith(("Create", "Delete", "Put", "Update"))]
