"""Vertex AI, Workbench, Colab and other managed AI of Google."""

from __future__ import annotations

import re
from decimal import Decimal

from spendgate.facets import accelerators
from spendgate.facets.compose import compose
from spendgate.facets.google.machines import ON_DEMAND, SPOT, machine_accelerators, types_of
from spendgate.facets.google.place import region, tags
from spendgate.facets.tags import NO_TAGS
from spendgate.model.accelerator_names import canonical_model
from spendgate.model.attributes import Attributes
from spendgate.model.facets import Capacity, Disk, Facets, Limits, Pool, Purchase, Scaling
from spendgate.model.resource import Resource
from spendgate.model.values import Number, Unknown, Whole
from spendgate.ports import FacetContext

_WORKBENCH_TYPE = "e2-standard-4"
_WORKBENCH_IDLE_MINUTES = Decimal(180)
"""Workbench stops an idle instance after three hours unless told otherwise (Workbench metadata `idle-timeout-seconds`)."""
_SECONDS = re.compile(r"(\d+)s")


def _machine(
    spec: Attributes, context: FacetContext, capacity: Capacity, name: str = "", purchase: Purchase = ON_DEMAND
) -> Pool:
    """A pool from a `machine_spec` block: machine_type, accelerator_type, accelerator_count."""
    types = types_of(spec.text("machine_type"))
    kind, count = spec.text("accelerator_type"), spec.whole("accelerator_count")
    guests: tuple[Attributes, ...] | Unknown = ()
    if isinstance(kind, Unknown) or isinstance(count, Unknown):
        guests = Unknown("the accelerators are known only after apply")
    elif kind and kind != "ACCELERATOR_TYPE_UNSPECIFIED":
        guests = (Attributes({"type": kind, "count": 1 if count is None else count}),)
    return Pool(
        machine_types=types,
        capacity=capacity,
        purchase=purchase,
        accelerators=machine_accelerators(types, guests, context.catalog),
        name=name,
        details={"managed": True},
    )


def _block(attributes: Attributes, path: str) -> Attributes:
    found = attributes.block(path)
    return found if isinstance(found, Attributes) else Attributes()


def workbench(resource: Resource, context: FacetContext) -> Facets:
    """`google_workbench_instance`, `google_notebooks_instance`: notebooks on a machine of their own."""
    attributes = resource.attributes
    setup = _block(attributes, "gce_setup") if resource.type == "google_workbench_instance" else attributes
    configs = setup.blocks("accelerator_configs" if setup is not attributes else "accelerator_config")
    guests: tuple[Attributes, ...] | Unknown = configs
    if isinstance(configs, tuple):
        guests = tuple(
            Attributes({"type": block.values.get("type"), "count": _number(block.values.get("core_count"))})
            for block in configs
        )
    stated = setup.text("machine_type")
    types = (_WORKBENCH_TYPE,) if stated is None else types_of(stated)
    stopped = attributes.text("desired_state") == "STOPPED"
    size = 0 if stopped else 1
    pool = Pool(
        machine_types=types,
        capacity=Capacity(size, size, size),
        accelerators=machine_accelerators(types, guests, context.catalog),
        disks=tuple(_notebook_disks(setup)),
        details={"type_is_default": stated is None, "disks_survive": True},
    )
    return compose(
        resource,
        context,
        kind="ai.notebook",
        name=attributes.text("name"),
        region=region(resource, context),
        tags=tags(resource, context) or NO_TAGS,
        pools=(pool,),
        type_phase="notebook",
        limits=Limits(idle_minutes=_idle_minutes(setup)),
        scaling=Scaling("none", False),
    )


def _number(value: object) -> int:
    text = str(value)
    return int(text) if text.isdecimal() else 1


def _notebook_disks(setup: Attributes) -> list[Disk]:
    found = []
    for path, name, default in (
        ("boot_disk.0", "boot disk", Decimal(150)),
        ("data_disks.0", "data disk", Decimal(100)),
    ):
        size = setup.number(f"{path}.disk_size_gb")
        kind = setup.text(f"{path}.disk_type")
        plain = kind.lower().replace("_", "-") if isinstance(kind, str) else "pd-balanced"
        known = isinstance(size, Decimal)
        found.append(Disk(name, plain, size if known else default, size_is_default=not known))
    return found


def _idle_minutes(setup: Attributes) -> Number:
    seconds = setup.number("metadata.idle-timeout-seconds")
    if isinstance(seconds, Unknown):
        return seconds
    if seconds is None:
        return _WORKBENCH_IDLE_MINUTES
    return seconds / 60 if seconds > 0 else None


def colab(resource: Resource, context: FacetContext) -> Facets:
    """`google_colab_runtime`: a machine that its template describes, while somebody works."""
    found = context.neighbours.targets(resource, "notebook_runtime_template_ref", "google_colab_runtime_template")
    shape = found[0].attributes if found else resource.attributes
    idle = shape.text("idle_shutdown_config.0.idle_timeout")
    match = _SECONDS.fullmatch(idle) if isinstance(idle, str) else None
    minutes = Decimal(match[1]) / 60 if match and match[1] != "0" else None
    running = resource.attributes.text("desired_state") != "STOPPED"
    most = 1 if running else 0
    return compose(
        resource,
        context,
        kind="ai.notebook",
        name=resource.attributes.text("display_name"),
        region=region(resource, context),
        tags=tags(resource, context),
        pools=(_machine(_block(shape, "machine_spec"), context, Capacity(0, most, most)),),
        type_phase="notebook",
        limits=Limits(idle_minutes=minutes),
    )


def _dedicated(block: Attributes, context: FacetContext, name: str = "") -> Pool:
    least = block.whole("min_replica_count")
    least = least if least is not None else 1
    most = block.whole("max_replica_count")
    capacity = Capacity(least, least, most if most is not None else least)
    spec = block.block("machine_spec")
    purchase = SPOT if block.flag("spot") is True else ON_DEMAND
    return _machine(spec if isinstance(spec, Attributes) else Attributes(), context, capacity, name, purchase)


def endpoint(resource: Resource, context: FacetContext) -> Facets:
    """Endpoints and pools with dedicated machines; a bare `google_vertex_ai_endpoint` shows none of what it will run."""
    attributes = resource.attributes
    path = "deploy_config.0.dedicated_resources" if "model_garden" in resource.type else "dedicated_resources"
    dedicated = attributes.block(path)
    pools: tuple[Pool, ...] = ()
    if isinstance(dedicated, Attributes):
        pools = (_dedicated(dedicated, context),)
    elif resource.type != "google_vertex_ai_index_endpoint_deployed_index":
        reason = Unknown("models are deployed to it outside this plan")
        pools = (Pool(reason, Capacity(reason, reason, reason), details={"managed": True}),)
    return compose(
        resource,
        context,
        kind="ai.endpoint",
        name=attributes.text("display_name") or attributes.text("name"),
        region=region(resource, context),
        tags=tags(resource, context),
        pools=pools,
        type_phase="infer",
        scaling=Scaling("autoscaling" if pools and pools[0].capacity.min != pools[0].capacity.max else "fixed", False),
    )


def persistent_resource(resource: Resource, context: FacetContext) -> Facets:
    """`google_vertex_ai_persistent_resource`: pools of machines that always run."""
    blocks = resource.attributes.blocks("resource_pools")
    pools: list[Pool] = []
    for number, block in enumerate(blocks if isinstance(blocks, tuple) else ()):
        count: Whole = block.whole("replica_count")
        least, most = (
            block.whole("autoscaling_spec.0.min_replica_count"),
            block.whole("autoscaling_spec.0.max_replica_count"),
        )
        capacity = Capacity(
            least if least is not None else count,
            count if count is not None else least,
            most if most is not None else count,
        )
        pools.append(_machine(_block(block, "machine_spec"), context, capacity, f"pool {number}"))
    return compose(
        resource,
        context,
        kind="ai.cluster",
        name=resource.attributes.text("display_name"),
        region=region(resource, context),
        tags=tags(resource, context),
        pools=pools,
        scaling=Scaling("fixed", False),
    )


def cloud_run(resource: Resource, context: FacetContext) -> Facets:
    """`google_cloud_run_v2_service` and `_job`: instances by request, with a GPU where one is asked for."""
    attributes = resource.attributes
    job = resource.type.endswith("_job")
    template = "template.0.template.0" if job else "template.0"
    count: Number = None
    limits = attributes.get(f"{template}.containers.0.resources.0.limits")
    if isinstance(limits, dict) and str(limits.get("nvidia.com/gpu", "")).isdecimal():
        count = Decimal(str(limits["nvidia.com/gpu"]))
    model = attributes.text(f"{template}.node_selector.0.accelerator")
    accel = accelerators.NONE
    if isinstance(count, Decimal) and count > 0:
        accel = (
            accelerators.of_variants([canonical_model(model)], count)
            if isinstance(model, str)
            else accelerators.unknown("its GPU is not stated")
        )
    least, most = (
        attributes.whole(f"{template}.scaling.0.min_instance_count"),
        attributes.whole(f"{template}.scaling.0.max_instance_count"),
    )
    return compose(
        resource,
        context,
        kind="compute.job" if job else "compute.container",
        name=attributes.text("name"),
        region=region(resource, context),
        tags=tags(resource, context) or NO_TAGS,
        accel=accel,
        capacity=Capacity(least if least is not None else 0, least if least is not None else 0, most),
        scaling=Scaling("serverless", least if isinstance(least, Unknown) else not least),
    )


DESCRIBERS = {
    "google_workbench_instance": workbench,
    "google_notebooks_instance": workbench,
    "google_colab_runtime": colab,
    "google_vertex_ai_endpoint": endpoint,
    "google_vertex_ai_endpoint_with_model_garden_deployment": endpoint,
    "google_vertex_ai_deployment_resource_pool": endpoint,
    "google_vertex_ai_index_endpoint_deployed_index": endpoint,
    "google_vertex_ai_persistent_resource": persistent_resource,
    "google_cloud_run_v2_service": cloud_run,
    "google_cloud_run_v2_job": cloud_run,
}
