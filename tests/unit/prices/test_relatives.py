"""Rates that follow from another size of the family or the other number of zones, and those that do not."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.aws_run import book

from spendgate.model.cost import Basis, Rate, RateQuery
from spendgate.prices.relatives import relative_of

SIZES = {"large": 2, "xlarge": 4, "2xlarge": 8, "4xlarge": 16, "12xlarge": 48, "24xlarge": 96}


@pytest.mark.parametrize(
    ("region", "service", "item", "price"),
    [
        pytest.param("eu-west-1", "rds", "single-az postgres db.m5.large", "0.197", id="a smaller database"),
        pytest.param("eu-west-1", "rds", "multi-az postgres db.m5.large", "0.394", id="a smaller one in two zones"),
        pytest.param("us-east-1", "rds", "single-az mysql db.t3.micro", "0.017", id="a burstable one"),
        pytest.param("eu-west-1", "rds", "single-az gp2 storage", "0.1265", id="storage in one zone, from two"),
        pytest.param("us-west-2", "rds aurora", "db.r5.large", "0.29", id="Aurora"),
        pytest.param("us-east-1", "msk", "kafka.m5.large", "0.21", id="a Kafka broker"),
        pytest.param("us-east-1", "rds", "performance insights db.m5.4xlarge", "3.815", id="a vCPU of another size"),
        pytest.param("us-east-1", "docdb", "db.r5.large", "0.277", id="DocumentDB"),
        pytest.param("us-east-1", "rds", "multi-az io2 storage", "0.25", id="io2, which costs what io1 does"),
    ],
)
def test_a_rate_follows_from_a_relative_in_its_region(region: str, service: str, item: str, price: str) -> None:
    rate = book().rate(RateQuery("aws", region, service, item))
    assert isinstance(rate, Rate), rate
    assert (rate.price, rate.basis) == (Decimal(price), Basis.ASSUMED)
    assert rate.note.startswith("derived from ")


def test_a_relative_in_the_home_region_is_better_than_none() -> None:
    rate = book().rate(RateQuery("aws", "us-west-2", "docdb", "db.r5.large"))
    assert isinstance(rate, Rate)
    assert (rate.price, rate.basis) == (Decimal("0.277"), Basis.ASSUMED)
    assert rate.note.endswith("price of us-east-1, none is known for us-west-2")


@pytest.mark.parametrize(
    ("service", "item", "known"),
    [
        pytest.param(
            "rds", "single-az sqlserver-se db.m5.large", ["single-az sqlserver-se db.m5.xlarge"], id="a licence"
        ),
        pytest.param("rds", "single-az mysql db.m5.large", ["single-az postgres db.m5.xlarge"], id="another engine"),
        pytest.param("rds", "single-az mysql db.m6g.large", ["single-az mysql db.m5.xlarge"], id="another family"),
        pytest.param(
            "mq", "activemq single-instance mq.m5.large", ["activemq single-instance mq.m5.xlarge"], id="service"
        ),
        pytest.param("rds", "single-az gp3 iops", [], id="nothing known"),
    ],
)
def test_a_rate_without_a_relative_follows_from_nothing(service: str, item: str, known: list[str]) -> None:
    assert relative_of(service, item, known) is None


@given(st.sampled_from(sorted(SIZES)), st.sampled_from(sorted(SIZES)), st.decimals("0.01", "20", places=3))
def test_prices_are_those_of_the_normal_units(wanted: str, known: str, price: Decimal) -> None:
    found = relative_of("rds", f"multi-az mysql db.m5.{wanted}", [f"single-az mysql db.m5.{known}"])
    assert found is not None
    ratio = Decimal(2 * SIZES[wanted]) / SIZES[known]
    assert abs(found.price(price) - price * ratio) <= Decimal("0.000001")
