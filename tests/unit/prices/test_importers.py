"""Price lists in their publishers' true formats, with figures made by hand: what is taken, what is left, what is refused."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from spendgate.errors import PriceError, SpendgateError
from spendgate.model.cost import Rate, RateQuery
from spendgate.prices.book import PriceBook
from spendgate.prices.build import build
from spendgate.prices.import_lists import import_lists, known_shapes
from spendgate.prices.importers import IMPORTERS
from spendgate.prices.importers.rows import ImportOptions, ListedRate, MachinePrice
from spendgate.prices.plausible import Priced, odd_prices

D = Decimal
LISTS = Path(__file__).with_name("published")
SHAPES = {
    "google": {"n2-standard-4": (D(4), D(16)), "n2d-standard-4": (D(4), D(16)), "n1-standard-1": (D(1), D("3.75"))}
}
OPTIONS = ImportOptions("aws", "2026-11-01", lambda provider: SHAPES.get(provider, {}))
FILES = {
    "aws-offer": ["aws_offer.json", "aws_offer.csv"],
    "azure-retail": ["azure_retail.json"],
    "google-skus": ["google_skus.json"],
    "skypilot": ["skypilot_vms.csv"],
    "own-csv": ["own.csv"],
}
Machines = dict[tuple[str, str], tuple[Decimal | None, Decimal | None]]
EXPECTED: dict[str, Machines] = {
    "aws-offer": {
        ("m9.large", "eu-west-1"): (D("0.1"), None),
        ("m9.xlarge", "eu-west-1"): (D("0.2"), None),
        ("m9.2xlarge", "eu-west-1"): (D("0.4"), None),
    },
    "azure-retail": {
        ("Standard_D2s_v9", "westeurope"): (D("0.11"), D("0.022")),
        ("Standard_D4s_v9", "westeurope"): (D("0.22"), None),
    },
    "google-skus": {
        ("n2-standard-4", "us-central1"): (D("0.184"), D("0.044")),
        ("n2-standard-4", "us-east1"): (D("0.184"), D("0.044")),
    },
    "skypilot": {
        ("p9.48xlarge", "us-east-1"): (D(50), D(20)),
        ("p9.48xlarge", "eu-west-1"): (D(60), None),
        ("m9.large", "us-east-1"): (D("0.1"), D("0.04")),
    },
    "own-csv": {("h900-8", "eu-north"): (D("15.2"), D("7.5"))},
}
CASES = [(form, file) for form, files in FILES.items() for file in files]


@pytest.mark.parametrize(("form", "file"), CASES, ids=[file for _, file in CASES])
def test_machines_of_a_list(form: str, file: str) -> None:
    rows = IMPORTERS.get(form).read(LISTS / file, OPTIONS)
    found = {(row.machine_type, row.region): (row.on_demand, row.spot) for row in rows if isinstance(row, MachinePrice)}
    assert found == EXPECTED[form]


def test_every_importer_has_a_list_to_show_it() -> None:
    assert set(IMPORTERS.names()) == set(FILES)


def test_shapes_come_with_the_prices() -> None:
    rows = [
        row
        for row in IMPORTERS.get("skypilot").read(LISTS / "skypilot_vms.csv", OPTIONS)
        if isinstance(row, MachinePrice)
    ]
    big = next(row for row in rows if row.machine_type == "p9.48xlarge")
    assert (big.vcpu, big.memory_gib, big.accelerator, big.accelerator_count) == (D(192), D(2048), "H900", D(8))


def test_google_sells_parts_and_their_rates_are_kept() -> None:
    rates = [
        row
        for row in IMPORTERS.get("google-skus").read(LISTS / "google_skus.json", OPTIONS)
        if isinstance(row, ListedRate)
    ]
    found = {row.item: (row.price, row.unit) for row in rates if row.region == "us-east1"}
    assert found == {
        "n2 core": (D("0.03"), "vCPU-hours"),
        "n2 memory": (D("0.004"), "GiB-hours"),
        "n2 core spot": (D("0.007"), "vCPU-hours"),
        "n2 memory spot": (D("0.001"), "GiB-hours"),
        "n2d core": (D("0.027"), "vCPU-hours"),
        "n2 extended memory": (D("0.008"), "GB-hours"),
        "pd-standard": (D("0.04"), "GB-month"),
    }


def test_imported_lists_make_a_book(tmp_path: Path) -> None:
    folder = tmp_path / "tables"
    for form, files in FILES.items():
        import_lists(form, [LISTS / files[0]], folder, OPTIONS)
    build(folder, tmp_path / "book.sqlite")
    book = PriceBook.open(tmp_path / "book.sqlite")
    found = book.rate(RateQuery("aws", "us-east-1", "machine", "p9.48xlarge", "spot"))
    assert isinstance(found, Rate)
    assert (found.price, found.low, found.high, found.source) == (D(20), D(20), D(50), "skypilot-catalog")
    tiers = book.tiers(RateQuery("neocloud", "eu-north", "object storage", "storage"))
    assert not isinstance(tiers, str)
    assert [(tier.start, tier.rate.price) for tier in tiers] == [(D("0.0"), D("0.01")), (D("1000.0"), D("0.008"))]
    spec = book.machine("aws", "m9.xlarge")
    assert spec is not None
    assert (spec.vcpu, spec.memory_gib) == (D(4), D(16))
    assert known_shapes(folder)["aws"]["m9.large"] == (D(2), D(8))


def test_twice_replaces_and_leaves_everything_else(tmp_path: Path) -> None:
    first = import_lists("aws-offer", [LISTS / "aws_offer.json"], tmp_path, OPTIONS)
    before = (tmp_path / "machine_prices_aws.csv").read_text(encoding="utf-8")
    again = import_lists("aws-offer", [LISTS / "aws_offer.csv"], tmp_path, OPTIONS)
    assert first.tables["machine_prices_aws.csv"] == (3, 0)
    assert again.tables["machine_prices_aws.csv"] == (0, 3)
    assert (tmp_path / "machine_prices_aws.csv").read_text(encoding="utf-8") == before


def _offer(change: Callable[[dict[str, Any]], None]) -> bytes:
    data = json.loads((LISTS / "aws_offer.json").read_text(encoding="utf-8"))
    change(data)
    return json.dumps(data).encode()


def _dear(data: dict[str, Any]) -> None:
    term = data["terms"]["OnDemand"]["AAA2"]["AAA2.JRTCKXETXF"]["priceDimensions"]["AAA2.JRTCKXETXF.6YS6EN2CT7"]
    term["pricePerUnit"]["USD"] = "20.0"


def _dedicated_as_shared(data: dict[str, Any]) -> None:
    data["products"]["AAA5"]["attributes"]["tenancy"] = "Shared"


RETAIL = (LISTS / "azure_retail.json").read_bytes()
OWN_HEAD = b"provider,service,item,region,unit,price,purchase,tier_start,as_of,source\n"
REFUSED: dict[str, tuple[str, bytes, str]] = {
    "a price a hundred times off its family": ("aws-offer", _offer(_dear), "100.0 times off its family"),
    "two tenancies under one name": ("aws-offer", _offer(_dedicated_as_shared), "two prices of m9.large in eu-west-1"),
    "no offer file": ("aws-offer", b"{}", "it is no AWS offer file"),
    "a list for an offer file": ("aws-offer", b"[1]", "it is no AWS offer file"),
    "a page in another currency": ("azure-retail", RETAIL.replace(b'"USD"', b'"EUR"'), "is in EUR"),
    "a page without machines": ("azure-retail", b'{"Items": []}', "holds no price that is of use"),
    "JSON that is cut off": ("google-skus", b'{"skus": [', "google_skus"),
    "no skus": ("google-skus", b"{}", "it is no answer of the Cloud Billing API"),
    "a catalogue without prices": ("skypilot", b"InstanceType,Region\nx,y\n", "has no column Price"),
    "a price that is none": (
        "skypilot",
        b"InstanceType,vCPUs,MemoryGiB,Price,Region\nx,1,1,free,y\n",
        "'free' is not a number",
    ),
    "a price of nothing": ("own-csv", OWN_HEAD + b"a,machine,x,r,,0,,,2026-01-01,me\n", "leave a row out"),
    "a price without a date": ("own-csv", OWN_HEAD + b"a,machine,x,r,,1,,,,me\n", "as_of is empty"),
    "a column misspelled": ("own-csv", OWN_HEAD.replace(b"unit", b"units"), "unknown column 'units'"),
    "bytes that are no text": ("own-csv", b"\xff\x00\xfe", "list"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_not_right_is_refused_and_nothing_is_written(tmp_path: Path, case: str) -> None:
    form, data, said = REFUSED[case]
    path = tmp_path / ("google_skus_list" if form == "google-skus" else "list")
    path.write_bytes(data)
    with pytest.raises(SpendgateError) as refused:
        import_lists(form, [path], tmp_path / "tables", OPTIONS)
    assert said in str(refused.value)
    assert not (tmp_path / "tables").exists()


def test_a_list_without_a_date_or_cloud_asks_for_it(tmp_path: Path) -> None:
    for options, hint in ((ImportOptions(None, "2026-01-01"), "--provider"), (ImportOptions("aws", None), "--as-of")):
        with pytest.raises(PriceError) as refused:
            import_lists("skypilot", [LISTS / "skypilot_vms.csv"], tmp_path / "tables", options)
        assert hint in str(refused.value)


def test_one_price_that_is_off_its_family_is_found_and_no_other() -> None:
    sizes = [Priced("aws", f"m9.{n}xlarge", "r", D(n) / 5, D(4 * n), D(16 * n)) for n in (1, 2, 4, 8)]
    assert odd_prices(sizes) == []
    wrong = Priced("aws", "m9.16xlarge", "r", D(320), D(64), D(256))
    assert [odd.machine_type for odd, _ in odd_prices([*sizes, wrong])] == ["m9.16xlarge"]
    small = Priced("aws", "t9.nano", "r", D("0.005"), D(2), D("0.5"))
    burst = [Priced("aws", f"t9.{n}", "r", D(n) / 100, D(2), D(n)) for n in (1, 2, 4, 8)]
    assert odd_prices([small, *burst]) == []  # NOTE: burstable sizes differ in memory alone: one of the two fits


def test_the_shipped_book_has_no_odd_price(tmp_path: Path) -> None:
    book = PriceBook.open()
    rows = book._connection.execute(
        "SELECT p.provider, p.machine_type, p.region, p.on_demand, m.vcpu, m.memory_gib FROM machine_price p JOIN machine m"
        " ON m.provider = p.provider AND m.machine_type = p.machine_type"
        " WHERE p.on_demand IS NOT NULL AND m.vcpu IS NOT NULL AND m.memory_gib IS NOT NULL AND m.accelerator IS NULL"
    )
    assert odd_prices(Priced(*row[:3], *map(Decimal, row[3:])) for row in rows) == []
