"""What the provider computes is unknown in every plan: it must not be taken for something that somebody left open.

The marks are those of plans of the provider `google`: whatever is optional and computed is marked where it is not stated.
"""

from __future__ import annotations

from typing import Any

import pytest
from tests.unit.google_run import Run, google

from spendgate.model.facets import Capacity
from spendgate.model.values import Unknown

VM = "google_compute_instance"
VM_MARKS = {
    "boot_disk": [
        {"device_name": True, "initialize_params": [{"labels": True, "size": True, "type": True}], "source": True}
    ],
    "confidential_instance_config": True,
    "cpu_platform": True,
    "current_status": True,
    "effective_labels": True,
    "guest_accelerator": True,
    "id": True,
    "network_interface": [{"access_config": [{"nat_ip": True, "network_tier": True}], "network_ip": True}],
    "project": True,
    "scheduling": True,
    "self_link": True,
    "terraform_labels": True,
    "zone": True,
}
ACCOUNT = "google_service_account.nodes"


def test_a_plain_vm_is_known_to_its_last_disk() -> None:
    attributes = {
        "machine_type": "e2-medium",
        "boot_disk": [{"initialize_params": [{"image": "debian-cloud/debian-12"}]}],
        "network_interface": [{"access_config": [{}]}],
    }
    run = Run(google(VM, attributes, unknown=VM_MARKS))
    facets, estimate = run.facets(), run.estimate()
    assert (facets.accel.count, facets.accel.max_total, facets.region) == (0, 0, "us-central1")
    assert (facets.capacity, facets.purchase.model, facets.tags) == (Capacity(1, 1, 1), "on-demand", {})
    assert estimate.is_complete
    assert [item.name for item in estimate.items] == [
        "Machine (on-demand, e2-medium)",
        "External address (in use)",
        "boot disk (pd-standard)",
    ]


def test_attached_accelerators_that_an_expression_leaves_open_are_unknown() -> None:
    vm = google(VM, {"machine_type": "n1-standard-4"}, unknown={"guest_accelerator": True})
    run = Run(vm, refs=[(vm.address, "guest_accelerator", "random_shuffle.gpu")])
    assert isinstance(run.facets().accel.count, Unknown)


NODE_MARKS = {
    "boot_disk": True,
    "disk_size_gb": True,
    "disk_type": True,
    "guest_accelerator": True,
    "image_type": True,
    "local_ssd_count": True,
    "kubelet_config": True,
    "labels": True,
    "metadata": True,
}


def test_a_node_pool_with_a_service_account_of_the_run_is_known() -> None:
    pool = google(
        "google_container_node_pool",
        {"location": "us-central1-a", "node_count": 2, "node_config": [{"machine_type": "n1-standard-4"}]},
        unknown={
            "initial_node_count": True,
            "max_pods_per_node": True,
            "node_config": [NODE_MARKS],
            "node_locations": True,
            "network_config": True,
        },
    )
    run = Run(pool, refs=[(pool.address, "node_config", ACCOUNT)])
    facets, estimate = run.facets(), run.estimate()
    assert (facets.capacity, facets.accel.count, facets.tags) == (Capacity(2, 2, 2), 0, {})
    assert estimate.is_complete
    assert [item.name for item in estimate.items] == ["Machine (on-demand, n1-standard-4)", "boot disk (pd-standard)"]


def test_a_cluster_without_nodes_of_its_own_is_known() -> None:
    cluster = google(
        "google_container_cluster",
        {"location": "us-central1", "initial_node_count": 1, "remove_default_node_pool": True},
        unknown={"node_config": True, "node_locations": True, "node_pool": True, "cluster_autoscaling": True},
    )
    run = Run(cluster)
    assert (run.facets().accel.count, run.facets().pools) == (0, ())
    assert run.estimate().is_complete


def test_a_database_in_a_network_of_the_run_is_known() -> None:
    database = google(
        "google_sql_database_instance",
        {"database_version": "POSTGRES_15", "settings": [{"tier": "db-custom-2-7680", "ip_configuration": [{}]}]},
        unknown={
            "settings": [{"disk_size": True, "edition": True, "user_labels": True, "version": True}],
            "region": True,
        },
    )
    run = Run(database, refs=[(database.address, "settings", "google_compute_network.net")])
    assert run.estimate().is_complete
    assert "Storage (ssd, zonal)" in [item.name for item in run.estimate().items]


@pytest.mark.parametrize(
    "marks",
    [{"resources": True}, {"resources": [{"limits": True}]}],
    ids=["no resources stated", "no limits stated"],
)
def test_a_cloud_run_service_with_references_has_the_default_shape(marks: dict[str, Any]) -> None:
    stated = [{}] if isinstance(marks["resources"], list) else None
    service = google(
        "google_cloud_run_v2_service",
        {"template": [{"containers": [{"image": "x", "resources": stated}]}]},
        unknown={"template": [{"containers": [marks], "scaling": True}]},
    )
    run = Run(service, refs=[(service.address, "template", ACCOUNT)])
    used = run.estimate(monthly_requests=1000, average_request_duration_ms=1000)
    assert (run.facets().accel.count, used.is_complete) == (0, True)
    assert [item.quantity.expected for item in used.items] == [1000, 500, 1000]


def test_a_notebook_in_a_network_of_the_run_is_known() -> None:
    setup = {"machine_type": "n1-standard-4", "network_interfaces": [{}]}
    marks = {"gce_setup": [{"accelerator_configs": True, "boot_disk": True, "data_disks": True, "metadata": {}}]}
    notebook = google("google_workbench_instance", {"location": "us-west1-a", "gce_setup": [setup]}, unknown=marks)
    run = Run(notebook, refs=[(notebook.address, "gce_setup", "google_compute_network.net")])
    assert run.facets().accel.count == 0
    assert run.estimate().is_complete


@pytest.mark.parametrize(
    ("attributes", "unknown"),
    [
        ({"accelerator_type": "v6e-8"}, {"accelerator_config": True, "scheduling_config": True}),
        ({"accelerator_config": [{"type": "V6E", "topology": "2x4"}]}, {"accelerator_type": True}),
    ],
    ids=["by type", "by configuration"],
)
def test_a_tpu_slice_is_known_however_it_is_stated(attributes: dict[str, Any], unknown: dict[str, Any]) -> None:
    accel = Run(google("google_tpu_v2_vm", attributes, unknown=unknown)).facets().accel
    assert (accel.count, accel.models) == (8, ("TPU-v6e",))


@pytest.mark.parametrize("stated", [False, True], ids=["computed", "left open by an expression"])
def test_versioning_of_a_bucket_is_off_unless_an_expression_leaves_it_open(stated: bool) -> None:
    bucket = google("google_storage_bucket", {"name": "models"}, unknown={"versioning": True})
    refs = [(bucket.address, "versioning", "random_shuffle.keep")] if stated else []
    lifecycle = Run(bucket, refs=refs).facets().lifecycle
    assert lifecycle is not None
    assert isinstance(lifecycle.versioning, Unknown) if stated else lifecycle.versioning is False
