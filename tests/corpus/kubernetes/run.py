"""Runs manifests through reading, understanding and pricing, as the pipeline does, for the tests of Kubernetes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from spendgate.costing.estimator import Estimator
from spendgate.costing.usage import UsageFile
from spendgate.facets.kubernetes import KubernetesAdapter
from spendgate.graph import Graph
from spendgate.inputs.kubernetes import read_manifests
from spendgate.model.cost import Estimate
from spendgate.model.facets import Facets
from spendgate.model.resource import Workload
from spendgate.ports import FacetContext
from spendgate.prices.book import PriceBook

FOLDER = Path(__file__).parent


@cache
def book() -> PriceBook:
    """The shipped price book."""
    return PriceBook.open()


@dataclass(frozen=True)
class Run:
    """A workload with the facets and estimates of its head side, by address."""

    workload: Workload
    facets: Mapping[str, Facets]
    costs: Mapping[str, Estimate]

    @property
    def only(self) -> Facets:
        """The facets of the only workload in the run."""
        return self.facets[self.only_address]

    @property
    def only_cost(self) -> Estimate:
        """The estimate of the only workload in the run."""
        return self.costs[self.only_address]

    @property
    def only_address(self) -> str:
        found = [address for address, facets in self.facets.items() if facets.kind in ("k8s.workload", "k8s.template")]
        assert len(found) == 1, found
        return found[0]


def run(workload: Workload, regions: Mapping[str, str] | None = None, usage: UsageFile | None = None) -> Run:
    """Understand and price a workload."""
    graph = Graph(workload.changes, workload.references)
    context = FacetContext(
        catalog=book(), neighbours=graph.after, variables={}, workspace=None, aliases={}, schedules={}, accounts={},
        regions=regions or {},
    )  # fmt: skip
    adapter, estimator = KubernetesAdapter(), Estimator(book(), book(), usage or UsageFile())
    facets, costs = {}, {}
    for change in workload.changes:
        if change.after is not None and change.after.provider == "kubernetes":
            facets[change.address] = adapter.describe(change.after, context)
            costs[change.address] = estimator.estimate(change.after, facets[change.address], graph.after)
    return Run(workload, facets, costs)


def run_text(text: str, folder: Path, **more: Mapping[str, str]) -> Run:
    """Read, understand and price a manifest given as text."""
    path = folder / "manifest.yaml"
    path.write_text(text, encoding="utf-8")
    return run(read_manifests([path], {}), **more)


def run_file(name: str, **more: Mapping[str, str]) -> Run:
    """Read, understand and price a file of the corpus."""
    return run(read_manifests([FOLDER / name], {}), **more)
