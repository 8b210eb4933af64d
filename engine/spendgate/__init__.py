"""spendgate: a policy-as-code gate for what AI and cloud infrastructure costs.

    report = spendgate.check(["plan.json"])
    report.decision, report.cost.delta_monthly.expected

Public names are loaded on first use, so that importing the package costs nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"
__all__ = ["SpendgateError", "__version__", "check", "estimate"]

if TYPE_CHECKING:
    from spendgate.api import check, estimate
    from spendgate.errors import SpendgateError

_HOMES = {"check": "spendgate.api", "estimate": "spendgate.api", "SpendgateError": "spendgate.errors"}


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        from importlib import import_module

        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'spendgate' has no attribute {name!r}")
