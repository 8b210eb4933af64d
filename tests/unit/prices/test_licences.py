"""What an operating system costs beside a machine: by its type, by the vCPUs of its family, by steps, or not at all."""

from __future__ import annotations

from decimal import Decimal

import pytest
from tests.unit.aws_run import book

from spendgate.model.cost import Basis, Rate, RateQuery


@pytest.mark.parametrize(
    ("provider", "item", "price", "basis"),
    [
        pytest.param("aws", "windows t3.large", "0.0276", Basis.EXACT, id="its type's own: burstable ones cost less"),
        pytest.param("aws", "windows m5.xlarge", "0.184", Basis.EXACT, id="each vCPU of a family that is known"),
        pytest.param("aws", "windows m8i.large", "0.092", Basis.ASSUMED, id="a family of which nothing is known"),
        pytest.param("aws", "rhel m5.2xlarge", "0.1152", Basis.EXACT, id="Red Hat, eight vCPUs"),
        pytest.param("aws", "rhel m5.4xlarge", "0.1728", Basis.EXACT, id="Red Hat, a vCPU costs less from nine on"),
        pytest.param("aws", "suse m6i.xlarge", "0.0563", Basis.EXACT, id="SUSE by the machine, a small one"),
        pytest.param("aws", "suse m6i.2xlarge", "0.125", Basis.EXACT, id="SUSE by the machine, a larger one"),
        pytest.param("aws", "suse m5.2xlarge", "0.1", Basis.EXACT, id="SUSE on an older family"),
        pytest.param("google", "windows n2-standard-4", "0.184", Basis.EXACT, id="Google by the vCPU"),
        pytest.param("google", "windows f1-micro", "0.023", Basis.EXACT, id="Google, a shared core"),
        pytest.param("google", "rhel n2-custom-12-4096", "0.1296", Basis.EXACT, id="Google, a custom type"),
        pytest.param("google", "suse n2-standard-64", "0.11", Basis.EXACT, id="Google, SUSE by the machine"),
    ],
)
def test_a_licence_is_priced_by_the_rule_of_its_vendor(provider: str, item: str, price: str, basis: Basis) -> None:
    rate = book().rate(RateQuery(provider, "europe-west1", "licence", item))
    assert isinstance(rate, Rate), rate
    assert (rate.price, rate.unit, rate.basis) == (Decimal(price), "hours", basis)


@pytest.mark.parametrize(
    ("provider", "item"),
    [
        pytest.param("google", "windows e2-medium", id="a shared core whose vCPUs are not what is counted"),
        pytest.param("aws", "windows x99.large", id="a machine that nobody knows"),
        pytest.param("aws", "solaris m5.large", id="a system that nobody sells"),
    ],
)
def test_a_licence_without_a_rule_has_no_price(provider: str, item: str) -> None:
    assert "no price of" in str(book().rate(RateQuery(provider, "us-east-1", "licence", item)))


@pytest.mark.parametrize(
    ("region", "machine", "fee"),
    [
        pytest.param("westeurope", "standard_b2ms", "0.008", id="burstable ones cost less a vCPU"),
        pytest.param("westeurope", "standard_d2s_v3", "0.092", id="each vCPU elsewhere"),
        pytest.param("eastus", "standard_a2_v2", "0.0457", id="old ones by the region"),
        pytest.param("westeurope", "standard_a8_v2", "0.195", id="old ones, another region"),
    ],
)
def test_windows_on_azure_costs_what_its_series_does(region: str, machine: str, fee: str) -> None:
    plain, licensed = (
        book().rate(RateQuery("azure", region, kind, machine)) for kind in ("machine", "windows machine")
    )
    assert isinstance(plain, Rate)
    assert isinstance(licensed, Rate)
    assert licensed.price - plain.price == Decimal(fee)
