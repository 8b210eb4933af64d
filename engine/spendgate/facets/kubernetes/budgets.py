"""Disruption budgets: whether they let a pod be moved at all."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from spendgate.facets.kubernetes.reading import dig, mapping, maps, quantity, texts
from spendgate.model.frozen import Frozen

_ALL = Decimal(100)


class Budget(Frozen):
    """A `PodDisruptionBudget`: whose pods it keeps and what it asks for, as it stands there (`1`, `"50%"`)."""

    selector: Mapping[str, Any] | None
    min_available: Any
    max_unavailable: Any

    def blocks(self, labels: Mapping[str, Any], pods: Any) -> bool:
        """Whether it keeps pods with these labels and lets none of so many go, however long one waits."""
        if not self._selects(labels):
            return False
        if self.max_unavailable is not None:
            return _amount(self.max_unavailable)[0] == 0
        if self.min_available is None:
            return False
        least, is_share = _amount(self.min_available)
        if least is None:
            return False
        return least >= _ALL if is_share else isinstance(pods, int) and least >= pods

    def _selects(self, labels: Mapping[str, Any]) -> bool:
        """NOTE: an empty selector keeps every pod of the namespace, an absent one none."""
        if self.selector is None:
            return False
        held = {str(key): str(value) for key, value in labels.items()}
        wanted = mapping(self.selector.get("matchLabels"))
        if any(held.get(str(key)) != str(value) for key, value in wanted.items()):
            return False
        return all(_holds(rule, held) for rule in maps(self.selector.get("matchExpressions")))


def budget_of(values: Mapping[str, Any]) -> Budget:
    """The budget that an object states."""
    selector = dig(values, "spec", "selector")
    return Budget(
        selector if isinstance(selector, Mapping) else None,
        dig(values, "spec", "minAvailable"),
        dig(values, "spec", "maxUnavailable"),
    )


def _holds(rule: Mapping[str, Any], labels: Mapping[str, str]) -> bool:
    key, operator, values = str(rule.get("key")), rule.get("operator"), tuple(texts(rule.get("values")))
    if operator == "In":
        return labels.get(key) in values
    if operator == "NotIn":
        return labels.get(key) not in values
    return (key in labels) == (operator == "Exists")


def _amount(raw: Any) -> tuple[Decimal | None, bool]:
    """An amount, and whether it is a share in percent."""
    is_share = isinstance(raw, str) and raw.endswith("%")
    found = quantity(raw[:-1] if is_share else raw)
    return (found if isinstance(found, Decimal) else None), is_share
