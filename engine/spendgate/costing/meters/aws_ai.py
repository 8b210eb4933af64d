"""Bedrock provisioned throughput."""

from __future__ import annotations

from collections.abc import Iterable

from spendgate.costing.hours import HOURS_PER_MONTH
from spendgate.costing.meters.machines import sizes, unpriced
from spendgate.model.cost import Component, RateQuery
from spendgate.model.values import Unknown
from spendgate.ports import Subject


class ModelUnits:
    """Model units by the hour, at the price of their commitment; they are paid whether used or not."""

    types = ("aws_bedrock_provisioned_model_throughput",)
    usage_keys: dict[str, str] = {}

    def components(self, subject: Subject) -> Iterable[Component]:
        """One part: units times 730 hours."""
        model, commitment = subject.facets.llm.get("model"), subject.facets.purchase.commitment
        for value, what in ((model, "model"), (commitment, "commitment"), (subject.facets.region, "region")):
            if isinstance(value, Unknown):
                yield unpriced("Model units", "model-unit-hours", f"{what}: {value.reason}")
                return
        quantity = sizes(subject.facets.capacity, HOURS_PER_MONTH)
        name = f"Model units ({model}, {commitment or 'no commitment'})"
        if isinstance(quantity, str):
            yield unpriced(name, "model-unit-hours", quantity)
            return
        base = str(model).split(":")[0] if str(model).count(":") > 1 else str(model)
        query = RateQuery("aws", str(subject.facets.region), "bedrock", f"{base} {commitment or 'none'}")
        yield Component(name, "model-unit-hours", query, quantity)


MODEL_UNITS = ModelUnits()
