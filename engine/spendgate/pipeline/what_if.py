"""The way from an assessed resource to what it would cost if it were another; nothing is made before it is asked."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias

from spendgate.model.alternative import WhatIf
from spendgate.pipeline.assess import Assessed, Assessor
from spendgate.pipeline.pricing import Pricing

if TYPE_CHECKING:
    from spendgate.costing.what_if import Questions

Ask: TypeAlias = Callable[[Assessed], WhatIf]


def asker(assessor: Assessor, prices: Pricing) -> Ask:
    """What answers for the resources of a run, with the estimator and the rates that priced it."""
    made: list[Questions] = []

    def ask(item: Assessed) -> WhatIf:
        if not made:
            from spendgate.costing.what_if import Questions

            made.append(Questions(assessor.estimator, prices.catalog, prices.offers, prices.figures))
        assert item.around is not None, item.change.address
        return made[0].on(item.change.resource, item.facets, item.cost.after, item.around)

    return ask
