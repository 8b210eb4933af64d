"""Google network, databases, serverless and services as metered parts."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from tests.unit.google_run import Run, estimate_of, google, item, quantities, unpriced

from spendgate.errors import SettingsError
from spendgate.model.cost import Basis, EstimateState
from spendgate.model.resource import ProviderSettings

VM = "google_compute_instance"
ADDRESS = "google_compute_address"


def address(*users: tuple[str, dict[str, Any]], attributes: dict[str, Any] | None = None) -> Run:
    first = google(ADDRESS, attributes)
    others = [google(type_, values, name=f"user{number}") for number, (type_, values) in enumerate(users)]
    return Run(first, *others, refs=[(one.address, "network_interface", first.address) for one in others])


def named_alike() -> Run:
    return Run(google(ADDRESS, {"name": "front"}), google("google_compute_forwarding_rule", {"name": "front"}))


@pytest.mark.parametrize(
    ("run", "usage", "rate"),
    [
        pytest.param(address(), {}, "unused", id="nothing uses it"),
        pytest.param(named_alike(), {}, "unused", id="a rule bears its name and does not use it"),
        pytest.param(address((VM, {})), {}, "in use", id="a machine uses it"),
        pytest.param(
            address((VM, {"scheduling": [{"preemptible": True}]})), {}, "in use by spot vm", id="a spot machine"
        ),
        pytest.param(address(("google_compute_router_nat", {})), {}, "in use", id="a NAT gateway"),
        pytest.param(address(), {"address_type": "standard_vm"}, "in use", id="as stated"),
        pytest.param(address(attributes={"users": ["projects/p/zones/z/instances/i"]}), {}, "in use", id="as reported"),
    ],
)
def test_what_uses_an_address_decides_its_rate(run: Run, usage: dict[str, Any], rate: str) -> None:
    assert [line.name for line in run.estimate(**usage).items] == [f"External address ({rate})"]


@pytest.mark.parametrize(
    "run",
    [address(("google_compute_forwarding_rule", {})), address(attributes={"address_type": "INTERNAL"})],
    ids=["of a load balancer", "internal"],
)
def test_addresses_that_cost_nothing(run: Run) -> None:
    assert run.estimate().state is EstimateState.FREE


def test_a_use_of_an_address_that_does_not_exist_is_refused() -> None:
    with pytest.raises(SettingsError, match="address_type"):
        address().estimate(address_type="nonsense")


def test_nat_bills_at_most_32_machines() -> None:
    estimate = estimate_of("google_compute_router_nat", {}, assigned_vms=100, monthly_data_processed_gb=10)
    assert quantities(estimate) == {"Assigned VMs": (32 * 730, "VM-hours"), "Data processed": (10, "GB")}


SQL = "google_sql_database_instance"


def database(tier: str, **settings: Any) -> dict[str, Any]:
    version = settings.pop("version", "POSTGRES_15")
    return {"database_version": version, "settings": [{"tier": tier, **settings}]}


@pytest.mark.parametrize(
    ("attributes", "parts"),
    [
        pytest.param(
            database("db-custom-4-15360"),
            {"vCPUs (4, zonal)": (2920, "vCPU-hours"), "Memory (zonal)": (15, "GB-month")},
            id="custom",
        ),
        pytest.param(
            database("db-lightweight-2"),
            {"vCPUs (2, zonal)": (1460, "vCPU-hours"), "Memory (zonal)": (Decimal("3.75"), "GB-month")},
            id="lightweight",
        ),
        pytest.param(
            database("db-highmem-4", version="MYSQL_8_0", availability_type="REGIONAL"),
            {"vCPUs (4, regional)": (2920, "vCPU-hours"), "Memory (regional)": (26, "GB-month")},
            id="high memory in two zones",
        ),
        pytest.param(
            database("db-n1-standard-2", version="MYSQL_5_7"),
            {"Instance (db-n1-standard-2, zonal)": (730, "hours")},
            id="first-generation names of MySQL",
        ),
        pytest.param(database("db-f1-micro"), {"Instance (db-f1-micro, zonal)": (730, "hours")}, id="shared core"),
        pytest.param(database("db-custom-4-15360", activation_policy="NEVER"), {}, id="stopped"),
    ],
)
def test_instances_of_cloud_sql(attributes: dict[str, Any], parts: dict[str, Any]) -> None:
    found = quantities(estimate_of(SQL, attributes))
    assert {name: value for name, value in found.items() if not name.startswith(("Storage", "Public"))} == parts


def test_sql_server_has_a_licence_without_a_price() -> None:
    estimate = estimate_of(SQL, database("db-custom-4-15360", version="SQLSERVER_2019_STANDARD"))
    assert "Licence (SQL Server)" in unpriced(estimate)


def test_enterprise_plus_is_unpriced() -> None:
    estimate = estimate_of(SQL, database("db-perf-optimized-N-4", edition="ENTERPRISE_PLUS"))
    assert any("Enterprise Plus" in reason for reason in unpriced(estimate).values())


def test_a_private_database_has_no_public_address() -> None:
    private = database("db-f1-micro", ip_configuration=[{"ipv4_enabled": False}])
    assert not any("address" in name for name in quantities(estimate_of(SQL, private)))


@pytest.mark.parametrize(
    ("attributes", "parts"),
    [
        ({"memory_size_gb": 5}, {"Redis memory (basic, m2)": (5, "GB-month")}),
        ({"memory_size_gb": 45, "tier": "STANDARD_HA"}, {"Redis memory (standard, m4)": (45, "GB-month")}),
    ],
)
def test_redis_by_the_gigabyte(attributes: dict[str, Any], parts: dict[str, Any]) -> None:
    assert quantities(estimate_of("google_redis_instance", attributes)) == parts


def test_clusters_are_shards_with_their_replicas() -> None:
    cluster = {
        "shard_count": 1,
        "replica_count": 2,
        "node_type": "REDIS_STANDARD_SMALL",
        "persistence_config": [{"mode": "AOF"}],
    }
    assert quantities(estimate_of("google_redis_cluster", cluster)) == {
        "Nodes (standard small)": (2190, "hours"),
        "AOF persistence": (5110, "GB-hours"),
    }
    valkey = {"shard_count": 2, "replica_count": 1, "node_type": "HIGHMEM_XLARGE"}
    assert quantities(estimate_of("google_memorystore_instance", valkey)) == {"Nodes (highmem xlarge)": (2920, "hours")}


RUN = "google_cloud_run_v2_service"
EUROPE = ProviderSettings(region="europe-west3")


def container(**resources: Any) -> dict[str, Any]:
    return {"template": [{"containers": [{"resources": [resources]}]}]}


def test_cloud_run_by_request() -> None:
    run = Run(google(RUN, container(limits={"cpu": "1", "memory": "512Mi"}), settings=EUROPE))
    usage = {"monthly_requests": 500_000, "average_request_duration_ms": 3600, "concurrent_requests_per_instance": 1}
    estimate = run.estimate(**usage)
    assert [round(line.monthly.expected, 2) for line in estimate.items] == [
        Decimal(x) for x in ("60.48", "3.15", "0.20")
    ]
    assert run.estimate().state is EstimateState.NEEDS_USAGE


def test_cloud_run_by_instance_pays_its_least_instances_all_month() -> None:
    attributes = container(limits={"cpu": "2000m", "memory": "1Gi"}, cpu_idle=False)
    attributes["template"][0]["scaling"] = [{"min_instance_count": 1}]
    assert quantities(estimate_of(RUN, attributes)) == {
        "CPU (instance-based)": (2 * 730 * 3600, "vCPU-seconds"),
        "Memory (instance-based)": (730 * 3600, "GiB-seconds"),
    }


def test_a_gpu_of_cloud_run_is_unpriced() -> None:
    attributes = container(limits={"cpu": "4", "memory": "16Gi", "nvidia.com/gpu": "1"})
    assert "GPU" in unpriced(estimate_of(RUN, attributes))


def test_functions_are_rounded_up_to_a_tenth_of_a_second() -> None:
    usage = {"request_duration_ms": 240, "monthly_function_invocations": 10_000_000, "monthly_outbound_data_gb": 100}
    found = quantities(estimate_of("google_cloudfunctions_function", {"available_memory_mb": 256}, **usage))
    assert found["CPU"] == (1_200_000, "GHz-seconds")
    assert found["Memory"] == (750_000, "GB-seconds")


@pytest.mark.parametrize(
    ("template", "usage", "price"),
    [
        ([], {"key_versions": 10}, "0.06"),
        ([{"protection_level": "HSM", "algorithm": "GOOGLE_SYMMETRIC_ENCRYPTION"}], {"key_versions": 10}, "1"),
        ([{"protection_level": "HSM", "algorithm": "RSA_SIGN_PSS_4096_SHA512"}], {"key_versions": 10}, "2.5"),
        ([{"protection_level": "EXTERNAL", "algorithm": "EXTERNAL_SYMMETRIC_ENCRYPTION"}], {"key_versions": 10}, "3"),
    ],
)
def test_keys_by_protection(template: list[Any], usage: dict[str, Any], price: str) -> None:
    estimate = estimate_of("google_kms_crypto_key", {"version_template": template}, **usage)
    assert item(estimate, "Key versions").rate.price == Decimal(price)


def test_many_asymmetric_keys_are_cheaper_above_two_thousand() -> None:
    template = [{"protection_level": "HSM", "algorithm": "EC_SIGN_P256_SHA256"}]
    estimate = estimate_of("google_kms_crypto_key", {"version_template": template}, key_versions=3000)
    assert estimate.monthly is not None
    assert estimate.monthly.expected == 2000 * Decimal("2.5") + 1000


def test_secrets_are_paid_in_each_place() -> None:
    replicas = [{"location": place} for place in ("us-east1", "us-west1", "us-central1")]
    secret = {"replication": [{"user_managed": [{"replicas": replicas}]}]}
    estimate = estimate_of("google_secret_manager_secret", secret, active_secret_versions=1000)
    assert item(estimate, "Active versions").quantity.expected == 3000


def test_a_bucket_in_a_multi_region_has_its_rates() -> None:
    eu = item(estimate_of("google_storage_bucket", {"location": "EU"}, storage_gb=100), "Storage")
    iowa = item(estimate_of("google_storage_bucket", {"location": "US-CENTRAL1"}, storage_gb=100), "Storage")
    assert (eu.rate.price, iowa.rate.price) == (Decimal("0.026"), Decimal("0.02"))


def test_objects_that_move_to_colder_classes_widen_what_a_bucket_may_cost() -> None:
    moves = [{"action": [{"type": "SetStorageClass", "storage_class": "ARCHIVE"}], "condition": [{"age": 30}]}]
    bucket = {"location": "us-central1", "lifecycle_rule": moves}
    storage = item(estimate_of("google_storage_bucket", bucket, storage_gb=1000), "Storage")
    assert (storage.monthly.low, storage.monthly.expected) == (Decimal("1.2"), 20)


def test_egress_is_free_within_a_region_and_summed_by_continent() -> None:
    usage = {
        "storage_gb": 1,
        "monthly_egress_data_transfer_gb": {"us_east1": 5, "us_west1": 7, "us_central1": 100, "europe_west1": 1},
    }
    found = quantities(estimate_of("google_artifact_registry_repository", {"location": "us-central1"}, **usage))
    assert {name: amount for name, (amount, _) in found.items() if name.startswith("Egress")} == {
        "Egress within north america": 12,
        "Egress between continents": 1,
    }


def test_prices_of_another_region_are_used_only_where_it_shows() -> None:
    estimate = Run(google("google_redis_instance", {"memory_size_gb": 1}, settings=EUROPE)).estimate()
    assert (estimate.items[0].basis, "us-central1" in estimate.items[0].note) == (Basis.ASSUMED, True)


def test_without_a_region_nothing_has_a_price() -> None:
    run = Run(google(VM, {"machine_type": "e2-medium"}, settings=ProviderSettings()))
    assert run.estimate().monthly is None
