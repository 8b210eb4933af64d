"""Small runs of Google resources for tests: resources with references between them, described and priced by the real parts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from functools import cache
from typing import Any

from spendgate.costing.estimator import Estimator
from spendgate.costing.usage import UsageFile
from spendgate.facets.google import ADAPTER
from spendgate.graph import Graph
from spendgate.model.attributes import Attributes
from spendgate.model.cost import Estimate, LineItem, Missing
from spendgate.model.facets import Facets
from spendgate.model.resource import Action, Change, ProviderSettings, Resource
from spendgate.ports import FacetContext
from spendgate.prices.book import PriceBook

IOWA = ProviderSettings(region="us-central1")


@cache
def book() -> PriceBook:
    """The price book of the checkout."""
    return PriceBook.open()


class Edges:
    """References of a run: `(from address, attribute, to address)`."""

    def __init__(self, edges: Iterable[tuple[str, str, str]]) -> None:
        self._edges = list(edges)

    def edges(self) -> list[tuple[str, str, str]]:
        """All of them."""
        return self._edges

    def states(self, address: str, attribute: str) -> bool:
        """Whether an attribute is stated by pointing at something."""
        return any(edge[:2] == (address, attribute) for edge in self._edges)


def google(
    type_: str,
    attributes: Mapping[str, Any] | None = None,
    *,
    name: str = "it",
    unknown: Any = False,
    sensitive: Any = False,
    settings: ProviderSettings = IOWA,
) -> Resource:
    """A resource `<type>.<name>` with attributes as a plan holds them (blocks are lists)."""
    marked = Attributes(attributes or {}, unknown, sensitive)
    return Resource(f"{type_}.{name}", type_, name, "google", marked, settings=settings)


class Run:
    """Resources and the references between them; the first resource is the one asked about unless named."""

    def __init__(self, *resources: Resource, refs: Iterable[tuple[str, str, str]] = (), **context: Any) -> None:
        self.resources = resources
        changes = [Change(one.address, Action.CREATE, None, one) for one in resources]
        self.side = Graph(changes, Edges(refs)).after
        defaults: dict[str, Any] = {
            "catalog": book(),
            "neighbours": self.side,
            "variables": {},
            "workspace": None,
            "aliases": {},
            "schedules": {"office-hours": Decimal(60)},
            "accounts": {},
            "regions": {},
        }
        self.context = FacetContext(**{**defaults, **context})

    def facets(self) -> Facets:
        """The facets of the first resource."""
        return ADAPTER.describe(self.resources[0], self.context)

    def estimate(self, **usage: Any) -> Estimate:
        """The estimate of the first resource with this usage stated for it."""
        first = self.resources[0]
        stated = UsageFile({first.address: usage} if usage else {}, {})
        return Estimator(book(), book(), stated).estimate(first, self.facets(), self.side)


def facets_of(type_: str, attributes: Mapping[str, Any] | None = None, **settings: Any) -> Facets:
    """The facets of one resource that stands alone."""
    return Run(google(type_, attributes, **settings)).facets()


def estimate_of(type_: str, attributes: Mapping[str, Any] | None = None, **usage: Any) -> Estimate:
    """The estimate of one resource that stands alone in us-central1, with usage."""
    return Run(google(type_, attributes)).estimate(**usage)


def quantities(estimate: Estimate) -> dict[str, tuple[Decimal, str]]:
    """Expected quantity and unit of each line item by name."""
    return {item.name: (item.quantity.expected, item.unit) for item in estimate.items}


def item(estimate: Estimate, part: str) -> LineItem:
    """The one line item whose name holds a text."""
    found = [line for line in estimate.items if part in line.name]
    assert len(found) == 1, [line.name for line in estimate.items]
    return found[0]


def unpriced(estimate: Estimate) -> dict[str, str]:
    """The reason of each part without a price, by name."""
    return {part.component: part.reason for part in estimate.unpriced if part.missing is Missing.UNPRICED}
