"""Vertex AI, notebooks, TPUs, Cloud Run: what runs models on Google."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from tests.unit.google_run import Run, facets_of, google

from spendgate.model.facets import Capacity
from spendgate.model.values import Unknown

GPU_SPEC = [{"machine_type": "g2-standard-12", "accelerator_type": "NVIDIA_L4", "accelerator_count": 1}]
GARDEN = "google_vertex_ai_endpoint_with_model_garden_deployment"
INDEX = "google_vertex_ai_index_endpoint_deployed_index"


def test_a_bare_endpoint_is_unknown_since_models_are_deployed_outside() -> None:
    facets = facets_of("google_vertex_ai_endpoint", {"display_name": "chat"})
    assert facets.kind == "ai.endpoint"
    for value in (facets.accel.count, facets.accel.models, facets.capacity.desired, facets.capacity.max):
        assert isinstance(value, Unknown)


@pytest.mark.parametrize(
    ("type_", "attributes", "capacity", "count", "model"),
    [
        pytest.param(
            GARDEN,
            {"deploy_config": [{"dedicated_resources": [{"machine_spec": GPU_SPEC, "min_replica_count": 1}]}]},
            Capacity(1, 1, 1),
            1,
            "on-demand",
            id="model garden, at most as many as at least",
        ),
        pytest.param(
            GARDEN,
            {
                "deploy_config": [
                    {
                        "dedicated_resources": [
                            {"machine_spec": GPU_SPEC, "min_replica_count": 1, "max_replica_count": 4, "spot": True}
                        ]
                    }
                ]
            },
            Capacity(1, 1, 4),
            1,
            "spot",
            id="model garden on spot",
        ),
        pytest.param(
            "google_vertex_ai_deployment_resource_pool",
            {"dedicated_resources": [{"machine_spec": GPU_SPEC, "min_replica_count": 2, "max_replica_count": 3}]},
            Capacity(2, 2, 3),
            1,
            "on-demand",
            id="deployment resource pool",
        ),
        pytest.param(
            INDEX,
            {"dedicated_resources": [{"machine_spec": [{"machine_type": "n1-standard-16"}], "min_replica_count": 1}]},
            Capacity(1, 1, 1),
            0,
            "on-demand",
            id="deployed index",
        ),
    ],
)
def test_machines_of_endpoints(
    type_: str, attributes: dict[str, Any], capacity: Capacity, count: int, model: str
) -> None:
    facets = facets_of(type_, attributes)
    assert (facets.capacity, facets.accel.count, facets.purchase.model) == (capacity, count, model)


def test_a_replica_over_several_hosts_is_several_machines() -> None:
    spec = [{"machine_type": "a3-highgpu-8g", "multihost_gpu_node_count": 2}]
    facets = facets_of(
        GARDEN, {"deploy_config": [{"dedicated_resources": [{"machine_spec": spec, "min_replica_count": 1}]}]}
    )
    assert (facets.capacity.desired, facets.accel.max_total) == (2, 16)


def test_a_tpu_topology_over_several_hosts_is_several_machines() -> None:
    spec = [{"machine_type": "ct5lp-hightpu-4t", "tpu_topology": "4x4"}]
    facets = facets_of(GARDEN, {"deploy_config": [{"dedicated_resources": [{"machine_spec": spec}]}]})
    assert (facets.capacity.desired, facets.accel.max_total, facets.accel.models) == (4, 16, ("TPU-v5e",))


def test_automatic_resources_keep_two_replicas_of_an_unknown_machine() -> None:
    facets = facets_of(INDEX, {"automatic_resources": [{}]})
    assert facets.capacity == Capacity(2, 2, None)
    assert isinstance(facets.pools[0].machine_types, Unknown)


def test_pools_of_a_persistent_resource_always_run() -> None:
    pools = [
        {"id": "head", "machine_spec": [{"machine_type": "n1-standard-4"}], "replica_count": 1},
        {
            "machine_spec": [{"machine_type": "a2-highgpu-1g"}],
            "replica_count": 2,
            "autoscaling_spec": [{"min_replica_count": 1, "max_replica_count": 4}],
        },
    ]
    facets = facets_of("google_vertex_ai_persistent_resource", {"resource_pools": pools})
    assert [(pool.name, pool.capacity) for pool in facets.pools] == [
        ("head", Capacity(1, 1, 1)),
        ("pool 1", Capacity(1, 2, 4)),
    ]
    assert (facets.accel.models, facets.accel.max_total) == (("A100-40GB",), 4)


@pytest.mark.parametrize(
    ("setup", "state", "size", "types", "idle"),
    [
        pytest.param({}, None, 1, ("e2-standard-4", "n1-standard-4"), 180, id="defaults"),
        pytest.param({"machine_type": "n1-standard-8"}, "ACTIVE", 1, ("n1-standard-8",), 180, id="stated"),
        pytest.param({"machine_type": "n1-standard-8"}, "STOPPED", 0, ("n1-standard-8",), 180, id="stopped"),
        pytest.param({"metadata": {"idle-timeout-seconds": "3600"}}, None, 1, None, 60, id="an hour"),
        pytest.param({"metadata": {"idle-timeout-seconds": "0"}}, None, 1, None, None, id="never"),
        pytest.param(
            {"metadata": {"enable-guest-attributes": "false"}}, None, 1, None, None, id="idleness is not seen"
        ),
    ],
)
def test_workbench(setup: dict[str, Any], state: str | None, size: int, types: Any, idle: int | None) -> None:
    facets = facets_of("google_workbench_instance", {"gce_setup": [setup], "desired_state": state})
    assert (facets.capacity.desired, facets.limits.idle_minutes, facets.workload.phase) == (size, idle, "notebook")
    assert types is None or facets.pools[0].machine_types == types


def test_workbench_gpus_and_disks() -> None:
    setup = {
        "machine_type": "n1-standard-8",
        "accelerator_configs": [{"type": "NVIDIA_TESLA_T4", "core_count": "2"}],
        "boot_disk": [{"disk_size_gb": "310", "disk_type": "PD_SSD"}],
        "data_disks": [{"disk_size_gb": "330"}],
    }
    pool = facets_of("google_workbench_instance", {"gce_setup": [setup]}).pools[0]
    assert (pool.accelerators.count, pool.accelerators.models) == (2, ("T4",))
    assert isinstance(pool.disks, tuple)
    assert [(disk.kind, disk.size_gib) for disk in pool.disks] == [("pd-ssd", 310), ("pd-balanced", 330)]


def test_the_older_notebook_has_its_machine_at_the_top() -> None:
    attributes = {
        "machine_type": "a2-highgpu-1g",
        "accelerator_config": [{"type": "NVIDIA_TESLA_A100", "core_count": 1}],
    }
    facets = facets_of("google_notebooks_instance", attributes)
    assert (facets.accel.count, facets.accel.models, facets.limits.idle_minutes) == (1, ("A100-40GB",), None)


def colab(state: str | None = "RUNNING", idle: str | None = None) -> Run:
    template = {
        "machine_spec": [
            {"machine_type": "n1-standard-2", "accelerator_type": "NVIDIA_TESLA_T4", "accelerator_count": 1}
        ],
        "idle_shutdown_config": [{"idle_timeout": idle}] if idle else [],
        "labels": {"team": "research"},
    }
    return Run(
        google("google_colab_runtime", {"desired_state": state}),
        google("google_colab_runtime_template", template),
        refs=[("google_colab_runtime.it", "notebook_runtime_template_ref", "google_colab_runtime_template.it")],
    )


@pytest.mark.parametrize(
    ("run", "size", "idle"),
    [
        pytest.param(colab(), Capacity(0, 1, 1), 180, id="running"),
        pytest.param(colab("STOPPED"), Capacity(0, 0, 0), 180, id="stopped"),
        pytest.param(colab(idle="3600s"), Capacity(0, 1, 1), 60, id="an hour"),
        pytest.param(colab(idle="0s"), Capacity(0, 1, 1), None, id="never"),
    ],
)
def test_colab(run: Run, size: Capacity, idle: int | None) -> None:
    facets = run.facets()
    assert (facets.capacity, facets.limits.idle_minutes, facets.accel.models) == (size, idle, ("T4",))
    assert facets.tags == {"team": "research"}


def test_a_colab_runtime_without_its_template_is_unknown() -> None:
    assert isinstance(facets_of("google_colab_runtime", {}).accel.count, Unknown)


@pytest.mark.parametrize(
    ("attributes", "count", "model"),
    [
        pytest.param({"accelerator_type": "v2-8"}, 4, "TPU-v2", id="v2 counts cores"),
        pytest.param({"accelerator_type": "v4-16"}, 8, "TPU-v4", id="v4 counts cores"),
        pytest.param({"accelerator_type": "v5p-8"}, 4, "TPU-v5p", id="v5p counts cores"),
        pytest.param({"accelerator_type": "v5litepod-16"}, 16, "TPU-v5e", id="v5e counts chips"),
        pytest.param({"accelerator_type": "v6e-8"}, 8, "TPU-v6e", id="v6e counts chips"),
        pytest.param(
            {"accelerator_config": [{"type": "V4", "topology": "2x2x4"}]}, 16, "TPU-v4", id="a topology multiplies"
        ),
        pytest.param({}, 4, "TPU-v2", id="the provider's default"),
    ],
)
def test_chips_of_a_tpu_slice(attributes: dict[str, Any], count: int, model: str) -> None:
    for resource in (
        google("google_tpu_v2_vm", attributes),
        google("google_tpu_v2_queued_resource", {"tpu": [{"node_spec": [{"node": [attributes]}]}]}),
    ):
        accel = Run(resource).facets().accel
        assert (accel.count, accel.models) == (count, (model,))


def test_a_computed_type_beside_a_configuration_is_no_riddle() -> None:
    attributes = {"accelerator_config": [{"type": "V5LITE_POD", "topology": "2x4"}]}
    accel = facets_of("google_tpu_v2_vm", attributes, unknown={"accelerator_type": True}).accel
    assert (accel.count, accel.models) == (8, ("TPU-v5e",))


def test_a_tpu_of_unknown_type_is_unknown() -> None:
    assert isinstance(facets_of("google_tpu_v2_vm", {}, unknown={"accelerator_type": True}).accel.count, Unknown)


@pytest.mark.parametrize(
    ("scheduling", "model"),
    [({}, "on-demand"), ({"spot": True}, "spot"), ({"preemptible": True}, "spot"), ({"reserved": True}, "reserved")],
)
def test_how_a_tpu_is_bought(scheduling: dict[str, Any], model: str) -> None:
    facets = facets_of("google_tpu_v2_vm", {"accelerator_type": "v6e-8", "scheduling_config": [scheduling]})
    assert facets.purchase.model == model


def service(gpu: Any = None, accelerator: str | None = None, scaling: dict[str, Any] | None = None) -> dict[str, Any]:
    limits = {"cpu": "4", "memory": "16Gi", **({"nvidia.com/gpu": gpu} if gpu else {})}
    template = {
        "containers": [{"resources": [{"limits": limits}]}],
        "scaling": [scaling or {}],
        "node_selector": [{"accelerator": accelerator}] if accelerator else [],
    }
    return {"template": [template]}


@pytest.mark.parametrize(
    ("attributes", "count", "capacity", "to_zero"),
    [
        pytest.param(service(), 0, Capacity(0, 0, None), True, id="scales to zero without a bound"),
        pytest.param(
            service(scaling={"min_instance_count": 2, "max_instance_count": 9}),
            0,
            Capacity(2, 2, 9),
            False,
            id="bounds",
        ),
        pytest.param(service("1", "nvidia-l4", {"max_instance_count": 3}), 1, Capacity(0, 0, 3), True, id="with a GPU"),
    ],
)
def test_cloud_run(attributes: dict[str, Any], count: int, capacity: Capacity, to_zero: bool) -> None:
    facets = facets_of("google_cloud_run_v2_service", attributes)
    assert (facets.accel.count, facets.capacity, facets.scaling.scale_to_zero) == (count, capacity, to_zero)


def test_a_gpu_of_cloud_run_whose_model_is_not_stated() -> None:
    accel = facets_of("google_cloud_run_v2_service", service("1")).accel
    assert accel.count == 1
    assert isinstance(accel.models, Unknown)


def test_a_cloud_run_job_is_capped_by_its_timeout() -> None:
    template = {"task_count": 5, "template": [{"timeout": "1800s", "max_retries": 2}]}
    facets = facets_of("google_cloud_run_v2_job", {"template": [template]})
    assert (facets.capacity.max, facets.limits.max_runtime_hours, facets.limits.retries) == (5, Decimal("0.5"), 2)
