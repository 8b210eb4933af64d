"""What Cosmos DB costs: throughput by region and mode, zones, writes in every region, backups."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from tests.unit.azure_run import Run, azure

from spendgate.model.cost import Estimate, LineItem, Missing

WEST, CENTRAL = {"location": "West US"}, {"location": "Central US"}
FIXED = {"throughput": 400}
AUTOSCALED = {"autoscale_settings": [{"max_throughput": 1000}]}


def container(own: dict[str, Any], account: dict[str, Any], **usage: Any) -> Estimate:
    it = azure("azurerm_cosmosdb_sql_container", own, region=None)
    of = azure("azurerm_cosmosdb_account", account, region="West US")
    return Run(it, of, refs=[(it.address, "account_name", of.address)]).estimate(**usage)


def throughput(found: Estimate) -> list[LineItem]:
    return [line for line in found.items if line.name.startswith("Provisioned throughput")]


@pytest.mark.parametrize(
    ("percent", "units"), [(None, (Decimal("1.5"), Decimal("1.5"), 15)), (50, (Decimal("7.5"),) * 3)]
)
def test_autoscaled_throughput(percent: int | None, units: tuple[Any, ...]) -> None:
    usage = {"max_request_units_utilization_percentage": percent} if percent else {}
    (line,) = throughput(container(AUTOSCALED, {"geo_location": [WEST]}, **usage))
    assert (line.quantity.low, line.quantity.expected, line.quantity.high) == units


@pytest.mark.parametrize(
    ("own", "account", "units", "times"),
    [
        pytest.param(FIXED, {"geo_location": [WEST, CENTRAL]}, [4, 4], 1, id="in each region of the account"),
        pytest.param(
            FIXED,
            {"geo_location": [WEST, {**CENTRAL, "zone_redundant": True}]},
            [4, 5],
            1,
            id="a quarter more in zones",
        ),
        pytest.param(
            FIXED,
            {"geo_location": [WEST, CENTRAL], "enable_multiple_write_locations": True},
            [4, 4],
            2,
            id="twice the price where every region takes writes",
        ),
        pytest.param(
            FIXED,
            {"geo_location": [WEST], "multiple_write_locations_enabled": True},
            [4],
            1,
            id="writes in every region of one",
        ),
        pytest.param(
            FIXED,
            {"geo_location": [WEST, {**CENTRAL, "zone_redundant": True}], "multiple_write_locations_enabled": True},
            [4, 4],
            2,
            id="zones are free with writes everywhere",
        ),
        pytest.param(
            AUTOSCALED,
            {"geo_location": [WEST, CENTRAL], "multiple_write_locations_enabled": True},
            [1, 1],
            2,
            id="autoscaled throughput costs as much as fixed with writes everywhere",
        ),
    ],
)
def test_throughput_by_region(own: dict[str, Any], account: dict[str, Any], units: list[int], times: int) -> None:
    lines = throughput(container(own, account))
    assert [line.quantity.expected for line in lines] == units
    assert {line.rate.price for line in lines} == {Decimal("5.84") * times}


def test_writes_that_are_not_known_leave_throughput_without_a_price() -> None:
    it = azure("azurerm_cosmosdb_sql_container", FIXED, region=None)
    account = azure(
        "azurerm_cosmosdb_account",
        {"geo_location": [WEST, CENTRAL]},
        region="West US",
        unknown={"multiple_write_locations_enabled": True},
    )
    found = Run(it, account, refs=[(it.address, "account_name", account.address)]).estimate()
    assert not throughput(found)
    assert {part.missing for part in found.unpriced if "throughput" in part.component} == {Missing.UNPRICED}


@pytest.mark.parametrize(
    ("backup", "gigabytes"),
    [
        pytest.param([], {}, id="unless told otherwise"),
        pytest.param([{"type": "Periodic", "interval_in_minutes": 240, "retention_in_hours": 8}], {}, id="two copies"),
        pytest.param(
            [{"type": "Periodic", "interval_in_minutes": 60, "retention_in_hours": 10}],
            {"Periodic backup (westus)": 800},
            id="eight copies above the free two",
        ),
        pytest.param([{"type": "Continuous"}], {"Continuous backup (westus)": 100}, id="continuous"),
    ],
)
def test_backups(backup: list[Any], gigabytes: dict[str, int]) -> None:
    found = container(FIXED, {"geo_location": [WEST], "backup": backup}, storage_gb=100)
    assert {line.name: line.quantity.expected for line in found.items if "backup" in line.name} == gigabytes


def test_a_cassandra_table_is_where_the_account_of_its_keyspace_is() -> None:
    table = azure("azurerm_cosmosdb_cassandra_table", FIXED, region=None)
    keyspace = azure("azurerm_cosmosdb_cassandra_keyspace", {}, region=None)
    account = azure("azurerm_cosmosdb_account", {"geo_location": [WEST, CENTRAL]}, region="West US")
    refs = [
        (table.address, "cassandra_keyspace_id", keyspace.address),
        (keyspace.address, "account_name", account.address),
    ]
    assert [line.quantity.expected for line in throughput(Run(table, keyspace, account, refs=refs).estimate())] == [
        4,
        4,
    ]
