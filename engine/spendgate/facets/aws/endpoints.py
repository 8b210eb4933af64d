"""SageMaker endpoints: the variants of their configuration, and how they scale."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from spendgate.facets import accelerators
from spendgate.facets.aws import schedule
from spendgate.facets.aws.ai import ml_pool
from spendgate.facets.aws.compute import ON_DEMAND, RESERVED
from spendgate.facets.aws.place import region, tags
from spendgate.facets.compose import compose
from spendgate.facets.tags import NO_TAGS
from spendgate.model.attributes import Attributes
from spendgate.model.facets import Capacity, Facets, Pool, Scaling
from spendgate.model.resource import Resource
from spendgate.model.values import Text, Unknown, Whole
from spendgate.ports import FacetContext


def endpoint_configuration(resource: Resource, context: FacetContext) -> Facets:
    """`aws_sagemaker_endpoint_configuration`: a template; what uses it costs."""
    pools = tuple(_variants(resource, None, context))
    return compose(
        resource,
        context,
        kind="compute.template",
        name=resource.attributes.text("name"),
        region=region(resource, context),
        tags=tags(resource, context),
        accel=accelerators.combine(pools),
        capacity=Capacity(0, 0, 0),
    )


def endpoint(resource: Resource, context: FacetContext) -> Facets:
    """`aws_sagemaker_endpoint`: the variants of its configuration, scaled by its scaling target."""
    attributes = resource.attributes
    found = context.neighbours.targets(resource, "endpoint_config_name", "aws_sagemaker_endpoint_configuration")
    pools = tuple(_variants(found[0], resource, context)) if found else ()
    if not found:
        reason = Unknown("its endpoint configuration is not in this run")
        pools = (ml_pool(context, reason, Capacity(reason, reason, reason)),)
    own = tags(resource, context) or NO_TAGS
    return compose(
        resource,
        context,
        kind="ai.endpoint",
        name=attributes.text("name"),
        region=region(resource, context),
        tags=own,
        pools=pools,
        type_phase="infer",
        schedule=schedule.of(resource, own, context),
        scaling=_endpoint_scaling(pools),
    )


def _endpoint_scaling(pools: tuple[Pool, ...]) -> Scaling:
    """It scales when each variant does that has accelerators or several machines: a shadow that moves is not enough."""
    if not pools:
        return Scaling("serverless", True)
    large = [pool for pool in pools if pool.accelerators.count != 0 or pool.capacity.desired != 1]
    moving = all(pool.capacity.min != pool.capacity.max for pool in large or pools)
    return Scaling("autoscaling" if moving else "fixed", all(pool.capacity.min == 0 for pool in pools))


def _variants(configuration: Resource, owner: Resource | None, context: FacetContext) -> Iterator[Pool]:
    """One pool per variant that has machines; serverless variants have none."""
    for block_name in ("production_variants", "shadow_production_variants"):
        blocks = configuration.attributes.blocks(block_name)
        if isinstance(blocks, Unknown):
            yield ml_pool(context, blocks, Capacity(blocks, blocks, blocks))
            continue
        for number, block in enumerate(blocks):
            if block.has_block("serverless_config"):
                continue
            name = block.text("variant_name")
            yield ml_pool(
                context,
                block.text("instance_type"),
                _instances(block, _scaling_target(owner, name, context) if owner else None, _present(owner, name)),
                name=name if isinstance(name, str) else f"variant {number}",
                purchase=RESERVED if block.has_block("capacity_reservation_config") else ON_DEMAND,
            )


def _present(owner: Resource | None, variant: Text) -> int | None:
    """The instances that a variant has now, as an inventory tells (`current_instance_counts`); a plan knows none."""
    found = owner.attributes.values.get("current_instance_counts") if owner is not None else None
    count = found.get(variant) if isinstance(found, Mapping) and isinstance(variant, str) else None
    return count if isinstance(count, int) else None


def _instances(variant: Attributes, target: Attributes | None, present: int | None = None) -> Capacity:
    """The sizes of a variant: as it is or as stated at first, within the bounds of its scaling."""
    count = present if present is not None else variant.whole("initial_instance_count")
    desired: Whole = count if count is not None else 1
    managed = variant.block("managed_instance_scaling")
    if isinstance(managed, Attributes) and managed.text("status") != "DISABLED":
        least = managed.whole("min_instance_count")
        return Capacity(least if least is not None else desired, desired, managed.whole("max_instance_count"))
    if target is not None:
        return Capacity(target.whole("min_capacity"), desired, target.whole("max_capacity"))
    return Capacity(desired, desired, desired)


def _scaling_target(owner: Resource, variant: Text, context: FacetContext) -> Attributes | None:
    """The scaling target of a variant; one whose variant cannot be told counts for each."""
    own = owner.attributes.text("name")
    pointing = {target.address for target in context.neighbours.users(owner, "aws_appautoscaling_target")}
    for target in context.neighbours.of_types("aws_appautoscaling_target"):
        scaled = target.attributes.text("resource_id")
        by_name = isinstance(own, str) and isinstance(scaled, str) and scaled.startswith(f"endpoint/{own}/")
        if target.address not in pointing and not by_name:
            continue
        names = isinstance(scaled, str) and isinstance(variant, str)
        if target.attributes.text("service_namespace") == "sagemaker" and (
            not names or str(scaled).endswith(f"/variant/{variant}")
        ):
            return target.attributes
    return None


DESCRIBERS = {
    "aws_sagemaker_endpoint_configuration": endpoint_configuration,
    "aws_sagemaker_endpoint": endpoint,
}
