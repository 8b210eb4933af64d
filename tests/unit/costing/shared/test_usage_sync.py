"""What a usage file lacks is written into it as comments; what people wrote stays, and twice is as good as once."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from spendgate.costing.usage import UsageFile
from spendgate.costing.usage_sync import Wanted, synced

WANTED = [
    Wanted("aws_nat_gateway.n", {"monthly_data_processed_gb": "gigabytes processed a month"}),
    Wanted('module.a["x: y"].aws_s3_bucket.b[*]', {"standard.storage_gb": "storage", "object_tags": "tags"}),
]
NEW = """\
resource_usage:
  aws_nat_gateway.n:
    # monthly_data_processed_gb:  # gigabytes processed a month
  'module.a["x: y"].aws_s3_bucket.b[*]':
    # object_tags:  # tags
    # standard:
    #   storage_gb:  # storage
"""
CASES = {
    "an empty section": ("version: 0.1\nresource_usage: {}\n", "version: 0.1\n" + NEW),
    "another section behind it": (
        "resource_usage:\n\nresource_type_default_usage:\n  aws_nat_gateway: {}\n",
        NEW + "\nresource_type_default_usage:\n  aws_nat_gateway: {}\n",
    ),
    "a value that stands already": (
        "resource_usage:\n  aws_nat_gateway.n:\n    monthly_data_processed_gb: 5 # measured\n",
        NEW.replace(
            "    # monthly_data_processed_gb:  # gigabytes processed a month",
            "    monthly_data_processed_gb: 5 # measured",
        ),
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_lacking_keys_are_added_and_nothing_else_is_touched(case: str) -> None:
    text, expected = CASES[case]
    assert synced(text, WANTED) == expected


def test_a_new_file_says_what_to_do() -> None:
    text = synced("", WANTED)
    assert text.startswith("# What this run needs to know about use.")
    assert text.endswith(NEW)


@pytest.mark.parametrize("text", ["", *(text for text, _ in CASES.values())])
def test_twice_is_as_good_as_once(text: str) -> None:
    once = synced(text, WANTED)
    assert synced(once, WANTED) == once


@pytest.mark.parametrize("text", ["", *(text for text, _ in CASES.values())])
def test_the_file_can_be_read_and_states_no_value_that_nobody_gave(tmp_path: Path, text: str) -> None:
    path = tmp_path / "usage.yaml"
    path.write_text(synced(text, WANTED), encoding="utf-8")
    usage = UsageFile.load(path)
    stated = {key: use for key, use in usage.by_address.items() if use}
    assert stated in ({}, {"aws_nat_gateway.n": {"monthly_data_processed_gb": 5}})


@example(["\ufffe"])
@example(["it's", '"\\'])
@example(["a\nb", "\x00", "\u2028", "\ufeff"])
@given(
    st.lists(
        st.text(st.characters(codec="utf-8"), min_size=1),
        min_size=1,
        unique=True,
    )
)
def test_any_address_is_one_key(addresses: list[str]) -> None:
    wanted = [Wanted(address.strip() or "x", {"key": "what"}) for address in addresses]
    text = synced("", wanted)
    assert set(yaml.safe_load(text)["resource_usage"] or {}) == {one.address for one in wanted}
    assert synced(text, wanted) == text, "an address that stands there is not added again"
