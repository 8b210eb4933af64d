"""What is told by an action group, watched and bound on Azure: receivers, checks, certificates of host names."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from tests.unit.azure_run import Run, azure, estimate_of, quantities

from spendgate.model.cost import EstimateState


def test_each_receiver_gets_every_notification() -> None:
    receivers: dict[str, Any] = {
        "email_receiver": [{"name": "a"}, {"name": "b"}],
        "sms_receiver": [{"country_code": "1"}, {"country_code": "1"}, {"country_code": "34"}],
        "voice_receiver": [{"country_code": "86"}],
        "webhook_receiver": [{"name": "plain"}, {"name": "secure", "aad_auth": [{"object_id": "x"}]}],
        "itsm_receiver": [{}],
        "azure_app_push_receiver": [{}],
    }
    found = quantities(estimate_of("azurerm_monitor_action_group", receivers, monthly_notifications=1000))
    assert {name: quantity for name, (quantity, _) in found.items()} == {
        "Email notifications": 2000,
        "SMS messages (country code 1)": 2000,
        "SMS messages (country code 34)": 1000,
        "Voice calls (country code 86)": 1000,
        "Web hooks": 1000,
        "Secure web hooks": 1000,
        "ITSM connector events": 1000,
        "Push notifications": 1000,
    }


def test_a_group_without_receivers_tells_nobody() -> None:
    assert estimate_of("azurerm_monitor_action_group", {}, monthly_notifications=1000).state is EstimateState.FREE


@pytest.mark.parametrize(
    ("attributes", "months"),
    [({}, None), ({"ssl_state": "SniEnabled"}, None), ({"ssl_state": "IpBasedEnabled"}, 1)],
    ids=["no certificate", "by name", "by address"],
)
def test_a_host_name_costs_where_its_certificate_has_an_address(attributes: Any, months: int | None) -> None:
    found = quantities(estimate_of("azurerm_app_service_custom_hostname_binding", attributes))
    assert [quantity for quantity, _ in found.values()] == ([] if months is None else [months])


@pytest.mark.parametrize(("users", "paid"), [(50_000, 0), (50_100, 100)])
def test_users_above_the_free_fifty_thousand_are_paid(users: int, paid: int) -> None:
    found = quantities(estimate_of("azurerm_federated_identity_credential", {}, monthly_active_p1_users=users))
    assert found["Active users (P1)"] == (paid, "users")


def test_a_credential_costs_nothing_by_itself() -> None:
    assert estimate_of("azurerm_federated_identity_credential").state is EstimateState.FREE


def test_checks_above_the_free_thousand_are_paid() -> None:
    found = estimate_of("azurerm_network_watcher", {}, monthly_diagnostic_checks=10_000)
    assert quantities(found) == {"Network diagnostic checks": (Decimal(9000), "checks")}


@pytest.mark.parametrize(("kind", "price"), [("Basic", "0.41096"), ("Standard", "1.36986")])
def test_an_integration_account_is_priced_by_its_kind(kind: str, price: str) -> None:
    account = azure("azurerm_logic_app_integration_account", {"sku_name": kind}, region="westeurope")
    (line,) = Run(account).estimate().items
    assert (line.quantity.expected, line.rate.price) == (730, Decimal(price))


@pytest.mark.parametrize(
    ("attributes", "usage", "parts"),
    [
        pytest.param({}, {}, {"Defender: Key vaults"}, id="by vault unless told otherwise"),
        pytest.param({"subplan": "PerTransaction"}, {}, {"Defender: Key vaults (by transaction)"}, id="the older plan"),
        pytest.param(
            {}, {"monthly_key_vault_transactions": 5}, {"Defender: Key vaults (by transaction)"}, id="as stated"
        ),
    ],
)
def test_what_is_sold_in_two_ways_is_counted_in_one(attributes: Any, usage: Any, parts: set[str]) -> None:
    plan = {"tier": "Standard", "resource_type": "KeyVaults", **attributes}
    found = estimate_of("azurerm_security_center_subscription_pricing", plan, **usage)
    assert {part.component for part in found.unpriced} == parts
