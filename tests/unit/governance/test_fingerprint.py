"""Fingerprints: the same finding keeps its name, another value or root gets another."""

from __future__ import annotations

import pytest

from spendgate.governance.fingerprint import fingerprint
from spendgate.model.finding import Enforcement, Finding, Severity, Verdict
from spendgate.model.frozen import replace
from spendgate.model.resource import Location

BASE = Finding(
    "GPU-001",
    "t",
    Severity.HIGH,
    Enforcement.BLOCK,
    Verdict.FAIL,
    "aws_instance.a",
    "said",
    "accel.models",
    actual=("H100",),
)

SAME = {
    "another line": replace(BASE, location=Location("main.tf", 12)),
    "another wording": replace(BASE, message="said otherwise"),
    "another enforcement": replace(BASE, enforcement=Enforcement.WARN),
    "a list in place of a tuple": replace(BASE, actual=["H100"]),
}
OTHER = {
    "another value": replace(BASE, actual=("A100-80GB",)),
    "another address": replace(BASE, address="aws_instance.b"),
    "another path": replace(BASE, path="accel.count"),
    "another policy": replace(BASE, policy="GPU-002"),
    "unknown in place of failed": replace(BASE, verdict=Verdict.UNKNOWN),
}


@pytest.mark.parametrize("name", SAME)
def test_survives(name: str) -> None:
    assert fingerprint(SAME[name], "root") == fingerprint(BASE, "root")


@pytest.mark.parametrize("name", OTHER)
def test_changes_with(name: str) -> None:
    assert fingerprint(OTHER[name], "root") != fingerprint(BASE, "root")


def test_another_root_is_another_finding() -> None:
    assert fingerprint(BASE, "team-a") != fingerprint(BASE, "team-b")


def test_order_of_a_map_does_not_matter() -> None:
    first = replace(BASE, actual={"a": 1, "b": {"x", "y"}})
    second = replace(BASE, actual={"b": {"y", "x"}, "a": 1})
    assert fingerprint(first, "") == fingerprint(second, "")
