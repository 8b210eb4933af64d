"""GPU-001, SIZE-001 and BUD-001 exist in YAML and in Rego, and say the same of the same, with every engine."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from tests.rego.conftest import Judge
from tests.rego.dockets import NOW, case, docket

from spendgate.evaluators.native import NATIVE
from spendgate.evaluators.rego import EngineSettings, choose, load_rego
from spendgate.evaluators.rego.given_tests import judge_given
from spendgate.model.facets import Accelerators, Capacity
from spendgate.model.finding import Finding
from spendgate.model.frozen import replace
from spendgate.model.policy import Policy
from spendgate.model.resource import Action
from spendgate.model.values import AFTER_APPLY, Bounded, Unknown
from spendgate.policies.catalog import load
from spendgate.policies.testing import given_case

ROOT = Path(__file__).parents[2]
IDS = ("BUD-001", "GPU-001", "SIZE-001")
IN_REGO = {policy.id: policy for policy in load_rego([ROOT / "rego"])}
IN_YAML = {policy.id: policy for policy in load(packs=["starter"]) if policy.id in IDS}
GIVEN = [
    pytest.param(policy_id, test, id=f"{policy_id}: {test['name']}")
    for policy_id in IDS
    for test in IN_YAML[policy_id].body.source.data["tests"]
]


def test_both_exist_and_say_the_same_of_themselves() -> None:
    assert set(IDS) <= IN_REGO.keys() & IN_YAML.keys()
    for policy_id in IDS:
        yaml, rego = IN_YAML[policy_id], IN_REGO[policy_id]
        for name in ("title", "pack", "severity", "on_unknown", "scope", "inputs", "parameters", "remediation"):
            assert getattr(yaml, name) == getattr(rego, name), (policy_id, name)
        assert yaml.enforcement.strictest == rego.enforcement.strictest


@pytest.mark.parametrize(("policy_id", "test"), GIVEN)
def test_the_tests_of_the_yaml_policy_hold_for_the_one_in_rego(policy_id: str, test: dict[str, Any]) -> None:
    policy = IN_REGO[policy_id]
    for name, value in (test.get("params") or {}).items():
        default = policy.parameters[name]
        merged = {**default, **value} if isinstance(default, dict) else value
        policy = replace(policy, parameters={**policy.parameters, name: merged})
    given = given_case(test["given"], test.get("unknown") or (), address="the given resource")
    settings = EngineSettings(engine="embedded")
    with choose(settings).open(settings) as session:
        verdict, finding = judge_given(policy, given, NOW, session)
    assert verdict.value == test["expect"]
    if "enforcement" in test:
        assert finding is not None
        assert finding.enforcement.label == test["enforcement"]
    if isinstance(test.get("savings"), Decimal) and policy_id == "GPU-001":
        assert finding is not None
        assert finding.savings_monthly == test["savings"]


def told(finding: Finding) -> tuple[Any, ...]:
    """What a report shows of a finding beside its prose."""
    return (
        finding.policy,
        finding.title,
        finding.severity,
        finding.address,
        finding.verdict,
        finding.enforcement,
        finding.on_unknown,
        finding.path,
        finding.cost_monthly,
        finding.savings_monthly,
        finding.remediation,
    )


def resources() -> list[Any]:
    """Resources of many kinds in many states."""
    models: list[Any] = [("L4",), ("H100",), ("L4", "A100-40GB"), (), AFTER_APPLY, ("Trainium2",)]
    counts: list[Any] = [0, 1, 8, AFTER_APPLY]
    sizes: list[Any] = [1, 4, 33, None, AFTER_APPLY]
    found = []
    for env in ("prod", "staging", "dev", "sandbox", "unknown", "research"):
        for number, model in enumerate(models):
            for count in counts:
                accel = Accelerators(count=count, models=model, max_total=count)
                found += [
                    case(f"{kind}.{env}_{number}_{count}", kind=kind, env=env, accel=accel)
                    for kind in ("compute.vm", "ai.endpoint", "storage.object")
                ]
        for number, most in enumerate(sizes):
            for total in (0, 2, 70, None, AFTER_APPLY):
                accel = Accelerators(count=1, models=("L4",), max_total=total)
                capacity = Capacity(min=0, desired=1, max=most)
                action = Action.EXISTS if total == 70 else Action.UPDATE
                for kind in ("compute.group", "k8s.nodepool"):
                    name = f"{kind}.{env}_{number}_{total}"
                    found.append(case(name, kind=kind, env=env, accel=accel, capacity=capacity, action=action))
    unpriced = {"monthly": Unknown("no price"), "hourly": None}
    found.append(case("a.unpriced", accel=Accelerators(count=8, models=("H100",)), cost=unpriced))
    found.append(case("a.gone", accel=Accelerators(count=8, models=("H100",)), action=Action.DELETE))
    found.append(case("a.inventory", accel=Accelerators(count=8, models=("H100",)), source="inventory"))
    return found


def compared(yaml: Policy, rego: Policy, over: Any, judge: Judge) -> int:
    native, answered = NATIVE.judge([yaml], over), judge([rego], over)
    assert [told(finding) for finding in answered.findings] == [told(finding) for finding in native.findings]
    left, right = native.tallies[yaml.id], answered.tallies[rego.id]
    counts = ("matched", "passed", "failed", "unknown", "skipped")
    assert [getattr(right, name) for name in counts] == [getattr(left, name) for name in counts]
    return len(native.findings)


@pytest.mark.parametrize("policy_id", ["GPU-001", "SIZE-001"])
def test_the_same_findings_over_many_resources(policy_id: str, judge: Judge) -> None:
    assert compared(IN_YAML[policy_id], IN_REGO[policy_id], docket(*resources()), judge) > 50


def sized(amount: Any) -> Any:
    return dict.fromkeys(("low", "expected", "high"), amount)


D = Decimal
CHANGES: dict[str, dict[str, Any]] = {
    "small": {"before_monthly": sized(D(3000)), "delta_monthly": sized(D(200)), "delta_percent": D("6.7")},
    "a warning": {"before_monthly": sized(D(8000)), "delta_monthly": sized(D(700)), "delta_percent": D("8.75")},
    "an approval": {"before_monthly": sized(D(90000)), "delta_monthly": sized(D("2000.01")), "delta_percent": D(2)},
    "exactly on the line": {"before_monthly": sized(D(90000)), "delta_monthly": sized(D(2000)), "delta_percent": D(2)},
    "a block": {"before_monthly": sized(D(90000)), "delta_monthly": sized(D(12000)), "delta_percent": D(13)},
    "a large share": {"before_monthly": sized(D(1000)), "delta_monthly": sized(D(400)), "delta_percent": D(40)},
    "no base": {"before_monthly": sized(D(0)), "delta_monthly": sized(D(300)), "delta_percent": None},
    "a saving": {"before_monthly": sized(D(9000)), "delta_monthly": sized(D(-300)), "delta_percent": D(-3)},
    "half without a price": {
        "before_monthly": sized(D(1)), "delta_monthly": sized(D(1)), "delta_percent": D(1), "unpriced_share": D("0.5"),
    },
    "at least a block": {
        "before_monthly": sized(D(100)), "delta_monthly": sized(Bounded(D(12000), None)), "delta_percent": None,
    },
    "at least an approval, perhaps a block": {
        "before_monthly": sized(D(100)), "delta_monthly": sized(Bounded(D(3000), None)), "delta_percent": None,
    },
    "at least something": {
        "before_monthly": sized(D(100)), "delta_monthly": sized(Bounded(D(3), None)), "delta_percent": None,
    },
    "at most little": {
        "before_monthly": sized(D(100)), "delta_monthly": sized(Bounded(None, D(3))), "delta_percent": None,
    },
    "a base of unknown size": {
        "before_monthly": sized(Bounded(D(10), None)), "delta_monthly": sized(D(100)),
        "delta_percent": Bounded(D(0), D(1000)),
    },
    "a base that is large enough at least": {
        "before_monthly": sized(Bounded(D(5000), None)), "delta_monthly": sized(D(100)),
        "delta_percent": Bounded(D(0), D(2)),
    },
    "nothing known": {
        "before_monthly": Unknown("x"), "delta_monthly": Unknown("x"), "delta_percent": Unknown("x"),
        "unpriced_share": Unknown("x"),
    },
}  # fmt: skip


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_the_same_word_on_a_change(change: dict[str, Any], judge: Judge) -> None:
    whole = {"unpriced_share": D(0), "after_monthly": sized(D(1)), "top": "nothing", **change}
    compared(IN_YAML["BUD-001"], IN_REGO["BUD-001"], docket(case(), change=whole), judge)


EXAMPLES = sorted((ROOT / "examples").glob("*/plan.json"))


@pytest.mark.parametrize("plan", EXAMPLES, ids=lambda path: path.parent.name)
def test_the_same_report_on_the_examples(plan: Path) -> None:
    from spendgate.pipeline import check
    from spendgate.settings import resolve

    said = []
    for paths in (
        [next((ROOT / "policies").glob(f"*/{policy_id}-*.yaml")) for policy_id in IDS],
        [path for path in (ROOT / "rego").glob("*/*.rego") if not path.name.endswith("_test.rego")],
    ):
        options = {"policy_paths": tuple(map(str, paths)), "rego_engine": "embedded"}
        report = check([str(plan)], resolve(options, environment={}, folder=plan.parent), NOW)
        findings = [
            (f.policy, f.address, f.verdict, f.enforcement, f.severity, f.path, f.cost_monthly, f.on_unknown)
            for f in report.findings
        ]
        counts = [(t.id, t.matched, t.passed, t.fail, t.unknown, t.skip) for t in report.policies]
        said.append((report.decision, findings, counts))
    assert said[0] == said[1]


def test_there_are_examples() -> None:
    assert EXAMPLES
