"""Building the price book: right or not at all, and the same from the same tables."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.unit.prices.tables import TABLES, write

from spendgate.errors import PriceError
from spendgate.prices.build import build, digest_of

RATES = "region,service,item,unit,price,tier_start,as_of,how,source\n"
MACHINES = "region,machine_type,on_demand,spot,as_of,spot_as_of,source\n"


@pytest.mark.parametrize(
    ("table", "text", "line", "said"),
    [
        pytest.param("rates_aws", f"{RATES}us-east-1,nat,hours,hours,0,0,2024,listed,x\n", 2, "a price is above zero", id="zero"),
        pytest.param("rates_aws", f"{RATES}us-east-1,nat,hours,hours,-1,0,2024,listed,x\n", 2, "above zero", id="negative"),
        pytest.param("rates_aws", f"{RATES}us-east-1,nat,hours,hours,free,0,2024,listed,x\n", 2, "not a number", id="a word"),
        pytest.param("rates_aws", f"{RATES}us-east-1,nat,hours,hours,,0,2024,listed,x\n", 2, "not a number", id="no price"),
        pytest.param("rates_aws", f"{RATES}us-east-1,nat,hours,hours,NaN,0,2024,listed,x\n", 2, "above zero", id="not finite"),
        pytest.param("rates_aws", f"{RATES}us-east-1,nat,hours,,1,0,2024,listed,x\n", 2, "unit is empty", id="no unit"),
        pytest.param("rates_aws", f"{RATES}us-east-1,nat,hours,hours,1,0,,listed,x\n", 2, "as_of is empty", id="no date"),
        pytest.param("rates_aws", f"{RATES}us-east-1,nat,hours,hours,1,0,2024,listed,\n", 2, "source is empty", id="no source"),
        pytest.param("rates_aws", f"{RATES}us-east-1,nat,hours,hours,1,0\n", 2, "fewer cells", id="a short row"),
        pytest.param("rates_aws", f"{RATES}us-east-1,nat,hours,hours,1,0,2024,a, b,x\n", 2, "more or fewer cells", id="a long row"),
        pytest.param(
            "rates_aws",
            f"{RATES}us-east-1,nat,hours,hours,1,0,2024,listed,x\nus-east-1,nat,Hours,hours,2,0,2024,listed,x\n",
            3,
            "the same key stands in an earlier row",
            id="a key twice, whatever its case",
        ),
        pytest.param("machine_prices_aws", f"{MACHINES}us-east-1,m5.large,0,,2024,,x\n", 2, "above zero", id="a machine for nothing"),
        pytest.param("machine_prices_aws", f"{MACHINES}us-east-1,m5.large,,,2024,,x\n", 2, "neither an on-demand", id="no price at all"),
        pytest.param("machine_prices_aws", f"{MACHINES}us-east-1,,1,,2024,,x\n", 2, "machine_type is empty", id="no machine"),
    ],
)  # fmt: skip
def test_a_row_that_is_not_plausible_is_refused_with_its_line(
    tmp_path: Path, table: str, text: str, line: int, said: str
) -> None:
    sources, target = write(tmp_path / "sources", **{table: text}), tmp_path / "book.sqlite"
    with pytest.raises(PriceError) as caught:
        build(sources, target)
    assert said in str(caught.value)
    assert caught.value.line == line
    assert str(caught.value.file).endswith(f"{table}.csv")
    assert not target.exists()
    assert [file.name for file in tmp_path.iterdir()] == ["sources"]


def test_a_refused_row_leaves_the_book_that_was_there(tmp_path: Path) -> None:
    target = tmp_path / "book.sqlite"
    build(write(tmp_path / "sources"), target)
    before = target.read_bytes()
    write(tmp_path / "sources", rates_aws=f"{RATES}us-east-1,nat,hours,hours,0,0,2024,listed,x\n")
    with pytest.raises(PriceError):
        build(tmp_path / "sources", target)
    assert target.read_bytes() == before


def test_the_report_says_what_went_in_and_how_old_it_is(tmp_path: Path) -> None:
    report = build(write(tmp_path / "sources"), tmp_path / "book.sqlite")
    assert report.rows == {"accelerators": 1, "machine_prices_aws": 4, "machines": 3, "rates_aws": 10}
    assert (report.oldest, report.as_of) == ("2024-07-01", "2026-01-02")


def test_the_digest_is_that_of_the_tables_and_not_of_their_line_ends(tmp_path: Path) -> None:
    plain = write(tmp_path / "plain")
    windows = write(tmp_path / "windows", rates_aws=TABLES["rates_aws.csv"].replace("\n", "\r\n"))
    other = write(tmp_path / "other", rates_aws=TABLES["rates_aws.csv"].replace("0.045", "0.046"))
    assert digest_of(plain) == digest_of(windows) != digest_of(other)


def test_a_folder_without_tables_is_named(tmp_path: Path) -> None:
    with pytest.raises(PriceError, match="holds no source tables"):
        build(tmp_path, tmp_path / "book.sqlite")
