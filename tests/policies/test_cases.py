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
MEASURED = ("utilisation",)
"""Packs that judge measurements, which no plan has; they are tested with the metrics that they read."""


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


@pytest.mark.parametrize("policy", [each.id for each in BUILT_IN.values() if each.pack not in MEASURED])
def test_every_policy_has_a_file_that_passes_and_one_that_fails(policy: str) -> None:
    verdicts = {path.name.split(".")[0] for path in FILES if path.parent.name == policy}
    assert {"pass", "fail"} <= verdicts


def test_the_files_are_what_the_cases_say() -> None:
    wanted = {
        FOLDER / policy / file_name(case, text): text
        for policy, cases in all_cases().items()
        for case, text in cases.items()
    }
    assert sorted(wanted) == sorted([*FILES, *(other for path in FILES for other in beside(path))])
    assert [path for path, text in wanted.items() if path.read_text(encoding="utf-8") != text] == []
