"""Use that is stated is in the estimate: as a line, or as a part that has no price."""

from __future__ import annotations

from decimal import Decimal

import pytest
from tests.unit.aws_run import estimate_of
from tests.unit.azure_run import Run, azure

from spendgate.model.cost import Estimate


def _parts(estimate: Estimate) -> set[str]:
    return {line.name for line in estimate.items} | {part.component for part in estimate.unpriced}


def test_text_messages_cost_what_people_state() -> None:
    estimate = estimate_of(
        "aws_sns_topic", {}, monthly_requests=2000, sms_subscriptions=3, sms_notification_price=0.008
    )
    (line,) = (each for each in estimate.items if each.name == "Text messages")
    assert (line.quantity.expected, line.unit, line.monthly.expected) == (Decimal(6000), "messages", Decimal(48))
    assert line.rate.source == "usage file"


def test_text_messages_without_a_price_have_none() -> None:
    estimate = estimate_of("aws_sns_topic", {}, monthly_requests=2000, sms_subscriptions=3)
    assert "Text messages" in _parts(estimate)


def test_backups_of_an_application_count_where_they_are_stated() -> None:
    estimate = estimate_of("aws_kinesis_analytics_application", {}, durable_application_backup_gb=100)
    assert _parts(estimate) >= {"Application backups"}


def test_traffic_of_a_front_door_is_that_of_each_zone() -> None:
    door = azure("azurerm_frontdoor", {"frontend_endpoint": [{"name": "a"}], "routing_rule": [{"enabled": True}]})
    out = {"north_america_europe_africa": 20_000, "india": 500}
    estimate = Run(door).estimate(monthly_outbound_data_transfer_gb=out)
    near = [
        line.quantity.expected for line in estimate.items if line.name.startswith("Outbound data transfer (zone 1)")
    ]
    assert sum(near) == 20_000
    assert "Outbound data transfer (zone 5)" in _parts(estimate)


@pytest.mark.parametrize(
    ("kind", "tier", "names"),
    [
        pytest.param("StorageV2", "Hot", set(), id="hot: neither retrieval nor early deletion"),
        pytest.param("StorageV2", "Cool", {"Data retrieval", "Early deletion"}, id="cool"),
        pytest.param("StorageV2", "Cold", {"Data retrieval", "Early deletion"}, id="cold is not hot"),
        pytest.param("BlobStorage", "Cool", {"Data retrieval", "Early deletion", "Data written"}, id="blobs alone"),
    ],
)
def test_cool_tiers_pay_for_reading_and_deleting(kind: str, tier: str, names: set[str]) -> None:
    account = azure(
        "azurerm_storage_account",
        {"account_tier": "Standard", "account_replication_type": "LRS", "account_kind": kind, "access_tier": tier},
    )
    use = {"storage_gb": 10, "monthly_data_retrieval_gb": 1, "early_deletion_gb": 1, "monthly_data_write_gb": 1}
    estimate = Run(account).estimate(**use)
    parts = _parts(estimate)
    assert parts & {"Data retrieval", "Early deletion", "Data written"} == names
