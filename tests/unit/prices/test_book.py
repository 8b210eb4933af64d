"""Asking the price book: exact, from elsewhere and saying so, or a reason why there is no price."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path

import pytest
from tests.unit.aws_run import book as shipped
from tests.unit.prices.tables import write

from spendgate.errors import PriceError
from spendgate.model.cost import Basis, Rate, RateQuery
from spendgate.prices.book import PriceBook
from spendgate.prices.build import build


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> PriceBook:
    folder = tmp_path_factory.mktemp("prices")
    build(write(folder / "sources"), folder / "book.sqlite")
    return PriceBook.open(folder / "book.sqlite")


def ask(book: PriceBook, region: str, service: str, item: str, purchase: str = "on-demand") -> Rate | str:
    return book.rate(RateQuery("aws", region, service, item, purchase))


@pytest.mark.parametrize(
    ("query", "price", "basis", "note"),
    [
        pytest.param(("us-east-1", "nat", "hours"), "0.045", Basis.EXACT, "", id="the region's own"),
        pytest.param(("us-east-1", "NAT".lower(), "HOURS"), "0.045", Basis.EXACT, "", id="items in any case"),
        pytest.param(
            ("sa-east-1", "nat", "hours"),
            "0.045",
            Basis.ASSUMED,
            "price of us-east-1, none is known for sa-east-1",
            id="the home region's",
        ),
        pytest.param(
            ("eu-west-3", "kms", "key"),
            "1",
            Basis.ASSUMED,
            "price of eu-central-1, none is known for eu-west-3",
            id="another region's, where home has none",
        ),
        pytest.param(("ap-south-1", "route53", "zone"), "0.5", Basis.EXACT, "", id="one that holds everywhere"),
        pytest.param(
            ("us-east-1", "guess", "thing"), "2", Basis.ASSUMED, "assumed: said so", id="one that its source assumes"
        ),
    ],
)
def test_a_rate_says_on_what_basis_it_stands(
    book: PriceBook, query: tuple[str, str, str], price: str, basis: Basis, note: str
) -> None:
    rate = ask(book, *query)
    assert isinstance(rate, Rate)
    assert (rate.price, rate.basis, rate.note) == (Decimal(price), basis, note)
    assert (rate.as_of, rate.source) == ("2024-07-01", "a list")


def test_a_rate_from_elsewhere_reaches_over_all_regions_that_are_known(book: PriceBook) -> None:
    rate = ask(book, "sa-east-1", "nat", "hours")
    assert isinstance(rate, Rate)
    assert (rate.low, rate.high) == (Decimal("0.045"), Decimal("0.048"))


def test_steps_come_in_order_and_their_first_is_the_rate(book: PriceBook) -> None:
    tiers = book.tiers(RateQuery("aws", "us-east-1", "data", "out"))
    assert [(tier.start, tier.rate.price) for tier in tiers if not isinstance(tier, str)] == [
        (0, Decimal("0.09")),
        (10240, Decimal("0.085")),
    ]
    rate = ask(book, "us-east-1", "data", "out")
    assert isinstance(rate, Rate)
    assert rate.price == Decimal("0.09")


@pytest.mark.parametrize(
    ("query", "said"),
    [
        pytest.param(("us-east-1", "nat", "days"), "no price of nat days is known for us-east-1", id="a rate"),
        pytest.param(("us-east-1", "machine", "zz9.big"), "no price of machine type zz9.big is known", id="a machine"),
        pytest.param(
            ("eu-west-1", "machine", "g5.xlarge"),
            "no price of g5.xlarge is known for eu-west-1 (known: us-east-1)",
            id="a machine elsewhere only: never taken from there",
        ),
        pytest.param(
            ("eu-west-1", "machine", "spot.only"),
            "no on-demand price of spot.only is known for eu-west-1, only spot",
            id="a machine on spot only",
        ),
    ],
)
def test_a_missing_price_is_a_reason_and_never_a_number(
    book: PriceBook, query: tuple[str, str, str], said: str
) -> None:
    assert ask(book, *query) == said


@pytest.mark.parametrize(
    ("service", "item", "price", "high", "basis"),
    [
        pytest.param("machine", "m5.large", "0.03", "0.096", Basis.EXACT, id="a snapshot, up to on-demand"),
        pytest.param("machine", "g5.xlarge", "1.006", None, Basis.ASSUMED, id="none: on-demand assumed"),
        pytest.param("sagemaker", "ml.p5", "9", None, Basis.EXACT, id="a rate of its own"),
        pytest.param("sagemaker", "ml.g5.xlarge", "1.4", None, Basis.ASSUMED, id="a rate without: on-demand assumed"),
    ],
)
def test_spot(book: PriceBook, service: str, item: str, price: str, high: str | None, basis: Basis) -> None:
    rate = ask(book, "us-east-1", service, item, "spot")
    assert isinstance(rate, Rate)
    assert (rate.price, rate.basis) == (Decimal(price), basis)
    assert rate.high == (Decimal(high) if high else None)
    assert basis is Basis.EXACT or "on-demand assumed" in rate.note


@pytest.mark.parametrize(
    ("type_", "accelerator", "count"),
    [("g5.xlarge", "A10G", 1), ("ml.g5.xlarge", "A10G", 1), ("m5.large", None, 0), ("db.m5.large", None, 0)],
)
def test_managed_types_have_the_shape_of_the_machine_behind_them(
    book: PriceBook, type_: str, accelerator: str | None, count: int
) -> None:
    spec = book.machine("aws", type_)
    assert spec is not None
    assert (spec.machine_type, spec.accelerator, spec.accelerator_count) == (type_, accelerator, count)


def test_a_type_without_a_shape_is_not_known(book: PriceBook) -> None:
    assert book.machine("aws", "odd.large") is None
    assert book.machine("aws", "zz9.big") is None


def test_a_damaged_book_says_so(tmp_path: Path) -> None:
    broken = tmp_path / "book.sqlite"
    broken.write_text("no database", encoding="utf-8")
    with pytest.raises(PriceError, match="cannot be read"):
        PriceBook.open(broken)
    with pytest.raises(PriceError, match="cannot be read"):
        PriceBook.open(tmp_path / "absent.sqlite")


def test_the_shipped_book_is_dated_and_covers_the_three_providers() -> None:
    book = shipped()
    assert re.fullmatch(r"[0-9a-f]{64}", book.digest)
    assert book.as_of[:4] >= "2026"
    machines = {row[0]: row[2] for row in book.coverage() if row[1] == "machine"}
    assert machines["aws"] > 10_000
    assert machines["google"] > 10_000
    assert machines["azure"] > 50_000
