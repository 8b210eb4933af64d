"""Machines of one's own: which entry of the rates file they are, what they cost running, stopped and by the job, what they emit."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest

from spendgate.costing.carbon import CarbonMeter
from spendgate.costing.estimator import Estimator
from spendgate.costing.usage import UsageFile
from spendgate.facets.observed import as_observed
from spendgate.facets.onprem import ADAPTER
from spendgate.graph import Graph
from spendgate.model.attributes import Attributes
from spendgate.model.carbon import Footprint
from spendgate.model.cost import Estimate, EstimateState
from spendgate.model.resource import Action, Change, Observed, Resource
from spendgate.model.values import Unknown
from spendgate.ports import FacetContext
from spendgate.prices.book import PriceBook
from spendgate.prices.energy import EnergyBook
from spendgate.prices.overlay import RateOverlay
from spendgate.prices.rates_file import load

D = Decimal
RATES = """
machines:
  - {machine_type: dgx, accelerator: H100-80GB, accelerator_count: 8, vcpu: 224, memory_gib: 2048, purchase_price: 280000,
     overhead_percent: 15, life_years: 4, watts_idle: 3000, watts_full: 10200, pue: 1.4, price_per_kwh: 0.12,
     utilisation_percent: 50, grid_gco2e_per_kwh: 350, embodied_kg: 3504, as_of: 2026-06-01}
  - {machine_type: plain, vcpu: 64, memory_gib: 512, purchase_price: 17520, life_years: 4, watts_idle: 100, watts_full: 500,
     pue: 1.5, price_per_kwh: 0.1, as_of: 2026-06-01}
  - {machine_type: rented, vcpu: 32, memory_gib: 128, accelerator: L4, accelerator_count: 2, price_per_hour: 2,
     as_of: 2026-06-01}
  - {machine_type: dear, accelerator: A100-80GB, accelerator_count: 4, price_per_hour: 12, as_of: 2026-06-01}
  - {machine_type: cheap, accelerator: A100-40GB, accelerator_count: 4, price_per_hour: 8, as_of: 2026-06-01}
"""
CAPITAL = D(280000) * D("1.15") / (4 * 8760)
POWER = D("6.6") * D("1.4") * D("0.12")


class _NoEdges:
    def edges(self) -> list[tuple[str, str, str]]:
        return []

    def states(self, address: str, attribute: str) -> bool:
        return False


@pytest.fixture(scope="module")
def rates(tmp_path_factory: pytest.TempPathFactory) -> RateOverlay:
    path = tmp_path_factory.mktemp("rates") / "rates.yaml"
    path.write_text(RATES, encoding="utf-8")
    book = PriceBook.open()
    return RateOverlay(book, book, load(str(path)))


def made(
    rates: RateOverlay | PriceBook,
    values: Mapping[str, Any],
    *beside: str,
    type_: str = "onprem_node",
    stopped: bool = False,
    **usage: Any,
) -> tuple[Estimate, Footprint | None]:
    """Estimate and footprint of one machine or job, beside others of some types."""
    one = Resource(
        f"{type_}.it", type_, "it", "onprem", Attributes(values), observed=Observed(identity="it", stopped=stopped)
    )
    others = [Resource(f"{other}.x", other, "x", "onprem", Attributes({})) for other in beside]
    side = Graph([Change(each.address, Action.CREATE, None, each) for each in (one, *others)], _NoEdges()).after
    context = FacetContext(rates, side, {}, None, {}, {}, {}, {})
    facets = ADAPTER.describe(one, context)
    assert one.observed is not None
    facets = as_observed(facets, one.observed)
    estimate = Estimator(rates, rates, UsageFile({one.address: usage} if usage else {}, {})).estimate(one, facets, side)
    footprint = CarbonMeter(EnergyBook(PriceBook.open().path), rates).footprint("onprem", facets, estimate)
    return estimate, footprint


DGX = {"accelerator": "h100", "accelerators": 8, "vcpu": 64, "memory_gib": 1007}


@pytest.mark.parametrize(
    ("values", "machine"),
    [
        pytest.param({"machine_type": "plain"}, "plain", id="as it is named"),
        pytest.param(DGX, "dgx", id="by model and number of its accelerators"),
        pytest.param({"accelerator": "NVIDIA-L4", "accelerators": 2}, "rented", id="however the model is spelled"),
        pytest.param({"vcpu": 64, "memory_gib": 503}, "plain", id="by vCPUs and the memory that firmware leaves"),
        pytest.param({"accelerator": "a100", "accelerators": 4}, "cheap", id="the first of two that it may be"),
    ],
)
def test_a_machine_is_the_entry_with_its_hardware(rates: RateOverlay, values: dict[str, Any], machine: str) -> None:
    estimate, _ = made(rates, values)
    assert estimate.state is EstimateState.PRICED
    assert all(f"({machine})" in item.name for item in estimate.items)


@pytest.mark.parametrize(
    "values",
    [
        {"accelerator": "h100", "accelerators": 4},
        {"accelerator": "h200", "accelerators": 8},
        {"vcpu": 64, "memory_gib": 256},
        {"vcpu": 7},
        {},
    ],
    ids=["fewer cards", "another model", "less memory", "other vCPUs", "nothing is known of it"],
)
def test_hardware_without_an_entry_has_no_price_and_the_reason_names_the_cure(
    rates: RateOverlay, values: dict[str, Any]
) -> None:
    estimate, _ = made(rates, values)
    assert estimate.monthly is None
    assert [part.reason for part in estimate.unpriced] == [
        "no entry under `machines` of the rates file has this hardware; name it as its machine_type"
    ]


def test_without_a_rates_file_the_reason_asks_for_one() -> None:
    estimate, _ = made(PriceBook.open(), DGX)
    assert estimate.state is EstimateState.UNPRICED
    assert "--rates" in estimate.unpriced[0].reason


def test_two_entries_with_the_same_hardware_widen_the_range(rates: RateOverlay) -> None:
    estimate, _ = made(rates, {"accelerator": "a100", "accelerators": 4})
    assert estimate.monthly is not None
    assert (estimate.monthly.low, estimate.monthly.expected, estimate.monthly.high) == (8 * 730, 8 * 730, 12 * 730)


def test_a_machine_that_was_bought_costs_its_capital_and_its_power_and_not_its_idle_time_twice(
    rates: RateOverlay,
) -> None:
    estimate, _ = made(rates, DGX)
    assert {item.name: item.rate.price for item in estimate.items} == {
        "Purchase and hosting (dgx)": CAPITAL,
        "Power and cooling (dgx)": POWER,
    }
    assert estimate.monthly is not None
    assert estimate.monthly.expected == pytest.approx((CAPITAL + POWER) * 730)
    notes = " ".join(item.rate.note for item in estimate.items)
    assert "280000 with 15% overhead over 4 years" in notes
    assert "3000 to 10200 W at 50% utilisation, PUE 1.4, 0.12 a kWh" in notes


@pytest.mark.parametrize(
    ("values", "stopped", "usage", "monthly"),
    [
        pytest.param(DGX, True, {}, CAPITAL * 730, id="a stopped one still costs what was paid for it"),
        pytest.param(DGX, False, {"monthly_hrs": 100}, CAPITAL * 730 + POWER * 100, id="power for the hours it is on"),
        pytest.param({"machine_type": "rented"}, True, {}, D(0), id="a rented one costs nothing while it is off"),
        pytest.param({"machine_type": "rented", "count": 3}, False, {}, D(2) * 730 * 3, id="each of several"),
    ],
)
def test_what_goes_on_when_a_machine_stops(
    rates: RateOverlay, values: dict[str, Any], stopped: bool, usage: dict[str, Any], monthly: Decimal
) -> None:
    estimate, _ = made(rates, values, stopped=stopped, **usage)
    assert estimate.monthly is not None
    assert estimate.monthly.expected == pytest.approx(monthly)


def test_a_job_costs_its_share_of_a_used_machine(rates: RateOverlay) -> None:
    job = {"accelerator": "h100", "accelerators": 2}
    estimate, _ = made(rates, job, type_="onprem_job", monthly_hrs=40)
    assert estimate.monthly is not None
    assert estimate.monthly.expected == pytest.approx((CAPITAL + POWER) / D("0.5") * 2 / 8 * 40)
    asked, _ = made(rates, job, type_="onprem_job")
    assert asked.state is EstimateState.NEEDS_USAGE


def test_a_job_beside_its_machines_is_not_counted_again(rates: RateOverlay) -> None:
    estimate, _ = made(rates, {"accelerator": "h100", "accelerators": 2}, "onprem_node", type_="onprem_job")
    assert estimate.state is EstimateState.FREE


def test_stated_watts_and_grid_tell_energy_and_emissions(rates: RateOverlay) -> None:
    _, footprint = made(rates, DGX | {"count": 2})
    assert footprint is not None
    kwh = D("6.6") * 730 * D("1.4") * 2
    assert footprint.kwh_month == kwh
    assert footprint.kg_month == kwh * 350 / 1000
    assert footprint.embodied_kg_month == D(3504) / (4 * 8760) * 730 * 2


def test_emissions_without_a_stated_grid_are_not_known_and_energy_is(rates: RateOverlay) -> None:
    _, footprint = made(rates, {"machine_type": "plain"})
    assert footprint is not None
    assert footprint.kwh_month == D("0.5") * 730 * D("1.5")
    assert isinstance(footprint.kg_month, Unknown)
    assert "grid_gco2e_per_kwh" in footprint.kg_month.reason
    assert isinstance(footprint.embodied_kg_month, Unknown)


@pytest.mark.parametrize("values", [DGX, {"machine_type": "rented"}, {"count": -1, **DGX}, {"count": 0, **DGX}])
def test_never_a_silent_nothing(rates: RateOverlay, values: dict[str, Any]) -> None:
    estimate, _ = made(rates, values)
    nothing = estimate.monthly is not None and estimate.monthly.expected == 0
    assert not nothing or values.get("count") == 0 or estimate.unpriced
