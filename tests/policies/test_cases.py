"""Real plans and manifests for each policy, judged through the whole pipeline: the name of a file states the verdict."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.policies.cases import all_cases, beside, file_name

from spendgate.api import check
from spendgate.policies import catalog

FOLDER = Path(__file__).parent
NOW = datetime(2026, 11, 24, tzinfo=UTC)
BUILT_IN = {each.id: each for each in catalog.built_ins()}
FILES = sorted(path for path in FOLDER.glob("*-[0-9][0-9][0-9]/*.*.*"))
VERDICTS = {"pass", "fail", "unknown", "skip"}
CANNOT_BE = {
    "BUD-001": ("skip", "it judges every change"),
    "BUD-003": ("skip", "it judges every budget"),
    "BUD-005": ("skip", "it judges every change"),
}
"""Verdicts that no input can bring a policy to, and why."""


def verdict(policy: str, path: Path) -> tuple[str, list[str]]:
    """What a policy says about a file, the worst of its findings, and what the findings say."""
    settings = path.parent / "spendgate.yaml"
    more = {"config": str(settings)} if settings.exists() else {}
    report = check([path, *beside(path)], now=NOW, policy_paths=[str(BUILT_IN[policy].path)], **more)
    said = [finding for finding in report.findings if finding.policy == policy]
    found = {finding.verdict for finding in said}
    messages = [finding.message for finding in said]
    for worst in ("error", "fail", "unknown", "excepted"):
        if worst in found:
            return worst, messages
    tally = next(each for each in report.policies if each.id == policy)
    return ("pass" if tally.passed else "skip"), messages


@pytest.mark.parametrize("path", FILES, ids=[f"{path.parent.name} {path.name}" for path in FILES])
def test_a_file_gets_the_verdict_in_its_name(path: Path) -> None:
    found, messages = verdict(path.parent.name, path)
    assert found == path.name.split(".")[0], messages


@pytest.mark.parametrize("policy", sorted(BUILT_IN))
def test_every_policy_has_files_for_all_verdicts_that_it_can_give(policy: str) -> None:
    verdicts = {path.name.split(".")[0] for path in FILES if path.parent.name == policy}
    missing = {CANNOT_BE[policy][0]} if policy in CANNOT_BE else set()
    assert verdicts == VERDICTS - missing


def test_the_files_are_what_the_cases_say() -> None:
    wanted = {
        FOLDER / policy / file_name(case, text): text
        for policy, cases in all_cases().items()
        for case, text in cases.items()
    }
    assert sorted(wanted) == sorted([*FILES, *(other for path in FILES for other in beside(path))])
    assert [path for path, text in wanted.items() if path.read_text(encoding="utf-8") != text] == []
