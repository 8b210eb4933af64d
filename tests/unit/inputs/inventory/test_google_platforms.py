"""Google's wholes made of parts, what `gcloud ... list` prints, and assets that are no longer as they were."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tests.e2e.test_inventory import report
from tests.unit.inputs.inventory.exports import GCE, asset, read, resources

from spendgate.model.values import Unknown

_ZONE = "https://www.googleapis.com/compute/v1/projects/vision-lab/zones/us-central1-a"
_DATAPROC = {
    "clusterName": "dp",
    "status": {"state": "RUNNING"},
    "labels": {"team": "data"},
    "config": {
        "masterConfig": {"numInstances": 1, "machineTypeUri": f"{_ZONE}/machineTypes/n1-standard-4"},
        "workerConfig": {
            "numInstances": 2, "machineTypeUri": f"{_ZONE}/machineTypes/n1-standard-8",
            "accelerators": [{"acceleratorTypeUri": f"{_ZONE}/acceleratorTypes/nvidia-tesla-t4", "acceleratorCount": 2}],
        },
        "lifecycleConfig": {"idleDeleteTtl": "1800s"},
    },
}  # fmt: skip


def _costs(tmp_path: Path, *assets: Any) -> dict[str, Any]:
    path = tmp_path / "assets.json"
    path.write_text(json.dumps(assets))
    return {change["address"]: change for change in report("cost", str(path))["changes"]}


def test_a_dataproc_cluster_is_counted_once_with_its_machines(tmp_path: Path) -> None:
    cluster = asset("dataproc.googleapis.com/Cluster", "regions/us-central1/clusters/dp", _DATAPROC)
    workers = [
        asset("compute.googleapis.com/Instance", f"zones/us-central1-a/instances/dp-w-{number}",
              {**GCE, "name": f"dp-w-{number}", "zone": _ZONE, "labels": {"goog-dataproc-cluster-name": "dp"}})
        for number in range(2)
    ]  # fmt: skip
    (one,) = _costs(tmp_path, cluster, *workers).values()
    assert one["type"] == "google_dataproc_cluster"
    assert one["facets"]["accel"]["max_total"] == 4
    assert one["facets"]["limits"]["idle_minutes"] == 30
    assert {item["name"].split(" (")[0]: item["monthly_quantity"] for item in one["cost"]["items"] if "Machine" in item["name"]} == {
        "master: Machine": "730", "worker: Machine": "1460",
    }  # fmt: skip


def test_machines_of_a_cluster_that_is_not_in_the_export_are_counted_themselves(tmp_path: Path) -> None:
    data = {**GCE, "zone": _ZONE, "labels": {"goog-dataproc-cluster-name": "dp"}}
    (one,) = resources(
        read(tmp_path, [asset("compute.googleapis.com/Instance", "zones/us-central1-a/instances/a", data)])
    ).values()
    assert one.type == "google_compute_instance"


def test_a_router_is_free_and_its_nat_is_not(tmp_path: Path) -> None:
    data = {"name": "r", "region": "https://x/regions/us-central1", "nats": [{"name": "out"}]}
    found = _costs(tmp_path, asset("compute.googleapis.com/Router", "regions/us-central1/routers/r", data))
    states = {change["type"]: change["cost"]["state_after"] for change in found.values()}
    assert states == {"google_compute_router": "free", "google_compute_router_nat": "needs-usage"}


def test_nodes_of_bigtable_are_those_of_its_clusters_and_their_labels_are_elsewhere(tmp_path: Path) -> None:
    clusters = {
        "name": "projects/p/instances/b/clusters/c",
        "location": "projects/p/locations/us-central1-a",
        "serveNodes": 3,
    }
    found = resources(
        read(tmp_path, [
            asset("bigtableadmin.googleapis.com/Instance", "instances/b", {"name": "projects/p/instances/b", "labels": {"team": "x"}}),
            asset("bigtableadmin.googleapis.com/Cluster", "instances/b/clusters/c", clusters),
        ])
    )  # fmt: skip
    (one,) = found.values()
    blocks = one.attributes.get("cluster")
    assert isinstance(blocks, list)
    assert (blocks[0]["num_nodes"], blocks[0]["zone"]) == (3, "us-central1-a")
    assert isinstance(one.attributes.get("labels"), Unknown)


@pytest.mark.parametrize(("now", "expected"), [(None, 2), (4, 4), (0, 0)])
def test_an_endpoint_costs_the_replicas_that_serve_now_where_they_are_known(
    tmp_path: Path, now: int | None, expected: int
) -> None:
    size = {"machineSpec": {"machineType": "n1-standard-4"}, "minReplicaCount": 2, "maxReplicaCount": 5}
    model: dict[str, Any] = {"id": "1", "dedicatedResources": size}
    if now is not None:
        model["status"] = {"availableReplicaCount": now}
    (one,) = _costs(
        tmp_path,
        asset(
            "aiplatform.googleapis.com/Endpoint",
            "locations/us-central1/endpoints/5",
            {"displayName": "e", "deployedModels": [model]},
        ),
    ).values()
    assert one["facets"]["capacity"]["desired"] == expected


def test_what_gcloud_lists_is_read_like_assets(tmp_path: Path) -> None:
    machine = {"kind": "compute#instance", **GCE, "name": "a", "zone": _ZONE, "selfLink": f"{_ZONE}/instances/a"}
    disk = {
        "kind": "compute#disk",
        "name": "d",
        "zone": _ZONE,
        "sizeGb": "100",
        "type": f"{_ZONE}/diskTypes/pd-ssd",
        "selfLink": f"{_ZONE}/disks/d",
    }
    found = resources(read(tmp_path, [dict(sorted(each.items())) for each in (machine, disk)]))
    assert sorted(found) == [
        "google_compute_disk.vision-lab/us-central1-a/d",
        "google_compute_instance.vision-lab/us-central1-a/a",
    ]


@pytest.mark.parametrize(
    "around",
    [
        pytest.param({"deleted": True, "window": {"startTime": "2026-02-01T00:00:00Z"}}, id="deleted"),
        pytest.param(
            {"window": {"startTime": "2026-01-01T00:00:00Z", "endTime": "2026-02-01T00:00:00Z"}}, id="how it was before"
        ),
    ],
)
def test_an_asset_of_the_past_is_no_resource(tmp_path: Path, around: dict[str, Any]) -> None:
    one = asset("compute.googleapis.com/Instance", "zones/us-central1-a/instances/a", GCE)
    assert read(tmp_path, {"asset": one, **around}).changes == ()
