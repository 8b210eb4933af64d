"""Many deployments in one repository: only those that a change may concern are judged, and never one too few."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.e2e.stories import run
from tests.e2e.test_governance import git, write_plan

CHANGES: dict[str, tuple[str, list[str]]] = {
    "a file of one deployment": ("a/main.tf", ["a"]),
    "a file below one deployment": ("a/modules/x/main.tf", ["a"]),
    "a shared module": ("modules/gpu/main.tf", ["a", "b"]),
    "shared variables": ("common.tfvars", ["a", "b"]),
    "the settings": ("spendgate.yaml", ["a", "b"]),
    "a page to read": ("README.md", []),
    "nothing but the plans themselves": ("a/plan.json", []),
}


@pytest.mark.parametrize("committed", [True, False], ids=["committed", "not yet committed"])
@pytest.mark.parametrize("name", CHANGES)
def test_what_a_change_concerns_is_judged(name: str, committed: bool, tmp_path: Path) -> None:
    file, judged = CHANGES[name]
    git(tmp_path, "init", "-q", "-b", "main")
    (tmp_path / "spendgate.yaml").write_text("packs: [gpu]\n", encoding="utf-8")
    for root in ("a", "b"):
        (tmp_path / root).mkdir()
        (tmp_path / root / "main.tf").write_text("# first\n", encoding="utf-8")
    git(tmp_path, "add", "-A")
    git(tmp_path, "commit", "-qm", "first")
    git(tmp_path, "checkout", "-qb", "change")
    for root in ("a", "b"):
        write_plan(tmp_path / root, "p5.48xlarge")
    place = tmp_path / file
    place.parent.mkdir(parents=True, exist_ok=True)
    if place.suffix != ".json":
        place.write_text("packs: [gpu]\n# second\n" if place.suffix == ".yaml" else "# second\n", encoding="utf-8")
    if committed:
        git(tmp_path, "add", "-A")
        git(tmp_path, "commit", "-qm", "second")
    done = run("check", "a/plan.json", "b/plan.json", "--since", "main", "-q", cwd=tmp_path)
    assert done.exit_code == (1 if judged else 0), done.output + done.errors
    for root in ("a", "b"):
        assert (f"{root}/plan.json" in done.errors) is (root not in judged)


def test_a_ref_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q", "-b", "main")
    write_plan(tmp_path, "t3.micro")
    done = run("check", "plan.json", "--since", "origin/main", cwd=tmp_path)
    assert done.exit_code == 2
    assert "git finds no common commit with 'origin/main'" in done.errors
