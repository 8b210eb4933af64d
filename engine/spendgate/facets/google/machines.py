"""Google machine types, attached accelerators, disks and how they are bought: shared by VMs, groups and node pools."""

from __future__ import annotations

import re
from decimal import Decimal

from spendgate.facets import accelerators
from spendgate.model.accelerator_names import canonical_model
from spendgate.model.attributes import Attributes
from spendgate.model.facets import Accelerators, Disk, Purchase
from spendgate.model.values import Number, Text, Unknown, Whole
from spendgate.ports import Catalog

ON_DEMAND = Purchase()
SPOT = Purchase("spot", Decimal(1))
_CUSTOM = re.compile(r"(?:([a-z]\d[a-z]?)-)?custom-(\d+)-(\d+)(-ext)?")
_TPU_HOST = re.compile(r"(ct\d\w+)-\w+-(\d+)t")
LOCAL_SSD_GIB = Decimal(375)


def short(machine_type: Text) -> Text:
    """A machine type without the path before it."""
    return machine_type.rsplit("/", 1)[-1] if isinstance(machine_type, str) else machine_type


def custom_parts(machine_type: str) -> tuple[str, Decimal, Decimal, bool] | None:
    """Series, vCPUs, memory in GiB and whether memory is extended, of a custom machine type; None for another."""
    match = _CUSTOM.fullmatch(machine_type)
    if match is None:
        return None
    return match[1] or "n1", Decimal(match[2]), Decimal(match[3]) / 1024, bool(match[4])


def types_of(machine_type: Text) -> tuple[str, ...] | Unknown:
    """The one stated type; none stated is unknown."""
    machine_type = short(machine_type)
    if isinstance(machine_type, Unknown):
        return machine_type
    return (machine_type,) if machine_type else Unknown("no machine type is stated")


def machine_accelerators(
    types: tuple[str, ...] | Unknown, attached: tuple[Attributes, ...] | Unknown, catalog: Catalog
) -> Accelerators:
    """Accelerators of one machine: those that its type carries, else those attached (`type` and `count` of each block).

    NOTE: A2, A3, A4 and G2 machines carry their GPUs and may name them again as `guest_accelerator`: counted once.
    """
    if isinstance(attached, Unknown):
        return accelerators.unknown(f"attached accelerators: {attached.reason}")
    if isinstance(types, Unknown):
        return accelerators.unknown(f"machine type: {types.reason}")
    if types and (match := _TPU_HOST.fullmatch(types[0])):
        return accelerators.of_variants([canonical_model(match[1])], Decimal(match[2]))
    plain = tuple(type_ for type_ in types if custom_parts(type_) is None)
    carried = accelerators.of_machines(catalog, "google", plain)
    if not attached or (not isinstance(carried.count, Unknown) and carried.count):
        return carried
    return _attached(attached, catalog)


def _attached(attached: tuple[Attributes, ...], catalog: Catalog) -> Accelerators:
    names, total = [], Decimal(0)
    for block in attached:
        name, count = short(block.text("type")), block.whole("count")
        if isinstance(name, Unknown) or isinstance(count, Unknown):
            return accelerators.unknown("an attached accelerator is known only after apply")
        if name and count:
            names.append(canonical_model(name))
            total += count
    if not names:
        return accelerators.NONE
    return accelerators.of_variants(names, total, catalog.accelerator_memory_gib(names[0]))


def bought(block: Attributes) -> Purchase:
    """How a machine is bought, from a `scheduling` or `node_config` block."""
    model = block.text("provisioning_model")
    if isinstance(model, Unknown):
        return Purchase(model, model)
    if model == "SPOT" or block.flag("preemptible") is True or block.flag("spot") is True:
        return SPOT
    if model == "FLEX_START" or block.flag("flex_start") is True:
        return Purchase("flex", Decimal(0))
    return Purchase("reserved", Decimal(0)) if model == "RESERVATION_BOUND" else ON_DEMAND


def disk(block: Attributes, name: str, *, kind_key: str, size_key: str, kind: str, size_gib: Decimal | None) -> Disk:
    """A persistent disk from a block, with the provider's default kind and size."""
    stated_kind, stated_size = short(block.text(kind_key)), block.number(size_key)
    default = stated_size is None or (isinstance(stated_size, Unknown) and size_gib is not None)
    return Disk(
        name=name,
        kind=stated_kind if isinstance(stated_kind, str) else kind,
        size_gib=size_gib if default else stated_size,
        iops=block.number("provisioned_iops"),
        size_is_default=default,
    )


def local_ssds(count: Whole, size_gib: Number = None) -> tuple[Disk, ...]:
    """Local SSDs as one disk of so many devices."""
    if not isinstance(count, int) or count <= 0:
        return ()
    size = size_gib if isinstance(size_gib, Decimal) else LOCAL_SSD_GIB
    return (Disk("local SSD", "local-ssd", size * count),)
