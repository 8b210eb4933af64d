"""Attribute-based selection: every machine type of the catalogue that a set of requirements admits."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from fnmatch import fnmatchcase

from spendgate.model.accelerator_names import canonical_model
from spendgate.model.attributes import Attributes
from spendgate.model.values import Unknown
from spendgate.ports import Catalog, MachineSpec

_BOUNDS = (
    ("vcpu_count", "vcpu", Decimal(1)),
    ("memory_mib", "memory_gib", Decimal(1024)),
    ("accelerator_count", "accelerator_count", Decimal(1)),
)


def admitted(requirements: Attributes, catalog: Catalog) -> tuple[str, ...] | Unknown:
    """The machine types that `instance_requirements` admits, smallest first; unknown when a requirement is.

    NOTE: without any requirement on accelerators AWS may still choose a machine that has some, so they are not filtered out.
    """
    if next(requirements.unknown_paths(), None) is not None:
        return Unknown("the instance requirements are known only after apply")
    specs = [
        spec
        for name in catalog.machine_types("aws")
        if (spec := catalog.machine("aws", name)) and _fits(spec, requirements)
    ]
    specs.sort(key=lambda spec: (spec.vcpu or Decimal(0), spec.memory_gib or Decimal(0), spec.machine_type))
    return tuple(spec.machine_type for spec in specs) or Unknown(
        "no machine type in the catalogue fits the requirements"
    )


def _fits(spec: MachineSpec, requirements: Attributes) -> bool:
    return all(_checks(spec, requirements))


def _checks(spec: MachineSpec, requirements: Attributes) -> Iterator[bool]:
    allowed, excluded = requirements.texts("allowed_instance_types"), requirements.texts("excluded_instance_types")
    if isinstance(allowed, tuple) and allowed:
        yield any(fnmatchcase(spec.machine_type, pattern) for pattern in allowed)
    if isinstance(excluded, tuple):
        yield not any(fnmatchcase(spec.machine_type, pattern) for pattern in excluded)
    for block, attribute, unit in _BOUNDS:
        value = getattr(spec, attribute)
        least, most = requirements.number(f"{block}.0.min"), requirements.number(f"{block}.0.max")
        if isinstance(least, Decimal):
            yield value is not None and value * unit >= least
        if isinstance(most, Decimal):
            yield value is not None and value * unit <= most
    names = requirements.texts("accelerator_names")
    if isinstance(names, tuple) and names:
        wanted = {canonical_model(name).split("-")[0].lower() for name in names}
        yield spec.accelerator is not None and canonical_model(spec.accelerator).split("-")[0].lower() in wanted


def of_families(names: tuple[str, ...], catalog: Catalog) -> tuple[str, ...] | Unknown:
    """Machine types given by name, by family (`p4d`) or as Batch's `optimal` (the families C4, M4 and R4)."""
    known = catalog.machine_types("aws")
    found: dict[str, None] = {}
    for name in names:
        families = ("c4", "m4", "r4") if name == "optimal" else (name,)
        if "." in name:
            found[name] = None
        for family in families:
            found.update(dict.fromkeys(type_ for type_ in known if type_.startswith(f"{family}.")))
    return tuple(found) or Unknown(
        f"no machine type in the catalogue is meant by {', '.join(names) or 'an empty list'}"
    )
