"""The usage file: what is stated where, and errors that name file, line and the nearest key."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.aws_run import Run, aws, book

from spendgate.costing.estimator import Estimator
from spendgate.costing.meters import meters_for, usage_keys
from spendgate.costing.usage import UsageFile, UsageValueError, stated, word
from spendgate.errors import SettingsError

KEYS = {type_: usage_keys(type_, meters) for type_, meters in meters_for("aws").items()}
RESOURCES = [
    ("aws_nat_gateway.n", "aws_nat_gateway"),
    ("aws_s3_bucket.b", "aws_s3_bucket"),
    ("module.a[0].aws_lambda_function.f[1]", "aws_lambda_function"),
    ("aws_dx_connection.d", "aws_dx_connection"),
]


def load(tmp_path: Path, text: str) -> UsageFile:
    file = tmp_path / "usage.yml"
    file.write_text(text, encoding="utf-8")
    return UsageFile.load(file)


def test_the_nearest_statement_wins_within_blocks_too(tmp_path: Path) -> None:
    usage = load(
        tmp_path,
        "resource_type_default_usage:\n"
        "  aws_s3_bucket: {object_tags: 1, standard: {storage_gb: 1, monthly_tier_1_requests: 7}}\n"
        "resource_usage:\n"
        "  aws_s3_bucket.b[*]: {object_tags: 2, standard: {storage_gb: 2}}\n"
        "  aws_s3_bucket.b[0]: {standard: {storage_gb: 3}}\n",
    )
    assert usage.of("aws_s3_bucket.b[0]", "aws_s3_bucket") == {
        "object_tags": 2,
        "standard": {"storage_gb": 3, "monthly_tier_1_requests": 7},
    }
    assert usage.of("aws_s3_bucket.b[1]", "aws_s3_bucket")["standard"]["storage_gb"] == 2
    assert usage.of("aws_s3_bucket.other", "aws_s3_bucket")["standard"]["storage_gb"] == 1
    assert usage.of("aws_sqs_queue.q", "aws_sqs_queue") == {}


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        pytest.param("resource_usages: {}\n", 1, "did you mean resource_usage?", id="a section misspelled"),
        pytest.param("- a\n", 1, "is not a usage file", id="a list"),
        pytest.param("version: 0.1\nresource_usage: 5\n", 2, "resource_usage is no map", id="a section that is no map"),
        pytest.param(
            "resource_usage:\n  aws_nat_gateway.n: 5\n", 2, "aws_nat_gateway.n is no map", id="use that is no map"
        ),
    ],
)
def test_a_file_that_is_no_usage_file_is_refused_with_its_line(tmp_path: Path, text: str, line: int, said: str) -> None:
    with pytest.raises(SettingsError) as caught:
        load(tmp_path, text)
    assert caught.value.line == line
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        pytest.param(
            "resource_usage:\n  aws_nat_gateway.n:\n    monthly_data_proccessed_gb: 5\n",
            3,
            "did you mean monthly_data_processed_gb?",
            id="a key misspelled",
        ),
        pytest.param(
            "resource_usage:\n  aws_s3_bucket.b:\n    standard:\n      storage_gbs: 5\n",
            4,
            "did you mean standard.storage_gb?",
            id="a key in a block misspelled",
        ),
        pytest.param(
            "resource_usage:\n  aws_nat_gateway.n:\n    monthly_requests: 5\n",
            3,
            "unknown usage key 'monthly_requests'",
            id="a key of another type",
        ),
        pytest.param(
            "resource_usage:\n  aws_nat_gateway.m:\n    monthly_data_processed_gb: 5\n",
            2,
            "did you mean aws_nat_gateway.n?",
            id="an address that the run does not hold",
        ),
        pytest.param(
            "resource_type_default_usage:\n  aws_nat_gatewy:\n    monthly_data_processed_gb: 5\n",
            2,
            "did you mean aws_nat_gateway?",
            id="a type that no meter reads",
        ),
    ],
)
def test_what_would_have_no_effect_is_refused(tmp_path: Path, text: str, line: int, said: str) -> None:
    usage = load(tmp_path, text)
    with pytest.raises(SettingsError) as caught:
        usage.check(RESOURCES, KEYS)
    assert caught.value.line == line
    assert str(caught.value.file).endswith("usage.yml")
    assert said in str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("resource_usage:\n  aws_nat_gateway.n: {monthly_data_processed_gb: 5}\n", id="an address"),
        pytest.param("resource_usage:\n  module.a[*].aws_lambda_function.f[*]: {monthly_requests: 5}\n", id="any key"),
        pytest.param("resource_type_default_usage:\n  aws_sqs_queue: {monthly_requests: 5}\n", id="an absent type"),
        pytest.param(
            "resource_usage:\n  aws_dx_connection.d:\n"
            "    monthly_outbound_from_region_to_dx_connection_location: {us_east_1: 200, eu_west_2: 100}\n",
            id="a block with names of its own",
        ),
        pytest.param(
            "resource_usage:\n  aws_data_transfer.any: {region: us-east-1}\n", id="traffic that no resource is"
        ),
        pytest.param("version: 0.1\n", id="nothing stated"),
    ],
)
def test_what_a_meter_reads_is_accepted(tmp_path: Path, text: str) -> None:
    load(tmp_path, text).check(RESOURCES, KEYS)


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("    monthly_data_processed_gb: lots\n", 3, "a number of zero or more was expected"),
        ("    monthly_data_processed_gb: -1\n", 3, "a number of zero or more was expected"),
        ("    monthly_data_processed_gb: true\n", 3, "a number of zero or more was expected"),
    ],
)
def test_a_value_that_cannot_be_meant_is_refused_with_its_line(tmp_path: Path, text: str, line: int, said: str) -> None:
    usage = load(tmp_path, f"resource_usage:\n  aws_nat_gateway.it:\n{text}")
    run = Run(aws("aws_nat_gateway"))
    with pytest.raises(SettingsError) as caught:
        Estimator(book(), book(), usage).estimate(run.resource, run.facets(), run.graph.after)
    assert caught.value.line == line
    assert said in str(caught.value)
    assert "aws_nat_gateway.it" in str(caught.value)


def test_a_word_must_be_one_that_is_known() -> None:
    assert word({}, "operating_system", ("linux", "windows")) is None
    assert word({"operating_system": "windows"}, "operating_system", ("linux", "windows")) == "windows"
    with pytest.raises(UsageValueError, match="one of linux, windows"):
        word({"operating_system": "beos"}, "operating_system", ("linux", "windows"))


@given(st.one_of(st.none(), st.integers(0, 10**12), st.floats(0, 1e9, allow_nan=False)))
def test_a_number_that_is_stated_is_what_is_read(value: int | float | None) -> None:
    assert stated({"a": {"b": value}}, "a.b") == (None if value is None else Decimal(str(value)))
    assert stated({}, "a.b") is None


@given(st.one_of(st.text(alphabet="abc -"), st.booleans(), st.integers(max_value=-1), st.just(float("nan"))))
def test_anything_else_is_refused_by_its_key(value: object) -> None:
    with pytest.raises(UsageValueError) as caught:
        stated({"a": {"b": value}}, "a.b")
    assert caught.value.key == "a.b"
