"""What an export does not say of a machine or hides in a tag: said, and not shown."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tests.e2e.test_inventory import report
from tests.unit.inputs.inventory.exports import AZURE_VM, INSTANCE, instances, read, resources

from spendgate.model.values import Unknown

_PLANTED = (
    "DefaultEndpointsProtocol=https;AccountName=a;AccountKey=PLANTED+SECRET==",
    "https://a.blob.core.windows.net/c?sv=2022-11-02&sig=PLANTED-SECRET",
    "postgres://admin:PLANTED-SECRET@db:5432/x",
    "-----BEGIN PRIVATE KEY-----PLANTED-SECRET",
)


def test_machines_that_may_be_stopped_are_counted_as_running_and_the_run_says_so(tmp_path: Path) -> None:
    place = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/virtualMachines/a"
    listed = {
        **AZURE_VM,
        "id": place,
        "name": "a",
        "type": "Microsoft.Compute/virtualMachines",
        "location": "westeurope",
    }
    del listed["extended"]
    (said,) = [problem.message for problem in read(tmp_path, [listed]).problems if "running" in problem.message]
    assert said == "1 machine: the export does not say whether it is running, so that it is counted as running"
    assert not [problem for problem in read(tmp_path, instances(INSTANCE)).problems if "running" in problem.message]


@pytest.mark.parametrize(
    "secret", _PLANTED, ids=["connection string", "signed address", "address with a password", "private key"]
)
@pytest.mark.parametrize("form", ["-o json", "-o markdown", "-o html", "-v"])
def test_a_key_in_a_tag_is_shown_nowhere(tmp_path: Path, secret: str, form: str) -> None:
    from tests.e2e.stories import run

    path = tmp_path / "machines.json"
    path.write_text(
        json.dumps(
            instances({**INSTANCE, "Tags": [{"Key": "note", "Value": secret}, {"Key": "team", "Value": "vision"}]})
        )
    )
    found = run("check", str(path), *form.split())
    assert "PLANTED" not in found.output + found.errors
    assert found.output


def test_a_key_in_a_state_is_secret_under_whatever_name(tmp_path: Path) -> None:
    entry = {"address": "aws_instance.a", "mode": "managed", "type": "aws_instance", "name": "a", "values": {
        "instance_type": "m5.large", "id": "i-1", "note": _PLANTED[0], "tags": {"conn": _PLANTED[1], "team": "x"}}}  # fmt: skip
    (one,) = resources(
        read(
            tmp_path,
            {"format_version": "1.0", "terraform_version": "1.9.0", "values": {"root_module": {"resources": [entry]}}},
        )
    ).values()
    assert isinstance(one.attributes.get("note"), Unknown)
    (change,) = report("cost", str(tmp_path / "export.json"))["changes"]
    assert "PLANTED" not in json.dumps(change)
    assert change["facets"]["tags"]["team"] == "x"


def test_computes_as_the_machine_learning_command_line_lists_them(tmp_path: Path) -> None:
    row: dict[str, Any] = {
        "id": "/subscriptions/s/resourceGroups/g/providers/Microsoft.MachineLearningServices/workspaces/w/computes/c", "name": "c",
        "type": "amlcompute", "size": "STANDARD_NC6S_V3", "min_instances": 1, "max_instances": 4, "idle_time_before_scale_down": 120,
        "tier": "dedicated", "location": "westeurope", "provisioning_state": "Succeeded",
    }  # fmt: skip
    path = tmp_path / "computes.json"
    path.write_text(json.dumps([row]))
    (one,) = report("cost", str(path))["changes"]
    assert one["facets"]["capacity"] == {"min": 1, "desired": 1, "max": 4}
    assert one["facets"]["limits"]["idle_minutes"] == 2


def test_a_training_cluster_of_azure_costs_the_nodes_that_it_has_now(tmp_path: Path) -> None:
    kind = "Microsoft.MachineLearningServices/workspaces/computes"
    inner = {
        "vmSize": "STANDARD_NC6S_V3",
        "scaleSettings": {"minNodeCount": 0, "maxNodeCount": 8},
        "currentNodeCount": 5,
    }
    row = {"id": f"/subscriptions/s/resourceGroups/g/providers/{kind.replace('/computes', '')}/w/computes/c", "name": "c", "type": kind,
           "location": "westeurope", "properties": {"computeType": "AmlCompute", "properties": inner}}  # fmt: skip
    path = tmp_path / "computes.json"
    path.write_text(json.dumps({"value": [row]}))
    (one,) = report("cost", str(path))["changes"]
    assert one["facets"]["capacity"] == {"min": 0, "desired": 5, "max": 8}


def test_a_job_of_slurm_has_on_each_node_the_accelerators_that_it_asks_for_there(tmp_path: Path) -> None:
    job = {
        "job_id": 9,
        "job_state": ["RUNNING"],
        "tres_per_node": "gres/gpu:a100:4",
        "node_count": {"set": True, "number": 3},
    }
    (one,) = resources(read(tmp_path, {"jobs": [job], "meta": {"slurm": {}}})).values()
    assert one.attributes.get("accelerators") == 12


def test_rows_of_azure_have_their_region_in_a_column_of_that_name(tmp_path: Path) -> None:
    place = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/virtualMachines/a"
    row = {
        "name": "a",
        "id": place,
        "type": "Microsoft.Compute/virtualMachines",
        "size": "Standard_NC6s_v3",
        "region": "westeurope",
    }
    (one,) = resources(read(tmp_path, {"columns": [], "rows": [row]})).values()
    assert one.attributes.get("location") == "westeurope"


def test_rows_in_a_bare_list_are_known_by_their_arns(tmp_path: Path) -> None:
    row = {"instance_id": "i-1", "arn": "arn:aws:ec2:us-east-1:111122223333:instance/i-1", "instance_type": "g5.xlarge"}
    (one,) = resources(read(tmp_path, [row])).values()
    assert one.type == "aws_instance"
