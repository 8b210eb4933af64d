"""The words of an offer: accelerators that are paid, what pods ask for of them, and machines that would do with fewer."""

from __future__ import annotations

from decimal import Decimal

from spendgate.costing.node_shape import NodeShape
from spendgate.model.facets import Pool
from spendgate.model.values import Unknown
from spendgate.ports import Catalog

_SUGGESTED = 3
_CLOUDS = ("aws", "google", "azure")
NOTHING = Decimal(0)


def asked_by(pool: Pool) -> Decimal | Unknown | None:
    """Accelerators that one pod asks for; None when it asks for none."""
    asked = pool.details.get("asked") if pool.service == "pod" else None
    return asked if isinstance(asked, Unknown) or (isinstance(asked, Decimal) and asked > 0) else None


def said(requested: Decimal, paid: Decimal, stranded: Decimal, per: Decimal) -> str:
    """How much is paid and asked for, as the end of a sentence."""
    text = f"of {_short(paid)} paid accelerators pods ask for {_short(requested)}"
    return (
        f"{text}; the {_short(stranded)} that they leave of each {_short(per)} fit no other pod" if stranded else text
    )


def _short(number: Decimal) -> str:
    return format(number.quantize(Decimal("0.01")).normalize(), "f")


def stranded_by(sizes: set[Decimal], per: Decimal) -> Decimal:
    """Accelerators of one machine that are left over by a size of pods, and into which no other pod fits."""
    left = [
        per % size
        for size in sizes
        if size >= 1 and size <= per and per % size and not any(other <= per % size for other in sizes)
    ]
    return max(left, default=NOTHING)


def smaller(shape: NodeShape, sizes: set[Decimal], catalog: Catalog) -> tuple[str, ...]:
    """Machine types with fewer accelerators that would hold the largest pod: of the same model, else of other families."""
    known = ((cloud, catalog.machine(cloud, shape.machine_type)) for cloud in _CLOUDS)
    cloud, own = next(((cloud, spec) for cloud, spec in known if spec is not None), ("", None))
    if own is None:
        return ()
    most = max(sizes, default=Decimal(1))
    specs = (catalog.machine(cloud, name) for name in catalog.machine_types(cloud))
    fewer = [spec for spec in specs if spec is not None and most <= spec.accelerator_count < shape.accelerators]
    alike = [spec for spec in fewer if spec.accelerator == own.accelerator]
    memory = own.accelerator_memory_gib or NOTHING
    found = alike or [spec for spec in fewer if (spec.accelerator_memory_gib or NOTHING) >= memory] or fewer
    found.sort(
        key=lambda spec: (
            spec.accelerator_count,
            -(spec.accelerator_memory_gib or NOTHING),
            spec.vcpu or 0,
            spec.machine_type,
        )
    )
    return tuple(spec.machine_type for spec in found[:_SUGGESTED])
