"""Which machine types the requirements of a Karpenter node pool allow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from spendgate.facets.kubernetes.reading import texts
from spendgate.facets.kubernetes.shapes import Shapes
from spendgate.model.accelerator_names import canonical_model
from spendgate.ports import MachineSpec

_AWS_CATEGORY = "karpenter.k8s.aws/instance-category"
FAMILY_KEYS = ("karpenter.k8s.aws/instance-family", "eks.amazonaws.com/instance-family")
NARROWING = (*FAMILY_KEYS, _AWS_CATEGORY)
"""Requirements that narrow the machine types to families."""
_GPU_CATEGORIES = ("p", "g", "trn", "inf", "dl", "vt")


def allowed_machines(
    shapes: Shapes,
    provider: str | None,
    machine_types: Sequence[str],
    models: Sequence[str],
    requirements: Sequence[Mapping[str, Any]],
) -> list[MachineSpec]:
    """Machine types of the catalogue that a pool's requirements allow, among those with accelerators unless types are named.

    Understood: instance type, family, category, GPU name and count. Others widen nothing and narrow nothing.
    """
    if provider is None:
        return []
    if machine_types:
        specs = [shapes.catalog.machine(provider, type_) for type_ in machine_types]
        return [spec for spec in specs if spec is not None]
    narrowing = {str(r.get("key")): r for r in requirements}
    if not any(key in narrowing for key in (*FAMILY_KEYS, _AWS_CATEGORY)) and not models:
        return []
    found = []
    for spec in shapes.accelerated(provider):
        if models and canonical_model(spec.accelerator or "") not in models:
            continue
        if _fits(spec.machine_type, narrowing):
            found.append(spec)
    return found


def _fits(machine_type: str, narrowing: Mapping[str, Mapping[str, Any]]) -> bool:
    family = machine_type.partition(".")[0]
    letters = "".join(c for c in family if not c.isdigit())[:3]
    category = next((c for c in _GPU_CATEGORIES if letters.startswith(c)), letters[:1])
    for key, value in (*((key, family) for key in FAMILY_KEYS), (_AWS_CATEGORY, category)):
        requirement = narrowing.get(key)
        if requirement is None:
            continue
        listed = value in texts(requirement.get("values"))
        if (requirement.get("operator") == "In") != listed and requirement.get("operator") in ("In", "NotIn"):
            return False
    return True
