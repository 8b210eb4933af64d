"""The lists of what costs nothing by itself: clean, and apart from what is metered."""

from __future__ import annotations

import re
from importlib.resources import files

import pytest

from spendgate.costing.free_types import is_free
from spendgate.costing.meters import meters_for

LISTS = ("aws", "google", "azure", "other")


def names(provider: str) -> list[str]:
    text = files("spendgate.costing").joinpath(f"free_types_{provider}.txt").read_text(encoding="utf-8")
    return [name for line in text.splitlines() for name in line.split("#")[0].split()]


@pytest.mark.parametrize("provider", LISTS)
def test_each_name_is_a_type_and_stands_once(provider: str) -> None:
    found = names(provider)
    assert [name for name in found if not re.fullmatch(r"[a-z0-9_]+\*?", name)] == []
    assert sorted({name for name in found if found.count(name) > 1}) == []


def test_no_type_is_both_free_and_metered_on_aws() -> None:
    assert [type_ for type_ in meters_for("aws") if is_free("aws", type_)] == []


@pytest.mark.parametrize(
    ("provider", "type_", "free"),
    [
        ("aws", "aws_iam_role_policy_attachment", True),
        ("aws", "aws_scheduler_schedule", True),
        ("aws", "aws_instance", False),
        ("aws", "aws_new_and_unheard_of", False),
        ("aws", "random_pet", True),
        ("tls", "tls_private_key", True),
        ("kubernetes", "kubernetes_deployment", False),
        ("cloudflare", "cloudflare_record", True),
        ("vault", "vault_policy", True),
        ("github", "github_membership", False),
        ("databricks", "databricks_cluster", False),
        ("mongodbatlas", "mongodbatlas_cluster", False),
        ("aws", "aws_inspector2_enabler", False),
    ],
)
def test_free(provider: str, type_: str, free: bool) -> None:
    assert is_free(provider, type_) is free
