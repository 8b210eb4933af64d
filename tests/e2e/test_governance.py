"""A team brings the gate into a repository, step by step, as `docs/governance.md` tells it: one script, run as a user would."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.stories import Outcome, run
from tests.e2e.test_command_line import create, plan

DAY_ONE, DAY_TWO, LATER = "2026-11-24", "2026-11-25", "2026-12-26"
BUDGET = "BUD-001"
DEAR = ("m5.24xlarge",) * 3


def spend(folder: Path, *arguments: str, now: str | None = DAY_ONE, **environment: str) -> Outcome:
    clock = ("--now", now) if now else ()
    return run(*arguments, *clock, cwd=folder, **environment)


def git(folder: Path, *arguments: str) -> None:
    who = ["-c", "user.name=joe", "-c", "user.email=joe@example.com", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", *who, *arguments], cwd=folder, check=True, capture_output=True)


def write_plan(folder: Path, *machines: str, name: str = "plan.json") -> None:
    """A plan that creates one instance a machine type, `aws_instance.worker[0]`, `[1]` ..."""
    changes = [
        create(machine, address=f"aws_instance.worker[{number}]", index=number)
        for number, machine in enumerate(machines)
    ]
    (folder / name).write_bytes(plan(*changes))


def findings(folder: Path, policy: str, **options: Any) -> list[dict[str, Any]]:
    done = spend(folder, "check", "plan.json", "-o", "json", *options.pop("more", ()), **options)
    assert done.output, done.errors
    return [found for found in json.loads(done.output)["findings"] if found["policy"] == policy]


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    git(tmp_path, "init", "-q", "-b", "main")
    return tmp_path


def test_the_way_into_a_repository(repository: Path) -> None:
    here = repository
    write_plan(here, "g5.xlarge")

    # An empty repository: the first look fails nobody.
    first = spend(here, "check", "plan.json", "--soft-fail")
    assert first.exit_code == 0, first.output + first.errors
    assert "GPU-001" in first.output

    # What is there is recorded; from now on the gate is strict, and passes.
    done = spend(here, "baseline", "write", "plan.json")
    assert done.exit_code == 0, done.errors
    assert "recorded in baseline.json" in done.output
    settings = "baseline: baseline.json\nwaivers: waivers.yaml\napprovers: [jane]\n"
    (here / "waivers.yaml").write_text("waivers: []\n", encoding="utf-8")
    (here / "spendgate.yaml").write_text(settings, encoding="utf-8")
    known = spend(here, "check", "plan.json")
    assert known.exit_code == 0, known.output + known.errors
    assert "known since the baseline of 2026-11-24" in known.output

    # A second GPU is new: it fails, the first one does not.
    write_plan(here, "g5.xlarge", "g5.xlarge")
    new = spend(here, "check", "plan.json", "-o", "text", "-o", "json=report.json")
    assert new.exit_code == 1
    failing = [found["address"] for found in findings(here, "GPU-001") if found["verdict"] == "fail"]
    assert failing == ["aws_instance.worker[1]"]

    # One waiver, with an owner and 30 days.
    waived = spend(
        here, "waive", "--from", "report.json", "--policy", "GPU-001", "--expires", "30d",
        "--owner", "ml-platform", "--reason", "the L4 image is not ready", "--ticket", "ML-7",
    )  # fmt: skip
    assert waived.exit_code == 0, waived.errors
    assert "1 waiver until 2026-12-24 in waivers.yaml" in waived.output
    quiet = spend(here, "check", "plan.json")
    assert quiet.exit_code == 0, quiet.output + quiet.errors
    assert "ml-platform until 2026-12-24: the L4 image is not ready (ML-7)" in quiet.output

    # The clock moves on 31 days and more: the gate fails and says why.
    expired = spend(here, "check", "plan.json", now=LATER)
    assert expired.exit_code == 1
    assert "The waiver of ml-platform ended on 2026-12-24, 2 days ago" in " ".join(expired.output.split())

    # Something dear needs an approval ...
    write_plan(here, "g5.xlarge", *DEAR)
    dear = spend(here, "check", "plan.json", "-o", "text", "-o", "json=report.json", now=DAY_TWO)
    assert dear.exit_code == 1, dear.output
    assert findings(here, BUDGET)[0]["enforcement"] == "require-approval"

    # ... not from the author, and not from anybody ...
    ask = ["approve", "--from", "report.json", "--reason", "load test", "--author", "joe"]
    own = spend(here, *ask, "--approver", "Joe", now=DAY_TWO)
    assert (own.exit_code, "is the author" in own.errors) == (2, True)
    stranger = spend(here, *ask, "--approver", "max", now=DAY_TWO)
    assert (stranger.exit_code, "is not among the approvers of BUD-001 (jane)" in stranger.errors) == (2, True)

    # ... but from an approver, and then it passes.
    given = spend(here, *ask, "--approver", "jane", now=DAY_TWO)
    assert given.exit_code == 0, given.errors
    (here / "spendgate.yaml").write_text(settings + "approvals: [approvals.yaml]\n", encoding="utf-8")
    passed = spend(here, "check", "plan.json", now=DAY_TWO)
    assert passed.exit_code == 0, passed.output + passed.errors
    assert "approved by jane until 2026-12-02: load test" in passed.output

    # The approval ends by itself.
    assert spend(here, "check", "plan.json", now="2026-12-03").exit_code == 1

    # The plan changes: the approval no longer holds.
    write_plan(here, "g5.xlarge", *DEAR, "m5.24xlarge")
    changed = spend(here, "check", "plan.json", now=DAY_TWO)
    assert changed.exit_code == 1
    assert "An approval of jane is for another plan" in " ".join(changed.output.split())


LOOSENINGS = {
    "the settings": {"spendgate.yaml": "policies: {GPU-001: {enabled: false}}\n"},
    "an enforcement": {"spendgate.yaml": "policies: {GPU-001: {enforcement: advise}}\n"},
    "a waiver": {
        "spendgate.yaml": "packs: [gpu]\nwaivers: waivers.yaml\n",
        "waivers.yaml": "waivers: [{policy: GPU-001, address: 'aws_*', owner: me, reason: none, expires: 2027-01-01}]\n",
    },
    "an own policy": {
        "own/OWN-001.yaml": "id: OWN-001\ntitle: t\npack: own\nseverity: low\nenforcement: block\nmessage: m\n"
        "assert: [{field: address, exists: true}]\n"
    },
    "a rate": {
        "spendgate.yaml": "packs: [gpu]\npolicy_paths: [own]\nrates: rates.yaml\n",
        "rates.yaml": "nothing: 1\n",
    },
    "nothing but its own settings removed": {"spendgate.yaml": None},
}
OWN_POLICY = """
id: OWN-001
title: Workers are small
pack: own
severity: low
enforcement: block
match: {type: [aws_instance]}
assert: [{field: after.instance_type, equals: t3.micro}]
message: "{{ address }} is no t3.micro."
"""


@pytest.mark.parametrize("name", LOOSENINGS)
def test_a_change_cannot_loosen_its_own_gate(name: str, repository: Path) -> None:
    here = repository
    (here / "own").mkdir()
    (here / "own" / "OWN-001.yaml").write_text(OWN_POLICY, encoding="utf-8")
    (here / "spendgate.yaml").write_text("packs: [gpu]\npolicy_paths: [own]\n", encoding="utf-8")
    git(here, "add", "-A")
    git(here, "commit", "-qm", "the gate")
    git(here, "checkout", "-qb", "loosen")
    write_plan(here, "g5.xlarge")
    before = spend(here, "check", "plan.json", "--config-ref", "main", "-q")
    for file, text in LOOSENINGS[name].items():
        place = here / file
        place.unlink(missing_ok=True)
        if text is not None:
            place.write_text(text, encoding="utf-8")
    git(here, "add", "-A")
    git(here, "commit", "-qm", "loosened")
    pinned = spend(here, "check", "plan.json", "--config-ref", "main", "-q")
    assert (before.exit_code, pinned.exit_code) == (1, 1), pinned.output + pinned.errors
    assert pinned.output == before.output
    assert "OWN-001" in pinned.output
    assert "GPU-001" in pinned.output


def test_a_pinned_file_is_named_by_its_ref(repository: Path) -> None:
    (repository / "spendgate.yaml").write_text("packs: [gpu]\nwaivers: w.yaml\n", encoding="utf-8")
    (repository / "w.yaml").write_text("waivers:\n  - {policy: GPU-001}\n", encoding="utf-8")
    git(repository, "add", "-A")
    git(repository, "commit", "-qm", "wrong")
    write_plan(repository, "t3.micro")
    done = spend(repository, "check", "plan.json", "--config-ref", "main")
    assert done.exit_code == 2
    assert "main:w.yaml:2: an entry of waivers lacks address and owner and reason and expires" in done.errors
    assert "/tmp" not in done.errors


MISTAKES = {
    "a ref that is not there": (["--config-ref", "origin/gone"], "git knows no commit 'origin/gone'", "git fetch"),
    "a file outside of the repository": (
        ["--config-ref", "main", "--waivers", "../waivers.yaml"],
        "lies outside of the repository",
        "read from the repository",
    ),
    "one name for two inputs": (["plan.json", "--root-name", "prod"], "cannot name 2 inputs", "one by one"),
    "waivers that are not there": (["--waivers", "gone.yaml"], "gone.yaml: no such file", "check the path"),
    "a baseline that is none": (["--baseline", "plan.json"], "plan.json: is no baseline", "baseline write"),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_mistakes_are_one_clear_error(name: str, repository: Path) -> None:
    write_plan(repository, "t3.micro")
    write_plan(repository, "t3.micro", name="other.json")
    git(repository, "add", "-A")
    git(repository, "commit", "-qm", "plans")
    arguments, said, hint = MISTAKES[name]
    done = spend(repository, "check", "other.json", *arguments)
    assert (done.exit_code, done.output) == (2, "")
    assert said in done.errors
    assert hint in done.errors


def test_the_same_address_in_another_deployment_is_new(repository: Path) -> None:
    for root in ("a", "b"):
        (repository / root).mkdir()
        write_plan(repository / root, "g5.xlarge")
    assert spend(repository, "baseline", "write", "a/plan.json").exit_code == 0
    first, second = (
        spend(repository, "check", f"{root}/plan.json", "--baseline", "baseline.json", "--pack", "gpu")
        for root in ("a", "b")
    )
    assert (first.exit_code, second.exit_code) == (0, 1)


def test_prune_only_shrinks(repository: Path) -> None:
    write_plan(repository, "g5.xlarge", "g5.xlarge")
    spend(repository, "baseline", "write", "plan.json", "--pack", "gpu")
    write_plan(repository, "g5.xlarge", "t3.micro", "g5.xlarge")
    done = spend(repository, "baseline", "prune", "plan.json", "--pack", "gpu")
    assert done.output == "2 findings forgotten, 2 kept in baseline.json\n"
    shown = spend(repository, "baseline", "show", now=None)
    assert "aws_instance.worker[0]" in shown.output
    assert "worker[2]" not in shown.output


def test_waive_writes_each_waiver_once_and_keeps_comments(repository: Path) -> None:
    write_plan(repository, "g5.xlarge")
    spend(repository, "check", "plan.json", "-o", "json=report.json")
    (repository / "waivers.yaml").write_text("# agreed in the cost round\nwaivers:\n", encoding="utf-8")
    ask = [
        "waive",
        "--from",
        "report.json",
        "--policy",
        "GPU-001",
        "--owner",
        "o",
        "--reason",
        'said "no"',
        "--expires",
    ]
    assert "1 waiver until 2026-12-24" in spend(repository, *ask, "30d").output
    assert (
        "0 waivers until 2026-12-31 in waivers.yaml, 1 was waived already"
        in spend(repository, *ask, "2026-12-31").output
    )
    text = (repository / "waivers.yaml").read_text(encoding="utf-8")
    assert text.startswith("# agreed in the cost round\n")
    assert text.count("policy: GPU-001") == 1
    assert 'root: "plan.json"' in text


REFUSED = {
    "without a choice": (["--expires", "30d"], "nothing was chosen"),
    "with a day that has passed": (["--all", "--expires", "2026-01-01"], "has passed already"),
    "with no day": (["--all", "--expires", "soon"], "is no day"),
    "for nothing that is there": (
        ["--policy", "ZZZ-001", "--expires", "30d"],
        "no finding that fails or is unknown fits",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_waive_refuses(name: str, repository: Path) -> None:
    write_plan(repository, "g5.xlarge")
    spend(repository, "check", "plan.json", "-o", "json=report.json")
    arguments, said = REFUSED[name]
    done = spend(repository, "waive", "--from", "report.json", "--owner", "o", "--reason", "r", *arguments)
    assert done.exit_code == 2
    assert said in done.errors
    assert not (repository / "waivers.yaml").exists()
