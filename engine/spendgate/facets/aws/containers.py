"""Containers and functions: ECS services with their scaling, Lambda functions."""

from __future__ import annotations

from decimal import Decimal

from spendgate.facets.aws import schedule
from spendgate.facets.aws.compute import ON_DEMAND
from spendgate.facets.aws.place import region, stated_whole, tags
from spendgate.facets.compose import compose
from spendgate.facets.tags import NO_TAGS
from spendgate.model.attributes import Attributes
from spendgate.model.facets import Capacity, Facets, Purchase, Scaling
from spendgate.model.resource import Resource
from spendgate.model.values import Unknown, Whole
from spendgate.ports import FacetContext


def service(resource: Resource, context: FacetContext) -> Facets:
    """`aws_ecs_service`: so many tasks, between the bounds of its scaling target; a share of them on Fargate Spot."""
    attributes = resource.attributes
    capacity = _tasks(resource, context)
    own = tags(resource, context) or NO_TAGS
    fixed = capacity.min == capacity.max
    return compose(
        resource,
        context,
        kind="compute.container",
        name=attributes.text("name"),
        region=region(resource, context),
        tags=own,
        capacity=capacity,
        purchase=_purchase(attributes),
        schedule=schedule.of(resource, own, context),
        scaling=Scaling("fixed" if fixed else "autoscaling", capacity.min == 0 and not fixed),
    )


def _tasks(resource: Resource, context: FacetContext) -> Capacity:
    desired = stated_whole(resource, context, "desired_count")
    for target in context.neighbours.users(resource, "aws_appautoscaling_target"):
        least, most = target.attributes.whole("min_capacity"), target.attributes.whole("max_capacity")
        size: Whole = desired if desired is not None else least
        if isinstance(size, int) and isinstance(least, int):
            size = max(size, least)
        return Capacity(least, size, most)
    # NOTE: without a statement ECS wants no task at all (ECS API, CreateService: `desiredCount`).
    count: Whole = desired if desired is not None else 0
    return Capacity(count, count, count)


def _purchase(attributes: Attributes) -> Purchase:
    """The share of tasks on Fargate Spot by the weights of the capacity providers; bases count as on-demand."""
    strategies = attributes.blocks("capacity_provider_strategy")
    if isinstance(strategies, Unknown):
        return Purchase(strategies, strategies)
    weights: dict[str, Decimal] = {}
    for strategy in strategies:
        name, weight = strategy.text("capacity_provider"), strategy.number("weight")
        weights[str(name)] = weights.get(str(name), Decimal(0)) + (weight if isinstance(weight, Decimal) else 0)
    total = sum(weights.values())
    share = weights.get("FARGATE_SPOT", Decimal(0)) / total if total else Decimal("FARGATE_SPOT" in weights)
    return Purchase("spot" if share == 1 else "on-demand", share) if share else ON_DEMAND


def function(resource: Resource, context: FacetContext) -> Facets:
    """`aws_lambda_function`: runs when it is asked to."""
    return compose(
        resource,
        context,
        kind="compute.function",
        name=resource.attributes.text("function_name"),
        region=region(resource, context),
        tags=tags(resource, context),
        capacity=Capacity(0, 0, None),
        scaling=Scaling("serverless", True),
    )


DESCRIBERS = {"aws_ecs_service": service, "aws_lambda_function": function}
