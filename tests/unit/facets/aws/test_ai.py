"""SageMaker and Bedrock: notebooks, Studio, endpoints, jobs, clusters, model units."""

from __future__ import annotations

from base64 import b64encode
from decimal import Decimal
from typing import Any

import pytest
from tests.unit.aws_run import Run, aws, facets_of, pointing

from spendgate.model.facets import Capacity, Purchase, Scaling
from spendgate.model.values import AFTER_APPLY, Unknown


def test_a_notebook_runs_all_the_time_on_a_machine_with_a_volume() -> None:
    facets = facets_of("aws_sagemaker_notebook_instance", {"instance_type": "ml.g4dn.xlarge"})
    assert (facets.kind, facets.workload.phase, facets.workload.phase_source) == ("ai.notebook", "notebook", "type")
    assert facets.accel.models == ("T4",)
    assert isinstance(facets.pools[0].disks, tuple)
    assert facets.pools[0].disks[0].size_gib == 5
    assert facets.capacity == Capacity(1, 1, 1)


@pytest.mark.parametrize(
    ("script", "minutes", "note"),
    [
        pytest.param(
            "IDLE_TIME=3600\npython autostop.py --time $IDLE_TIME", 60, "stops it when idle", id="an idle time"
        ),
        pytest.param(
            "python auto_stop_idle.py --time 1800 --ignore-connections", 30, "stops it when idle", id="an argument"
        ),
        pytest.param("pip install torch", None, "not proven", id="a script that does something else"),
    ],
)
def test_a_lifecycle_script_may_stop_a_notebook(script: str, minutes: int | None, note: str) -> None:
    notebook = aws(
        "aws_sagemaker_notebook_instance", {"instance_type": "ml.t3.medium"}, unknown={"lifecycle_config_name": True}
    )
    script_text = {"on_start": b64encode(script.encode()).decode()}
    lifecycle = aws("aws_sagemaker_notebook_instance_lifecycle_configuration", script_text)
    facets = pointing(notebook, ("lifecycle_config_name", lifecycle)).facets()
    assert facets.limits.idle_minutes == minutes
    assert note in facets.notes[0]


def test_an_auto_stop_script_without_a_time_is_unknown() -> None:
    notebook = aws(
        "aws_sagemaker_notebook_instance", {"instance_type": "ml.t3.medium", "lifecycle_config_name": "stop"}
    )
    lifecycle = aws(
        "aws_sagemaker_notebook_instance_lifecycle_configuration",
        {"name": "stop", "on_start": b64encode(b"run autostop").decode()},
    )
    assert isinstance(pointing(notebook, ("lifecycle_config_name", lifecycle)).facets().limits.idle_minutes, Unknown)


@pytest.mark.parametrize("text", ["not base64!", "/w==", ""])
def test_a_script_that_cannot_be_read_proves_nothing(text: str) -> None:
    notebook = aws("aws_sagemaker_notebook_instance", {"instance_type": "ml.t3.medium", "lifecycle_config_name": "x"})
    lifecycle = aws("aws_sagemaker_notebook_instance_lifecycle_configuration", {"name": "x", "on_start": text})
    assert pointing(notebook, ("lifecycle_config_name", lifecycle)).facets().limits.idle_minutes is None


@pytest.mark.parametrize(
    ("type_", "block"),
    [("aws_sagemaker_domain", "default_user_settings"), ("aws_sagemaker_user_profile", "user_settings")],
)
def test_idle_settings_of_studio(type_: str, block: str) -> None:
    idle = {"idle_settings": [{"lifecycle_management": "ENABLED", "idle_timeout_in_minutes": 120}]}
    settings = {"jupyter_lab_app_settings": [{"app_lifecycle_management": [idle]}]}
    assert facets_of(type_, {block: [settings]}).limits.idle_minutes == 120


def test_an_app_is_a_machine_while_it_is_open() -> None:
    facets = facets_of("aws_sagemaker_app", {"resource_spec": [{"instance_type": "ml.g5.xlarge"}], "app_name": "lab"})
    assert (facets.kind, facets.capacity, facets.accel.models) == ("ai.notebook", Capacity(0, 1, 1), ("A10G",))


def endpoint(variant: dict[str, Any], *targets: tuple[dict[str, Any], str]) -> Run:
    resource = aws("aws_sagemaker_endpoint", {"name": "llm"})
    configuration = aws(
        "aws_sagemaker_endpoint_configuration",
        {"production_variants": [{"variant_name": "main", "instance_type": "ml.g5.12xlarge", **variant}]},
    )
    scaled = [aws("aws_appautoscaling_target", values, name=name) for values, name in targets]
    edges = [(resource.address, "endpoint_config_name", configuration.address)]
    edges += [(target.address, "resource_id", resource.address) for target in scaled]
    return Run(resource, (configuration, *scaled), tuple(edges))


SCALED = {"service_namespace": "sagemaker", "min_capacity": 2, "max_capacity": 8}


@pytest.mark.parametrize(
    ("variant", "targets", "capacity"),
    [
        pytest.param({"initial_instance_count": 3}, [], Capacity(3, 3, 3), id="fixed"),
        pytest.param({}, [], Capacity(1, 1, 1), id="one unless stated"),
        pytest.param({"initial_instance_count": 3}, [(SCALED, "a")], Capacity(2, 3, 8), id="a scaling target"),
        pytest.param(
            {"initial_instance_count": 3},
            [({**SCALED, "resource_id": "endpoint/llm/variant/other"}, "a")],
            Capacity(3, 3, 3),
            id="the scaling target of another variant",
        ),
        pytest.param(
            {
                "initial_instance_count": 1,
                "managed_instance_scaling": [{"min_instance_count": 0, "max_instance_count": 4}],
            },
            [],
            Capacity(0, 1, 4),
            id="managed scaling, to zero",
        ),
    ],
)
def test_sizes_of_an_endpoint(variant: dict[str, Any], targets: list[Any], capacity: Capacity) -> None:
    facets = endpoint(variant, *targets).facets()
    assert facets.capacity == capacity
    assert facets.pools[0].name == "main"
    assert facets.accel.count == 4
    assert facets.scaling.kind == ("fixed" if capacity.min == capacity.max else "autoscaling")


def test_an_endpoint_without_machines_is_serverless() -> None:
    facets = endpoint({"serverless_config": [{"memory_size_in_mb": 4096, "max_concurrency": 5}]}).facets()
    assert (facets.pools, facets.scaling) == ((), Scaling("serverless", True))


def test_an_endpoint_whose_configuration_is_elsewhere_is_unknown() -> None:
    facets = Run(aws("aws_sagemaker_endpoint", {"name": "llm"})).facets()
    assert isinstance(facets.accel.count, Unknown)
    assert isinstance(facets.capacity.desired, Unknown)


def test_a_configuration_costs_nothing_and_shows_its_accelerators() -> None:
    variants = [{"variant_name": "a", "instance_type": "ml.g5.xlarge", "initial_instance_count": 1}]
    facets = facets_of("aws_sagemaker_endpoint_configuration", {"production_variants": variants})
    assert (facets.kind, facets.capacity, facets.accel.models) == ("compute.template", Capacity(0, 0, 0), ("A10G",))


def test_a_training_job_has_machines_a_cap_and_retries() -> None:
    attributes = {
        "resource_config": [{"instance_type": "ml.p4d.24xlarge", "instance_count": 4}],
        "stopping_condition": [{"max_runtime_in_seconds": 86400}],
        "retry_strategy": [{"maximum_retry_attempts": 2}],
        "enable_managed_spot_training": True,
    }
    facets = facets_of("aws_sagemaker_training_job", attributes)
    assert (facets.capacity.max, facets.accel.max_total) == (4, 32)
    assert (facets.limits.max_runtime_hours, facets.limits.retries, facets.limits.cap_supported) == (24, 2, True)
    assert facets.purchase == Purchase("spot", Decimal(1))
    assert facets.workload.phase == "train"


@pytest.mark.parametrize(
    ("block", "config"),
    [
        ("training_job_definition", "resource_config"),
        ("training_job_definition", "hyper_parameter_tuning_resource_config"),
        ("training_job_definitions", "resource_config"),
    ],
)
def test_a_tuning_job_runs_so_many_jobs_at_once(block: str, config: str) -> None:
    limits = {"max_parallel_training_jobs": 5, "max_number_of_training_jobs": 100}
    attributes = {
        "config": [{"resource_limits": [limits]}],
        block: [{config: [{"instance_type": "ml.g5.xlarge", "instance_count": 2}]}],
    }
    facets = facets_of("aws_sagemaker_hyper_parameter_tuning_job", attributes)
    assert (facets.capacity.max, facets.accel.max_total, facets.workload.phase) == (10, 10, "search")


def test_a_cluster_has_groups_of_a_fixed_size() -> None:
    groups = [
        {"instance_group_name": "gpu", "instance_type": "ml.p5.48xlarge", "instance_count": 2},
        {"instance_group_name": "head", "instance_type": "ml.m5.xlarge", "instance_count": 1},
    ]
    facets = facets_of("aws_sagemaker_cluster", {"cluster_name": "pod", "instance_group": groups})
    assert (facets.capacity, facets.accel.max_total, facets.scaling.kind) == (Capacity(3, 3, 3), 16, "fixed")
    assert [pool.name for pool in facets.pools] == ["gpu", "head"]


@pytest.mark.parametrize(
    ("attributes", "purchase"),
    [
        ({}, Purchase("provisioned", Decimal(0), None)),
        ({"commitment_duration": "SixMonths"}, Purchase("committed", Decimal(0), "SixMonths")),
    ],
)
def test_model_units_are_bought_with_or_without_a_commitment(attributes: dict[str, Any], purchase: Purchase) -> None:
    arn = "arn:aws:bedrock:us-east-1::foundation-model/anthropic.claude-v2:1"
    facets = facets_of("aws_bedrock_provisioned_model_throughput", {"model_arn": arn, "model_units": 2, **attributes})
    assert facets.purchase == purchase
    assert facets.llm == {"model": "anthropic.claude-v2:1", "provisioned_units": 2}
    assert facets.region == "us-east-1"


def test_model_units_of_a_model_known_only_after_apply() -> None:
    facets = facets_of("aws_bedrock_provisioned_model_throughput", {"model_units": 1}, {"model_arn": True})
    assert facets.llm["model"] == AFTER_APPLY
