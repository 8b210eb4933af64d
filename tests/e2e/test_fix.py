"""`spendgate fix`: what it shows holds, what it writes is what it showed, and nothing else is touched."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

from tests.e2e.stories import NOW, run

POLICY = """
id: OWN-001
title: Volumes are of type gp3
pack: own
severity: low
enforcement: block
match: {type: aws_ebs_volume, action: [create, update, declare]}
assert:
  - {field: after.type, in: [gp3]}
message: "{{ address }} is of type {{ after.type }}."
fix:
  set: {type: FIX}
tests:
  - {name: none, given: {type: aws_ebs_volume, action: create, after: {type: gp3}}, expect: pass}
"""
SOURCE = """# Disks of the lab.
provider "aws" {
  region = "us-east-1"
}

resource "aws_ebs_volume" "a" {
  availability_zone = "us-east-1a"
  size              = 100 # enough
  type              = "io1"
  iops              = 100
}
"""


def root(tmp_path: Path, fix: str) -> None:
    (tmp_path / "own.yaml").write_text(POLICY.replace("FIX", fix))
    (tmp_path / "tf").mkdir()
    (tmp_path / "tf" / "main.tf").write_text(SOURCE)


def test_a_fix_is_shown_then_written_and_saves_what_it_says(tmp_path: Path) -> None:
    root(tmp_path, "gp3")
    shown = run("fix", "tf", "-p", "own.yaml", "--now", NOW, cwd=tmp_path)
    assert '-  type              = "io1"\n+  type              = "gp3"\n' in shown.output
    assert "mends OWN-001 aws_ebs_volume.a" in shown.errors
    assert shown.exit_code == 0
    assert (tmp_path / "tf" / "main.tf").read_text() == SOURCE
    done = run("fix", "tf", "-p", "own.yaml", "--now", NOW, "--write", cwd=tmp_path)
    assert done.output == shown.output
    written = (tmp_path / "tf" / "main.tf").read_text()
    assert written == SOURCE.replace('"io1"', '"gp3"')
    again = run("check", "tf", "-p", "own.yaml", "--now", NOW, "-o", "json", cwd=tmp_path)
    assert json.loads(again.output)["decision"] == "pass"
    applied = subprocess.run(
        ["patch", "-p1", "--dry-run", "-R"], input=shown.output.encode(), cwd=tmp_path, capture_output=True
    )
    assert applied.returncode == 0, applied.stdout


def test_a_fix_that_does_not_hold_is_not_offered(tmp_path: Path) -> None:
    root(tmp_path, "io2")
    done = run("fix", "tf", "-p", "own.yaml", "--now", NOW, "--write", cwd=tmp_path)
    assert done.output == ""
    assert "the edit does not make it go away" in done.errors
    assert (tmp_path / "tf" / "main.tf").read_text() == SOURCE


def test_the_schedule_tag_of_the_example_is_offered(tmp_path: Path) -> None:
    done = run("fix", "examples/gpu-training-aws", "--now", NOW)
    assert "2 findings mended" in done.errors
    assert '+  tags            = { owner = "vision-ml", Schedule = "office-hours" }' in done.output


def test_what_is_no_folder_is_an_error(tmp_path: Path) -> None:
    done = run("fix", "nowhere", cwd=tmp_path)
    assert done.exit_code == 2
    assert "is no folder" in done.errors
