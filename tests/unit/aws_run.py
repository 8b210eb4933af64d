"""Small runs of AWS resources for tests: resources with references between them, described and priced by the real parts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any

from spendgate.costing.estimator import Estimator
from spendgate.costing.usage import UsageFile
from spendgate.facets.aws import ADAPTER
from spendgate.graph import Graph
from spendgate.model.attributes import Attributes
from spendgate.model.cost import Estimate, Missing
from spendgate.model.facets import Facets
from spendgate.model.resource import Action, Change, ProviderSettings, Resource
from spendgate.ports import FacetContext, PriceSource
from spendgate.prices.book import PriceBook

TODAY = date(2026, 11, 24)
VIRGINIA = ProviderSettings(region="us-east-1")


@cache
def book() -> PriceBook:
    """The price book of the checkout."""
    return PriceBook.open()


class Edges:
    """References of a run: `(from address, attribute, to address)`; what points is stated, all else is computed."""

    def __init__(self, edges: Iterable[tuple[str, str, str]]) -> None:
        self._edges = list(edges)

    def edges(self) -> list[tuple[str, str, str]]:
        """All of them."""
        return self._edges

    def states(self, address: str, attribute: str) -> bool:
        """Whether an attribute is stated by pointing at something."""
        return any(edge[:2] == (address, attribute) for edge in self._edges)


def aws(
    type_: str,
    attributes: Mapping[str, Any] | None = None,
    *,
    name: str = "it",
    unknown: Any = False,
    sensitive: Any = False,
    settings: ProviderSettings = VIRGINIA,
) -> Resource:
    """A resource `<type>.<name>` with attributes as a plan holds them (blocks are lists)."""
    marked = Attributes(attributes or {}, unknown, sensitive)
    return Resource(f"{type_}.{name}", type_, name, "aws", marked, settings=settings)


@dataclass
class Run:
    """One resource under test, its neighbours and how they refer to each other."""

    resource: Resource
    neighbours: tuple[Resource, ...] = ()
    edges: tuple[tuple[str, str, str], ...] = ()
    usage: Mapping[str, Any] = field(default_factory=dict)
    schedules: Mapping[str, Decimal] = field(default_factory=dict)
    prices: PriceSource | None = None
    graph: Graph = field(init=False)

    def __post_init__(self) -> None:
        changes = [Change(each.address, Action.CREATE, None, each) for each in (self.resource, *self.neighbours)]
        self.graph = Graph(changes, Edges(self.edges))

    def facets(self) -> Facets:
        """What the adapter makes of the resource."""
        context = FacetContext(book(), self.graph.after, {}, None, {}, self.schedules, {}, {})
        return ADAPTER.describe(self.resource, context)

    def estimate(self) -> Estimate:
        """What it costs."""
        usage = UsageFile({self.resource.address: self.usage}) if self.usage else UsageFile()
        estimator = Estimator(self.prices or book(), book(), usage, TODAY)
        return estimator.estimate(self.resource, self.facets(), self.graph.after)


def pointing(resource: Resource, *pointed: tuple[str, Resource], **more: Any) -> Run:
    """A run in which the resource points at others: pairs of an attribute and a resource."""
    edges = tuple((resource.address, attribute, other.address) for attribute, other in pointed)
    return Run(resource, tuple(other for _, other in pointed), edges, **more)


def pointed_at(resource: Resource, *pointing: tuple[str, Resource], **more: Any) -> Run:
    """A run in which others point at the resource: pairs of an attribute and a resource."""
    edges = tuple((other.address, attribute, resource.address) for attribute, other in pointing)
    return Run(resource, tuple(other for _, other in pointing), edges, **more)


def facets_of(type_: str, attributes: Mapping[str, Any] | None = None, unknown: Any = False) -> Facets:
    """The facets of a resource that stands alone."""
    return Run(aws(type_, attributes, unknown=unknown)).facets()


def estimate_of(type_: str, attributes: Mapping[str, Any] | None = None, **usage: Any) -> Estimate:
    """The estimate of a resource that stands alone."""
    return Run(aws(type_, attributes), usage=usage).estimate()


def quantities(estimate: Estimate) -> dict[str, tuple[Decimal, str]]:
    """Priced parts by name: expected quantity and unit."""
    return {item.name: (item.quantity.expected, item.unit) for item in estimate.items}


def unpriced(estimate: Estimate) -> dict[str, str]:
    """Parts without a price, with the reason; those that need usage are not among them."""
    return {part.component: part.reason for part in estimate.unpriced if part.missing is Missing.UNPRICED}


def needed(estimate: Estimate) -> set[str]:
    """Names of the parts that wait for usage."""
    return {part.component for part in estimate.unpriced if part.missing is Missing.NEEDS_USAGE}
