"""Machines and jobs of one's own: what Slurm reports or people write down about clusters, edge sites and bare metal."""

from __future__ import annotations

from decimal import Decimal

from spendgate.facets import accelerators
from spendgate.facets.compose import compose
from spendgate.facets.tags import merge
from spendgate.model.accelerator_names import canonical_model
from spendgate.model.attributes import Attributes
from spendgate.model.facets import Accelerators, Capacity, Facets, Limits, Pool
from spendgate.model.resource import Resource
from spendgate.model.values import Unknown
from spendgate.ports import FacetContext

_UNNAMED = Unknown("its model is not stated")


class OnPremAdapter:
    """Describes `onprem_node`, `onprem_pool` and `onprem_job`; implements `ports.FacetAdapter`.

    Attributes: `machine_type`, `accelerator`, `accelerators` (of one machine), `count` of machines, `time_limit_hours`.
    """

    provider = "onprem"

    def describe(self, resource: Resource, context: FacetContext) -> Facets:
        """The facets of a machine, a set of like machines, or a job with what it occupies."""
        attributes = resource.attributes
        job = resource.type == "onprem_job"
        count = attributes.whole("count")
        size = 1 if count is None else count
        machine = attributes.text("machine_type")
        types = (
            (machine,) if isinstance(machine, str) else Unknown("a machine of one's own has no type in a price list")
        )
        pool = Pool(
            machine_types=types, capacity=Capacity(size, size, size), accelerators=_cards(attributes), service="onprem"
        )
        hours = attributes.number("time_limit_hours")
        return compose(
            resource,
            context,
            kind="compute.job" if job else ("compute.nodepool" if resource.type == "onprem_pool" else "compute.vm"),
            name=resource.name,
            region=attributes.text("site"),
            tags=merge([("resource", attributes.values.get("tags") or {})], context.aliases),
            pools=(pool,),
            limits=Limits(max_runtime_hours=hours, cap_supported=job),
        )


def _cards(attributes: Attributes) -> Accelerators:
    count, model = attributes.number("accelerators"), attributes.text("accelerator")
    if isinstance(count, Unknown):
        return accelerators.unknown(count.reason)
    if not count:
        return accelerators.NONE
    if not isinstance(model, str):
        return Accelerators(count, _UNNAMED, _UNNAMED, None, Decimal(1), "none", count)
    return accelerators.of_variants([canonical_model(model)], count)


ADAPTER = OnPremAdapter()
