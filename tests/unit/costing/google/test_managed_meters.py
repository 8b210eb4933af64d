"""Databases, pipelines and platforms of Google: how much of what they are made of."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from tests.unit.costing.shared.everything import amounts, metered
from tests.unit.google_run import Run, book, estimate_of, google, quantities

from spendgate.model.cost import EstimateState

D = Decimal
H = 730
GIB = 2**30


def parts(type_: str, attributes: dict[str, Any], *beside: tuple[str, str, dict[str, Any]], **usage: Any) -> Any:
    """Parts of one resource beside others that an attribute of it points at: `(attribute, type, attributes)`."""
    first = google(type_, attributes)
    others = [google(other, values, name=f"other{n}") for n, (_, other, values) in enumerate(beside)]
    refs = [(first.address, attribute, one.address) for (attribute, *_), one in zip(beside, others, strict=True)]
    return metered(Run(first, *others, refs=refs), book(), **usage)


@pytest.mark.parametrize(
    ("type_", "attributes", "usage", "expected"),
    [
        pytest.param(
            "google_spanner_instance",
            {"config": "regional-europe-west3", "processing_units": 300, "edition": "ENTERPRISE"},
            {"storage_gb": 50},
            {"Nodes (enterprise, regional)": (D("0.3") * H, "node-hours"), "Storage": (50, "GB-month")},
            id="a thousand processing units make a node",
        ),
        pytest.param(
            "google_spanner_instance",
            {"config": "nam3", "autoscaling_config": [{"autoscaling_limits": [{"min_nodes": 2, "max_nodes": 9}]}]},
            {},
            {"Nodes (standard, multi-region)": (2 * H, "node-hours")},
            id="nodes that scale count at their fewest",
        ),
        pytest.param(
            "google_bigtable_instance",
            {
                "cluster": [
                    {"cluster_id": "a", "zone": "europe-west1-b", "num_nodes": 3, "storage_type": "HDD"},
                    {"cluster_id": "b", "zone": "us-east1-c", "node_scaling_factor": "NodeScalingFactor2X", "num_nodes": 2},
                ]
            },
            {"storage_gb": 10},
            {
                "a: nodes": (3 * H, "node-hours"),
                "a: storage (HDD)": (10, "GB-month"),
                "b: nodes": (4 * H, "node-hours"),
                "b: storage (SSD)": (10, "GB-month"),
            },
            id="each cluster with its nodes and its kind of disk",
        ),
        pytest.param(
            "google_alloydb_instance",
            {"instance_type": "PRIMARY", "machine_config": [{"cpu_count": 4}]},
            {},
            {"vCPUs": (8 * H, "vCPU-hours"), "Memory": (64 * H, "GiB-hours")},
            id="a primary in several zones has two nodes",
        ),
        pytest.param(
            "google_alloydb_instance",
            {"instance_type": "READ_POOL", "read_pool_config": [{"node_count": 3}], "machine_config": [{"machine_type": "c4a-highmem-4-lssd"}]},
            {},
            {"vCPUs": (12 * H, "vCPU-hours"), "Memory": (96 * H, "GiB-hours")},
            id="a read pool has as many as it states, sized by its machine type",
        ),
        pytest.param(
            "google_alloydb_instance",
            {"availability_type": "ZONAL", "machine_config": [{"cpu_count": 128}]},
            {},
            {"vCPUs": (128 * H, "vCPU-hours"), "Memory": (864 * H, "GiB-hours")},
            id="the largest size has less memory a vCPU",
        ),
        pytest.param(
            "google_memcache_instance",
            {"node_count": 2, "node_config": [{"cpu_count": 1, "memory_size_mb": 2048}]},
            {},
            {"vCPUs": (2 * H, "vCPU-hours"), "Memory": (4 * H, "GB-hours")},
            id="all nodes of a cache",
        ),
        pytest.param(
            "google_bigquery_reservation",
            {"edition": "ENTERPRISE_PLUS", "slot_capacity": 100, "autoscale": [{"max_slots": 400}]},
            {},
            {"Slots (enterprise plus)": (100 * H, "slot-hours")},
            id="slots that it keeps",
        ),
        pytest.param(
            "google_bigquery_bi_reservation", {"size": 2 * GIB}, {}, {"BI Engine": (2 * H, "GiB-hours")}, id="bytes of BI Engine"
        ),
        pytest.param(
            "google_composer_environment",
            {
                "config": [
                    {
                        "environment_size": "ENVIRONMENT_SIZE_MEDIUM",
                        "software_config": [{"image_version": "composer-2-airflow-2"}],
                        "workloads_config": [
                            {
                                "scheduler": [{"cpu": 0.5, "memory_gb": 2, "storage_gb": 1, "count": 2}],
                                "worker": [{"cpu": 1, "memory_gb": 4, "storage_gb": 2, "min_count": 2, "max_count": 6}],
                            }
                        ],
                    }
                ]
            },
            {},
            {
                "Environment fee (medium)": (H, "hours"),
                "Scheduler: vCPUs": (H, "vCPU-hours"),
                "Scheduler: memory": (4 * H, "GiB-hours"),
                "Scheduler: storage": (2 * H, "GiB-hours"),
                "Worker: vCPUs": (2 * H, "vCPU-hours"),
                "Worker: memory": (8 * H, "GiB-hours"),
                "Worker: storage": (4 * H, "GiB-hours"),
            },
            id="Composer 2 by what its workloads take",
        ),
        pytest.param(
            "google_composer_environment",
            {"config": [{"software_config": [{"image_version": "composer-3-airflow-2"}]}]},
            {"monthly_dcu_hrs": 2000, "database_storage_gb": 20},
            {"Data compute units": (2000, "DCU-hours"), "Database storage": (20, "GB-month")},
            id="Composer 3 by data compute units",
        ),
        pytest.param(
            "google_composer_environment",
            {"config": [{"node_count": 4, "software_config": [{"image_version": "composer-1.20-airflow-1"}]}]},
            {},
            {"Nodes (n1-standard-1)": (4 * H, "hours"), "Environment fee": (H, "hours")},
            id="Composer 1 by its nodes",
        ),
        pytest.param(
            "google_dataflow_job",
            {"machine_type": "n1-standard-4", "enable_streaming_engine": True},
            {"monthly_worker_hrs": 100, "monthly_data_processed_gb": 7},
            {
                "Worker vCPUs (streaming, n1-standard-4)": (400, "vCPU-hours"),
                "Worker memory (streaming, n1-standard-4)": (1500, "GiB-hours"),
                "Data processed (streaming engine)": (7, "GB"),
            },
            id="workers of Dataflow for the hours that they run",
        ),
        pytest.param(
            "google_managed_kafka_cluster",
            {"capacity_config": [{"vcpu_count": 3, "memory_bytes": 12 * GIB}]},
            {},
            {"vCPUs": (3 * H, "vCPU-hours"), "Memory": (12 * H, "GiB-hours")},
            id="brokers of Kafka",
        ),
        pytest.param(
            "google_pubsub_lite_topic",
            {
                "partition_config": [{"count": 2, "capacity": [{"publish_mib_per_sec": 4, "subscribe_mib_per_sec": 8}]}],
                "retention_config": [{"per_partition_bytes": 30 * GIB}],
            },
            {},
            {
                "Storage": (60, "GiB-month"),
                "Publish capacity": (8 * H, "MiB/s-hours"),
                "Subscribe capacity": (16 * H, "MiB/s-hours"),
            },
            id="partitions of a Lite topic",
        ),
        pytest.param("google_data_fusion_instance", {"type": "BASIC"}, {}, {"Instance (BASIC)": (H, "hours")}, id="Data Fusion by edition"),
        pytest.param(
            "google_dataproc_metastore_service",
            {"scaling_config": [{"scaling_factor": 0.5}]},
            {},
            {"Service (scaling factor)": (D("0.5") * H, "hours")},
            id="a metastore by its scaling factor",
        ),
        pytest.param(
            "google_app_engine_flexible_app_version",
            {"resources": [{"cpu": 2, "memory_gb": 4, "disk_gb": 20}], "manual_scaling": [{"instances": 3}]},
            {},
            {"vCPUs": (6 * H, "vCPU-hours"), "Memory": (12 * H, "GB-hours"), "Disks": (60, "GB-month")},
            id="instances of App Engine that are fixed",
        ),
        pytest.param(
            "google_app_engine_standard_app_version",
            {"instance_class": "B4", "manual_scaling": [{"instances": 2}]},
            {},
            {"Instances (B4)": (2 * H, "instance-hours")},
            id="standard instances with manual scaling",
        ),
        pytest.param("google_vpc_access_connector", {}, {}, {"Machines (e2-micro)": (2 * H, "hours")}, id="the two machines of a connector"),
        pytest.param(
            "google_compute_security_policy",
            {"rule": [{"priority": 1}, {"priority": 2}]},
            {"monthly_requests": 3_000_000},
            {"Policy": (1, "months"), "Rules": (2, "rules"), "Requests": (3, "1M requests")},
            id="rules of Cloud Armor",
        ),
        pytest.param(
            "google_compute_interconnect",
            {"requested_link_count": 2, "link_type": "LINK_TYPE_ETHERNET_10G_LR"},
            {},
            {"Circuits (10g)": (2 * H, "hours")},
            id="circuits of an interconnect",
        ),
        pytest.param(
            "google_compute_storage_pool",
            {"storage_pool_type": "hyperdisk-balanced", "pool_provisioned_capacity_gb": 10240, "pool_provisioned_iops": 10000},
            {},
            {"Capacity": (10240, "GB-month"), "IOPS": (10000, "IOPS-month")},
            id="a pool by what it has",
        ),
        pytest.param(
            "google_vertex_ai_featurestore",
            {"online_serving_config": [{"fixed_node_count": 2}]},
            {},
            {"Online serving nodes": (2 * H, "node-hours")},
            id="nodes that serve features",
        ),
        pytest.param(
            "google_vmwareengine_private_cloud",
            {"management_cluster": [{"node_type_configs": [{"node_type_id": "standard-72", "node_count": 3}]}]},
            {},
            {"Nodes (standard-72)": (3 * H, "hours")},
            id="nodes of VMware Engine",
        ),
    ],
)  # fmt: skip
def test_how_much_of_what(
    type_: str, attributes: dict[str, Any], usage: dict[str, Any], expected: dict[str, tuple[Decimal, str]]
) -> None:
    estimate, _ = parts(type_, attributes, **usage)
    assert amounts(estimate) == expected


def test_each_part_is_asked_for_where_it_is() -> None:
    clusters = [{"cluster_id": "a", "zone": "asia-south1-a"}, {"cluster_id": "b", "zone": "us-east4-c"}]
    _, asked = parts("google_bigtable_instance", {"cluster": clusters})
    assert {query.region for query in asked if query.item == "node"} == {"asia-south1", "us-east4"}
    _, asked = parts(
        "google_spanner_instance", {"config": "projects/p/instanceConfigs/regional-asia-east1", "num_nodes": 1}
    )
    assert {query.region for query in asked} == {"asia-east1"}


def test_what_scales_is_bounded_by_its_most() -> None:
    limits = {
        "autoscaling_config": [{"autoscaling_limits": [{"min_processing_units": 1000, "max_processing_units": 4000}]}]
    }
    estimate, _ = parts("google_spanner_instance", {"config": "regional-us-east1", **limits})
    assert estimate.monthly is not None
    assert (estimate.monthly.low, estimate.monthly.high) == (H, 4 * H)


@pytest.mark.parametrize(
    ("attribute", "pointed", "values", "type_", "part"),
    [
        ("pool", "google_privateca_ca_pool", {"tier": "DEVOPS"}, "google_privateca_certificate_authority", "Authority (devops)"),
        ("node_template", "google_compute_node_template", {"node_type": "n2-node-80-640"}, "google_compute_node_group", "Nodes (n2-node-80-640)"),
    ],
    ids=["the tier of its pool", "the type of its template"],
)  # fmt: skip
def test_what_another_resource_decides(
    attribute: str, pointed: str, values: dict[str, Any], type_: str, part: str
) -> None:
    estimate, _ = parts(type_, {"initial_size": 2}, (attribute, pointed, values))
    assert [item.name for item in estimate.items] == [part]
    alone, _ = parts(type_, {"initial_size": 2})
    assert alone.state is EstimateState.UNPRICED


def test_a_free_spanner_instance_costs_nothing() -> None:
    estimate, _ = parts("google_spanner_instance", {"config": "regional-us-east1", "instance_type": "FREE_INSTANCE"})
    assert estimate.state is EstimateState.FREE


def test_an_environment_of_no_known_generation_has_no_amount() -> None:
    estimate, _ = parts("google_composer_environment", {"config": [{}]})
    assert estimate.state is EstimateState.UNPRICED
    assert "which generation of Composer" in estimate.unpriced[0].reason


def test_the_book_prices_what_publishers_list() -> None:
    composer = {"config": [{"software_config": [{"image_version": "composer-3-airflow-2"}]}]}
    estimate = estimate_of("google_composer_environment", composer, monthly_dcu_hrs=1000, database_storage_gb=10)
    assert estimate.monthly is not None
    assert estimate.monthly.expected == D(1000) * D("0.06") + D("1.7")
    connector = estimate_of("google_vpc_access_connector", {"min_instances": 3})
    assert quantities(connector) == {"Machines (e2-micro)": (3 * H, "hours")}
    assert connector.state is EstimateState.PRICED


def test_a_part_by_use_without_a_price_says_that_it_lacks_both() -> None:
    estimate = estimate_of("google_workflows_workflow", {})
    assert estimate.state is EstimateState.NEEDS_USAGE
    assert all(part.reason.endswith("and a price: none is known") for part in estimate.unpriced)
