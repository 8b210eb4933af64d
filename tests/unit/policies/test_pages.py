"""The pages for policy authors: every path and key is in them, and their policies work."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest

from spendgate.model.case import ROOTS
from spendgate.policies.operators import OPERATORS
from spendgate.policies.parameters import TYPES
from spendgate.policies.paths import VOCABULARY
from spendgate.policies.reading import compiled, read_policy_text
from spendgate.policies.schema import MATCH_KEYS, PolicyShape
from spendgate.policies.testing import run_tests

DOCS = Path(__file__).resolve().parents[3] / "docs"
LANGUAGE = (DOCS / "policy-language.md").read_text(encoding="utf-8")
FACETS = (DOCS / "facets.md").read_text(encoding="utf-8")
EXAMPLES = [block for block in re.findall(r"```yaml\n(.*?)```", LANGUAGE, re.DOTALL) if block.startswith("id:")]


def paths() -> Iterator[str]:
    """Every path of one or two words, spelt as the page spells it."""
    for root in sorted(ROOTS):
        words = VOCABULARY.get(root)
        if not isinstance(words, Mapping):
            yield root
        else:
            lists = "[]" if root in ("pools", "disks") else ""
            yield from (
                f"{root}{lists}.{word}" for word in words if root != "group" or word not in VOCABULARY["change"]
            )


@pytest.mark.parametrize("path", list(paths()))
def test_every_path_is_on_the_page(path: str) -> None:
    assert re.search(rf"`{re.escape(path)}[`.]", FACETS), path


def test_the_page_names_no_path_that_does_not_exist() -> None:
    known = set(paths())
    assert {found for found in re.findall(r"^\| `([^`]+)` \|", FACETS, re.MULTILINE)} - known == set()  # noqa: C416


@pytest.mark.parametrize("name", OPERATORS)
def test_every_operator_is_explained(name: str) -> None:
    assert f"| `{name}` |" in LANGUAGE


@pytest.mark.parametrize("name", [field.alias or key for key, field in PolicyShape.model_fields.items()])
def test_every_key_is_explained(name: str) -> None:
    assert f"| `{name}` |" in LANGUAGE


@pytest.mark.parametrize("name", MATCH_KEYS)
def test_every_key_of_match_is_shown(name: str) -> None:
    assert re.search(rf"^  {name}:", LANGUAGE, re.MULTILINE)


@pytest.mark.parametrize("name", TYPES)
def test_every_type_of_parameter_is_named(name: str) -> None:
    assert f"`{name}`" in LANGUAGE


@pytest.mark.parametrize("text", EXAMPLES, ids=[block.splitlines()[0] for block in EXAMPLES])
def test_every_policy_on_the_page_works(text: str) -> None:
    run = run_tests([compiled(read_policy_text(text, "docs/policy-language.md"))], datetime(2026, 11, 24, tzinfo=UTC))
    assert run.succeeded, run.failed
