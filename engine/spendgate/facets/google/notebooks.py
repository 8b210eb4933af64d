"""Workbench, the older Notebooks, and Colab Enterprise: machines on which people work."""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal

from spendgate.facets.compose import compose
from spendgate.facets.google.ai import machine_pool
from spendgate.facets.google.compute import block_of
from spendgate.facets.google.machines import guests_of, machine_accelerators, types_of, unseen
from spendgate.facets.google.place import labels, region, tags
from spendgate.facets.schedules import from_tags
from spendgate.model.attributes import Attributes
from spendgate.model.facets import Capacity, Disk, Facets, Limits, Pool, Scaling, Schedule
from spendgate.model.resource import Resource
from spendgate.model.values import Number, Text, Unknown
from spendgate.ports import FacetContext

_WORKBENCH_TYPES = ("e2-standard-4", "n1-standard-4")
"""What Workbench starts when no type is stated: the console's choice, and that of the command line."""
_COLAB_TYPE = "e2-standard-4"
_TEMPLATE_OF = {
    "google_colab_runtime": "notebook_runtime_template_ref",
    "google_colab_schedule": "create_notebook_execution_job_request",
}
_BOOT_GIB = Decimal(150)
_DATA_GIB = Decimal(100)
_IDLE_MINUTES = Decimal(180)
"""Workbench stops an idle instance after three hours unless told otherwise (Workbench metadata `idle-timeout-seconds`)."""
_SECONDS = re.compile(r"(\d+)(?:\.\d+)?s")


def _notebook(
    resource: Resource, context: FacetContext, setup: Attributes, guests: tuple[Attributes, ...] | Unknown,
    disks: Iterable[Disk], limits: Limits,
) -> Facets:  # fmt: skip
    attributes, neighbours = resource.attributes, context.neighbours
    machine = setup.text("machine_type")
    # NOTE: an unstated machine type is computed, hence unknown in a plan; so is an unstated setup as a whole.
    pointed = neighbours.points(resource, "gce_setup") or neighbours.points(resource, "machine_type")
    default = machine is None or (isinstance(machine, Unknown) and not pointed)
    types = _WORKBENCH_TYPES if default else types_of(machine)
    size = 0 if attributes.text("desired_state") == "STOPPED" else 1
    pool = Pool(
        machine_types=types,
        capacity=Capacity(size, size, size),
        accelerators=machine_accelerators(types, guests, context.catalog),
        disks=tuple(disks),
        details={"type_is_default": default, "disks_survive": True},
    )
    own = labels(resource, context)
    return compose(
        resource,
        context,
        kind="ai.notebook",
        name=attributes.text("name"),
        region=region(resource, context),
        tags=own,
        pools=(pool,),
        type_phase="notebook",
        schedule=from_tags(own, context.schedules) or Schedule(),
        limits=limits,
        scaling=Scaling("none", False),
    )


def workbench(resource: Resource, context: FacetContext) -> Facets:
    """`google_workbench_instance`: everything about its machine stands in `gce_setup`."""
    setup = block_of(resource.attributes, "gce_setup")
    disks = [_disk(setup, path, default) for path, default in (("boot_disk", _BOOT_GIB), ("data_disks", _DATA_GIB))]
    guests = _guests(guests_of(setup, "accelerator_configs"))
    return _notebook(resource, context, setup, guests, disks, Limits(idle_minutes=_idle_minutes(setup)))


def notebook(resource: Resource, context: FacetContext) -> Facets:
    """`google_notebooks_instance` of provider 7 and older: the same with its machine at the top, and no idle stop."""
    attributes = resource.attributes
    disks = [
        _flat_disk(attributes, name, default) for name, default in (("boot_disk", _DATA_GIB), ("data_disk", _DATA_GIB))
    ]
    return _notebook(
        resource, context, attributes, _guests(guests_of(attributes, "accelerator_config")), disks, Limits()
    )


def runtime(resource: Resource, context: FacetContext) -> Facets:
    """`google_notebooks_runtime` of provider 7 and older: a managed notebook, its machine deep inside."""
    attributes = resource.attributes
    setup = block_of(attributes, "virtual_machine.0.virtual_machine_config")
    settings = block_of(attributes, "software_config")
    idle = settings.number("idle_shutdown_timeout")
    minutes: Number = None if settings.flag("idle_shutdown") is False else (_IDLE_MINUTES if idle is None else idle)
    disk = block_of(setup, "data_disk.0.initialize_params")
    size, kind = disk.number("disk_size_gb"), disk.text("disk_type")
    data = _disk_of("data disk", size, kind, _DATA_GIB, "pd-standard")
    guests = _guests(guests_of(setup, "accelerator_config"))
    return _notebook(resource, context, setup, guests, [data], Limits(idle_minutes=minutes))


def _guests(configs: tuple[Attributes, ...] | Unknown) -> tuple[Attributes, ...] | Unknown:
    """Accelerator blocks in the form of a VM's: `core_count` (text or number) is their number."""
    if isinstance(configs, Unknown):
        return configs
    found = []
    for block in configs:
        kind, count = block.text("type"), block.whole("core_count")
        if isinstance(kind, Unknown) or isinstance(count, Unknown):
            return Unknown("known only after apply")
        if kind and kind != "ACCELERATOR_TYPE_UNSPECIFIED":
            found.append(Attributes({"type": kind, "count": 1 if count is None else count}))
    return tuple(found)


def _disk(setup: Attributes, path: str, default: Decimal) -> Disk:
    block = block_of(setup, path)
    name = path.removesuffix("s").replace("_", " ")
    return _disk_of(name, block.number("disk_size_gb"), block.text("disk_type"), default, "pd-balanced")


def _flat_disk(attributes: Attributes, name: str, default: Decimal) -> Disk:
    size, kind = attributes.number(f"{name}_size_gb"), attributes.text(f"{name}_type")
    return _disk_of(name.replace("_", " "), size, kind, default, "pd-standard")


def _disk_of(name: str, size: Number, kind: Text, default_gib: Decimal, default_kind: str) -> Disk:
    plain = kind.lower().replace("_", "-") if isinstance(kind, str) and "UNSPECIFIED" not in kind else default_kind
    known = isinstance(size, Decimal)
    return Disk(name, plain, size if known else default_gib, size_is_default=not known)


def _idle_minutes(setup: Attributes) -> Number:
    if setup.text("metadata.enable-guest-attributes") == "false":
        # NOTE: Workbench learns of idleness through guest attributes; without them nothing stops the instance.
        return None
    seconds = setup.number("metadata.idle-timeout-seconds")
    if isinstance(seconds, Unknown):
        return seconds
    if seconds is None:
        return _IDLE_MINUTES
    return seconds / 60 if seconds > 0 else None


def colab(resource: Resource, context: FacetContext) -> Facets:
    """`google_colab_runtime`: a machine that its template describes, while somebody works.

    `google_colab_schedule` runs a notebook on such a template from time to time.
    """
    attributes = resource.attributes
    found = context.neighbours.targets(resource, _TEMPLATE_OF[resource.type], "google_colab_runtime_template")
    stopped = attributes.text("desired_state") in ("STOPPED", "PAUSED", "COMPLETED")
    capacity = Capacity(0, 0, 0) if stopped else Capacity(0, 1, 1)
    pool = (
        _colab_pool(found[0].attributes, context, capacity)
        if found
        else unseen(Unknown("its runtime template is not in this run"), capacity, details={"managed": True})
    )
    return compose(
        resource,
        context,
        kind="ai.notebook",
        name=attributes.text("display_name"),
        region=region(resource, context),
        tags=labels(found[0], context) if found else tags(resource, context),
        pools=(pool,),
        type_phase="notebook",
        limits=Limits(idle_minutes=_colab_idle(found[0].attributes) if found else None),
        scaling=Scaling("none", False),
    )


def colab_template(resource: Resource, context: FacetContext) -> Facets:
    """`google_colab_runtime_template`: costs nothing alone, its runtimes do."""
    attributes = resource.attributes
    pool = _colab_pool(attributes, context, Capacity(0, 0, 0))
    return compose(
        resource,
        context,
        kind="compute.template",
        name=attributes.text("display_name"),
        region=region(resource, context),
        tags=labels(resource, context),
        accel=pool.accelerators,
        capacity=Capacity(0, 0, 0),
        type_phase="notebook",
        limits=Limits(idle_minutes=_colab_idle(attributes)),
    )


def _colab_pool(shape: Attributes, context: FacetContext, capacity: Capacity) -> Pool:
    spec = block_of(shape, "data_persistent_disk_spec")
    disk = _disk_of("data disk", spec.number("disk_size_gb"), spec.text("disk_type"), _DATA_GIB, "pd-standard")
    return machine_pool(block_of(shape, "machine_spec"), context, capacity, default_type=_COLAB_TYPE, disks=(disk,))


def _colab_idle(shape: Attributes) -> Number:
    """Minutes after which an idle runtime stops; three hours unless told otherwise, `0s` never."""
    idle = shape.text("idle_shutdown_config.0.idle_timeout")
    if isinstance(idle, Unknown):
        return idle
    if idle is None:
        return _IDLE_MINUTES
    match = _SECONDS.fullmatch(idle)
    seconds = Decimal(match[1]) if match else Decimal(0)
    return seconds / 60 if seconds else None


DESCRIBERS = {
    "google_workbench_instance": workbench,
    "google_notebooks_instance": notebook,
    "google_notebooks_runtime": runtime,
    "google_colab_runtime": colab,
    "google_colab_schedule": colab,
    "google_colab_runtime_template": colab_template,
}
