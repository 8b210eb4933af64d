"""Volumes of AWS in the regions of the book, and the rules of AWS that hold between their kinds."""

from __future__ import annotations

from decimal import Decimal

import pytest
from tests.unit.aws_run import book

from spendgate.model.cost import Basis, Rate, RateQuery

REGIONS = (
    "us-east-1",
    "us-west-2",
    "eu-west-1",
    "eu-west-2",
    "eu-central-1",
    "ap-southeast-1",
    "ap-northeast-1",
    "sa-east-1",
)


def price(region: str, item: str) -> Decimal:
    rate = book().rate(RateQuery("aws", region, "ebs", item))
    assert isinstance(rate, Rate)
    assert rate.basis is Basis.EXACT, (region, item, rate.note)
    return rate.price


@pytest.mark.parametrize("region", REGIONS)
def test_kinds_of_volumes_are_priced_by_the_rules_of_aws(region: str) -> None:
    assert price(region, "gp3 storage") == price(region, "gp2 storage") * Decimal("0.8")
    assert price(region, "io2 storage") == price(region, "io1 storage")
    assert price(region, "io2 iops") == price(region, "io1 iops")
    assert price(region, "st1 storage") < price(region, "standard storage") < price(region, "gp2 storage")


@pytest.mark.parametrize(
    ("region", "item", "expected"),
    [
        ("eu-central-1", "gp3 storage", "0.0952"),
        ("eu-central-1", "gp2 storage", "0.119"),
        ("us-west-2", "io1 iops", "0.065"),
    ],
)
def test_figures_that_other_sources_repeat(region: str, item: str, expected: str) -> None:
    assert price(region, item) == Decimal(expected)
