"""SageMaker and Bedrock."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from spendgate.facets import accelerators, schedules
from spendgate.facets.aws.compute import ON_DEMAND, SPOT, types_of
from spendgate.facets.aws.place import region, tags
from spendgate.facets.compose import compose
from spendgate.facets.tags import NO_TAGS
from spendgate.model.attributes import Attributes
from spendgate.model.facets import Capacity, Disk, Facets, Limits, Pool, Purchase, Scaling, Schedule
from spendgate.model.resource import Resource
from spendgate.model.values import Number, Text, Unknown, Whole
from spendgate.ports import FacetContext

_SERVICE = "sagemaker"
_NOTEBOOK_GIB = Decimal(5)
"""Volume of a notebook instance without a statement (SageMaker API, VolumeSizeInGB)."""


def _pool(
    context: FacetContext,
    machine_type: Text,
    capacity: Capacity,
    *,
    name: str = "",
    purchase: Purchase = ON_DEMAND,
    disks: tuple[Disk, ...] = (),
) -> Pool:
    types = types_of(machine_type)
    return Pool(
        machine_types=types,
        capacity=capacity,
        purchase=purchase,
        accelerators=accelerators.of_machines(context.catalog, "aws", types),
        disks=disks,
        name=name,
        service=_SERVICE,
    )


def notebook(resource: Resource, context: FacetContext) -> Facets:
    """`aws_sagemaker_notebook_instance`: runs all the time unless a lifecycle script stops it (which proves nothing)."""
    attributes = resource.attributes
    size = attributes.number("volume_size")
    disk = Disk("volume", "gp2", size if size is not None else _NOTEBOOK_GIB, size_is_default=size is None)
    own = tags(resource, context) or NO_TAGS
    script = attributes.text("lifecycle_config_name")
    notes = ("a lifecycle script may stop it when idle; that is not proven",) if script is not None else ()
    return compose(
        resource,
        context,
        kind="ai.notebook",
        name=attributes.text("name"),
        region=region(resource, context),
        tags=own,
        pools=(_pool(context, attributes.text("instance_type"), Capacity(), disks=(disk,)),),
        type_phase="notebook",
        schedule=schedules.from_tags(own, context.schedules) or Schedule(),
        scaling=Scaling("none", False),
        notes=notes,
    )


def studio(resource: Resource, context: FacetContext) -> Facets:
    """`aws_sagemaker_domain`, `_user_profile`, `_space`: idle settings of Studio; `_app`: one machine while it is open."""
    attributes = resource.attributes
    is_app = resource.type == "aws_sagemaker_app"
    machine = attributes.text("resource_spec.0.instance_type")
    pools = (_pool(context, machine, Capacity(0, 1, 1)),) if is_app and machine not in (None, "system") else ()
    return compose(
        resource,
        context,
        kind="ai.notebook" if is_app else "other",
        name=attributes.text("domain_name") or attributes.text("app_name"),
        region=region(resource, context),
        tags=tags(resource, context),
        pools=pools,
        type_phase="notebook" if is_app else None,
        limits=Limits(idle_minutes=_idle_minutes(attributes)),
    )


def _idle_minutes(attributes: Attributes) -> Number:
    root = "default_user_settings.0" if attributes.get("default_user_settings") else "user_settings.0"
    for app in ("jupyter_lab_app_settings", "code_editor_app_settings"):
        place = f"{root}.{app}.0.app_lifecycle_management.0.idle_settings.0"
        if attributes.text(f"{place}.lifecycle_management") == "ENABLED":
            return attributes.number(f"{place}.idle_timeout_in_minutes")
    return None


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
        pools = (_pool(context, reason, Capacity(reason, reason, reason)),)
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
        schedule=schedules.from_tags(own, context.schedules) or Schedule(),
        scaling=_endpoint_scaling(pools),
    )


def _endpoint_scaling(pools: tuple[Pool, ...]) -> Scaling:
    if not pools:
        return Scaling("serverless", True)
    moving = any(pool.capacity.min != pool.capacity.max for pool in pools)
    return Scaling("autoscaling" if moving else "fixed", all(pool.capacity.min == 0 for pool in pools))


def _variants(configuration: Resource, owner: Resource | None, context: FacetContext) -> Iterator[Pool]:
    """One pool per variant that has machines; serverless variants have none."""
    target = _scaling_target(owner, context) if owner else None
    for block_name in ("production_variants", "shadow_production_variants"):
        blocks = configuration.attributes.blocks(block_name)
        if isinstance(blocks, Unknown):
            yield _pool(context, blocks, Capacity(blocks, blocks, blocks))
            continue
        for number, block in enumerate(blocks):
            if block.blocks("serverless_config"):
                continue
            count = block.whole("initial_instance_count")
            managed = block.block("managed_instance_scaling")
            least: Whole = count if count is not None else 1
            most = least
            if isinstance(managed, Attributes):
                least = (
                    managed.whole("min_instance_count") if managed.whole("min_instance_count") is not None else least
                )
                most = managed.whole("max_instance_count")
            elif target is not None:
                least, most = target
            name = block.text("variant_name")
            yield _pool(
                context,
                block.text("instance_type"),
                Capacity(least, count if count is not None else least, most),
                name=name if isinstance(name, str) else f"variant {number}",
            )


def _scaling_target(owner: Resource, context: FacetContext) -> tuple[Whole, Whole] | None:
    for target in context.neighbours.users(owner, "aws_appautoscaling_target"):
        if target.attributes.text("service_namespace") == "sagemaker":
            return target.attributes.whole("min_capacity"), target.attributes.whole("max_capacity")
    return None


def training_job(resource: Resource, context: FacetContext) -> Facets:
    """`aws_sagemaker_training_job` and `_hyper_parameter_tuning_job`: machines for as long as the runtime cap allows."""
    attributes = resource.attributes
    tuning = resource.type == "aws_sagemaker_hyper_parameter_tuning_job"
    root = "training_job_definition.0" if tuning else ""
    definition = attributes.block(root) if root else attributes
    inner = definition if isinstance(definition, Attributes) else Attributes()
    count = inner.whole("resource_config.0.instance_count")
    parallel = attributes.whole("config.0.resource_limits.0.max_parallel_training_jobs") if tuning else 1
    size: Whole = (
        count * parallel if isinstance(count, int) and isinstance(parallel, int) else Unknown("its size is not stated")
    )
    seconds = inner.number("stopping_condition.0.max_runtime_in_seconds")
    spot = inner.flag("enable_managed_spot_training") is True
    machine = inner.text("resource_config.0.instance_type")
    return compose(
        resource,
        context,
        kind="ai.job",
        name=attributes.text("training_job_name") or attributes.text("name"),
        region=region(resource, context),
        tags=tags(resource, context),
        pools=(_pool(context, machine, Capacity(size, size, size), purchase=SPOT if spot else ON_DEMAND),),
        type_phase="search" if tuning else "train",
        limits=Limits(
            max_runtime_hours=seconds / 3600 if isinstance(seconds, Decimal) else seconds,
            retries=inner.whole("retry_strategy.0.maximum_retry_attempts"),
            cap_supported=True,
        ),
    )


def hyperpod(resource: Resource, context: FacetContext) -> Facets:
    """`aws_sagemaker_cluster` (HyperPod): instance groups of a fixed size that always run."""
    groups = resource.attributes.blocks("instance_group")
    pools: list[Pool] = []
    if isinstance(groups, Unknown):
        pools.append(_pool(context, groups, Capacity(groups, groups, groups)))
    else:
        for number, group in enumerate(groups):
            count = group.whole("instance_count")
            name = group.text("instance_group_name")
            pools.append(
                _pool(
                    context,
                    group.text("instance_type"),
                    Capacity(count, count, count),
                    name=name if isinstance(name, str) else f"group {number}",
                )
            )
    return compose(
        resource,
        context,
        kind="ai.cluster",
        name=resource.attributes.text("cluster_name"),
        region=region(resource, context),
        tags=tags(resource, context),
        pools=pools,
        scaling=Scaling("fixed", False),
    )


def model_units(resource: Resource, context: FacetContext) -> Facets:
    """`aws_bedrock_provisioned_model_throughput`: model units, paid by the hour whether used or not."""
    attributes = resource.attributes
    units = attributes.whole("model_units")
    commitment = attributes.text("commitment_duration")
    arn = attributes.text("model_arn")
    model = arn.rsplit("/", 1)[-1] if isinstance(arn, str) else arn
    return compose(
        resource,
        context,
        kind="ai.model",
        name=attributes.text("provisioned_model_name"),
        region=region(resource, context),
        tags=tags(resource, context),
        type_phase="infer",
        capacity=Capacity(units, units, units),
        purchase=Purchase("committed" if isinstance(commitment, str) else "provisioned", Decimal(0), commitment),
        llm={"model": model, "provisioned_units": units},
    )


DESCRIBERS = {
    "aws_sagemaker_notebook_instance": notebook,
    "aws_sagemaker_domain": studio,
    "aws_sagemaker_user_profile": studio,
    "aws_sagemaker_space": studio,
    "aws_sagemaker_app": studio,
    "aws_sagemaker_endpoint_configuration": endpoint_configuration,
    "aws_sagemaker_endpoint": endpoint,
    "aws_sagemaker_training_job": training_job,
    "aws_sagemaker_hyper_parameter_tuning_job": training_job,
    "aws_sagemaker_cluster": hyperpod,
    "aws_bedrock_provisioned_model_throughput": model_units,
}
