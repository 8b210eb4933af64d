"""Usage in our own forms: defaults for a tag, an environment or a kind, ranges, and hours by days of a week."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.aws_run import TODAY, Run, aws, book

from spendgate.costing.estimator import Estimator
from spendgate.costing.usage import UsageFile
from spendgate.costing.usage_values import at_size, has_ranges, is_range, monthly_hours
from spendgate.errors import SettingsError
from spendgate.model.cost import Estimate

D = Decimal
BUCKET = aws("aws_s3_bucket", {"bucket": "b", "tags": {"team": "search", "environment": "dev"}})
MACHINE = aws(
    "aws_instance", {"instance_type": "m5.large", "root_block_device": [{"volume_size": 100}], "tags": {"env": "dev"}}
)
NAT = aws("aws_nat_gateway")


def load(tmp_path: Path, text: str) -> UsageFile:
    file = tmp_path / "usage.yml"
    file.write_text(text, encoding="utf-8")
    return UsageFile.load(file)


def estimate(resource: Any, usage: UsageFile) -> Estimate:
    run = Run(resource)
    return Estimator(book(), book(), usage, TODAY).estimate(resource, run.facets(), run.graph.after)


DEFAULTS = """
defaults:
  - match: {kind: "storage.*"}
    use: {standard: {storage_gb: 10, monthly_tier_1_requests: 5}}
  - match: {tags.team: [search, ads]}
    use: {standard: {storage_gb: 20}}
  - match: {env: prod}
    use: {standard: {storage_gb: 1000000}}
resource_type_default_usage:
  aws_s3_bucket: {standard: {monthly_tier_1_requests: 7}}
"""


def test_a_later_default_wins_and_a_type_wins_over_all_of_them(tmp_path: Path) -> None:
    usage = load(tmp_path, DEFAULTS)
    facets = Run(BUCKET).facets()
    found = usage.of("aws_s3_bucket.it", "aws_s3_bucket", facets, "aws")
    assert found == {"standard": {"storage_gb": 20, "monthly_tier_1_requests": 7}}


def test_a_tag_that_is_not_known_matches_no_default(tmp_path: Path) -> None:
    usage = load(tmp_path, "defaults:\n  - match: {tags.team: search}\n    use: {standard: {storage_gb: 20}}\n")
    unknown = Run(aws("aws_s3_bucket", {"bucket": "b"}, unknown={"tags": True})).facets()
    assert usage.of("aws_s3_bucket.it", "aws_s3_bucket", unknown, "aws") == {}


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("defaults: {}\n", 1, ""),
        ("defaults: 5\n", 1, "defaults is a list"),
        ("defaults:\n  - use: {hours: 1}\n", 2, "exactly match and use"),
        ("defaults:\n  - match: {}\n    use: {hours: 1}\n", 2, "at least one condition"),
        ("defaults:\n  - match: {kinds: x}\n    use: {hours: 1}\n", 2, "did you mean kind?"),
        ("defaults:\n  - match: {env: dev}\n    use: {storage_gbs: 1}\n", 3, "did you mean"),
    ],
    ids=["nothing", "a number", "no match", "no condition", "a condition misspelled", "a key misspelled"],
)
def test_a_default_that_is_not_right_is_refused(tmp_path: Path, text: str, line: int, said: str) -> None:
    if not said:
        assert not load(tmp_path, text)
        return
    with pytest.raises(SettingsError) as refused:
        load(tmp_path, text).check([("aws_s3_bucket.b", "aws_s3_bucket")], {"aws_s3_bucket": ["standard.storage_gb"]})
    assert refused.value.line == line
    assert said in str(refused.value)


def test_hours_stop_the_machine_and_nothing_else(tmp_path: Path) -> None:
    usage = load(tmp_path, "defaults:\n  - match: {env: dev}\n    use: {hours: 12x5}\n")
    always, stated = estimate(MACHINE, UsageFile()), estimate(MACHINE, usage)
    hours = {item.name: item.quantity.expected for item in stated.items if item.unit == "hours"}
    assert [round(each, 4) for each in hours.values()] == [D("260.7143")]
    disks = [[item.monthly for item in made.items if "volume" in item.name] for made in (always, stated)]
    assert disks[0] == disks[1] != []


@pytest.mark.parametrize(
    ("text", "hours"),
    [("12x5", "260.7143"), ("24x7", "730"), ("10x5", "217.2619"), ("25x5", None), ("8x9", None), ("office", None)],
)
def test_hours_by_days(text: str, hours: str | None) -> None:
    found = monthly_hours(text)
    assert (round(found, 4) if found is not None else None) == (D(hours) if hours else None)


@pytest.mark.parametrize("value", ["900", "25x5", "-1", "often"])
def test_hours_that_cannot_be_meant_are_refused_with_their_line(tmp_path: Path, value: str) -> None:
    usage = load(tmp_path, f"resource_usage:\n  aws_instance.it:\n    hours: {value}\n")
    with pytest.raises(SettingsError) as refused:
        estimate(MACHINE, usage)
    assert refused.value.line == 3


def test_a_range_makes_low_and_high_and_expects_the_middle(tmp_path: Path) -> None:
    text = (
        "resource_usage:\n  aws_nat_gateway.it:\n    monthly_data_processed_gb: {low: 10, expected: 100, high: 900}\n"
    )
    monthly = estimate(NAT, load(tmp_path, text)).monthly
    assert monthly is not None
    hourly = D("0.045") * 730
    assert (monthly.low, monthly.expected, monthly.high) == tuple(hourly + D("0.045") * gb for gb in (10, 100, 900))


def test_an_end_that_is_left_out_is_what_is_expected(tmp_path: Path) -> None:
    text = "resource_usage:\n  aws_nat_gateway.it:\n    monthly_data_processed_gb: {expected: 100, high: 900}\n"
    monthly = estimate(NAT, load(tmp_path, text)).monthly
    assert monthly is not None
    assert monthly.low == monthly.expected < monthly.high


def test_steps_that_only_much_use_reaches_are_in_the_high_end_alone(tmp_path: Path) -> None:
    key = "monthly_requests: {low: 0, expected: 1000000, high: 2000000000}"
    usage = load(tmp_path, f"resource_usage:\n  aws_sqs_queue.it:\n    {key}\n")
    made = estimate(aws("aws_sqs_queue", {"name": "q"}), usage)
    assert made.monthly is not None
    assert made.monthly.high > 500 * made.monthly.expected
    assert sum((item.monthly.high for item in made.items), D(0)) == made.monthly.high


@given(st.lists(st.integers(0, 10**7), min_size=3, max_size=3).map(sorted))
def test_low_is_never_above_expected_nor_that_above_high(sizes: list[int]) -> None:
    low, expected, high = sizes
    use = {"monthly_data_processed_gb": {"low": low, "expected": expected, "high": high}}
    monthly = estimate(NAT, UsageFile({"aws_nat_gateway.it": use})).monthly
    assert monthly is not None
    assert monthly.low <= monthly.expected <= monthly.high


def test_what_is_a_range() -> None:
    assert is_range({"low": 1, "expected": 2})
    assert not is_range({"expected": 2})
    assert not is_range({"low": 1, "high": 2})
    assert not is_range({"low": 1, "expected": 2, "other": 3})
    use = {"a": 1, "b": {"c": {"expected": 2, "high": 5}}}
    assert has_ranges(use)
    assert at_size(use, "high") == {"a": 1, "b": {"c": 5}}
