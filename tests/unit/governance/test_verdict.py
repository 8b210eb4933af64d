"""The decision of a run: one precedence, exit codes 0 to 4."""

from __future__ import annotations

import pytest

from spendgate.governance.verdict import rule
from spendgate.model.finding import Decision, Enforcement, Finding, Severity, Verdict
from spendgate.model.frozen import replace
from spendgate.model.resource import Level, Problem

ADVISE, WARN, APPROVE, BLOCK = Enforcement


def finding(
    verdict: Verdict, enforcement: Enforcement = BLOCK, *, on_unknown: Enforcement = WARN, policy: str = "GPU-001"
) -> Finding:
    return Finding(policy, "t", Severity.HIGH, enforcement, verdict, "a.b", "said", on_unknown=on_unknown)


HALF = Problem(Level.WARNING, "the plan is errored", undetermined=True)
BROKEN = Problem(Level.ERROR, "cannot be read")
NOTED = Problem(Level.WARNING, "bytes were left out")

CASES = {
    "nothing found passes": ([], [], {}, Decision.PASS, 0),
    "a blocking failure fails": ([finding(Verdict.FAIL)], [], {}, Decision.FAIL, 1),
    "a missing approval fails": ([finding(Verdict.FAIL, APPROVE)], [], {}, Decision.FAIL, 1),
    "a warning passes": ([finding(Verdict.FAIL, WARN)], [], {}, Decision.PASS, 0),
    "advice passes": ([finding(Verdict.FAIL, ADVISE)], [], {}, Decision.PASS, 0),
    "a warning counts when asked to": ([finding(Verdict.FAIL, WARN)], [], {"fail_on": WARN}, Decision.PASS, 4),
    "an unknown under warn counts as a warning": ([finding(Verdict.UNKNOWN)], [], {"fail_on": WARN}, Decision.PASS, 4),
    "fail-on block lets approvals through": (
        [finding(Verdict.FAIL, APPROVE)],
        [],
        {"fail_on": BLOCK},
        Decision.PASS,
        0,
    ),
    "an unknown under block is undetermined": (
        [finding(Verdict.UNKNOWN, on_unknown=BLOCK)],
        [],
        {},
        Decision.UNDETERMINED,
        3,
    ),
    "an unknown under require-approval is undetermined": (
        [finding(Verdict.UNKNOWN, on_unknown=APPROVE)],
        [],
        {},
        Decision.UNDETERMINED,
        3,
    ),
    "an unknown under warn passes": ([finding(Verdict.UNKNOWN)], [], {}, Decision.PASS, 0),
    "an errored plan is undetermined at best": ([], [HALF], {}, Decision.UNDETERMINED, 3),
    "a note about the input changes nothing": ([], [NOTED], {}, Decision.PASS, 0),
    "failure goes before undetermined": (
        [finding(Verdict.FAIL), finding(Verdict.UNKNOWN, on_unknown=BLOCK)],
        [HALF],
        {},
        Decision.FAIL,
        1,
    ),
    "error goes before failure": ([finding(Verdict.ERROR), finding(Verdict.FAIL)], [], {}, Decision.ERROR, 2),
    "what could not be read is an error": ([finding(Verdict.FAIL)], [BROKEN], {}, Decision.ERROR, 2),
    "a warning that may be worse is undetermined": (
        [replace(finding(Verdict.FAIL, WARN, on_unknown=APPROVE), residual="the delta is at least 542")],
        [],
        {},
        Decision.UNDETERMINED,
        3,
    ),
    "a warning that may be worse passes where unknowns only warn": (
        [replace(finding(Verdict.FAIL, WARN, on_unknown=WARN), residual="the delta is at least 542")],
        [],
        {},
        Decision.PASS,
        0,
    ),
    "soft fail exits 0 and keeps the decision": ([finding(Verdict.FAIL)], [], {"soft_fail": True}, Decision.FAIL, 0),
    "soft fail covers undetermined": ([], [HALF], {"soft_fail": True}, Decision.UNDETERMINED, 0),
    "soft fail does not cover an error": ([finding(Verdict.ERROR)], [], {"soft_fail": True}, Decision.ERROR, 2),
    "what is waived does not fail": ([finding(Verdict.EXCEPTED)], [], {}, Decision.PASS, 0),
}


@pytest.mark.parametrize("name", CASES)
def test_decision(name: str) -> None:
    findings, problems, options, decision, exit_code = CASES[name]
    ruling = rule(findings, problems, **options)
    assert (ruling.decision, ruling.exit_code) == (decision, exit_code)


REASONS = {
    "policies are counted, not findings": (
        [finding(Verdict.FAIL), finding(Verdict.FAIL)],
        "1 policy blocks it",
    ),
    "both ways to fail are named": (
        [finding(Verdict.FAIL), finding(Verdict.FAIL, APPROVE, policy="BUD-001")],
        "1 policy blocks it and 1 policy asks for an approval",
    ),
    "several policies": (
        [finding(Verdict.FAIL), finding(Verdict.FAIL, policy="SIZE-001")],
        "2 policies block it",
    ),
    "warnings are counted": ([finding(Verdict.FAIL, WARN), finding(Verdict.UNKNOWN)], "1 warning, 1 verdict unknown"),
    "nothing wrong": ([], "every policy that applies holds"),
}


@pytest.mark.parametrize("name", REASONS)
def test_reason(name: str) -> None:
    findings, reason = REASONS[name]
    assert rule(findings, []).reason == reason


def test_no_change_says_so() -> None:
    assert rule([], [], judged=0).reason == "nothing changes, so there was nothing to judge"


def test_a_pass_in_which_no_policy_matched_says_that_nothing_was_judged() -> None:
    assert rule([], [], matched=0).reason == "no policy matches anything in it, so nothing was judged"
    assert rule([], [], matched=1).reason == "every policy that applies holds"
