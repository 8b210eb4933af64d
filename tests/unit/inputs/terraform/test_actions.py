"""What happens to a resource is what `resource_changes` says, for every action list that Terraform and OpenTofu write."""

from typing import Any

import pytest
from tests.unit.inputs.terraform.plans import change_of, entry, plan, read

from spendgate.errors import InputError
from spendgate.model.resource import Action
from spendgate.model.values import ABSENT


@pytest.mark.parametrize(
    ("actions", "more", "action", "flags", "sides"),
    [
        pytest.param(["create"], {}, Action.CREATE, set(), (False, True), id="create has no before"),
        pytest.param(["update"], {}, Action.UPDATE, set(), (True, True), id="update has both sides"),
        pytest.param(["delete"], {}, Action.DELETE, set(), (True, False), id="delete has no after"),
        pytest.param(["no-op"], {}, Action.NO_OP, set(), (True, True), id="no-op has both sides"),
        pytest.param(["read"], {"mode": "data"}, Action.READ, {"data"}, (False, True), id="read of a data source"),
        pytest.param(["delete", "create"], {}, Action.REPLACE, set(), (True, True), id="replace, the old one first"),
        pytest.param(
            ["create", "delete"],
            {},
            Action.REPLACE,
            {"create-before-destroy"},
            (True, True),
            id="replace, the new one first",
        ),
        pytest.param(["forget"], {}, Action.FORGET, set(), (True, False), id="forget leaves management"),
        pytest.param(
            ["create", "forget"],
            {},
            Action.REPLACE,
            {"create-before-destroy", "forget"},
            (True, True),
            id="replace that lets the old one go",
        ),
        pytest.param(
            ["no-op"], {"importing": {"id": "i-1"}}, Action.IMPORT, {"import"}, (True, True), id="a pure import"
        ),
        pytest.param(
            ["no-op"],
            {"importing": {"identity": {"name": "x"}}},
            Action.IMPORT,
            {"import"},
            (True, True),
            id="an import by identity",
        ),
        pytest.param(
            ["update"],
            {"importing": {"id": "i-1"}},
            Action.UPDATE,
            {"import"},
            (True, True),
            id="an import with an update is an update",
        ),
        pytest.param(
            ["delete", "create"],
            {"importing": {"id": "i-1"}},
            Action.REPLACE,
            {"import"},
            (True, True),
            id="an import with a replace is a replace",
        ),
        pytest.param(
            ["no-op"], {"previous_address": "aws_x.old"}, Action.MOVE, {"move"}, (True, True), id="a pure move"
        ),
        pytest.param(
            ["update"],
            {"previous_address": "aws_x.old"},
            Action.UPDATE,
            {"move"},
            (True, True),
            id="a move with an update is an update",
        ),
        pytest.param(
            ["create"], {"index_unknown": True}, Action.CREATE, {"index-unknown"}, (False, True), id="an unknown index"
        ),
        pytest.param(["open"], {"mode": "ephemeral"}, Action.READ, {"ephemeral"}, (False, True), id="an ephemeral one"),
    ],
)
def test_an_action_list_has_one_meaning(
    actions: list[str], more: dict[str, Any], action: Action, flags: set[str], sides: tuple[bool, bool]
) -> None:
    change = change_of(entry("aws_x.a", actions, **more))
    assert (change.action, set(change.flags)) == (action, flags)
    assert (change.before is not None, change.after is not None) == sides


def test_a_side_that_the_plan_leaves_out_is_empty_and_still_there() -> None:
    change = change_of(entry("aws_x.a", ["update"], before=None, after=None))
    assert change.before is not None
    assert change.after is not None
    assert change.after.attributes.get("size") is ABSENT


def test_a_move_keeps_both_addresses() -> None:
    change = change_of(entry("aws_x.new", ["no-op"], previous_address="aws_x.old"))
    assert (change.address, change.previous_address) == ("aws_x.new", "aws_x.old")


def test_a_deposed_object_stands_beside_the_current_one() -> None:
    changes = read(
        plan(entry("aws_x.a", ["create", "delete"]), entry("aws_x.a", ["delete"], deposed="0badcafe"))
    ).changes
    assert [change.address for change in changes] == ["aws_x.a", "aws_x.a (deposed 0badcafe)"]
    assert changes[1].flags == {"deposed"}
    assert changes[1].before is not None
    assert changes[1].before.address == changes[1].address


def test_paths_and_reason_of_a_replacement_are_kept() -> None:
    change = change_of(
        entry(
            "aws_x.a",
            ["delete", "create"],
            replace_paths=[["size"], ["disk", 0, "kind"]],
            action_reason="replace_because_cannot_update",
        )
    )
    assert change.replace_paths == ("size", "disk.0.kind")
    assert change.reason == "replace_because_cannot_update"


def test_an_action_that_nobody_defined_is_an_error_that_names_the_address() -> None:
    with pytest.raises(InputError, match=r"plan.json: aws_x.a: unknown actions \['transmute'\].*newer"):
        change_of(entry("aws_x.a", ["transmute"]))


def test_one_address_twice_is_an_error_since_one_would_hide_the_other() -> None:
    with pytest.raises(InputError, match=r"aws_x.a occurs twice"):
        read(plan(entry("aws_x.a"), entry("aws_x.a", ["delete"])))


@pytest.mark.parametrize(
    ("provider_name", "type_", "canonical"),
    [
        ("registry.terraform.io/hashicorp/aws", "aws_instance", "aws"),
        ("registry.opentofu.org/hashicorp/aws", "aws_instance", "aws"),
        ("registry.terraform.io/hashicorp/google-beta", "google_container_cluster", "google"),
        ("registry.terraform.io/hashicorp/azurerm", "azurerm_kubernetes_cluster", "azure"),
        ("registry.terraform.io/azure/azapi", "azapi_resource", "azure"),
        ("aws", "aws_instance", "aws"),
        ("", "google_compute_instance", "google"),
        ("registry.terraform.io/datadog/datadog", "datadog_monitor", "datadog"),
    ],
)
def test_a_provider_has_one_name_wherever_it_was_fetched(provider_name: str, type_: str, canonical: str) -> None:
    change = change_of(entry(f"{type_}.a", provider_name=provider_name))
    assert change.resource.provider == canonical
