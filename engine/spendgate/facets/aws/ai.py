"""SageMaker notebooks, Studio, jobs and clusters; Bedrock model units."""

from __future__ import annotations

import re
from base64 import b64decode
from decimal import Decimal

from spendgate.facets import accelerators
from spendgate.facets.aws import schedule
from spendgate.facets.aws.compute import NO_SCALING, ON_DEMAND, RESERVED, SPOT, types_of
from spendgate.facets.aws.place import first_text, region, tags
from spendgate.facets.compose import compose
from spendgate.facets.tags import NO_TAGS
from spendgate.facets.training import of_hyperparameters
from spendgate.model.attributes import Attributes
from spendgate.model.facets import Capacity, Disk, Facets, Limits, Pool, Purchase, Scaling
from spendgate.model.resource import Resource
from spendgate.model.values import Number, Text, Unknown, Whole
from spendgate.ports import FacetContext

_SERVICE = "sagemaker"
_NOTEBOOK_GIB = Decimal(5)
"""Volume of a notebook instance without a statement (SageMaker API, VolumeSizeInGB)."""


def ml_pool(
    context: FacetContext,
    machine_type: Text,
    capacity: Capacity,
    *,
    name: str = "",
    purchase: Purchase = ON_DEMAND,
    disks: tuple[Disk, ...] = (),
) -> Pool:
    """A pool of `ml.` machines."""
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
    """`aws_sagemaker_notebook_instance`: runs all the time; only a script of its lifecycle configuration may stop it."""
    attributes = resource.attributes
    size = attributes.number("volume_size")
    disk = Disk("volume", "gp2", size if size is not None else _NOTEBOOK_GIB, size_is_default=size is None)
    own = tags(resource, context) or NO_TAGS
    idle, notes = _auto_stop(resource, context)
    return compose(
        resource,
        context,
        kind="ai.notebook",
        name=attributes.text("name"),
        region=region(resource, context),
        tags=own,
        pools=(ml_pool(context, attributes.text("instance_type"), Capacity(), disks=(disk,)),),
        type_phase="notebook",
        schedule=schedule.of(resource, own, context),
        scaling=NO_SCALING,
        limits=Limits(idle_minutes=idle),
        notes=notes,
    )


_IDLE_SECONDS = re.compile(r"(?:IDLE_TIME\s*=\s*|--time[ =]|-t )\"?(\d+)")
"""How AWS's published auto-stop scripts state their idle time, in seconds."""


def _auto_stop(resource: Resource, context: FacetContext) -> tuple[Number, tuple[str, ...]]:
    """Idle minutes of an auto-stop script among the lifecycle scripts, and what there is to know about it."""
    named = resource.attributes.text("lifecycle_config_name")
    found = context.neighbours.targets(
        resource, "lifecycle_config_name", "aws_sagemaker_notebook_instance_lifecycle_configuration"
    )
    if named is None and not found:
        return None, ()
    for name in ("on_start", "on_create"):
        script = _script(found[0].attributes.text(name)) if found else None
        if script is not None and re.search(r"auto-?_?stop|idle", script, re.IGNORECASE):
            match = _IDLE_SECONDS.search(script)
            minutes: Number = Decimal(match[1]) / 60 if match else Unknown("its auto-stop script states no idle time")
            return minutes, ("a lifecycle script stops it when idle",)
    return None, ("a lifecycle script may stop it when idle; that is not proven",)


def _script(encoded: Text) -> str | None:
    if not isinstance(encoded, str):
        return None
    try:
        return b64decode(encoded, validate=True).decode("utf-8")
    except ValueError:
        return None


def studio(resource: Resource, context: FacetContext) -> Facets:
    """`aws_sagemaker_domain`, `_user_profile`, `_space`: idle settings of Studio; `_app`: one machine while it is open."""
    attributes = resource.attributes
    is_app = resource.type == "aws_sagemaker_app"
    machine = attributes.text("resource_spec.0.instance_type")
    pools = (ml_pool(context, machine, Capacity(0, 1, 1)),) if is_app and machine not in (None, "system") else ()
    return compose(
        resource,
        context,
        kind="ai.notebook" if is_app else "other",
        name=first_text(attributes, "domain_name", "app_name"),
        region=region(resource, context),
        tags=tags(resource, context),
        pools=pools,
        type_phase="notebook" if is_app else None,
        limits=Limits(idle_minutes=_idle_minutes(attributes)),
    )


def _idle_minutes(attributes: Attributes) -> Number:
    root = "default_user_settings.0" if attributes.has_block("default_user_settings") else "user_settings.0"
    for app in ("jupyter_lab_app_settings", "code_editor_app_settings"):
        place = f"{root}.{app}.0.app_lifecycle_management.0.idle_settings.0"
        if attributes.text(f"{place}.lifecycle_management") == "ENABLED":
            return attributes.number(f"{place}.idle_timeout_in_minutes")
    return None


def training_job(resource: Resource, context: FacetContext) -> Facets:
    """`aws_sagemaker_training_job` and `_hyper_parameter_tuning_job`: machines for as long as the runtime cap allows."""
    attributes = resource.attributes
    tuning = resource.type == "aws_sagemaker_hyper_parameter_tuning_job"
    parallel = attributes.whole("config.0.resource_limits.0.max_parallel_training_jobs") if tuning else 1
    definitions = _definitions(attributes) if tuning else (attributes,)
    pools = tuple(_job_pool(context, definition, parallel, len(definitions) > 1) for definition in definitions)
    first = definitions[0] if definitions else Attributes()
    seconds = first.number("stopping_condition.0.max_runtime_in_seconds")
    return compose(
        resource,
        context,
        kind="ai.job",
        name=first_text(attributes, "training_job_name", "name"),
        region=region(resource, context),
        tags=tags(resource, context),
        pools=pools,
        type_phase="search" if tuning else "train",
        limits=Limits(
            max_runtime_hours=seconds / 3600 if isinstance(seconds, Decimal) else seconds,
            retries=first.whole("retry_strategy.0.maximum_retry_attempts"),
            cap_supported=True,
        ),
        llm=of_hyperparameters(first.get("static_hyper_parameters" if tuning else "hyper_parameters")),
    )


def _definitions(attributes: Attributes) -> tuple[Attributes, ...]:
    """The training job definitions of a tuning job, in the single or in the plural form."""
    for name in ("training_job_definition", "training_job_definitions"):
        blocks = attributes.blocks(name)
        if isinstance(blocks, tuple) and blocks:
            return blocks
    return (Attributes(),)


def _job_pool(context: FacetContext, definition: Attributes, parallel: Whole, named: bool) -> Pool:
    place = next(
        (
            place
            for place in ("resource_config.0", "hyper_parameter_tuning_resource_config.0")
            if definition.text(f"{place}.instance_type") is not None
        ),
        "resource_config.0",
    )
    count = definition.whole(f"{place}.instance_count")
    size: Whole = Unknown("the number of its machines is not known")
    if isinstance(count, int) and isinstance(parallel, int):
        size = count * parallel
    name = definition.text("definition_name")
    return ml_pool(
        context,
        definition.text(f"{place}.instance_type"),
        Capacity(size, size, size),
        name=name if named and isinstance(name, str) else "",
        purchase=SPOT if definition.flag("enable_managed_spot_training") is True else ON_DEMAND,
    )


def hyperpod(resource: Resource, context: FacetContext) -> Facets:
    """`aws_sagemaker_cluster` (HyperPod): instance groups of a fixed size that always run."""
    groups = resource.attributes.blocks("instance_group")
    pools: list[Pool] = []
    if isinstance(groups, Unknown):
        pools.append(ml_pool(context, groups, Capacity(groups, groups, groups)))
    else:
        for number, group in enumerate(groups):
            count = group.whole("instance_count")
            name = group.text("instance_group_name")
            pools.append(
                ml_pool(
                    context,
                    group.text("instance_type"),
                    Capacity(count, count, count),
                    name=name if isinstance(name, str) else f"group {number}",
                    purchase=RESERVED if group.text("training_plan_arn") is not None else ON_DEMAND,
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


def inference_profile(resource: Resource, context: FacetContext) -> Facets:
    """`aws_bedrock_inference_profile`: a model under a name that can be tagged; one that copies a profile answers from several regions."""
    source = resource.attributes.text("model_source.0.copy_from")
    facts: dict[str, Text] = {"model": source.rsplit("/", 1)[-1] if isinstance(source, str) else source}
    if isinstance(source, str) and ":inference-profile/" in source:
        # NOTE: profiles of several regions are called `us.`, `eu.`, `global.` and then the model.
        area, _, model = source.rsplit("/", 1)[-1].partition(".")
        facts = {"model": model, "sku": f"cross-region {area}"}
    return compose(
        resource,
        context,
        kind="ai.model",
        name=resource.attributes.text("name"),
        region=region(resource, context),
        tags=tags(resource, context),
        type_phase="infer",
        capacity=Capacity(0, 0, 0),
        llm=facts,
    )


DESCRIBERS = {
    "aws_bedrock_inference_profile": inference_profile,
    "aws_sagemaker_notebook_instance": notebook,
    "aws_sagemaker_domain": studio,
    "aws_sagemaker_user_profile": studio,
    "aws_sagemaker_space": studio,
    "aws_sagemaker_app": studio,
    "aws_sagemaker_training_job": training_job,
    "aws_sagemaker_hyper_parameter_tuning_job": training_job,
    "aws_sagemaker_cluster": hyperpod,
    "aws_bedrock_provisioned_model_throughput": model_units,
}
