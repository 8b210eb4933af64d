"""Assets of Google beyond plain machines: what is deployed to endpoints, what is reserved, what Cloud Run and functions ask for."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.unit.inputs.inventory.exports import asset, read, resources

from spendgate.model.values import Unknown

PLACE = "locations/us-central1"
SPEC = {"machineType": "a3-highgpu-8g", "acceleratorType": "NVIDIA_H100_80GB", "acceleratorCount": 8}
BLOCK = {"machine_type": "a3-highgpu-8g", "accelerator_type": "NVIDIA_H100_80GB", "accelerator_count": 8}


def endpoint(*models: dict[str, Any], kind: str = "Endpoint", key: str = "deployedModels") -> dict[str, Any]:
    data = {"name": f"projects/1/{PLACE}/endpoints/7", "displayName": "chat", "labels": {"team": "search"}}
    return asset(
        f"aiplatform.googleapis.com/{kind}", f"{PLACE}/endpoints/7", {**data, **({key: list(models)} if models else {})}
    )


def found(tmp_path: Path, *documents: Any) -> dict[str, Any]:
    """Resources by type and name."""
    return {f"{one.type} {one.name}": one for one in resources(read(tmp_path, list(documents))).values()}


def test_each_deployed_model_has_machines_of_its_own(tmp_path: Path) -> None:
    big = {
        "id": "1",
        "displayName": "big",
        "dedicatedResources": {"machineSpec": SPEC, "minReplicaCount": 2, "maxReplicaCount": 3, "spot": True},
    }
    small = {"id": "2", "automaticResources": {"minReplicaCount": 1, "maxReplicaCount": 2}}
    models = found(tmp_path, endpoint(big, small))
    assert list(models) == ["google_vertex_ai_endpoint chat/2", "google_vertex_ai_endpoint chat/big"]
    one, other = models["google_vertex_ai_endpoint chat/big"], models["google_vertex_ai_endpoint chat/2"]
    assert one.attributes.get("dedicated_resources") == [
        {"machine_spec": [BLOCK], "min_replica_count": 2, "max_replica_count": 3, "spot": True}
    ]
    assert other.attributes.get("automatic_resources") == [{"min_replica_count": 1, "max_replica_count": 2}]
    assert one.attributes.get("labels") == {"team": "search"}
    assert one.observed.identity != other.observed.identity


def test_an_endpoint_without_models_runs_nothing(tmp_path: Path) -> None:
    (empty,) = found(tmp_path, endpoint()).values()
    assert empty.attributes.get("dedicated_resources") == [{"min_replica_count": 0, "max_replica_count": 0}]


def test_a_model_on_a_shared_pool_is_counted_with_the_pool(tmp_path: Path) -> None:
    pool = asset("aiplatform.googleapis.com/DeploymentResourcePool", f"{PLACE}/deploymentResourcePools/p", {
        "name": f"projects/1/{PLACE}/deploymentResourcePools/p", "dedicatedResources": {"machineSpec": SPEC, "minReplicaCount": 1}})  # fmt: skip
    shared = found(
        tmp_path, endpoint({"id": "1", "sharedResources": f"projects/1/{PLACE}/deploymentResourcePools/p"}), pool
    )
    assert shared["google_vertex_ai_endpoint chat/1"].attributes.get("dedicated_resources")[0]["max_replica_count"] == 0
    (block,) = shared["google_vertex_ai_deployment_resource_pool p"].attributes.get("dedicated_resources")
    assert block == {"machine_spec": [BLOCK], "min_replica_count": 1}


def test_what_a_search_tells_of_an_endpoint_leaves_its_models_unknown(tmp_path: Path) -> None:
    searched = {
        "name": f"//aiplatform.googleapis.com/projects/p/{PLACE}/endpoints/7",
        "assetType": "aiplatform.googleapis.com/Endpoint",
        "displayName": "chat",
    }
    (one,) = found(tmp_path, searched).values()
    assert isinstance(one.attributes.get("dedicated_resources"), Unknown)


def test_deployed_indexes_are_counted_and_an_empty_endpoint_is_nothing(tmp_path: Path) -> None:
    full = endpoint(
        {"id": "i", "dedicatedResources": {"machineSpec": SPEC, "minReplicaCount": 1}},
        kind="IndexEndpoint",
        key="deployedIndexes",
    )
    assert list(found(tmp_path, full)) == ["google_vertex_ai_index_endpoint_deployed_index chat/i"]
    workload = read(tmp_path, [endpoint(kind="IndexEndpoint"), full])
    assert len(workload.changes) == 1


@pytest.mark.parametrize(("used", "free"), [("0", 4), ("3", 1), ("4", 0), (None, 4)])
def test_of_a_reservation_only_what_nothing_runs_in_is_counted(tmp_path: Path, used: str | None, free: int) -> None:
    specific = {
        "count": "4",
        **({"inUseCount": used} if used is not None else {}),
        "instanceProperties": {
            "machineType": "a2-highgpu-1g",
            "guestAccelerators": [{"acceleratorType": "nvidia-tesla-a100", "acceleratorCount": 1}],
            "localSsds": [{"diskSizeGb": "375", "interface": "NVME"}],
        },
    }
    data = {
        "name": "r",
        "zone": "zones/us-central1-a",
        "specificReservation": specific,
        "specificReservationRequired": True,
    }
    (one,) = found(
        tmp_path, asset("compute.googleapis.com/Reservation", "zones/us-central1-a/reservations/r", data)
    ).values()
    assert one.attributes.get("specific_reservation") == [
        {
            "count": free,
            "instance_properties": [
                {
                    "machine_type": "a2-highgpu-1g",
                    "guest_accelerators": [{"type": "nvidia-tesla-a100", "count": 1}],
                    "local_ssds": [{"disk_size_gb": "375"}],
                }
            ],
        }
    ]


def test_commitments_are_read_and_those_that_ended_are_not(tmp_path: Path) -> None:
    resources_ = [
        {"type": "ACCELERATOR", "amount": "8", "acceleratorType": "zones/z/acceleratorTypes/nvidia-l4"},
        {"type": "VCPU", "amount": "96"},
    ]
    data = {
        "name": "c",
        "region": "regions/us-central1",
        "plan": "TWELVE_MONTH",
        "status": "ACTIVE",
        "resources": resources_,
    }
    kind, place = "compute.googleapis.com/Commitment", "regions/us-central1/commitments/c"
    (one,) = found(tmp_path, asset(kind, place, data)).values()
    assert one.attributes.get("resources") == [
        {"type": "ACCELERATOR", "amount": "8", "accelerator_type": "nvidia-l4"},
        {"type": "VCPU", "amount": "96", "accelerator_type": None},
    ]
    assert found(tmp_path, asset(kind, place, {**data, "status": "EXPIRED"})) == {}


@pytest.mark.parametrize(
    ("kind", "type_"),
    [("RegionDisk", "google_compute_region_disk"), ("GlobalForwardingRule", "google_compute_global_forwarding_rule")],
)
def test_kinds_that_assets_tell_apart_are_what_terraform_calls_them(tmp_path: Path, kind: str, type_: str) -> None:
    data = {"name": "x", "region": "regions/us-central1", "sizeGb": "10", "type": "diskTypes/pd-ssd"}
    assert list(found(tmp_path, asset(f"compute.googleapis.com/{kind}", "regions/us-central1/x/x", data))) == [
        f"{type_} x"
    ]


CONTAINER = {
    "image": "x",
    "env": [{"name": "A", "value": "PLANTED"}],
    "resources": {"limits": {"cpu": "4", "nvidia.com/gpu": "1"}},
}
NODES = {"nodeSelector": {"run.googleapis.com/accelerator": "nvidia-l4"}}


def test_a_job_of_cloud_run_is_read_from_its_older_form(tmp_path: Path) -> None:
    task = {"containers": [CONTAINER], "timeoutSeconds": "600", "maxRetries": 2, **NODES}
    data = {
        "kind": "Job",
        "metadata": {"name": "batch", "labels": {"team": "x", "cloud.googleapis.com/location": "europe-west1"}},
        "spec": {"template": {"spec": {"taskCount": 10, "parallelism": 4, "template": {"spec": task}}}},
    }
    (one,) = found(tmp_path, asset("run.googleapis.com/Job", "locations/europe-west1/jobs/batch", data)).values()
    (template,) = one.attributes.get("template")
    assert (template["task_count"], template["parallelism"]) == (10, 4)
    assert template["template"] == [
        {
            "containers": [{"resources": [{"limits": {"cpu": "4", "nvidia.com/gpu": "1"}}]}],
            "node_selector": [{"accelerator": "nvidia-l4"}],
            "timeout": "600s",
            "max_retries": 2,
        }
    ]
    assert one.attributes.get("location") == "europe-west1"
    assert "PLANTED" not in repr(one.attributes.values)


def test_a_function_tells_its_memory_and_its_bounds(tmp_path: Path) -> None:
    data = {
        "name": f"projects/p/{PLACE}/functions/f",
        "availableMemoryMb": 512,
        "minInstances": 1,
        "environmentVariables": {"A": "PLANTED"},
    }
    (one,) = found(
        tmp_path, asset("cloudfunctions.googleapis.com/CloudFunction", f"{PLACE}/functions/f", data)
    ).values()
    read_ = {key: one.attributes.get(key) for key in ("available_memory_mb", "min_instances", "region")}
    assert read_ == {"available_memory_mb": 512, "min_instances": 1, "region": "us-central1"}
    assert "PLANTED" not in repr(one.attributes.values)


@pytest.mark.parametrize(
    ("kind", "data", "type_", "expected"),
    [
        pytest.param("spanner.googleapis.com/Instance", {"name": "projects/p/instances/x", "config": "projects/p/instanceConfigs/regional-us-central1",
                     "nodeCount": 2, "processingUnits": 2000, "edition": "ENTERPRISE"}, "google_spanner_instance",
                     {"config": "regional-us-central1", "processing_units": 2000, "edition": "ENTERPRISE"}, id="spanner"),
        pytest.param("alloydb.googleapis.com/Instance", {"name": f"projects/p/{PLACE}/clusters/c/instances/x", "instanceType": "PRIMARY",
                     "availabilityType": "ZONAL", "machineConfig": {"cpuCount": 8}, "databaseFlags": {"a": "PLANTED"}}, "google_alloydb_instance",
                     {"machine_config": [{"cpu_count": 8}], "availability_type": "ZONAL", "location": "us-central1"}, id="alloydb"),
        pytest.param("memcache.googleapis.com/Instance", {"name": f"projects/p/{PLACE}/instances/x", "nodeCount": 3,
                     "nodeConfig": {"cpuCount": 1, "memorySizeMb": 1024}}, "google_memcache_instance",
                     {"node_count": 3, "node_config": [{"cpu_count": 1, "memory_size_mb": 1024}]}, id="memcached"),
        pytest.param("redis.googleapis.com/Cluster", {"name": f"projects/p/{PLACE}/clusters/x", "shardCount": 3, "replicaCount": 1,
                     "nodeType": "REDIS_HIGHMEM_MEDIUM"}, "google_redis_cluster",
                     {"shard_count": 3, "replica_count": 1, "node_type": "REDIS_HIGHMEM_MEDIUM"}, id="redis-cluster"),
        pytest.param("tpu.googleapis.com/Node", {"name": "projects/p/locations/us-east5-a/nodes/x", "acceleratorConfig": {"type": "V6E", "topology": "2x4"},
                     "schedulingConfig": {"spot": True}, "metadata": {"startup-script": "PLANTED"}}, "google_tpu_v2_vm",
                     {"accelerator_config": [{"type": "V6E", "topology": "2x4"}], "scheduling_config": [{"spot": True}]}, id="tpu"),
    ],
)  # fmt: skip
def test_services_are_read_with_what_they_are_billed_by(
    tmp_path: Path, kind: str, data: dict[str, Any], type_: str, expected: dict[str, Any]
) -> None:
    (one,) = found(tmp_path, asset(kind, f"{PLACE}/x/x", data)).values()
    assert one.type == type_
    assert {name: one.attributes.get(name) for name in expected} == expected
    assert "PLANTED" not in repr(one.attributes.values)


def test_the_size_of_a_kind_in_no_table_is_unknown_and_not_the_default(tmp_path: Path) -> None:
    data = {"name": "c", "labels": {"team": "x"}, "config": {"nodeCount": 20}}
    workload = read(
        tmp_path, [asset("composer.googleapis.com/Environment", "locations/us-central1/environments/c", data)]
    )
    (one,) = [change.resource for change in workload.changes]
    assert one.type == "google_composer_environment"
    assert isinstance(one.attributes.get("config"), Unknown)
    assert one.attributes.get("labels") == {"team": "x"}
    assert any("in no table" in problem.message for problem in workload.problems)


ZONE = "https://www.googleapis.com/compute/v1/projects/vision-lab/zones/us-central1-a"
NEWER = {"name": "projects/p/locations/us-central1-a/instances/nb", "state": "ACTIVE", "gceSetup": {"machineType": "g2-standard-4",
         "acceleratorConfigs": [{"type": "NVIDIA_L4", "coreCount": "1"}], "bootDisk": {"diskSizeGb": "150", "diskType": "PD_SSD"}}}  # fmt: skip
OLDER = {"name": "projects/p/locations/us-central1-a/instances/nb", "state": "ACTIVE", "machineType": f"{ZONE}/machineTypes/g2-standard-4",
         "acceleratorConfig": {"type": "NVIDIA_L4", "coreCount": "1"}, "bootDiskSizeGb": "150", "bootDiskType": "PD_SSD"}  # fmt: skip


@pytest.mark.parametrize(
    ("data", "label"), [(NEWER, {"notebooks-product": "workbench-instances"}), (OLDER, {"goog-caip-notebook": ""})], ids=["newer", "older"]
)  # fmt: skip
def test_a_notebook_is_counted_once_with_its_machine_and_its_disks(
    tmp_path: Path, data: dict[str, Any], label: dict[str, str]
) -> None:
    notebook = asset("notebooks.googleapis.com/Instance", "locations/us-central1-a/instances/nb", data)
    machine = {"name": "nb", "zone": ZONE, "labels": label, "machineType": f"{ZONE}/machineTypes/g2-standard-4"}
    other = {**machine, "name": "plain", "labels": {}}
    disk = {"name": "nb-boot", "zone": ZONE, "sizeGb": "150", "type": "pd-ssd", "users": [f"{ZONE}/instances/nb"]}
    parts = [
        asset("compute.googleapis.com/Instance", f"zones/us-central1-a/instances/{one['name']}", one)
        for one in (machine, other)
    ]
    disks = [
        asset("compute.googleapis.com/Disk", f"zones/us-central1-a/disks/{one['name']}", one)
        for one in (disk, {**disk, "name": "plain", "users": [f"{ZONE}/instances/plain"]})
    ]
    counted = found(tmp_path, notebook, *parts, *disks)
    assert list(counted) == [
        "google_compute_disk plain",
        "google_compute_instance plain",
        "google_workbench_instance nb",
    ]
    (setup,) = counted["google_workbench_instance nb"].attributes.get("gce_setup")
    assert setup["machine_type"] == "g2-standard-4"
    assert setup["accelerator_configs"] == [{"type": "NVIDIA_L4", "core_count": "1"}]
    assert setup["boot_disk"] == [{"disk_size_gb": "150", "disk_type": "PD_SSD"}]
    alone = found(tmp_path, *parts, *disks)
    assert len(alone) == 4, "without the notebook its machine is counted as it is"
