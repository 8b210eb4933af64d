"""Terraform source on the command line: the same answer as from the plan, places, a base, and errors that say where."""

from __future__ import annotations

import json
import subprocess
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.stories import NOW, ROOT, run

EXAMPLES = ROOT / "examples"
ALIKE: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "gpu-training-aws": (
        ("--var", "trainer_type=p5.48xlarge", "--var", "trainer_max=4"),
        ("module.eks.aws_eks_cluster.this",),
    ),
    "llm-serving-gke": (("--var", "project=chat-prod-4711", "--var", "l4_max_nodes=40"), ()),
    "research-sandbox-azure": (("--var", "subscription_id=x"), ()),
    "unknown-gpu": ((), ()),
}
"""Variables as the plan had them, and resources whose cost differs.

NOTE: the EKS cluster was made with standard support, which its source does not state and a new one does not get.
"""


def judged(*arguments: str) -> dict[str, Any]:
    done = run("check", *arguments, "--now", NOW, "-o", "json")
    assert done.errors == ""
    report: dict[str, Any] = json.loads(done.output)
    return report


def shown(report: dict[str, Any], addresses: set[str]) -> set[tuple[str, ...]]:
    """Findings on single resources by policy and verdict. Findings on the whole change differ: source has no before."""
    return {
        (found["policy"], found["address"], found["verdict"])
        for found in report["findings"]
        if found["address"] in addresses
    }


@pytest.mark.parametrize("story", ALIKE)
def test_source_and_plan_give_the_same_answer(story: str) -> None:
    options, differ = ALIKE[story]
    plan = judged(f"examples/{story}/plan.json", "--scope", "all")
    source = judged(f"examples/{story}", *options)
    declared = {change["address"]: change for change in source["changes"]}
    planned = {change["address"]: change for change in plan["changes"] if change["action"] != "delete"}
    assert set(declared) == set(planned)
    for address in sorted(set(planned) - set(differ)):
        assert declared[address]["cost"]["after_monthly"] == planned[address]["cost"]["after_monthly"], address
    assert shown(source, set(planned)) == shown(plan, set(planned))
    assert shown(source, set(planned))


def test_findings_of_source_and_of_its_plan_point_at_the_same_line() -> None:
    plan = judged("examples/gpu-training-aws/plan.json")
    source = judged("examples/gpu-training-aws", *ALIKE["gpu-training-aws"][0])
    places = [
        {(found["policy"], found["address"]): found["location"] for found in report["findings"] if found["location"]}
        for report in (plan, source)
    ]
    both = set(places[0]) & set(places[1])
    assert len(both) > 10
    assert all(places[0][key] == places[1][key] for key in both)
    group = places[0]["SIZE-001", 'module.eks.aws_eks_node_group.this["gpu"]']
    assert group["file"] == "examples/gpu-training-aws/modules/eks/main.tf"
    line = (ROOT / group["file"]).read_text().splitlines()[group["line"] - 1]
    assert "scaling_config" in line or "aws_eks_node_group" in line


def git(folder: Path, *arguments: str) -> None:
    identity = ("-c", "user.name=x", "-c", "user.email=x@example.org")
    subprocess.run(["git", *identity, "-C", str(folder), *arguments], check=True, capture_output=True)


MACHINE = 'provider "aws" {{\n  region = "us-east-1"\n}}\nresource "aws_instance" "a" {{\n  instance_type = "{0}"\n}}\n'
VOLUME = 'resource "aws_ebs_volume" "old" {\n  availability_zone = "us-east-1a"\n  size = 10\n  type = "gp3"\n}\n'


@pytest.mark.parametrize("kind", ["folder", "revision"])
def test_a_base_gives_actions_and_the_difference(kind: str, tmp_path: Path) -> None:
    root, base = tmp_path / "root", tmp_path / "base"
    for folder in (root, base):
        folder.mkdir()
        (folder / "main.tf").write_text(MACHINE.format("m5.large") + VOLUME)
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", "root")
    git(tmp_path, "commit", "-q", "-m", "first")
    (root / "main.tf").write_text(MACHINE.format("m5.xlarge"))
    done = run(
        "check", "root", "--base", "base" if kind == "folder" else "HEAD", "-o", "json", "--now", NOW, cwd=tmp_path
    )
    assert done.errors == ""
    report = json.loads(done.output)
    actions = {change["address"]: change["action"] for change in report["changes"]}
    assert actions == {"aws_instance.a": "update", "aws_ebs_volume.old": "delete"}
    costs = {change["address"]: change["cost"] for change in report["changes"]}
    delta = (
        Decimal(costs["aws_instance.a"]["delta_monthly"]["expected"])
        if "delta_monthly" in costs["aws_instance.a"]
        else None
    )
    before = Decimal(costs["aws_instance.a"]["before_monthly"]["expected"])
    after = Decimal(costs["aws_instance.a"]["after_monthly"]["expected"])
    assert after - before == Decimal("70.08")
    assert delta is None or delta == Decimal("70.08")
    assert "/tmp" not in done.output.replace(str(tmp_path), "")


@pytest.mark.parametrize(
    ("text", "arguments", "message"),
    [
        ('resource "a" "b" {\n  x = [1\n}\n', (), "root/main.tf:3:1: syntax error"),
        ('resource "a" "b" {\n  count = 1000000\n}\n', (), "root/main.tf:1:1: a.b has 1,000,000 instances"),
        (MACHINE.format("m5.large"), ("--var", "nothing=1"), "--var nothing: no variable has this name"),
        (MACHINE.format("m5.large"), ("--base", "no-such-thing"), "--base no-such-thing"),
        (MACHINE.format("m5.large"), ("--source", "root"), "--source: no input is a plan"),
        (MACHINE.format("m5.large"), ("--root", "x"), "--root x"),
    ],
)
def test_an_error_says_where_and_ends_with_2(
    text: str, arguments: tuple[str, ...], message: str, tmp_path: Path
) -> None:
    (tmp_path / "root").mkdir()
    (tmp_path / "root" / "main.tf").write_text(text)
    done = run("check", "root", *arguments, cwd=tmp_path)
    assert done.exit_code == 2
    assert message in done.errors
    assert "Traceback" not in done.errors


def test_options_for_source_are_refused_with_a_plan() -> None:
    done = run("check", "examples/unknown-gpu/plan.json", "--var", "a=1")
    assert done.exit_code == 2
    assert "no input is Terraform source" in done.errors


def test_what_is_of_unknown_number_is_priced_from_none_on(tmp_path: Path) -> None:
    text = (
        MACHINE.format("m5.large").replace("  instance_type", "  count = var.n\n  instance_type") + 'variable "n" {}\n'
    )
    (tmp_path / "main.tf").write_text(text)
    done = run("cost", ".", "-o", "json", "--now", NOW, cwd=tmp_path)
    (change,) = json.loads(done.output)["changes"]
    assert change["address"] == "aws_instance.a[*]"
    assert Decimal(change["cost"]["after_monthly"]["low"]) == 0
    assert "one costs 70.88 USD a month" in done.output
    known = run("cost", ".", "--var", "n=2", "-o", "json", "--now", NOW, cwd=tmp_path)
    assert len(json.loads(known.output)["changes"]) == 2


def test_two_states_of_source_are_compared_by_cost(tmp_path: Path) -> None:
    for name, machine in (("old", "m5.large"), ("new", "m5.xlarge")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "main.tf").write_text(MACHINE.format(machine))
    done = run("diff", "old", "new", "--now", NOW, cwd=tmp_path)
    assert done.errors == ""
    assert "+70.08" in done.output


def test_manifests_beside_source_are_not_left_out_in_silence(tmp_path: Path) -> None:
    (tmp_path / "k8s").mkdir()
    (tmp_path / "main.tf").write_text(MACHINE.format("m5.large"))
    (tmp_path / "k8s" / "job.yaml").write_text("apiVersion: batch/v1\nkind: Job\nmetadata: {name: a}\n")
    done = run("check", ".", "--now", NOW, cwd=tmp_path)
    assert "k8s/job.yaml" in done.output
    assert "name their folder" in " ".join(done.output.split())
