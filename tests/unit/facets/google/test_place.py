"""Regions and labels of Google resources, buckets, disks and reservations."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from tests.unit.google_run import Run, facets_of, google

from spendgate.model.resource import ProviderSettings
from spendgate.model.values import Unknown

NOWHERE = ProviderSettings()


@pytest.mark.parametrize(
    ("type_", "attributes", "settings", "region"),
    [
        pytest.param("google_compute_instance", {"zone": "europe-west4-b"}, NOWHERE, "europe-west4", id="of a zone"),
        pytest.param(
            "google_compute_instance", {"zone": "projects/p/zones/asia-east1-a"}, NOWHERE, "asia-east1", id="of a path"
        ),
        pytest.param("google_filestore_instance", {"location": "us-west1"}, NOWHERE, "us-west1", id="a location"),
        pytest.param(
            "google_compute_instance", {}, ProviderSettings(zone="us-east4-c"), "us-east4", id="provider's zone"
        ),
        pytest.param(
            "google_compute_address", {}, ProviderSettings(region="us-east1"), "us-east1", id="provider's region"
        ),
        pytest.param("google_storage_bucket", {"location": "EU"}, NOWHERE, "eu", id="a multi-region"),
        pytest.param("google_storage_bucket", {}, NOWHERE, "us", id="a bucket without a location is in the US"),
        pytest.param("google_pubsub_topic", {}, NOWHERE, "global", id="a thing without a place"),
        pytest.param(
            "google_kms_crypto_key",
            {"key_ring": "projects/p/locations/europe-west1/keyRings/r"},
            NOWHERE,
            "europe-west1",
            id="where its ring is",
        ),
    ],
)
def test_regions(type_: str, attributes: dict[str, Any], settings: ProviderSettings, region: str) -> None:
    assert facets_of(type_, attributes, settings=settings).region == region


def test_a_region_that_nobody_names_is_unknown_and_says_what_to_state() -> None:
    region = facets_of("google_compute_instance", {}, settings=NOWHERE).region
    assert isinstance(region, Unknown)
    assert "regions.google" in region.reason


def test_the_region_of_last_resort() -> None:
    run = Run(google("google_compute_instance", {}, settings=NOWHERE), regions={"google": "us-west2"})
    assert run.facets().region == "us-west2"


def test_a_zone_that_points_at_something_unknown_is_not_guessed() -> None:
    run = Run(
        google("google_compute_instance", {}, unknown={"zone": True}),
        google("random_shuffle"),
        refs=[("google_compute_instance.it", "zone", "random_shuffle.it")],
    )
    assert isinstance(run.facets().region, Unknown)


def test_a_table_is_where_its_dataset_is() -> None:
    run = Run(
        google("google_bigquery_table", {}, settings=NOWHERE),
        google("google_bigquery_dataset", {"location": "europe-north1"}),
        refs=[("google_bigquery_table.it", "dataset_id", "google_bigquery_dataset.it")],
    )
    assert run.facets().region == "europe-north1"


DEFAULTS = ProviderSettings(region="us-central1", default_tags={"team": "core", "cost_center": "cc-1"})


@pytest.mark.parametrize(
    ("attributes", "tags", "source"),
    [
        pytest.param(
            {"effective_labels": {"team": "ml", "cost_center": "cc-1"}, "labels": {"team": "ml"}},
            {"team": "ml", "cost-center": "cc-1"},
            {"team": "resource", "cost-center": "provider_default"},
            id="effective labels hold the provider's",
        ),
        pytest.param(
            {"terraform_labels": {"team": "core", "goog-made": "yes"}},
            {"team": "core", "goog-made": "yes"},
            {"team": "provider_default", "goog-made": "effective"},
            id="terraform labels do too",
        ),
        pytest.param(
            {"labels": {"env": "dev"}},
            {"team": "core", "cost-center": "cc-1", "environment": "dev"},
            {"team": "provider_default", "cost-center": "provider_default", "environment": "resource"},
            id="plain labels are laid over the provider's",
        ),
        pytest.param(
            {},
            {"team": "core", "cost-center": "cc-1"},
            {"team": "provider_default", "cost-center": "provider_default"},
            id="no labels of its own",
        ),
    ],
)
def test_labels(attributes: dict[str, Any], tags: dict[str, str], source: dict[str, str]) -> None:
    facets = facets_of("google_compute_instance", attributes, settings=DEFAULTS)
    assert (facets.tags, facets.tags_source, facets.taggable) == (tags, source, True)


def test_network_tags_of_a_vm_are_no_labels() -> None:
    assert facets_of("google_compute_instance", {"tags": ["http-server"]}).tags == {}


def test_labels_known_only_after_apply_are_unknown() -> None:
    assert isinstance(facets_of("google_compute_instance", {}, unknown={"labels": True}).tags, Unknown)


def test_one_label_known_only_after_apply_is_there_and_unknown() -> None:
    tags = facets_of("google_compute_instance", {"labels": {"a": "b"}}, unknown={"labels": {"owner": True}}).tags
    assert isinstance(tags, dict)
    assert tags["a"] == "b"
    assert isinstance(tags["owner"], Unknown)


def test_a_secret_label_reaches_no_report() -> None:
    tags = facets_of("google_compute_instance", {"labels": {"owner": "x"}}, sensitive={"labels": {"owner": True}}).tags
    assert isinstance(tags, dict)
    assert isinstance(tags["owner"], Unknown)


def test_labels_of_a_database_stand_in_its_settings() -> None:
    facets = facets_of("google_sql_database_instance", {"settings": [{"user_labels": {"team": "data"}}]})
    assert facets.tags == {"team": "data"}


def rule(kind: str, **condition: Any) -> dict[str, Any]:
    return {"action": [{"type": kind, "storage_class": "NEARLINE"}], "condition": [condition]}


@pytest.mark.parametrize(
    ("attributes", "expected"),
    [
        pytest.param({}, (False, None, None, False, None, None, False), id="nothing"),
        pytest.param(
            {"lifecycle_rule": [rule("Delete", age=365), rule("Delete", age=90), rule("SetStorageClass", age=30)]},
            (True, 90, 30, False, None, None, False),
            id="the earliest rule of each kind",
        ),
        pytest.param(
            {
                "lifecycle_rule": [
                    rule("Delete", days_since_noncurrent_time=7),
                    rule("AbortIncompleteMultipartUpload", age=2),
                ],
                "versioning": [{"enabled": True}],
            },
            (True, None, None, False, 7, 2, True),
            id="old versions and broken uploads",
        ),
        pytest.param({"autoclass": [{"enabled": True}]}, (True, None, None, True, None, None, False), id="autoclass"),
    ],
)
def test_lifecycle(attributes: dict[str, Any], expected: tuple[Any, ...]) -> None:
    found = facets_of("google_storage_bucket", attributes).lifecycle
    assert found is not None
    assert expected == (
        found.enabled,
        found.expire_days,
        found.tier_days,
        found.auto_tier,
        found.noncurrent_days,
        found.abort_multipart_days,
        found.versioning,
    )


def test_an_unknown_lifecycle_is_unknown() -> None:
    found = facets_of("google_storage_bucket", {}, unknown={"lifecycle_rule": True}).lifecycle
    assert found is not None
    assert isinstance(found.enabled, Unknown)
    assert isinstance(found.expire_days, Unknown)


DISK = "google_compute_disk"


def test_a_disk_is_as_large_as_what_it_is_made_from() -> None:
    run = Run(
        google(DISK, {"type": "pd-ssd"}),
        google("google_compute_snapshot", {}),
        google(DISK, {"size": 70}, name="first"),
        refs=[
            (f"{DISK}.it", "snapshot", "google_compute_snapshot.it"),
            ("google_compute_snapshot.it", "source_disk", f"{DISK}.first"),
        ],
    )
    disks = run.facets().disks
    assert isinstance(disks, tuple)
    assert disks[0].size_gib == 70


def test_a_disk_from_an_image_of_unknown_size_is_of_unknown_size() -> None:
    disks = facets_of(DISK, {"image": "my-project/my-image"}).disks
    assert isinstance(disks, tuple)
    assert isinstance(disks[0].size_gib, Unknown)


def test_a_reservation_is_reserved_machines() -> None:
    machines = [{"machine_type": "a3-highgpu-8g", "local_ssds": [{"disk_size_gb": 375}] * 2}]
    facets = facets_of(
        "google_compute_reservation", {"specific_reservation": [{"count": 2, "instance_properties": machines}]}
    )
    assert (facets.capacity.desired, facets.accel.max_total, facets.purchase.model) == (2, 16, "reserved")


def test_a_commitment_names_its_term_and_its_gpus() -> None:
    facets = facets_of(
        "google_compute_region_commitment",
        {
            "plan": "THIRTY_SIX_MONTH",
            "resources": [{"type": "ACCELERATOR", "accelerator_type": "nvidia-l4", "amount": "4"}],
        },
    )
    assert (facets.purchase.model, facets.purchase.commitment) == ("committed", "3 years")
    assert (facets.accel.models, facets.accel.count) == (("L4",), Decimal(4))


def test_a_type_without_a_describer_gets_region_labels_and_environment() -> None:
    facets = facets_of("google_composer_environment_x", {"name": "etl-prod", "labels": {"owner": "data"}})
    assert (facets.kind, facets.region, facets.env, facets.tags) == ("other", "us-central1", "prod", {"owner": "data"})
