"""Machines and jobs of one's own: what Slurm reports or people write down about clusters, edge sites and bare metal."""

from __future__ import annotations

from decimal import Decimal

from spendgate.facets import accelerators
from spendgate.facets.compose import compose
from spendgate.facets.tags import merge
from spendgate.model.accelerator_names import canonical_model
from spendgate.model.attributes import Attributes
from spendgate.model.facets import Accelerators, Capacity, Facets, Limits, Pool
from spendgate.model.own_machines import NO_ENTRIES, NO_ENTRY, PROVIDER, fitting_types, types_with
from spendgate.model.resource import Resource
from spendgate.model.values import Unknown
from spendgate.ports import FacetContext

_UNNAMED = Unknown("its model is not stated")


class OnPremAdapter:
    """Describes `onprem_node`, `onprem_pool` and `onprem_job`; implements `ports.FacetAdapter`.

    Attributes: `machine_type`, `accelerator`, `accelerators` (of one machine), `vcpu`, `memory_gib`, `count` of machines,
    `time_limit_hours`. Without a `machine_type` it is that of the rates file's machines with the same hardware.
    """

    provider = "onprem"

    def describe(self, resource: Resource, context: FacetContext) -> Facets:
        """The facets of a machine, a set of like machines, or a job with what it occupies."""
        attributes = resource.attributes
        job = resource.type == "onprem_job"
        count = attributes.whole("count")
        size = 1 if count is None else count
        pool = Pool(
            machine_types=_types(attributes, context, job=job),
            capacity=Capacity(size, size, size),
            accelerators=_cards(attributes, context),
            service="machine",
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


def _types(attributes: Attributes, context: FacetContext, *, job: bool) -> tuple[str, ...] | Unknown:
    """The stated machine type, else those of the rates file that are such a machine (for a job: that have such cards)."""
    stated = attributes.text("machine_type")
    if stated is not None:
        return (stated,) if isinstance(stated, str) else stated
    catalog = context.catalog
    own = [spec for type_ in catalog.machine_types(PROVIDER) if (spec := catalog.machine(PROVIDER, type_)) is not None]
    model, count = attributes.text("accelerator"), attributes.number("accelerators")
    named, asked = model if isinstance(model, str) else None, count if isinstance(count, Decimal) else None
    if job:
        found = types_with(own, named) if asked else ()
    else:
        vcpu, memory = attributes.number("vcpu"), attributes.number("memory_gib")
        found = fitting_types(
            own,
            model=named,
            accelerators=asked,
            vcpu=vcpu if isinstance(vcpu, Decimal) else None,
            memory_gib=memory if isinstance(memory, Decimal) else None,
        )
    return found or Unknown(NO_ENTRY if own else NO_ENTRIES)


def _cards(attributes: Attributes, context: FacetContext) -> Accelerators:
    """What it carries: as stated, else as the rates file says of its machine type."""
    count, model = attributes.number("accelerators"), attributes.text("accelerator")
    if isinstance(count, Unknown):
        return accelerators.unknown(count.reason)
    if count is None and isinstance(machine := attributes.text("machine_type"), str):
        spec = context.catalog.machine(PROVIDER, machine)
        if spec is not None and spec.accelerator:
            count, model = spec.accelerator_count, spec.accelerator
    if not count:
        return accelerators.NONE
    if not isinstance(model, str):
        return Accelerators(count, _UNNAMED, _UNNAMED, None, Decimal(1), "none", count)
    return accelerators.of_variants([canonical_model(model)], count)


ADAPTER = OnPremAdapter()
