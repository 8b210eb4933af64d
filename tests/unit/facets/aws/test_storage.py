"""AWS storage, databases, containers and the place and tags of anything."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from tests.unit.aws_run import Run, aws, facets_of, pointed_at, pointing

from spendgate.model.facets import Capacity, Disk, Lifecycle
from spendgate.model.resource import ProviderSettings, Resource
from spendgate.model.values import AFTER_APPLY, Unknown


def lifecycle(
    *configurations: tuple[str, dict[str, Any]], bucket: dict[str, Any] | None = None, unknown: Any = False
) -> Lifecycle:
    resource = aws("aws_s3_bucket", {"bucket": "ckpt", **(bucket or {})}, unknown=unknown)
    others = [
        ("bucket", aws(type_, attributes, name=f"c{number}"))
        for number, (type_, attributes) in enumerate(configurations)
    ]
    found = pointed_at(resource, *others).facets().lifecycle
    assert found is not None
    return found


RULES = "aws_s3_bucket_lifecycle_configuration"


def rules(*blocks: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    return RULES, {"rule": [{"status": "Enabled", **block} for block in blocks]}


@pytest.mark.parametrize(
    ("configuration", "expected"),
    [
        pytest.param(rules({"expiration": [{"days": 90}]}), Lifecycle(True, Decimal(90), checkpoint_days=Decimal(90)), id="expires"),
        pytest.param(
            rules({"expiration": [{"days": 90}]}, {"expiration": [{"days": 30}]}), Lifecycle(True, Decimal(30), checkpoint_days=Decimal(30)), id="the shortest rule"
        ),
        pytest.param(
            rules({"transition": [{"days": 60, "storage_class": "GLACIER"}, {"days": 30, "storage_class": "STANDARD_IA"}]}),
            Lifecycle(True, None, Decimal(30)),
            id="the first transition in time",
        ),
        pytest.param(
            rules({"transition": [{"days": 0, "storage_class": "INTELLIGENT_TIERING"}]}),
            Lifecycle(True, None, Decimal(0), True),
            id="tiers by itself from the first day",
        ),
        pytest.param(
            rules({"noncurrent_version_expiration": [{"noncurrent_days": 7}]}),
            Lifecycle(True, noncurrent_days=Decimal(7)),
            id="old versions",
        ),
        pytest.param(
            rules({"abort_incomplete_multipart_upload": [{"days_after_initiation": 3}]}),
            Lifecycle(True, abort_multipart_days=Decimal(3)),
            id="aborted uploads",
        ),
        pytest.param(
            rules({"expiration": [{"days": 0, "expired_object_delete_marker": True}]}), Lifecycle(True), id="delete markers only"
        ),
        pytest.param((RULES, {"rule": [{"status": "Disabled", "expiration": [{"days": 1}]}]}), Lifecycle(), id="disabled"),
        pytest.param(("aws_s3_bucket_intelligent_tiering_configuration", {}), Lifecycle(auto_tier=True), id="tiering"),
        pytest.param(
            ("aws_s3_bucket_versioning", {"versioning_configuration": [{"status": "Enabled"}]}),
            Lifecycle(versioning=True),
            id="versions",
        ),
    ],
)  # fmt: skip
def test_lifecycle_is_joined_from_what_points_at_the_bucket(configuration: Any, expected: Lifecycle) -> None:
    assert lifecycle(configuration) == expected


def test_the_old_inline_form_is_understood_too() -> None:
    inline = {
        "lifecycle_rule": [
            {"enabled": True, "expiration": [{"days": 30}]},
            {"enabled": False, "expiration": [{"days": 1}]},
        ]
    }
    assert lifecycle(bucket=inline) == Lifecycle(True, Decimal(30), checkpoint_days=Decimal(30))


def test_an_inline_form_that_the_provider_computes_states_nothing() -> None:
    assert lifecycle(unknown={"lifecycle_rule": True, "versioning": True}) == Lifecycle()


def test_rules_known_only_after_apply_make_the_lifecycle_unknown() -> None:
    bucket = aws("aws_s3_bucket", {"bucket": "b"})
    unknown_rules = aws(RULES, {}, unknown={"rule": True})
    found = pointed_at(bucket, ("bucket", unknown_rules)).facets().lifecycle
    assert found is not None
    assert found.enabled == found.expire_days == AFTER_APPLY


def test_a_rule_of_unknown_status_may_be_enabled() -> None:
    bucket = aws("aws_s3_bucket", {"bucket": "b"})
    rule = aws(RULES, {"rule": [{"expiration": [{"days": 1}]}]}, unknown={"rule": [{"status": True}]})
    found = pointed_at(bucket, ("bucket", rule)).facets().lifecycle
    assert found is not None
    assert isinstance(found.enabled, Unknown)


@pytest.mark.parametrize(
    ("attributes", "unknown", "name"),
    [
        ({"bucket": "ckpt"}, {}, "ckpt"),
        ({"bucket_prefix": "ckpt-"}, {"bucket": True}, "ckpt-"),
        ({}, {"bucket": True}, AFTER_APPLY),
    ],
)
def test_name_of_a_bucket(attributes: dict[str, Any], unknown: Any, name: object) -> None:
    assert facets_of("aws_s3_bucket", attributes, unknown).name == name


def test_a_volume_that_states_no_type_is_what_ebs_makes() -> None:
    facets = facets_of("aws_ebs_volume", {"size": 100}, {"type": True, "iops": True, "throughput": True})
    assert facets.kind == "storage.block"
    assert facets.disks == (Disk("volume", "gp2", Decimal(100), AFTER_APPLY, AFTER_APPLY),)


@pytest.mark.parametrize(
    ("attributes", "settings", "region"),
    [
        pytest.param({"region": "eu-west-1"}, "us-east-1", "eu-west-1", id="its own"),
        pytest.param({"arn": "arn:aws:ec2:eu-west-2:1:instance/i"}, "us-east-1", "eu-west-2", id="of its ARN"),
        pytest.param({"availability_zone": "eu-west-3b"}, "us-east-1", "eu-west-3", id="of its zone"),
        pytest.param({}, "us-gov-west-1", "us-gov-west-1", id="of the provider block"),
    ],
)
def test_region(attributes: dict[str, Any], settings: str, region: str) -> None:
    assert Run(aws("aws_sqs_queue", attributes, settings=ProviderSettings(region=settings))).facets().region == region


@pytest.mark.parametrize(
    "settings", [ProviderSettings(), ProviderSettings(region="virginia"), ProviderSettings(region=AFTER_APPLY)]
)
def test_a_region_that_nobody_names_is_unknown(settings: ProviderSettings) -> None:
    assert isinstance(Run(aws("aws_sqs_queue", {}, settings=settings)).facets().region, Unknown)


def test_default_tags_of_the_provider_reach_a_resource_and_say_so() -> None:
    facets = facets_of("aws_sqs_queue", {"tags": {"Team": "ml"}, "tags_all": {"Team": "ml", "CostCenter": "7"}})
    assert facets.tags == {"team": "ml", "cost-center": "7"}
    assert facets.tags_source == {"team": "resource", "cost-center": "provider_default"}


def test_default_tags_are_merged_where_all_tags_are_known_only_after_apply() -> None:
    settings = ProviderSettings(region="us-east-1", default_tags={"CostCenter": "7"})
    queue = aws("aws_sqs_queue", {"tags": {"Team": "ml"}}, unknown={"tags_all": True}, settings=settings)
    assert Run(queue).facets().tags == {"team": "ml", "cost-center": "7"}


@pytest.mark.parametrize(("type_", "taggable"), [("aws_sqs_queue", True), ("aws_iam_role_policy", False)])
def test_types_without_tags_are_not_taggable(type_: str, taggable: bool) -> None:
    attributes = {"tags": None, "tags_all": None} if taggable else {"name": "x"}
    assert facets_of(type_, attributes).taggable is taggable


def service(attributes: dict[str, Any], *targets: Resource) -> Capacity:
    resource = aws("aws_ecs_service", attributes)
    return pointed_at(resource, *(("resource_id", target) for target in targets)).facets().capacity


@pytest.mark.parametrize(
    ("attributes", "target", "capacity"),
    [
        ({"desired_count": 3}, None, Capacity(3, 3, 3)),
        ({}, None, Capacity(0, 0, 0)),
        ({"desired_count": 1}, {"min_capacity": 2, "max_capacity": 9}, Capacity(2, 2, 9)),
        ({"desired_count": 4}, {"min_capacity": 2, "max_capacity": 9}, Capacity(2, 4, 9)),
    ],
)
def test_tasks_of_a_service(attributes: dict[str, Any], target: dict[str, Any] | None, capacity: Capacity) -> None:
    targets = [aws("aws_appautoscaling_target", target)] if target else []
    assert service(attributes, *targets) == capacity


@pytest.mark.parametrize(
    ("weights", "share"),
    [
        ({"FARGATE": 1}, 0),
        ({"FARGATE_SPOT": 1}, 1),
        ({"FARGATE": 1, "FARGATE_SPOT": 3}, Decimal("0.75")),
    ],
)
def test_spot_share_of_a_service(weights: dict[str, int], share: object) -> None:
    strategy = [{"capacity_provider": name, "weight": weight} for name, weight in weights.items()]
    assert facets_of("aws_ecs_service", {"capacity_provider_strategy": strategy}).purchase.spot_share == share


def test_a_template_costs_nothing_and_shows_its_accelerators() -> None:
    facets = facets_of("aws_launch_template", {"instance_type": "p5.48xlarge"})
    assert (facets.kind, facets.capacity, facets.accel.models) == ("compute.template", Capacity(0, 0, 0), ("H100",))


def test_a_reservation_is_machines_that_are_paid_whether_they_run_or_not() -> None:
    facets = pointing(
        aws("aws_ec2_capacity_reservation", {"instance_type": "p5.48xlarge", "instance_count": 2})
    ).facets()
    assert (facets.capacity, facets.accel.max_total, facets.purchase.model) == (Capacity(2, 2, 2), 16, "reserved")
