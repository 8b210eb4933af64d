"""Waivers in comments: right above the resource or object that they are about, and never new ones under a pinned ref."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.e2e.stories import Outcome, run
from tests.e2e.test_governance import git, write_plan

WAIVER = '# spendgate:waive GPU-001 owner=ml expires=2026-12-24 reason="no L4 yet"'
SOURCE = """terraform {{}}

# The second worker.
{comment}
resource "aws_instance" "worker" {{
  instance_type = "g5.xlarge"
}}
"""
POD = """apiVersion: v1
kind: Namespace
metadata: {{name: ml}}
---
{comment}
apiVersion: v1
kind: Pod
metadata: {{name: train, namespace: ml, labels: {{environment: dev}}}}
spec:
  nodeSelector: {{nvidia.com/gpu.product: NVIDIA-A10G}}
  containers: [{{name: a, image: b, resources: {{limits: {{nvidia.com/gpu: 1}}}}}}]
"""


def check(folder: Path, *arguments: str, now: str = "2026-11-24") -> Outcome:
    return run("check", *(arguments or ("plan.json",)), "--pack", "gpu", "--now", now, cwd=folder)


def source(folder: Path, comment: str) -> None:
    (folder / "main.tf").write_text(SOURCE.format(comment=comment), encoding="utf-8")


CASES = {
    "one that holds": (WAIVER, "2026-12-24", 0, "ml until 2026-12-24: no L4 yet"),
    "one that ended": (WAIVER, "2026-12-25", 1, "The waiver of ml ended on 2026-12-24, 1 day ago"),
    "one of another policy": (WAIVER.replace("GPU-001", "TAG-001"), "2026-11-24", 1, "GPU-001"),
    "one that lacks its end": (
        WAIVER.replace("expires=2026-12-24 ", ""),
        "2026-11-24",
        2,
        "main.tf:4: a waiver lacks expires",
    ),
    "one with a slip": (WAIVER.replace("owner", "ownr"), "2026-11-24", 2, "did you mean owner?"),
    "money within its ceiling": (f"{WAIVER} up_to='900000 USD'", "2026-11-24", 0, "ml until"),
    "money beyond its ceiling": (f"{WAIVER} up_to='9 USD'", "2026-11-24", 1, "reaches up to 9.00 USD a month"),
    "one with a line between": (f"{WAIVER}\n", "2026-11-24", 1, "GPU-001"),
}


@pytest.mark.parametrize("name", CASES)
def test_above_a_resource(name: str, tmp_path: Path) -> None:
    comment, now, code, said = CASES[name]
    write_plan(tmp_path, "g5.xlarge")
    source(tmp_path, comment)
    done = check(tmp_path, now=now)
    assert done.exit_code == code, done.output + done.errors
    assert said in " ".join((done.output + done.errors).split())


@pytest.mark.parametrize(("comment", "waived"), [(WAIVER, True), ("# nothing", False)], ids=["waived", "not waived"])
def test_above_an_object_of_a_manifest(comment: str, waived: bool, tmp_path: Path) -> None:
    (tmp_path / "pod.yaml").write_text(POD.format(comment=comment), encoding="utf-8")
    done = check(tmp_path, "pod.yaml")
    assert ("ml until 2026-12-24: no L4 yet" in done.output) is waived, done.output + done.errors
    assert ("1 failed" in done.output.splitlines()[-1]) is not waived


def test_a_new_one_is_shown_and_not_honoured_under_a_pinned_ref(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q", "-b", "main")
    source(tmp_path, "# nothing yet")
    (tmp_path / "spendgate.yaml").write_text("packs: [gpu]\n", encoding="utf-8")
    git(tmp_path, "add", "-A")
    git(tmp_path, "commit", "-qm", "first")
    write_plan(tmp_path, "g5.xlarge")
    source(tmp_path, WAIVER)
    done = check(tmp_path, "plan.json", "--config-ref", "main")
    assert done.exit_code == 1
    assert "The waiver at main.tf:4 is new in this change, so it is shown and not honoured." in " ".join(
        done.output.split()
    )
    git(tmp_path, "commit", "-qam", "agreed")
    (tmp_path / "main.tf").write_text("\n" + (tmp_path / "main.tf").read_text(encoding="utf-8"), encoding="utf-8")
    assert check(tmp_path, "plan.json", "--config-ref", "main").exit_code == 0
