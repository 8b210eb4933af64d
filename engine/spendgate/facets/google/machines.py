"""Google machine types, attached accelerators, disks and how they are bought: shared by VMs, groups and node pools."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal

from spendgate.costing.meters.google_custom import custom_type
from spendgate.facets import accelerators
from spendgate.model.accelerator_names import canonical_model
from spendgate.model.attributes import Attributes
from spendgate.model.facets import Accelerators, Capacity, Disk, Pool, Purchase
from spendgate.model.values import Number, Text, Unknown, Whole
from spendgate.ports import Catalog

ON_DEMAND = Purchase()
SPOT = Purchase("spot", Decimal(1))
FLEX = Purchase("flex", Decimal(0))
RESERVED = Purchase("reserved", Decimal(0))
TPU_HOST = re.compile(r"(ct\d\w+|tpu7x?)-\w+-(\d+)t")
LOCAL_SSD_GIB = Decimal(375)

_CARRIED: Mapping[str, tuple[str, int]] = {
    "a3-edgegpu-8g": ("H100-80GB", 8),
    "a3-ultragpu-8g": ("H200", 8),
    "a4-highgpu-8g": ("B200", 8),
    "a4x-highgpu-4g": ("GB200", 4),
}
"""GPUs of types that the catalogue does not hold (Compute Engine documentation, accelerator-optimized machines)."""


_IMAGES: tuple[tuple[re.Pattern[str], str, int], ...] = tuple(
    (re.compile(pattern), system, size_gib)
    for pattern, system, size_gib in (
        (r"windows", "windows", 50),
        (r"rhel|red-hat", "rhel", 20),
        (r"sles|suse", "suse", 10),
        (r"deeplearning|common-(cpu|gpu|cu\d+)|ml-images", "linux", 50),
        (r"rocky|centos|alma|oracle", "linux", 20),
        (r"debian|ubuntu|cos-|container-optimized|fedora", "linux", 10),
    )
)
"""Public images by a word in their name: operating system and size in GiB (Compute Engine documentation, OS images)."""


def image_of(image: Text) -> tuple[str, Decimal | None]:
    """Operating system of an image and its size in GiB, where its name tells."""
    if isinstance(image, str):
        for pattern, system, size_gib in _IMAGES:
            if pattern.search(image.lower()):
                return system, Decimal(size_gib)
    return "linux", None


def short(machine_type: Text) -> Text:
    """A machine type without the path before it."""
    return machine_type.rsplit("/", 1)[-1] if isinstance(machine_type, str) else machine_type


def types_of(machine_type: Text) -> tuple[str, ...] | Unknown:
    """The one stated type; none stated is unknown."""
    machine_type = short(machine_type)
    if isinstance(machine_type, Unknown):
        return machine_type
    return (machine_type,) if machine_type else Unknown("no machine type is stated")


def guests_of(block: Attributes, key: str, *, stated: bool = False) -> tuple[Attributes, ...] | Unknown:
    """The blocks of attached accelerators.

    NOTE: the provider computes an unstated list, hence every plain machine's is unknown in a plan: it is none, unless it is
    `stated` by an expression. A list whose members are unknown is there, and unknown.
    """
    found = block.blocks(key)
    return () if isinstance(found, Unknown) and not stated else found


def machine_accelerators(
    types: tuple[str, ...] | Unknown, attached: tuple[Attributes, ...] | Unknown, catalog: Catalog
) -> Accelerators:
    """Accelerators of one machine: those that its type carries, else those attached (`type` and `count` of each block).

    NOTE: A2, A3, A4, G2 and G4 machines carry their GPUs and may name them again as `guest_accelerator`: counted once.
    """
    if isinstance(types, Unknown):
        return accelerators.unknown(f"machine type: {types.reason}")
    if types and (match := TPU_HOST.fullmatch(types[0])):
        return accelerators.of_variants([canonical_model(match[1])], Decimal(match[2]))
    if types and (known := _CARRIED.get(types[0])):
        return accelerators.of_variants([known[0]], Decimal(known[1]), catalog.accelerator_memory_gib(known[0]))
    plain = tuple(type_ for type_ in types if custom_type(type_) is None)
    carried = accelerators.of_machines(catalog, "google", plain)
    if isinstance(carried.count, Unknown) or carried.count:
        return carried
    if isinstance(attached, Unknown):
        return accelerators.unknown(f"attached accelerators: {attached.reason}")
    return _attached(attached, catalog)


def _attached(attached: tuple[Attributes, ...], catalog: Catalog) -> Accelerators:
    variants, total = [], Decimal(0)
    for block in attached:
        name, count = short(block.text("type")), block.whole("count")
        if isinstance(name, Unknown) or isinstance(count, Unknown):
            return accelerators.unknown("an attached accelerator is known only after apply")
        if name and count:
            variants.append(_variant(name))
            total += count
    if not variants:
        return accelerators.NONE
    return accelerators.of_variants(variants, total, catalog.accelerator_memory_gib(variants[0]))


def _variant(name: str) -> str:
    """The catalogue's name of an attachable GPU: only the V100 of Google needs its memory named.

    NOTE: virtual workstations (`nvidia-tesla-t4-vws`) are the same cards under a licence.
    """
    model = canonical_model(re.sub(r"[-_]vws$", "", name, flags=re.IGNORECASE))
    return "V100-16GB" if model == "V100" else model


def unseen(
    reason: Unknown, capacity: Capacity | None = None, *, name: str = "", details: Mapping[str, object] | None = None
) -> Pool:
    """A pool of which nothing can be told but perhaps its size: machines, accelerators and disks are unknown."""
    return Pool(
        reason,
        capacity if capacity is not None else Capacity(reason, reason, reason),
        accelerators=accelerators.unknown(reason.reason),
        # NOTE: what Google runs for a model has its disks in its price.
        disks=() if details and details.get("managed") else reason,
        name=name,
        details=details or {},
    )


def bought(block: Attributes, *, stated: bool = False) -> Purchase:
    """How a machine is bought, from a `scheduling` or `node_config` block.

    NOTE: the provider computes an unstated `provisioning_model`, hence unknown in a plan; `stated` says that the block points
    at other resources, so that an unknown one may be anything.
    """
    flags = [block.flag(key) for key in ("preemptible", "spot", "flex_start")]
    if flags[0] is True or flags[1] is True:
        return SPOT
    if flags[2] is True:
        return FLEX
    model = block.text("provisioning_model")
    for value in (*flags, *((model,) if stated else ())):
        if isinstance(value, Unknown):
            return Purchase(value, value)
    return {"SPOT": SPOT, "FLEX_START": FLEX, "RESERVATION_BOUND": RESERVED}.get(str(model), ON_DEMAND)


def disk(block: Attributes, name: str, *, kind_key: str, size_key: str, kind: str, size_gib: Decimal | None) -> Disk:
    """A persistent disk from a block, with the provider's default kind and size."""
    stated_kind, stated_size = short(block.text(kind_key)), block.number(size_key)
    default = stated_size is None or (isinstance(stated_size, Unknown) and size_gib is not None)
    return Disk(
        name=name,
        kind=stated_kind if isinstance(stated_kind, str) else kind,
        size_gib=size_gib if default else stated_size,
        iops=block.number("provisioned_iops"),
        throughput_mibps=block.number("provisioned_throughput"),
        size_is_default=default,
    )


def local_ssds(count: Whole, machine_type: str = "", size_gib: Number = None) -> tuple[Disk, ...]:
    """Local SSDs as one disk of so many devices; none where the machine type has them in its price (`-lssd`, Z3)."""
    if not isinstance(count, int) or count <= 0 or machine_type.endswith("lssd") or machine_type.startswith("z3-"):
        return ()
    # NOTE: whatever size is stated, a local SSD comes in whole devices.
    size = size_gib if isinstance(size_gib, Decimal) and size_gib and size_gib % LOCAL_SSD_GIB == 0 else LOCAL_SSD_GIB
    return (Disk("local SSD", "local-ssd", size * count),)
