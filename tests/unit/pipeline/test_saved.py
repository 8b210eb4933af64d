"""Savings together: each resource saves at most what it costs, and nothing is added twice."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as some
from tests.e2e.stories import run
from tests.e2e.test_command_line import create, plan

from spendgate.model.finding import Enforcement, Finding, Severity, Verdict
from spendgate.model.frozen import replace
from spendgate.pipeline.assess import Assessed
from spendgate.pipeline.saved import savings_total
from spendgate.wire import v1

Costs = dict[str, Decimal | None]


def found(address: str, saving: str | None, verdict: Verdict = Verdict.FAIL) -> Finding:
    amount = Decimal(saving) if saving is not None else None
    return Finding("OWN-001", "t", Severity.LOW, Enforcement.WARN, verdict, address, "m", savings_monthly=amount)


def total(findings: list[Finding], costs: Costs) -> v1.SavingsTotal | None:
    by_address: dict[tuple[str, str], Assessed] = {}
    for address, cost in costs.items():
        monthly = SimpleNamespace(expected=cost) if cost is not None else None
        item = SimpleNamespace(
            change=SimpleNamespace(address=address),
            workload=SimpleNamespace(origin="plan.json"),
            cost=SimpleNamespace(after=SimpleNamespace(monthly=monthly, items=())),
        )
        by_address[address, "plan.json"] = by_address[address, ""] = cast(Assessed, item)
    return savings_total(findings, by_address)


A: Costs = {"a": Decimal(100), "b": Decimal(40), "c": None}
CASES: dict[str, tuple[list[Finding], tuple[str, str, int, int] | None]] = {
    "nothing is found": ([], None),
    "no finding states a saving": ([found("a", None)], None),
    "one alone": ([found("a", "30")], ("30.00", "30.00", 1, 0)),
    "two on one cost: the second saves of what the first leaves": (
        [found("a", "30"), found("a", "70")],
        ("79.00", "100.00", 1, 0),
    ),
    "two that would save more than it costs": ([found("a", "80"), found("a", "70")], ("94.00", "150.00", 1, 0)),
    "each resource has its own end": ([found("a", "130"), found("b", "30")], ("130.00", "160.00", 2, 0)),
    "the cost is not known": ([found("c", "30"), found("c", "50")], ("50.00", "80.00", 1, 0)),
    "the whole change is counted, not added": ([found("a", "30"), found("", "500")], ("30.00", "30.00", 1, 1)),
    "nothing but the whole change": ([found("", "500")], ("0.00", "0.00", 0, 1)),
    "what is waived saves nothing": ([found("a", "30", Verdict.EXCEPTED)], None),
    "what is not known saves nothing": ([found("a", "30", Verdict.UNKNOWN)], None),
}


@pytest.mark.parametrize("name", CASES)
def test_savings_together(name: str) -> None:
    findings, expected = CASES[name]
    sums = total(findings, A)
    if expected is None:
        assert sums is None
    else:
        assert sums is not None
        assert (str(sums.monthly), str(sums.stated_monthly), sums.resources, sums.not_added) == expected


@given(some.lists(some.tuples(some.sampled_from("ab"), some.integers(0, 200)), min_size=1))
def test_savings_never_exceed_the_costs_nor_what_is_stated(stated: list[tuple[str, int]]) -> None:
    sums = total([found(address, str(saving)) for address, saving in stated], A)
    assert sums is not None
    assert sums.monthly <= sums.stated_monthly
    assert sums.monthly <= sum(Decimal(A[address] or 0) for address in {address for address, _ in stated})


Line = tuple[str, int, int]


def on_lines(address: str, *lines: Line) -> Finding:
    """A finding that says which lines of the cost it is about: name, cost, saving."""
    parts = [{"line": name, "monthly": Decimal(cost), "saving": Decimal(saving)} for name, cost, saving in lines]
    whole = sum((Decimal(saving) for *_, saving in lines), Decimal(0))
    return replace(found(address, str(whole)), details={"savings": {"lines": parts}}, savings_by="re-priced")


ON_LINES: dict[str, tuple[list[Finding], str]] = {
    "savings of different lines add up": (
        [on_lines("a", ("Machine", 60, 30)), on_lines("a", ("Disk", 40, 40))],
        "70.00",
    ),
    "savings of one line are combined": (
        [on_lines("a", ("Machine", 100, 64)), on_lines("a", ("Machine", 100, 60))],
        "85.60",
    ),
    "no line saves more than it is, though the resource costs more": (
        [on_lines("a", ("Disk", 10, 10)), on_lines("a", ("Disk", 10, 8)), on_lines("a", ("Disk", 10, 10))],
        "10.00",
    ),
    "one over all lines and one over a single line": (
        [on_lines("a", ("Machine", 60, 30), ("Disk", 40, 20)), on_lines("a", ("Machine", 60, 60))],
        "80.00",
    ),
}


@pytest.mark.parametrize("name", ON_LINES)
def test_savings_by_line(name: str) -> None:
    findings, expected = ON_LINES[name]
    sums = total(findings, A)
    assert sums is not None
    assert str(sums.monthly) == expected
    assert (sums.re_priced, sums.by_formula) == (len(findings), 0)


@given(
    some.lists(
        some.lists(some.tuples(some.sampled_from(("Machine", "Disk")), some.integers(0, 120)), min_size=1, max_size=2),
        min_size=1,
        max_size=5,
    )
)
def test_no_line_is_saved_twice(stated: list[list[tuple[str, int]]]) -> None:
    costs = {"Machine": 60, "Disk": 40}
    sums = total([on_lines("a", *((n, costs[n], s) for n, s in lines)) for lines in stated], A)
    assert sums is not None
    touched = {name for lines in stated for name, saving in lines if saving}
    assert 0 <= sums.monthly <= sum(costs[name] for name in touched)


def test_a_resource_that_a_stream_let_go_of_saves_at_most_what_its_findings_say_it_costs() -> None:
    findings = [replace(found("gone", saving), cost_monthly=Decimal(100)) for saving in ("80", "70")]
    sums = total(findings, {})
    assert sums is not None
    assert (str(sums.monthly), str(sums.stated_monthly), sums.resources, sums.not_added) == ("94.00", "150.00", 1, 0)


OWN = """id: OWN-00{number}
title: Workers are small
pack: own
severity: low
enforcement: warn
match: {{type: [aws_instance]}}
assert: [{{field: after.instance_type, equals: t3.nano}}]
message: "{{{{ address }}}} is no t3.nano."
savings: {{formula: cost.monthly.expected * 0.8}}
tests: []
"""


def test_a_report_says_what_two_policies_save_together(tmp_path: Path) -> None:
    for number in (1, 2):
        (tmp_path / f"own{number}.yaml").write_text(OWN.format(number=number), encoding="utf-8")
    (tmp_path / "plan.json").write_bytes(plan(create("m5.large", tags={})))
    done = run("check", "plan.json", "-p", "own1.yaml", "-p", "own2.yaml", "-o", "json", cwd=tmp_path)
    report: dict[str, Any] = json.loads(done.output)
    ours = [each for each in report["findings"] if each["policy"].startswith("OWN-")]
    stated = [Decimal(each["savings_monthly"]) for each in ours]
    cost = Decimal(report["cost"]["after_monthly"]["expected"])
    assert len(stated) == 2
    assert sum(stated) > cost
    assert Decimal(report["savings"]["monthly"]) == (cost * Decimal("0.96")).quantize(Decimal("0.01"))
    assert (report["savings"]["by_formula"], report["savings"]["re_priced"]) == (2, 0)
    assert Decimal(report["savings"]["stated_monthly"]) == sum(stated)
    text = " ".join(run("check", "plan.json", "-p", "own1.yaml", "-p", "own2.yaml", cwd=tmp_path).output.split())
    together = Decimal(report["savings"]["monthly"])
    said = (
        f"save ${together:,.2f}/mo together (2 by formula), not ${sum(stated):,.2f}: no part of a cost is saved twice."
    )
    assert said in text
    for form in ("markdown", "html"):
        shown = run("check", "plan.json", "-p", "own1.yaml", "-p", "own2.yaml", "-o", form, cwd=tmp_path).output
        assert said in shown
    alone = run("check", "plan.json", "-p", "own1.yaml", cwd=tmp_path).output
    assert f"save ${stated[0]:,.2f}/mo together (1 by formula)." in " ".join(alone.split())
