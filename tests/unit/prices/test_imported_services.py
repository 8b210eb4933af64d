"""Rates of services in price lists: which of them are taken, under which key of the book, and that a meter finds them."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from tests.unit import aws_run, azure_run, google_run

from spendgate.costing.estimator import Estimator
from spendgate.costing.usage import UsageFile
from spendgate.errors import PriceError
from spendgate.model.cost import EstimateState
from spendgate.model.resource import ProviderSettings
from spendgate.prices.book import PriceBook
from spendgate.prices.build import build
from spendgate.prices.import_lists import import_lists
from spendgate.prices.importers import IMPORTERS
from spendgate.prices.importers.rows import ImportOptions, ListedRate
from spendgate.prices.plausible import SizedRate, odd_rates

D = Decimal
LISTS = Path(__file__).with_name("published")
OPTIONS = ImportOptions()
Rates = dict[tuple[str, str, Decimal], tuple[Decimal, str]]

EXPECTED: dict[str, tuple[str, str, Rates]] = {
    "aws_offer_rds.json": (
        "aws-offer",
        "eu-west-3",
        {
            ("rds", "single-az mysql db.m9.large", D(0)): (D("0.2"), "hours"),
            ("rds", "multi-az mysql db.m9.large", D(0)): (D("0.4"), "hours"),
            ("rds", "single-az mysql db.m9.xlarge", D(0)): (D("0.4"), "hours"),
            ("rds", "single-az sqlserver-se db.m9.large", D(0)): (D("1.1"), "hours"),
            ("rds aurora", "db.r9.large", D(0)): (D("0.33"), "hours"),
            ("rds", "single-az gp3 storage", D(0)): (D("0.133"), "GB-month"),
            ("rds", "multi-az io1 storage", D(0)): (D("0.29"), "GB-month"),
            ("rds", "single-az io1 iops", D(0)): (D("0.116"), "IOPS-month"),
        },
    ),
    "aws_offer_disks.csv": (
        "aws-offer",
        "eu-west-3",
        {
            ("ebs", "gp3 storage", D(0)): (D("0.0928"), "GB-month"),
            ("ebs", "io2 storage", D(0)): (D("0.145"), "GB-month"),
            ("ebs", "io2 iops", D(0)): (D("0.076"), "IOPS-month"),
            ("ebs", "io2 iops", D(32000)): (D("0.0532"), "IOPS-month"),
            ("ebs", "gp3 iops", D(0)): (D("0.0058"), "IOPS-month"),
            ("ebs", "gp3 throughput", D(0)): (D("0.0464"), "MiB/s-month"),
            ("ebs", "snapshot storage", D(0)): (D("0.053"), "GB-month"),
            ("nat", "gateway hours", D(0)): (D("0.05"), "hours"),
            ("nat", "data processed", D(0)): (D("0.05"), "GB"),
        },
    ),
    "aws_offer_lambda.csv": (
        "aws-offer",
        "eu-west-3",
        {
            ("lambda", "requests", D(0)): (D("0.2"), "1M requests"),
            ("lambda", "x86_64 duration", D(0)): (D("0.0000166667"), "GB-seconds"),
            ("lambda", "x86_64 duration", D(6_000_000_000)): (D("0.000015"), "GB-seconds"),
        },
    ),
    "azure_retail_services.json": (
        "azure-retail",
        "francecentral",
        {
            ("managed disk", "p10 lrs", D(0)): (D("20.5"), "months"),
            ("managed disk", "standard ssd operations", D(0)): (D("0.0022"), "10k operations"),
            ("blob", "hot lrs: capacity", D(0)): (D("0.02"), "GB-month"),
            ("blob", "hot lrs: capacity", D(51200)): (D("0.019"), "GB-month"),
            ("blob", "hot lrs: write operations", D(0)): (D("0.055"), "10k operations"),
            ("files", "premium lrs: data at rest", D(0)): (D("0.18"), "GB-month"),
            ("sql database", "compute (provisioned, gp_gen5_4)", D(0)): (D(1), "hours"),
            ("postgresql flexible", "compute (gp_standard_d4ds_v5)", D(0)): (D("0.44"), "hours"),
            ("app service plan", "P1v3 Linux", D(0)): (D("0.13"), "hours"),
            ("app service plan", "P1v3 Windows", D(0)): (D("0.24"), "hours"),
            ("redis cache", "premium_p1", D(0)): (D(219), "nodes"),
            ("nat gateway", "nat gateway", D(0)): (D("0.046"), "hours"),
            ("public ip", "static, regional", D(0)): (D("0.0055"), "hours"),
        },
    ),
    "google_skus_services.json": (
        "google-skus",
        "europe-west9",
        {
            ("persistent disk", "pd-ssd", D(0)): (D("0.197"), "GB-month"),
            ("persistent disk", "pd-balanced (regional)", D(0)): (D("0.232"), "GB-month"),
            ("gpu attach", "T4", D(0)): (D("0.41"), "GPU-hours"),
            ("gpu attach", "T4 spot", D(0)): (D("0.14"), "GPU-hours"),
            ("custom machine", "n2 vcpu", D(0)): (D("0.039"), "vCPU-hours"),
            ("custom machine", "n1 memory", D(0)): (D("0.0053"), "GB-hours"),
            ("cloud sql", "vcpu zonal", D(0)): (D("0.05"), "vCPU-hours"),
            ("cloud sql", "memory regional", D(0)): (D("12.41"), "GB-month"),
            ("cloud sql", "ssd storage zonal", D(0)): (D("0.197"), "GB-month"),
            ("cloud storage", "storage standard", D(5)): (D("0.023"), "GB-month"),
        },
    ),
}
"""By file: the form that reads it, where its prices are, and everything that is taken of it."""


@pytest.mark.parametrize("file", EXPECTED)
def test_what_is_taken_of_a_list_and_nothing_else(file: str) -> None:
    form, region, expected = EXPECTED[file]
    rows = [row for row in IMPORTERS.get(form).read(LISTS / file, OPTIONS) if isinstance(row, ListedRate)]
    assert {(row.service, row.item, row.tier_start): (row.price, row.unit) for row in rows} == expected
    assert {row.region for row in rows} == {region}
    assert {row.as_of[:4] for row in rows} == {"2026"}


def aws_database(book: PriceBook) -> EstimateState:
    attributes = {"instance_class": "db.m9.large", "engine": "mysql", "storage_type": "gp3", "allocated_storage": 50}
    run = aws_run.Run(
        aws_run.aws("aws_db_instance", attributes, settings=ProviderSettings(region="eu-west-3")), prices=book
    )
    return run.estimate().state


def azure_plan(book: PriceBook) -> EstimateState:
    plan = azure_run.azure("azurerm_service_plan", {"sku_name": "P1v3", "os_type": "Linux"}, region="francecentral")
    return _state(azure_run.Run(plan), book)


def google_disk(book: PriceBook) -> EstimateState:
    disk = google_run.google("google_compute_disk", {"type": "pd-ssd", "size": 100, "zone": "europe-west9-a"})
    return _state(google_run.Run(disk), book)


def _state(run: Any, book: PriceBook) -> EstimateState:
    return Estimator(book, book, UsageFile()).estimate(run.resources[0], run.facets(), run.side).state


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Tables that know nothing but one machine."""
    folder = tmp_path_factory.mktemp("bare")
    own = folder / "own.csv"
    own.write_text(
        "provider,service,item,region,unit,price,as_of,source\naws,machine,m9.large,eu-west-3,,0.1,2026-01-01,a test\n",
        encoding="utf-8",
    )
    import_lists("own-csv", [own], folder / "tables", OPTIONS)
    return folder / "tables"


@pytest.mark.parametrize(
    ("files", "estimate"),
    [
        pytest.param(["aws_offer_rds.json"], aws_database, id="a database of AWS"),
        pytest.param(["azure_retail_services.json"], azure_plan, id="a plan of Azure"),
        pytest.param(["google_skus_services.json"], google_disk, id="a disk of Google"),
    ],
)
def test_what_had_no_price_has_one_after_the_import(
    bare: Path, tmp_path: Path, files: list[str], estimate: Callable[[PriceBook], EstimateState]
) -> None:
    tables = tmp_path / "tables"
    tables.mkdir()
    for table in bare.glob("*.csv"):
        (tables / table.name).write_bytes(table.read_bytes())
    build(tables, tmp_path / "before.sqlite")
    assert estimate(PriceBook.open(tmp_path / "before.sqlite")) is EstimateState.UNPRICED
    for file in files:
        import_lists(EXPECTED[file][0], [LISTS / file], tables, OPTIONS)
    build(tables, tmp_path / "after.sqlite")
    assert estimate(PriceBook.open(tmp_path / "after.sqlite")) is EstimateState.PRICED


def test_two_prices_of_one_rate_are_refused(tmp_path: Path) -> None:
    data = json.loads((LISTS / "azure_retail_services.json").read_text(encoding="utf-8"))
    data["Items"].append({**data["Items"][0], "retailPrice": 21.0})
    path = tmp_path / "page.json"
    path.write_text(json.dumps(data), encoding="utf-8")
    with pytest.raises(PriceError, match=r"two prices of managed disk p10 lrs in francecentral: 20\.5 and 21"):
        list(IMPORTERS.get("azure-retail").read(path, OPTIONS))


def test_another_currency_is_refused(tmp_path: Path) -> None:
    text = (LISTS / "azure_retail_services.json").read_text(encoding="utf-8").replace('"USD"', '"EUR"')
    (tmp_path / "page.json").write_text(text, encoding="utf-8")
    with pytest.raises(PriceError, match="is in EUR: ask the API for USD"):
        list(IMPORTERS.get("azure-retail").read(tmp_path / "page.json", OPTIONS))


def sized(*items: tuple[str, str]) -> list[SizedRate]:
    return [SizedRate("aws", "rds", item, "eu-west-3", D(price)) for item, price in items]


SIZES = (("single-az mysql db.m9.large", "0.2"), ("single-az mysql db.m9.xlarge", "0.4"), ("single-az mysql db.m9.2xlarge", "0.8"))  # fmt: skip


@pytest.mark.parametrize(
    ("rates", "odd"),
    [
        (sized(*SIZES), []),
        (sized(*SIZES, ("single-az mysql db.m9.4xlarge", "7")), ["single-az mysql db.m9.4xlarge"]),
        (sized(*SIZES, ("single-az sqlserver-ee db.m9.4xlarge", "7")), []),
        (sized(*SIZES[:2], ("single-az mysql db.m9.4xlarge", "90")), ["single-az mysql db.m9.4xlarge"]),
        (sized(("ml.g5.xlarge", "1"), ("ml.g5.2xlarge", "1.2"), ("ml.g5.48xlarge", "16")), []),
        (sized(("backup storage", "1"), ("gp3 storage", "200"), ("requests", "5")), []),
    ],
    ids=["in line", "three times off", "another engine", "of three", "sizes by accelerators", "no sizes"],
)
def test_a_node_that_is_off_its_family_is_found(rates: list[SizedRate], odd: list[str]) -> None:
    assert [rate.item for rate, _ in odd_rates(rates)] == odd


def test_a_list_with_a_node_that_is_off_is_refused_and_so_is_a_book(tmp_path: Path) -> None:
    data = json.loads((LISTS / "aws_offer_rds.json").read_text(encoding="utf-8"))
    text = (
        json.dumps(data)
        .replace("db.t9.micro", "db.m9.4xlarge")
        .replace("PostgreSQL", "MySQL")
        .replace("0.0000000000", "95.0")
    )
    (tmp_path / "index.json").write_text(text, encoding="utf-8")
    with pytest.raises(PriceError, match="times off its family"):
        import_lists("aws-offer", [tmp_path / "index.json"], tmp_path / "tables", OPTIONS)
    assert not (tmp_path / "tables").exists()
    header = "region,service,item,unit,price,tier_start,as_of,how,source\n"
    rows = [f"eu-west-3,rds,{item},hours,{price},0,2026-01-01,listed,a test\n" for item, price in (*SIZES, ("single-az mysql db.m9.8xlarge", "95"))]  # fmt: skip
    tables = tmp_path / "own"
    tables.mkdir()
    (tables / "rates_aws.csv").write_text(header + "".join(rows), encoding="utf-8")
    with pytest.raises(PriceError, match=r"95 an hour for rds single-az mysql db\.m9\.8xlarge"):
        build(tables, tmp_path / "book.sqlite")
