"""The parts of an Azure resource beside others, as quantities."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from tests.unit.azure_run import Run, azure, book
from tests.unit.costing.shared.everything import metered

D = Decimal
H = 730
Beside = tuple[str, str, dict[str, Any]]


def parts(type_: str, attributes: dict[str, Any], *beside: Beside, region: str = "eastus", **usage: Any) -> Any:
    """Parts of one resource beside others that an attribute of it points at: `(attribute, type, attributes)`."""
    first = azure(type_, attributes, region=region)
    others = [azure(other, values, name=f"other{n}") for n, (_, other, values) in enumerate(beside)]
    refs = [(first.address, attribute, one.address) for (attribute, *_), one in zip(beside, others, strict=True)]
    return metered(Run(first, *others, refs=refs), book(), **usage)


RULES = [{"name": f"r{n}", "enabled": n != 0} for n in range(9)]
