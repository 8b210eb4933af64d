"""From a publisher's list to an estimate: import, build, use; and what the commands say when something is not right."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import pytest

from tests.e2e.stories import ROOT, run
from tests.e2e.test_command_line import create, plan

LISTS = ROOT / "tests" / "unit" / "prices" / "published"


def test_an_imported_list_prices_a_plan(tmp_path: Path) -> None:
    tables, book = tmp_path / "tables", tmp_path / "book.sqlite"
    own = "provider,service,item,region,unit,price,as_of,source\naws,machine,m9.large,us-east-1,,0.2,2026-10-01,offer 4711\n"
    (tmp_path / "own.csv").write_text(own, encoding="utf-8")
    imported = run("prices", "import", "own-csv", str(tmp_path / "own.csv"), "--to", str(tables))
    assert "1 machine prices, 0 other rates read" in imported.output, imported.errors
    more = run("prices", "import", "aws-offer", str(LISTS / "aws_offer.json"), "--to", str(tables))
    assert "machine_prices_aws.csv: 3 new, 0 replaced" in more.output, more.errors
    assert run("prices", "build", "--from", str(tables), "--to", str(book)).exit_code == 0
    (tmp_path / "plan.json").write_bytes(plan(create("m9.large", tags={})))
    done = run("cost", "plan.json", "-o", "json", cwd=tmp_path, SPENDGATE_PRICE_BOOK=str(book))
    report = json.loads(done.output)
    items = {item["name"]: item for item in report["changes"][0]["cost"]["items"]}
    machine = items["Machine (on-demand, m9.large)"]
    assert (Decimal(machine["unit_price"]), machine["source"], machine["as_of"]) == (
        Decimal("0.2"),
        "offer 4711",
        "2026-10-01",
    )
    assert report["prices"]["as_of"] == "2026-10-01"
    assert report["changes"][0]["carbon"]["kwh_month"] is None


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["import", "aws-offers", "x", "--to", "t"], "aws-offer"),
        (["import", "aws-offer", "nowhere.json", "--to", "t"], "nowhere.json"),
        (["import", "skypilot", str(LISTS / "skypilot_vms.csv"), "--to", "t"], "--provider"),
        (["import", "skypilot", str(LISTS / "skypilot_vms.csv"), "--to", "t", "--as-of", "today"], "is no date"),
        (["import", "azure-retail", str(LISTS / "aws_offer.json"), "--to", "t"], "no page of the Retail Prices API"),
    ],
    ids=["no such form", "no such file", "no cloud", "no date", "another form"],
)
def test_a_mistake_is_one_line_with_a_cure(tmp_path: Path, arguments: list[str], said: str) -> None:
    done = run("prices", *arguments, cwd=tmp_path)
    assert done.exit_code == 2
    assert said in done.errors
    assert "Traceback" not in done.errors
    assert not (tmp_path / "t").exists()


def test_coverage_counts_types_by_provider() -> None:
    lines = run("prices", "coverage", "--types").output.splitlines()
    counts = {line.split()[0]: int(line.split()[1].replace(",", "")) for line in lines[1:5]}
    assert min(counts.values()) > 50
    assert "aws       aws_instance" in "\n".join(lines).replace("aws         ", "aws       ")


def test_a_book_that_is_not_there_is_told(tmp_path: Path) -> None:
    done = run("prices", "info", SPENDGATE_PRICE_BOOK=str(tmp_path / "none.sqlite"))
    assert done.exit_code == 2
    assert "SPENDGATE_PRICE_BOOK names no file" in done.errors
