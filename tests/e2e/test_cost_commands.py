"""`spendgate cost`, `diff` and `report` as their users run them."""

from __future__ import annotations

import csv
import io
import json
import re
from decimal import Decimal
from pathlib import Path

import pytest

from tests.e2e.stories import NOW, ROOT, run
from tests.e2e.test_command_line import create, plan

STORY = ROOT / "examples" / "gpu-training-aws" / "plan.json"


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A saved report of the story's costs."""
    path = tmp_path_factory.mktemp("saved") / "base.json"
    assert run("cost", str(STORY), "--now", NOW, "-o", f"json={path}").exit_code == 0
    return path


def test_a_saved_report_renders_as_the_run_did(saved: Path) -> None:
    again = run("report", str(saved))
    assert again.exit_code == 0
    assert again.output == run("cost", str(STORY), "--now", NOW).output


def test_a_saved_report_goes_into_any_format(saved: Path) -> None:
    found = list(csv.DictReader(io.StringIO(run("report", str(saved), "-o", "focus").output)))
    assert {row["x_RecordType"] for row in found} == {"Estimate"}


def test_a_report_compared_with_its_own_input_is_no_difference(saved: Path) -> None:
    done = run("diff", str(saved), str(STORY), "--now", NOW, "-o", "json")
    report = json.loads(done.output)
    assert done.exit_code == 0
    assert Decimal(report["cost"]["delta_monthly"]["expected"]) == 0
    assert set(report["counts"]["by_action"]) == {"no-op"}


def test_two_plans_are_compared_after_with_after(tmp_path: Path) -> None:
    for name, machine in (("base", "g5.xlarge"), ("head", "g5.2xlarge")):
        (tmp_path / f"{name}.json").write_bytes(plan(create(machine)))
    done = run("diff", "base.json", "head.json", "-o", "json", cwd=tmp_path)
    report = json.loads(done.output)
    assert [change["action"] for change in report["changes"]] == ["update"]
    assert Decimal(report["cost"]["delta_monthly"]["expected"]) > 40
    assert report["cost"]["delta_complete"] is True


def test_groups_stand_in_the_report_and_add_up(saved: Path) -> None:
    done = run("cost", str(STORY), "--now", NOW, "-o", "json", "--group-by", "module", "--group-by", "tags.team")
    report = json.loads(done.output)
    for path in ("module", "tags.team"):
        amounts = [Decimal(g["after_monthly"]["expected"]) for g in report["groups"] if g["by"] == path]
        assert sum(amounts) == pytest.approx(Decimal(report["cost"]["after_monthly"]["expected"]), abs=Decimal("0.01"))
    assert "untagged (28 resources)" in run("report", str(saved), "--group-by", "tags.team").output


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["report", "README.md"], "is not JSON"),
        (["report", "nowhere.json"], "nowhere.json"),
        (["diff", "nowhere.json", str(STORY)], "nowhere.json"),
        (["cost", str(STORY), "--group-by", "team"], "did you mean tags.team?"),
    ],
    ids=["no report", "no file", "no base", "no such path"],
)
def test_a_mistake_is_one_line_with_a_cure(arguments: list[str], said: str) -> None:
    done = run(*arguments)
    assert done.exit_code == 2
    assert done.output == ""
    assert said in done.errors
    assert "Traceback" not in done.errors


RATES = """
currency: EUR
exchange_rates: [{from: USD, to: EUR, rate: 0.5, as_of: 2026-11-20}]
discounts: [{provider: aws, percent: 10, name: EDP}]
"""


def test_a_rates_file_changes_every_line_and_says_so(tmp_path: Path) -> None:
    (tmp_path / "plan.json").write_bytes(plan(create("g5.xlarge", tags={})))
    (tmp_path / "rates.yaml").write_text(RATES, encoding="utf-8")
    listed = json.loads(run("cost", "plan.json", "-o", "json", cwd=tmp_path).output)
    (tmp_path / "spendgate.yaml").write_text("rates: rates.yaml\n", encoding="utf-8")
    report = json.loads(run("cost", "plan.json", "-o", "json", cwd=tmp_path).output)
    assert report["currency"] == "EUR"
    before, after = (Decimal(r["cost"]["after_monthly"]["expected"]) for r in (listed, report))
    assert after == pytest.approx(before * Decimal("0.45"), abs=Decimal("0.01"))
    items = report["changes"][0]["cost"]["items"]
    assert all("EDP, rates.yaml:4" in item["note"] and "USD to EUR at 0.5" in item["note"] for item in items)
    assert all(Decimal(item["list_unit_price"]) > Decimal(item["unit_price"]) for item in items)


def test_a_gate_in_another_currency_adds_up_too(tmp_path: Path) -> None:
    (tmp_path / "rates.yaml").write_text(RATES, encoding="utf-8")
    done = run("check", str(STORY), "--now", NOW, "--rates", str(tmp_path / "rates.yaml"), "-o", "json")
    assert done.exit_code == 1, done.errors
    report = json.loads(done.output)
    assert report["currency"] == "EUR"
    said = " ".join(finding["message"] for finding in report["findings"])
    assert " EUR a month" in said
    assert "USD" not in said


POLICY = """
id: OWN-001
title: Machines emit little
pack: own
severity: low
match: {kind: compute.vm}
assert: [{field: carbon.kg_month, lte: 1}]
on_unknown: warn
enforcement: warn
message: "{{ address }} emits {{ carbon.kg_month }} kg a month"
remediation: {summary: Use a smaller machine.}
"""


@pytest.mark.parametrize(
    ("machine", "verdict"), [("m5.large", "fail"), ("zz9.large", "unknown")], ids=["known", "a figure is missing"]
)
def test_a_policy_asks_for_emissions(tmp_path: Path, machine: str, verdict: str) -> None:
    (tmp_path / "plan.json").write_bytes(plan(create(machine, tags={})))
    (tmp_path / "own.yaml").write_text(POLICY, encoding="utf-8")
    done = run("check", "plan.json", "-p", "own.yaml", "-o", "json", cwd=tmp_path)
    assert done.errors == ""
    findings = [finding["verdict"] for finding in json.loads(done.output)["findings"] if finding["policy"] == "OWN-001"]
    assert findings == [verdict]


EXCHANGE = "exchange_rates:\n  - {from: USD, to: EUR, rate: 0.92, as_of: 2026-11-20, source: ECB}\n"


def test_every_command_and_format_speaks_in_the_currency_that_was_asked_for(saved: Path, tmp_path: Path) -> None:
    rates = tmp_path / "rates.yaml"
    rates.write_text(EXCHANGE, encoding="utf-8")
    asked = ("--currency", "EUR", "--rates", str(rates))
    dollars = json.loads(run("cost", str(STORY), "--now", NOW, "-o", "json").output)
    euros = json.loads(run("cost", str(STORY), "--now", NOW, "-o", "json", *asked).output)
    assert euros["currency"] == "EUR"
    expected = Decimal(dollars["cost"]["after_monthly"]["expected"]) * Decimal("0.92")
    assert Decimal(euros["cost"]["after_monthly"]["expected"]) == pytest.approx(expected)
    for form in ("text", "markdown", "html", "csv"):
        text = run("cost", str(STORY), "--now", NOW, "-o", form, *asked).output
        assert "EUR" in text or "€" in text, form
        assert re.search(r"\$\d+[.,]\d", text) is None, form
    rows = list(csv.DictReader(io.StringIO(run("report", str(saved), "-o", "focus", *asked).output)))
    assert {row["BillingCurrency"] for row in rows} == {"EUR"}
    difference = json.loads(run("diff", str(saved), str(STORY), "--now", NOW, "-o", "json", *asked).output)
    assert difference["currency"] == "EUR"
    assert abs(Decimal(difference["cost"]["delta_monthly"]["expected"])) < Decimal("0.01")


LIMITS = """
id: OWN-001
title: Machines stay below a limit
pack: own
severity: low
enforcement: block
match: {kind: compute.vm, where: {field: tags.cpu, equals: AMD 7003}}
parameters:
  most: {type: money, default: 500 USD}
  by_env: {type: map, default: {unknown: 800 USD}}
assert:
  - {field: cost.monthly.expected, lte: "${most}"}
  - {field: cost.monthly.expected, between: [1, 600 USD]}
  - {field: cost.monthly.expected, lte: "${by_env[env]}"}
message: "{{ cost.monthly.expected }} of {{ most }} {{ currency }}"
"""


@pytest.mark.parametrize(
    ("machine", "failed"),
    [("m5.2xlarge", None), ("m5.4xlarge", "506.38 of 450.00 EUR")],
    ids=["USD 281 is below every limit", "USD 563 is above 500 but not above 600 or 800"],
)
def test_a_limit_in_another_currency_is_converted_and_a_text_that_looks_like_money_is_not(
    tmp_path: Path, machine: str, failed: str | None
) -> None:
    (tmp_path / "plan.json").write_bytes(plan(create(machine, tags={"cpu": "AMD 7003"})))
    (tmp_path / "own.yaml").write_text(LIMITS, encoding="utf-8")
    (tmp_path / "rates.yaml").write_text(EXCHANGE.replace("0.92", "0.9"), encoding="utf-8")
    asked = ("check", "plan.json", "-p", "own.yaml", "--currency", "EUR", "--rates", "rates.yaml", "-o", "json")
    report = json.loads(run(*asked, cwd=tmp_path).output)
    said = [finding["message"] for finding in report["findings"]]
    assert said == ([failed] if failed else [])
    assert "those in USD are converted (USD to EUR at 0.9 of 2026-11-20, ECB)" in str(report["problems"])


@pytest.mark.parametrize(
    ("limit", "rates", "said"),
    [
        ("500 GBP", EXCHANGE, "own.yaml:9: OWN-001.most: '500 GBP' is in GBP and the run counts USD"),
        (
            "500 GBP",
            "currency: EUR\n" + EXCHANGE,
            "own.yaml:9: OWN-001.most: '500 GBP' is in GBP and the run counts EUR",
        ),
    ],
    ids=["a run in dollars", "a run in euros"],
)
def test_a_limit_without_an_exchange_rate_is_an_error_with_its_line(
    tmp_path: Path, limit: str, rates: str, said: str
) -> None:
    (tmp_path / "plan.json").write_bytes(plan(create("m5.large", tags={})))
    (tmp_path / "own.yaml").write_text(LIMITS.replace("500 USD", limit), encoding="utf-8")
    (tmp_path / "rates.yaml").write_text(rates, encoding="utf-8")
    done = run("check", "plan.json", "-p", "own.yaml", "--rates", "rates.yaml", cwd=tmp_path)
    assert done.exit_code == 2
    assert said in done.errors
    assert "exchange_rates: [{from: GBP" in done.errors


@pytest.mark.parametrize("command", ["cost", "check", "report"])
def test_a_currency_without_an_exchange_rate_is_an_error(command: str, saved: Path) -> None:
    done = run(command, str(saved if command == "report" else STORY), "--currency", "EUR")
    assert done.exit_code == 2
    assert "no exchange rate to EUR is known" in done.errors


def test_rates_for_a_saved_report_without_a_currency_would_have_no_effect(saved: Path) -> None:
    done = run("report", str(saved), "--rates", "rates.yaml")
    assert done.exit_code == 2
    assert "--rates has no effect without --currency" in done.errors


def test_the_version_of_focus_picks_columns_and_needs_its_format(saved: Path) -> None:
    header = run("report", str(saved), "-o", "focus", "--focus-version", "1.4").output.splitlines()[0].split(",")
    assert "ServiceProviderName" in header
    assert "ProviderName" not in header
    refused = run("report", str(saved), "--focus-version", "1.4")
    assert refused.exit_code == 2
    assert "no effect without -o focus" in refused.errors


@pytest.mark.parametrize(
    ("hours", "said"),
    [
        ("{low: 9, high: 17}", "usage.yaml:2: range hours has no expected value"),
        ("{low: 9, expected: 5, high: 7}", "usage.yaml:2: range hours is out of order"),
        ("{low: 24x7, expected: 12x5}", "usage.yaml:2: range hours is out of order"),
    ],
)
def test_a_range_that_says_nothing_sensible_is_an_error(tmp_path: Path, hours: str, said: str) -> None:
    (tmp_path / "plan.json").write_bytes(plan(create("m5.large", tags={})))
    (tmp_path / "usage.yaml").write_text(f"resource_type_default_usage:\n  aws_instance: {{hours: {hours}}}\n")
    done = run("cost", "plan.json", "--usage-file", "usage.yaml", cwd=tmp_path)
    assert done.exit_code == 2
    assert said in done.errors
    assert "write {low: 10, expected: 20, high: 50}" in done.errors


def test_a_usage_file_that_is_filled_up_counts_while_it_is(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text('resource "aws_nat_gateway" "n" {\n  subnet_id = "s"\n}\n')
    stated = "resource_type_default_usage:\n  aws_nat_gateway: {monthly_data_processed_gb: 100}\n"
    (tmp_path / "usage.yaml").write_text(stated)
    done = run("cost", "main.tf", "--sync-usage", "usage.yaml", cwd=tmp_path)
    assert "0 resources need usage" in done.errors
    assert (tmp_path / "usage.yaml").read_text() == stated
