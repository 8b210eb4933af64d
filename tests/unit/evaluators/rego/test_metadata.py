"""The METADATA block: read as plain YAML, refused with its line."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from spendgate.errors import PolicyError
from spendgate.evaluators.rego.metadata import read_metadata
from spendgate.evaluators.rego.modules import module_of
from spendgate.model.finding import Enforcement, Severity

WHOLE = """# Licence: ours.

# METADATA
# title: Only allowed accelerators
# description: |
#   Why.
# related_resources:
#   - ref: https://wiki.example.com/gpu
#   - https://wiki.example.com/other
# custom:
#   id: GPU-001
#   pack: gpu
#   severity: high
#   enforcement: {default: warn, prod: block, warn_until: 2026-12-31, then: require-approval}
#   on_unknown: block
#   inputs: [plan, k8s]
#   kinds: ["compute.*"]
#   parameters: {most: {type: number, default: 4}, over: {type: money, default: 500 USD}}
#   remediation: {summary: Use another.}
#   owner: finops
package spendgate.gpu.allowed
"""


def test_every_key_is_read() -> None:
    found = read_metadata(module_of(WHOLE, "x.rego"))
    assert found is not None
    assert (found.id, found.title, found.pack, found.description) == (
        "GPU-001",
        "Only allowed accelerators",
        "gpu",
        "Why.",
    )
    assert (found.severity, found.on_unknown) == (Severity.HIGH, Enforcement.BLOCK)
    assert found.enforcement.at("prod", date(2026, 1, 1)) is Enforcement.BLOCK
    assert found.enforcement.at("dev", date(2026, 12, 31)) is Enforcement.WARN
    assert found.enforcement.at("dev", date(2027, 1, 1)) is Enforcement.REQUIRE_APPROVAL
    assert (found.inputs, found.kinds, found.owner) == (("plan", "k8s"), ("compute.*",), "finops")
    assert found.parameters is not None
    assert found.parameters["most"].default == Decimal(4)
    assert found.parameters["over"].default.number == Decimal(500)
    assert found.remediation == "Use another."
    assert found.references == ("https://wiki.example.com/gpu", "https://wiki.example.com/other")


@pytest.mark.parametrize(
    "text",
    [
        "package main\n\ndeny contains 1 if true\n",
        "# METADATA\n# title: a rule of others\npackage main\n",
        "# METADATA\n# title: a rule of others\n# custom:\n#   team: web\npackage main\n",
        "package main\n\n# METADATA\n# custom:\n#   id: X-001\ndeny contains 1 if true\n",
        "# METADATA\npackage main\n",
    ],
    ids=["none", "no custom", "a custom of others", "that of a rule", "empty"],
)
def test_a_block_that_is_not_meant_for_us(text: str) -> None:
    assert read_metadata(module_of(text, "x.rego")) is None


def block(*lines: str) -> str:
    return "# METADATA\n# title: T\n# custom:\n" + "".join(f"#   {line}\n" for line in lines) + "package a\n"


GOOD = ("id: X-001", "severity: high", "enforcement: block")


@pytest.mark.parametrize(
    ("text", "said", "line"),
    [
        (block("severity: high", "enforcement: block"), "lacks id", 3),
        (block("id: X-001", "enforcement: block"), "lacks severity", 3),
        (block("id: X-001", "severity: high"), "lacks enforcement", 3),
        (block(*GOOD).replace("# title: T\n", ""), "lacks title", 2),
        (block(*GOOD, "on_unknow: block"), "did you mean on_unknown", 7),
        (block(*GOOD, "on_unknown: pass"), "'pass'", 7),
        (block("id: X-001", "severity: dire", "enforcement: block"), "severity is 'dire'", 5),
        (block("id: X-001", "severity: high", "enforcement: stop"), "'stop'", 6),
        (block(*GOOD, "kinds: {a: b}"), "no list of texts", 7),
        (block(*GOOD, "scope: everything"), "scope is 'everything'", 7),
        (block(*GOOD, "parameters: {most: {type: nmber, default: 1}}"), "nmber", 7),
        (block(*GOOD, "parameters: [a]"), "parameters is no map", 7),
        (block(*GOOD, "x: [1"), "METADATA block that", 8),
        (block(*GOOD, "id: X-002"), "twice", 7),
        (block(*GOOD).replace("package", "\npackage"), "directly above `package`", 7),
        (block(*GOOD).replace("# METADATA", " # METADATA"), "indented", 1),
    ],
)
def test_a_mistake_is_named_with_its_line(text: str, said: str, line: int) -> None:
    with pytest.raises(PolicyError, match=said) as caught:
        read_metadata(module_of(text, "x.rego"))
    assert caught.value.file == "x.rego"
    assert caught.value.line == line
