"""The page on costs: its examples are right, and it names what there is."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from spendgate.costing.meters import METERS, meters_for, usage_keys
from spendgate.costing.usage import UsageFile
from spendgate.costing.usage_values import LOAD, TRAFFIC, UNITS
from spendgate.prices.importers import IMPORTERS
from spendgate.prices.rates_file import load

PAGE = (Path(__file__).resolve().parents[3] / "docs" / "costs.md").read_text(encoding="utf-8")
USAGE = re.findall(r"```yaml usage\n(.+?)```", PAGE, re.DOTALL)
RATES = re.findall(r"```yaml rates\n(.+?)```", PAGE, re.DOTALL)


@pytest.mark.parametrize("text", USAGE)
def test_usage_files_of_the_page_have_an_effect(tmp_path: Path, text: str) -> None:
    path = tmp_path / "usage.yaml"
    path.write_text(text, encoding="utf-8")
    usage = UsageFile.load(path)
    keys = {
        type_: usage_keys(type_, meters)
        for provider in {name.partition(".")[0] for name in METERS.names()}
        for type_, meters in meters_for(provider).items()
    }
    addresses = [address for address in usage.by_address if address not in usage.traffic()]
    usage.check([(address, re.sub(r"\..*", "", address)) for address in addresses], keys)


@pytest.mark.parametrize("text", RATES)
def test_rates_files_of_the_page_are_right(tmp_path: Path, text: str) -> None:
    path = tmp_path / "rates.yaml"
    path.write_text(text, encoding="utf-8")
    assert load(str(path)).said.currency == "EUR"


def test_the_page_names_every_list_and_unit() -> None:
    assert len(USAGE) == 3
    assert len(RATES) == 2
    assert [name for name in IMPORTERS.names() if f"`{name}`" not in PAGE] == []
    assert [name for name in UNITS if f"`{name}`" not in PAGE] == []
    assert [key for key in (*LOAD, *TRAFFIC) if key.partition(".")[2] not in PAGE] == []
