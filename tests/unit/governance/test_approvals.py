"""Approvals: exactly these findings of exactly this plan, by somebody who may, until a day."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from tests.unit.governance.matters import TODAY, matter, policy, scene

from spendgate.documents import read_yaml_text
from spendgate.errors import SettingsError
from spendgate.governance.approvals import Authority, apply_approvals, load_approvals, read_approvals
from spendgate.governance.matter import Scene
from spendgate.model.finding import Enforcement, Finding, Verdict
from spendgate.model.frozen import replace

PLAN = f"sha256:{'a' * 64}"
OTHER_PLAN = f"sha256:{'b' * 64}"
WAITING = matter("", "BUD-001", enforcement=Enforcement.REQUIRE_APPROVAL)
TEAMS = {"finops-leads": ["jane", "ann"]}


def entry(**more: Any) -> str:
    given = {
        "plan": PLAN,
        "findings": [WAITING.finding.fingerprint],
        "approver": "jane",
        "author": "joe",
        "reason": "load test",
        "expires": "2026-12-01",
    }
    lines = [f"{key}: {value}" for key, value in {**given, **more}.items()]
    return "approvals:\n  - " + "\n    ".join(lines) + "\n"


def decided(
    text: str,
    each: Any = WAITING,
    *,
    plan: str = PLAN,
    today: date = TODAY,
    approvers: tuple[str, ...] = ("finops-leads",),
    author: str | None = None,
    fallback: tuple[str, ...] = (),
) -> Finding:
    around: Scene = replace(scene(each), policies={"BUD-001": policy("BUD-001", approvers)})
    authority = Authority(TEAMS, fallback, author)
    given = read_approvals(read_yaml_text(text, "a.yaml"))
    return apply_approvals([each], given, around, authority, plan, today).matters[0].finding


HOLDS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "a member of the team that the policy names": ({}, {}),
    "whatever the case and the sign": ({"approver": '"@Jane"'}, {}),
    "a person that the policy names": ({"approver": "max"}, {"approvers": ("max",)}),
    "a person of the settings, where the policy names nobody": ({}, {"approvers": (), "fallback": ("jane",)}),
    "on its last day": ({}, {"today": date(2026, 12, 1)}),
    "what is unknown and needs an approval": (
        {},
        {"each": matter("", "BUD-001", verdict=Verdict.UNKNOWN, on_unknown=Enforcement.REQUIRE_APPROVAL)},
    ),
}


@pytest.mark.parametrize("name", HOLDS)
def test_clears(name: str) -> None:
    stated, around = HOLDS[name]
    each = around.get("each", WAITING)
    found = decided(entry(**{"findings": [each.finding.fingerprint], **stated}), **around)
    assert found.verdict is Verdict.EXCEPTED
    assert found.details["approval"]["plan"] == PLAN


FAILS: dict[str, tuple[dict[str, Any], dict[str, Any], str]] = {
    "another plan": (
        {},
        {"plan": OTHER_PLAN},
        f"jane approved another plan ({PLAN[:19]}), this one is {OTHER_PLAN[:19]}",
    ),
    "the day after": ({}, {"today": date(2026, 12, 2)}, "it ended on 2026-12-01, 1 day ago"),
    "the author": ({"approver": "joe"}, {}, "joe is the author of the change"),
    "the author, as the run knows": ({}, {"author": "JANE"}, "jane is the author of the change"),
    "a stranger": ({"approver": "max"}, {}, "max is not among the approvers of BUD-001 (jane, ann)"),
    "nobody to ask": ({}, {"approvers": ()}, "BUD-001 names no approvers"),
    "what blocks": (
        {"findings": [matter("", "BUD-001").finding.fingerprint]},
        {"each": matter("", "BUD-001")},
        "this finding blocks, an approval does not clear it",
    ),
    "what may turn out to block": (
        {},
        {"each": replace(WAITING, finding=replace(WAITING.finding, residual="r", on_unknown=Enforcement.BLOCK))},
        "this finding blocks",
    ),
    "another value": (
        {},
        {"each": matter("", "BUD-001", enforcement=Enforcement.REQUIRE_APPROVAL, actual=9), "plan": OTHER_PLAN},
        "An approval of jane is for another plan",
    ),
}


@pytest.mark.parametrize("name", FAILS)
def test_does_not_clear(name: str) -> None:
    stated, around, said = FAILS[name]
    found = decided(entry(**stated), **around)
    assert found.verdict in (Verdict.FAIL, Verdict.UNKNOWN)
    assert said in found.message


def test_one_of_several_approvals_is_enough() -> None:
    second = entry().removeprefix("approvals:\n")
    assert decided(entry(approver="max") + second).verdict is Verdict.EXCEPTED


def test_an_approval_alone_can_be_an_option() -> None:
    text = (
        "{"
        + ", ".join(
            [
                f"plan: '{PLAN}'",
                f"findings: [{'0' * 32}]",
                "approver: a",
                "author: b",
                "reason: r",
                "expires: 2026-12-01",
            ]
        )
        + "}"
    )
    assert load_approvals(text)[0].approver == "a"


MISTAKES = {
    "a plan that is no digest": ({"plan": "plan.json"}, "plan: 'plan.json' is no digest"),
    "a finding that is no fingerprint": ({"findings": "[GPU-001]"}, "findings: 'GPU-001' is no fingerprint"),
    "an approval of everything": ({"findings": "[]"}, "findings: the list is empty"),
    "no reason": ({"reason": "''"}, "lacks reason"),
    "no end": ({"expires": "''"}, "lacks expires"),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_mistakes_have_their_line(name: str) -> None:
    stated, said = MISTAKES[name]
    with pytest.raises(SettingsError, match=said):
        read_approvals(read_yaml_text(entry(**stated), "a.yaml"))
