"""Policies written for Conftest, Gatekeeper and Infracost run here as they are, with every engine that reads them."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from tests.rego.conftest import Judge
from tests.rego.dockets import case, docket, object_case, policies

from spendgate.errors import PolicyError
from spendgate.evaluators.rego import EngineSettings, RawDocument, RegoLanguage, load_rego
from spendgate.model.finding import Enforcement, Verdict
from spendgate.model.resource import Action
from spendgate.model.values import Bounded

FOREIGN = Path(__file__).parent / "foreign"
PLAN = json.loads((FOREIGN / "conftest" / "plan.json").read_text())


def plan() -> list[RawDocument]:
    return [RawDocument("plan.json", PLAN)]


def reads_old_syntax(settings: EngineSettings) -> None:
    if settings.engine == "server":
        pytest.skip("a server reads one syntax; test_engines_agree shows that it says so")


# --- Conftest --------------------------------------------------------------------------------------------------------


def test_conftest_policies_over_a_plan(judge: Judge) -> None:
    folder = FOREIGN / "conftest"
    held = load_rego([folder / "tags.rego", folder / "plan.rego"], data=[folder / "data.yaml"])
    assert [policy.id for policy in held] == ["conftest.main"]
    outcome = judge(held, docket(case()), documents=plan)
    said = [(f.verdict, f.enforcement, f.address, f.message) for f in outcome.findings]
    assert said == [
        (Verdict.EXCEPTED, Enforcement.BLOCK, "", "an address is public (the policy excepts rule violation_public)"),
        (Verdict.FAIL, Enforcement.WARN, "", "aws_instance.gpu is replaced"),
        (Verdict.FAIL, Enforcement.BLOCK, "aws_instance.gpu", "aws_instance.gpu lacks cost-center"),
    ]
    tags = outcome.findings[-1]
    assert tags.details["details"] == {"missing": ["cost-center"]}
    assert tags.details["document"] == "plan.json"
    assert tags.location is not None
    assert (tags.location.file, tags.location.line) == ("main.tf", 3)


def test_other_namespaces_and_old_syntax(judge: Judge, settings: EngineSettings) -> None:
    reads_old_syntax(settings)
    held = load_rego([FOREIGN / "conftest" / "costly.rego"])
    assert [policy.id for policy in held] == ["conftest.terraform.costly"]
    outcome = judge(held, docket(case()), documents=plan)
    assert [finding.message for finding in outcome.findings] == [
        "aws_instance.gpu uses the machine type p5.48xlarge",
        "the policy saw (sensitive)",
    ]


def test_secrets_of_a_raw_plan_reach_no_policy(judge: Judge) -> None:
    (policy,) = policies("package main\n\ndeny contains json.marshal(input) if true\n")
    (finding,) = judge([policy], docket(case()), documents=plan).findings
    assert "p5.48xlarge" in finding.message
    assert "hunter2" not in finding.message
    assert finding.message.count("(sensitive)") == 4
    assert "hunter2" in json.dumps(PLAN), "the plan itself is left as it was"


def test_each_object_of_a_manifest_is_an_input(judge: Judge) -> None:
    (policy,) = policies(
        'package kubernetes.limits\n\ndeny contains msg if {\n\tinput.kind == "Pod"\n\tmsg := sprintf("%s", [input.metadata.name])\n}\n'
    )
    over = docket(
        pod("a"), pod("b"), object_case({"kind": "Service", "apiVersion": "v1", "metadata": {}}, "Service/x/c")
    )
    outcome = judge([policy], over)
    assert [(f.address, f.message) for f in outcome.findings] == [("Pod/ml/a", "a"), ("Pod/ml/b", "b")]
    tally = outcome.tallies[policy.id]
    assert (tally.matched, tally.failed, tally.passed) == (3, 2, 1)


def test_combine_hands_over_all_documents_at_once(judge: Judge) -> None:
    (policy,) = policies(
        'package main\n\ndeny contains msg if {\n\tnames := [d.path | some d in input; d.contents.kind == "Pod"]\n'
        '\tmsg := concat(" and ", sort(names))\n}\n'
    )
    outcome = judge([policy], docket(pod("a"), pod("b")), combine=True)
    assert [finding.message for finding in outcome.findings] == ["Pod/ml/a and Pod/ml/b"]


def test_a_run_without_documents_is_an_error_for_conftest_policies(judge: Judge) -> None:
    with pytest.raises(PolicyError, match="keeps none"):
        judge(policies('package main\n\ndeny contains "x" if input.y\n'), docket(case()))


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ("deny := false", "not a set"),
        ('deny["x"] if true', "not a set"),
        ("deny contains {} if true", "holds {}"),
        ('deny contains "no" if true\n\nexception contains "no" if true', "exception holds 'no'"),
    ],
    ids=["a flag", "a map by an old habit", "an object without a message", "an exception of another shape"],
)
def test_conftest_results_of_another_shape_are_errors(judge: Judge, rule: str, said: str) -> None:
    with pytest.raises(PolicyError) as caught:
        judge(policies(f"package main\n\nimport rego.v1\n\n{rule}\n"), docket(case()), documents=plan)
    assert said in str(caught.value)


# --- Gatekeeper ------------------------------------------------------------------------------------------------------


def pod(name: str, *, gpus: str = "1", namespace: str = "ml", **labels: str) -> Any:
    metadata = {"name": name, "namespace": namespace, "labels": labels}
    container = {"name": "main", "resources": {"limits": {"nvidia.com/gpu": gpus}}}
    values = {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": {"containers": [container]}}
    return object_case(values, f"Pod/{namespace}/{name}")


def deployment(name: str, *, gpus: str = "1", namespace: str = "ml-a", **labels: str) -> Any:
    metadata = {"name": name, "namespace": namespace, "labels": labels}
    container = {"name": "serve", "resources": {"limits": {"nvidia.com/gpu": gpus}}}
    values = {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": metadata,
        "spec": {"template": {"spec": {"containers": [container]}}},
    }
    return object_case(values, f"Deployment/{namespace}/{name}")


def test_gatekeeper_templates_and_constraints(judge: Judge, settings: EngineSettings) -> None:
    reads_old_syntax(settings)
    held = load_rego([FOREIGN / "gatekeeper"])
    assert [(policy.id, policy.title) for policy in held] == [
        ("gatekeeper.AcceleratorLimit.at-most-two", "Accelerators per container"),
        ("gatekeeper.OwnerLabel.owner", "OwnerLabel"),
    ]
    over = docket(
        deployment("big", gpus="4"),
        deployment("small", owner="ml"),
        deployment("old", legacy="yes"),
        pod("system", gpus="8", namespace="kube-system"),
        pod("large", gpus="8"),
        case(),
    )
    outcome = judge(held, over)
    assert [(f.policy.split(".")[1], f.enforcement, f.address, f.message) for f in outcome.findings] == [
        (
            "AcceleratorLimit",
            Enforcement.WARN,
            "Deployment/ml-a/big",
            "container serve of big asks for 4 accelerators, 2 are allowed",
        ),
        ("OwnerLabel", Enforcement.BLOCK, "Deployment/ml-a/big", "Deployment big has no label owner"),
        (
            "AcceleratorLimit",
            Enforcement.WARN,
            "Pod/ml/large",
            "container main of large asks for 8 accelerators, 2 are allowed",
        ),
    ]
    assert outcome.findings[0].details == {"details": {"container": "serve", "asked": 4}}
    limits, owners = (outcome.tallies[policy.id] for policy in held)
    assert (limits.matched, limits.passed, limits.failed, limits.skipped) == (4, 2, 2, 2)
    assert (owners.matched, owners.passed, owners.failed, owners.skipped) == (2, 1, 1, 4)


def test_a_selector_over_labels_of_a_namespace_that_nobody_shows_is_unknown(tmp_path: Path, judge: Judge) -> None:
    template = (FOREIGN / "gatekeeper" / "template.yaml").read_text().split("---")[1]
    constraint = """
apiVersion: constraints.gatekeeper.sh/v1beta1
kind: OwnerLabel
metadata: {name: owner}
spec:
  match: {namespaceSelector: {matchLabels: {team: ml}}}
  parameters: {keys: [owner]}
"""
    (tmp_path / "all.yaml").write_text(f"{template}---{constraint}")
    shown = {
        "apiVersion": "v1",
        "kind": "Namespace",
        "metadata": {"name": "ml-a", "labels": {"team": "ml", "owner": "x"}},
    }
    other = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "ml-b", "labels": {"team": "web"}}}
    over = docket(
        object_case(shown, "Namespace/ml-a"),
        object_case(other, "Namespace/ml-b"),
        deployment("seen"),
        deployment("else", namespace="ml-b"),
        deployment("dark", namespace="ml-c"),
    )
    outcome = judge(load_rego([tmp_path]), over)
    assert [(f.address, f.verdict) for f in outcome.findings] == [
        ("Deployment/ml-a/seen", Verdict.FAIL),
        ("Deployment/ml-c/dark", Verdict.UNKNOWN),
    ]


def test_deleted_objects_are_not_reviewed(judge: Judge, settings: EngineSettings) -> None:
    reads_old_syntax(settings)
    gone = deployment("big", gpus="4")
    from spendgate.model.frozen import replace

    change = replace(gone.change, action=Action.DELETE, before=gone.change.after, after=None)
    outcome = judge(load_rego([FOREIGN / "gatekeeper"]), docket(replace(gone, change=change)))
    assert outcome.findings == ()


def test_a_template_that_cannot_be_compiled_is_an_error_even_when_nothing_matches(tmp_path: Path, judge: Judge) -> None:
    text = (
        (FOREIGN / "gatekeeper" / "template.yaml")
        .read_text()
        .split("---")[1]
        .replace("some key in wanted", "some key in")
    )
    constraint = "apiVersion: constraints.gatekeeper.sh/v1beta1\nkind: OwnerLabel\nmetadata: {name: x}\nspec: {}\n"
    path = tmp_path / "all.yaml"
    path.write_text(f"{text}---\n{constraint}")
    with pytest.raises(PolicyError) as caught:
        judge(load_rego([path]), docket(case()))
    assert caught.value.file == str(path)
    lines = path.read_text().splitlines()
    assert caught.value.line is not None
    assert any("some key in" in line for line in lines[caught.value.line - 2 : caught.value.line + 1])


# --- Infracost -------------------------------------------------------------------------------------------------------


def money(amount: Any) -> dict[str, Any]:
    return dict.fromkeys(("low", "expected", "high"), amount if isinstance(amount, Bounded) else Decimal(amount))


def run_cost(delta: Any) -> dict[str, Any]:
    return {"before_monthly": money(100), "after_monthly": money(7100), "delta_monthly": money(delta)}


def priced(address: str, monthly: str) -> Any:
    sizes = money(monthly)
    lines = ({"line": "machine", "monthly": Decimal(monthly), "stops": True},)
    cost = {"monthly": sizes, "before_monthly": None, "delta_monthly": sizes, "priced": True, "lines": lines}
    return case(address, cost=cost)


def test_infracost_policies_see_our_estimate(judge: Judge) -> None:
    held = load_rego([FOREIGN / "infracost"])
    outcome = judge(
        held, docket(priced("aws_instance.a", "6000"), priced("aws_instance.b", "20"), change=run_cost(7000))
    )
    assert [(f.verdict, f.message) for f in outcome.findings] == [
        (Verdict.FAIL, "The change costs 7000 USD a month; 5000 is the most"),
        (Verdict.FAIL, "aws_instance.a costs 6000"),
    ]


def test_infracost_evidence_of_a_pass_is_a_pass(judge: Judge) -> None:
    held = load_rego([FOREIGN / "infracost"])
    outcome = judge(held, docket(priced("aws_instance.b", "20"), change=run_cost(20)))
    assert outcome.findings == ()
    assert outcome.tallies["infracost.infracost"].passed == 1


def test_a_delta_without_a_price_is_unknown_to_infracost_policies_and_never_zero(judge: Judge) -> None:
    held = load_rego([FOREIGN / "infracost"])
    over = docket(case(cost={"monthly": None}), change=run_cost(Bounded(Decimal(0), None)))
    (finding,) = judge(held, over).findings
    assert finding.verdict is Verdict.UNKNOWN
    assert "no price" in finding.message


def test_infracost_document_has_its_shape() -> None:
    from spendgate.evaluators.rego.infracost import infracost_input

    document = infracost_input(docket(priced("aws_instance.a", "730"), change=run_cost(7000)))
    (project,) = document["projects"]
    (resource,) = project["breakdown"]["resources"]
    assert (resource["name"], resource["monthlyCost"], resource["hourlyCost"]) == ("aws_instance.a", "730", "1")
    assert resource["costComponents"] == [{"name": "machine", "hourlyCost": "1", "monthlyCost": "730"}]
    assert document["diffTotalMonthlyCost"] == "7000"
    assert (document["totalMonthlyCost"], document["pastTotalMonthlyCost"]) == ("7100", "100")
    assert project["pastBreakdown"]["resources"] == []
    assert RegoLanguage().currency == "USD"
