"""A rates file over a price list: which price applies, what the line says of it, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from tests.unit.costing.shared.pricing import Prices, rate

from spendgate.errors import SettingsError
from spendgate.model.cost import Rate, RateQuery, RateTier
from spendgate.model.frozen import replace
from spendgate.ports import MachineSpec, OwnPower
from spendgate.prices.overlay import RateOverlay, family_of
from spendgate.prices.own_machines import Ownership
from spendgate.prices.rates_file import load

D = Decimal
TODAY = date(2026, 11, 24)
LIST = Prices(
    {"p5.48xlarge": rate("55.04"), "m5.large": rate("0.10", low="0.03", high="0.10"), "g5.xlarge": rate("1")},
    {"requests": (RateTier(D(0), rate("0.4")), RateTier(D(100), rate("0.2")))},
)
Make = Callable[[str], RateOverlay]


class NoCatalog:
    """A catalogue that knows the memory of one accelerator and no machine."""

    def machine(self, provider: str, machine_type: str) -> MachineSpec | None:
        return None

    def machine_types(self, provider: str) -> list[str]:
        return ["m5.large"]

    def accelerator_memory_gib(self, variant: str) -> Decimal | None:
        return D(80) if variant == "H100-80GB" else None


@pytest.fixture
def overlay(tmp_path: Path) -> Make:
    """Makes the overlay of a file."""

    def make(text: str) -> RateOverlay:
        path = tmp_path / "rates.yaml"
        path.write_text(text, encoding="utf-8")
        return RateOverlay(LIST, NoCatalog(), load(str(path)), TODAY)

    return make


def machine(item: str, *, provider: str = "aws", region: str = "us-east-1", purchase: str = "on-demand") -> RateQuery:
    return RateQuery(provider, region, "machine", item, purchase)


def test_a_server_of_ones_own_costs_what_the_worked_example_says() -> None:
    owned = {
        share: Ownership(D(280_000), D(4), D(3000), D(10200), D("1.4"), D("0.12"), D("0.15"), utilisation=D(share))
        for share in ("1", "0.5", "0.3")
    }
    hours = {share: round(each.machine_hour() / 8, 2) for share, each in owned.items()}
    assert hours == {"1": D("1.36"), "0.5": D("2.57"), "0.3": D("4.19")}


DISCOUNTS = """
discounts:
  - {provider: aws, percent: 5, name: whole}
  - {provider: aws, service: machine, family: p5, percent: 20, name: GPUs}
  - {provider: aws, item: m5.large, percent: 50, starts: 2027-01-01}
"""


@pytest.mark.parametrize(
    ("item", "price", "said"),
    [
        ("p5.48xlarge", "44.032", "20% off the list price of 55.04 (GPUs, rates.yaml:4)"),
        ("g5.xlarge", "0.95", "5% off the list price of 1 (whole, rates.yaml:3)"),
        ("m5.large", "0.095", "5% off the list price of 0.10 (whole, rates.yaml:3)"),
    ],
    ids=["the narrowest applies", "all of a provider", "one that has not begun does not"],
)
def test_a_discount_applies_once_and_says_from_which_line(overlay: Make, item: str, price: str, said: str) -> None:
    found = overlay(DISCOUNTS).rate(machine(item))
    assert isinstance(found, Rate)
    assert (found.price, found.note) == (D(price), said)
    assert found.list_price == LIST.rate(machine(item)).price  # type: ignore[union-attr]


def test_a_discount_narrows_the_band_and_every_step_alike(overlay: Make) -> None:
    made = overlay(DISCOUNTS)
    spot = made.rate(machine("m5.large", purchase="spot"))
    assert isinstance(spot, Rate)
    assert (spot.low, spot.high) == (D("0.0285"), D("0.095"))
    steps = made.tiers(RateQuery("aws", "us-east-1", "sqs", "requests"))
    assert not isinstance(steps, str)
    assert [(step.start, step.rate.price) for step in steps] == [(D(0), D("0.38")), (D(100), D("0.19"))]


def test_a_price_that_is_missing_stays_missing(overlay: Make) -> None:
    assert overlay(DISCOUNTS).rate(machine("zz.large")) == "no price of zz.large is known"


OWN = """
prices:
  - {provider: aws, service: machine, item: p5.48xlarge, price: 41.2, as_of: 2026-10-01, source: offer 4711}
  - {provider: neocloud, service: machine, item: "h100*", region: eu-*, price: 2.1, as_of: 2026-10-01}
discounts:
  - {percent: 50}
"""


def test_an_own_price_counts_before_list_and_discount(overlay: Make) -> None:
    found = overlay(OWN).rate(machine("p5.48xlarge"))
    assert isinstance(found, Rate)
    assert (found.price, found.list_price, found.source, found.as_of) == (
        D("41.2"),
        D("55.04"),
        "offer 4711",
        "2026-10-01",
    )
    assert found.note == "own price (rates.yaml:3)"


def test_an_own_price_fills_a_gap_in_its_places_alone(overlay: Make) -> None:
    made = overlay(OWN)
    found = made.rate(machine("H100-SXM", provider="neocloud", region="eu-north"))
    assert isinstance(found, Rate)
    assert found.price == D("2.1")
    assert isinstance(made.rate(machine("H100-SXM", provider="neocloud", region="us-east")), str)


SERVERS = """
machines:
  - machine_type: dgx-h100
    vcpu: 224
    memory_gib: 2048
    accelerator: H100-80GB
    accelerator_count: 8
    as_of: 2026-06-01
    purchase_price: 280000
    life_years: 4
    overhead_percent: 15
    watts_idle: 3000
    watts_full: 10200
    pue: 1.4
    price_per_kwh: 0.12
    utilisation_percent: 50
"""


def test_a_machine_of_ones_own_has_a_shape_and_a_price_with_its_parts(overlay: Make) -> None:
    made = overlay(SERVERS)
    spec = made.machine("onprem", "dgx-h100")
    assert spec is not None
    assert replace(spec, power=None) == MachineSpec("dgx-h100", D(224), D(2048), "H100-80GB", D(8), D(80), owned=True)
    assert spec.power == OwnPower(D(3000), D(10200), D("1.4"), D("0.5"), life_hours=D(4) * 8760)
    found = made.rate(machine("dgx-h100", provider="onprem", region="cellar"))
    assert isinstance(found, Rate)
    assert round(found.price / 8, 2) == D("2.57")
    assert "9.1895 for purchase and hosting and 1.1088 for power an hour, at 50% utilisation" in found.note
    assert made.machine_types("onprem") == ["dgx-h100", "m5.large"]


COMMITTED = """
commitments:
  - name: SP-2026
    kind: savings-plan
    provider: aws
    service: machine
    covers_percent: 60
    new_percent: 10
    discount_percent: 30
"""


def test_a_commitment_blends_what_exists_and_leaves_the_margin_to_what_is_new(overlay: Make) -> None:
    found = overlay(COMMITTED).rate(machine("g5.xlarge"))
    assert isinstance(found, Rate)
    assert (found.existing_price, found.price) == (D("0.82"), D("0.97"))
    assert (found.list_price, found.contracted_price, found.commitment) == (D(1), D(1), "SP-2026")
    spot = overlay(COMMITTED).rate(machine("g5.xlarge", purchase="spot"))
    assert isinstance(spot, Rate)
    assert spot.commitment == ""


def test_an_upfront_payment_is_spread_over_its_term(overlay: Make) -> None:
    text = """
commitments:
  - {name: RI, kind: reservation, item: g5.xlarge, covers_percent: 100, price_per_hour: 0.2, upfront: 8760, term_years: 2}
"""
    found = overlay(text).rate(machine("g5.xlarge"))
    assert isinstance(found, Rate)
    assert found.existing_price == D("0.7")


EURO = """
currency: EUR
exchange_rates:
  - {from: USD, to: EUR, rate: 0.5, as_of: 2026-11-20, source: central bank}
prices:
  - {provider: aws, item: g5.xlarge, price: 3, currency: CHF, as_of: 2026-10-01}
"""


def test_a_currency_is_converted_at_a_dated_rate_or_not_at_all(overlay: Make) -> None:
    made = overlay(EURO)
    found = made.rate(machine("m5.large"))
    assert isinstance(found, Rate)
    assert (found.price, found.low, found.currency) == (D("0.05"), D("0.015"), "EUR")
    assert found.note == "USD to EUR at 0.5 of 2026-11-20, central bank"
    refused = made.rate(machine("g5.xlarge"))
    assert isinstance(refused, str)
    assert "states no exchange rate to EUR" in refused


PRICED = [("aws", "machine"), ("aws", "ebs"), ("google", "disk")]


def test_what_had_no_effect_is_told(overlay: Make) -> None:
    made = overlay("discounts:\n  - {item: nothing, percent: 5}\n  - {percent: 5, ends: 2026-01-31, name: old}\n")
    made.rate(machine("m5.large"))
    assert made.idle_entries(PRICED) == [
        ("rates.yaml:2: applied to nothing in this run", False),
        ("old, rates.yaml:3: ended on 2026-01-31 and is not counted any more", True),
    ]


@pytest.mark.parametrize(
    ("scope", "said"),
    [
        ("provider: awz", "no price of the provider 'awz' is known (did you mean aws?)"),
        ("provider: aws, service: machin", "no price of the service 'machin' is known (did you mean machine?)"),
        ("service: warp drive", "no price of the service 'warp drive' is known"),
    ],
)
def test_a_slip_in_an_entry_that_had_no_effect_is_warned_of(overlay: Make, scope: str, said: str) -> None:
    made = overlay(f"discounts:\n  - {{{scope}, percent: 5}}\n")
    made.rate(machine("m5.large"))
    assert made.idle_entries(PRICED) == [(f"rates.yaml:2: applied to nothing in this run: {said}", True)]


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("discount: []\n", 1, "did you mean discounts?"),
        ("discounts:\n  - percnt: 5\n", 2, "did you mean percent?"),
        ("discounts:\n  - {provider: aws, percent: 120}\n", 2, "less than or equal to 100"),
        ("prices:\n  - {item: x, price: 0, as_of: 2026-01-01}\n", 2, "greater than 0"),
        ("prices:\n  - {item: x, price: 1}\n", 2, "as_of"),
        ("machines:\n  - {machine_type: x, as_of: 2026-01-01}\n", 2, "without price_per_hour it needs purchase_price"),
        ("machines:\n  - {machine_type: x, as_of: 2026-01-01, price_per_hour: 1, pue: 1.4}\n", 2, "state all of them"),
        (
            "machines:\n  - {machine_type: x, as_of: 2026-01-01, price_per_hour: 1, purchase_price: 5}\n",
            2,
            "price_per_hour, or purchase_price",
        ),
        (
            "commitments:\n  - {name: x, kind: reservation, covers_percent: 5}\n",
            2,
            "discount_percent or price_per_hour",
        ),
        ("currency: euro\n", 1, "currency"),
        ("- 1\n", 1, "a map was expected"),
    ],
    ids=[
        "section",
        "key",
        "too much off",
        "nothing",
        "undated",
        "half a machine",
        "half of its power",
        "bought and rented",
        "no price",
        "currency",
        "a list",
    ],
)
def test_a_file_that_is_not_right_is_refused_with_its_line(tmp_path: Path, text: str, line: int, said: str) -> None:
    path = tmp_path / "rates.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError) as refused:
        load(str(path))
    assert refused.value.line == line
    assert said in str(refused.value)


@pytest.mark.parametrize(
    ("item", "family"),
    [
        ("ml.p5.48xlarge", "p5"),
        ("a3-highgpu-8g", "a3"),
        ("Standard_NC24ads_A100_v4", "NC"),
        ("gp3 storage", "gp3"),
    ],
)
def test_family(item: str, family: str) -> None:
    assert family_of(machine(item)) == family
