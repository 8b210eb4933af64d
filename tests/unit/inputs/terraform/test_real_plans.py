"""Plans that Terraform itself wrote: nothing is dropped, nothing is added, and every edge leads somewhere."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from spendgate.graph import Graph
from spendgate.inputs import open_input
from spendgate.model.resource import Action, Workload

ROOT = Path(__file__).parents[4]
PLANS = sorted((ROOT / "tests/corpus/terraform/plans").glob("*.json")) + sorted((ROOT / "examples").glob("*/plan.json"))


def names(path: Path) -> str:
    return path.stem if path.stem != "plan" else path.parent.name


def counted_apart(document: dict[str, Any]) -> Counter[str]:
    """Changes by action, counted from the JSON with nothing of ours."""
    found: Counter[str] = Counter()
    for entry in document.get("resource_changes", []):
        actions = entry["change"]["actions"]
        if len(actions) == 2:
            found["replace"] += 1
        elif actions == ["no-op"] and entry["change"].get("importing"):
            found["import"] += 1
        elif actions == ["no-op"] and entry.get("previous_address"):
            found["move"] += 1
        else:
            found[actions[0]] += 1
    return found


@pytest.fixture(params=PLANS, ids=names)
def real(request: pytest.FixtureRequest) -> tuple[dict[str, Any], Workload]:
    path: Path = request.param
    return json.loads(path.read_text(encoding="utf-8")), open_input(str(path), {})


def test_changes_by_action_are_those_of_resource_changes(real: tuple[dict[str, Any], Workload]) -> None:
    document, workload = real
    assert Counter(change.action.value for change in workload.changes) == counted_apart(document)


def test_every_address_and_side_is_kept_in_order(real: tuple[dict[str, Any], Workload]) -> None:
    document, workload = real
    entries = document.get("resource_changes", [])
    assert [change.address.split(" (deposed")[0] for change in workload.changes] == [one["address"] for one in entries]
    for change, one in zip(workload.changes, entries, strict=True):
        assert (change.before is None) == (one["change"]["before"] is None)
        assert (change.after is None) == ({"delete", "forget"}.issuperset(one["change"]["actions"]))


def test_every_edge_leads_from_a_change_to_a_change(real: tuple[dict[str, Any], Workload]) -> None:
    _, workload = real
    addresses = {change.address for change in workload.changes}
    edges = workload.references.edges()
    assert all(source in addresses and target in addresses for source, _, target in edges)
    assert edges == open_input(workload.origin, {}).references.edges()
    Graph(workload.changes, workload.references)


def test_secrets_of_the_plan_are_in_no_attribute_that_can_be_read(real: tuple[dict[str, Any], Workload]) -> None:
    document, workload = real
    for change, one in zip(workload.changes, document.get("resource_changes", []), strict=True):
        for side, resource in (("before", change.before), ("after", change.after)):
            if resource is None:
                continue
            for path in resource.attributes.sensitive_paths():
                assert one["change"][f"{side}_sensitive"]
                assert resource.attributes.text(path.split(".")[0]) is None or path.count(".") == 0


def of(name: str) -> Workload:
    return open_input(str(ROOT / f"tests/corpus/terraform/plans/{name}.json"), {})


def test_every_action_that_terraform_can_plan_at_once() -> None:
    found = {change.address: (change.action, set(change.flags)) for change in of("every-action").changes}
    assert found == {
        "data.terraform_remote_state.late": (Action.READ, {"data"}),
        "terraform_data.adopted": (Action.IMPORT, {"import"}),
        "terraform_data.adopted_resized": (Action.UPDATE, {"import"}),
        "terraform_data.fewer[0]": (Action.NO_OP, set()),
        "terraform_data.fewer[1]": (Action.DELETE, set()),
        "terraform_data.fewer[2]": (Action.DELETE, set()),
        "terraform_data.gone": (Action.DELETE, set()),
        "terraform_data.kept": (Action.NO_OP, set()),
        "terraform_data.let_go": (Action.FORGET, set()),
        "terraform_data.new": (Action.CREATE, set()),
        "terraform_data.new_name": (Action.MOVE, {"move"}),
        "terraform_data.new_name_resized": (Action.UPDATE, {"move"}),
        "terraform_data.rebuilt": (Action.REPLACE, set()),
        "terraform_data.rebuilt_ahead": (Action.REPLACE, {"create-before-destroy"}),
        "terraform_data.resized": (Action.UPDATE, set()),
    }


def test_references_go_through_keyed_modules_and_outputs() -> None:
    edges = {(source, target) for source, _, target in of("keys-and-modules").references.edges()}
    assert ("terraform_data.sink", 'module.m["one"].module.inner[1].terraform_data.leaf') in edges
    assert ("terraform_data.sink", 'module.m["one"].module.inner[0].terraform_data.leaf') not in edges
    assert ('module.m["t.wo"].terraform_data.in', "terraform_data.first") in edges
    assert ("terraform_data.user", 'terraform_data.keyed["a.b"]') in edges
    assert ("terraform_data.user", 'terraform_data.keyed["c[0]"]') not in edges


def test_a_secret_inside_an_object_is_taken_out_of_it() -> None:
    first = next(change for change in of("keys-and-modules").changes if change.address == "terraform_data.first")
    assert "hush" not in repr(first.resource.attributes.get("input"))
    assert "hush" not in repr(of("keys-and-modules").variables)


@pytest.mark.parametrize(
    ("name", "undetermined"), [("errored", True), ("targeted", True), ("every-action", False), ("nothing", False)]
)
def test_a_plan_that_does_not_show_all_says_so(name: str, undetermined: bool) -> None:
    assert any(problem.undetermined for problem in of(name).problems) is undetermined
