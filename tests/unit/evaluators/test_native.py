"""Judging whole runs: every policy visits what it can match, everything is counted, and it is quick."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from tests.unit.policies.writing import policy

from spendgate.evaluators import LANGUAGES
from spendgate.evaluators.native import NATIVE
from spendgate.model.attributes import Attributes
from spendgate.model.case import PlainCase, ResourceCase
from spendgate.model.facets import Accelerators, Facets, Lifecycle
from spendgate.model.finding import PolicyTally, Verdict
from spendgate.model.resource import Action, Change, Resource
from spendgate.model.values import AFTER_APPLY
from spendgate.policies.catalog import load
from spendgate.ports import Docket

NOW = datetime(2026, 11, 24, tzinfo=UTC)
TAGS = {"owner": "ml", "environment": "dev", "application": "a", "cost-center": "c"}


def resource(address: str, action: Action = Action.CREATE, source: str = "plan", **facets: Any) -> ResourceCase:
    kind, _, name = address.partition(".")
    it = Resource(address, kind, name, "aws", Attributes())
    given = Facets(**{"kind": "compute.vm", "taggable": True, "tags": TAGS, "env": "dev", **facets})
    change = Change(
        address, action, it if action is Action.DELETE else None, it if action is not Action.DELETE else None
    )
    monthly = {"low": Decimal(1), "expected": Decimal(2), "high": Decimal(3)}
    return ResourceCase(address, change, given, source, {"cost": {"hourly": Decimal(1), "monthly": monthly}})


def test_the_registry_knows_the_language() -> None:
    assert LANGUAGES.get("yaml") is NATIVE


def test_every_resource_is_counted_once_for_every_policy() -> None:
    resources = [
        resource("aws_instance.a", accel=Accelerators(8, ("H100",), max_total=8)),
        resource("aws_instance.b", accel=Accelerators(1, ("L4",), max_total=1)),
        resource("aws_instance.c", accel=Accelerators(AFTER_APPLY, AFTER_APPLY)),
        resource("aws_instance.d", accel=Accelerators(8, ("H100",)), action=Action.DELETE),
        resource("aws_s3_bucket.e", kind="storage.object", lifecycle=Lifecycle()),
        resource("aws_instance.f", accel=Accelerators(8, ("H100",)), source="usage"),
    ]
    outcome = NATIVE.judge(load(), Docket(resources, NOW))
    tally = outcome.tallies["GPU-001"]
    assert tally == PolicyTally("GPU-001", matched=3, passed=1, failed=1, unknown=1, skipped=3)
    assert all(
        t.matched + t.skipped == len(resources) for t in outcome.tallies.values() if not t.policy.startswith("BUD")
    )
    assert [(f.address, f.verdict) for f in outcome.findings if f.policy == "GPU-001"] == [
        ("aws_instance.a", Verdict.FAIL),
        ("aws_instance.c", Verdict.UNKNOWN),
    ]


def test_findings_come_in_order_of_address_and_policy() -> None:
    resources = [resource(f"aws_instance.{name}", tags={}, accel=Accelerators(1, ("H100",))) for name in "cab"]
    found = NATIVE.judge(load(), Docket(resources, NOW)).findings
    assert [(f.address, f.policy) for f in found] == sorted((f.address, f.policy) for f in found)
    assert found == NATIVE.judge(load(), Docket(resources[::-1], NOW)).findings


def test_the_whole_change_is_judged_with_the_part_that_brings_it() -> None:
    policies = load(packs=["budget"])
    change = PlainCase(
        "",
        {
            "change": {
                "delta_monthly": {"expected": Decimal(12000)},
                "before_monthly": {"expected": Decimal(0)},
                "unpriced_share": Decimal(0),
                "unpriced_accelerators": 0,
            }
        },
    )
    without = NATIVE.judge(policies, Docket([resource("aws_instance.a")], NOW))
    assert without.findings == ()
    assert without.tallies["BUD-001"] == PolicyTally("BUD-001")
    outcome = NATIVE.judge(policies, Docket([], NOW, change))
    assert [(f.policy, f.address, f.cost_monthly) for f in outcome.findings] == [("BUD-001", "", None)]
    assert outcome.tallies["BUD-005"] == PolicyTally("BUD-005", matched=1, passed=1)


def test_groups_are_judged_one_by_one_and_named() -> None:
    rules = policy("scope: {group_by: tags.team}\nassert: [{field: group.accelerators, lte: 8}]\n")
    groups = {
        name: PlainCase("", {"group": {"value": name, "accelerators": count}})
        for name, count in (("vision", 12), ("nlp", 4))
    }
    outcome = NATIVE.judge([rules], Docket([], NOW, groups={"tags.team": groups}))
    assert [(f.address, f.actual) for f in outcome.findings] == [("tags.team=vision", 12)]
    assert outcome.tallies["OWN-001"] == PolicyTally("OWN-001", matched=2, passed=1, failed=1)


def test_a_policy_that_matches_nothing_is_listed() -> None:
    bucket_policies = [policy for policy in load(packs=["storage"]) if policy.id == "STO-001"]
    outcome = NATIVE.judge(bucket_policies, Docket([resource("aws_instance.a")], NOW))
    assert outcome.tallies == {"STO-001": PolicyTally("STO-001", skipped=1)}


def test_an_ended_exception_is_one_finding_of_its_own() -> None:
    rules = policy(
        "assert: [{field: tags, has_keys: [x]}]\n"
        "exceptions: [{id: EX-1, match: {address: 'aws_instance.*'}, reason: r, approved_by: b, expires: 2026-10-31}]\n"
    )
    outcome = NATIVE.judge([rules], Docket([resource("aws_instance.a"), resource("aws_instance.b")], NOW))
    ended, *others = outcome.findings
    assert (ended.address, ended.path, ended.verdict) == ("", "exceptions.EX-1", Verdict.FAIL)
    assert ended.message.startswith(
        "Exception EX-1 of OWN-001 ended on 2026-10-31; it no longer holds for aws_instance.a, aws_instance.b."
    )
    assert [f.address for f in others] == ["aws_instance.a", "aws_instance.b"]
    assert outcome.tallies["OWN-001"].failed == 2
