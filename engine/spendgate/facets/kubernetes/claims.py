"""Dynamic resource allocation: devices that pods ask for through claims (`resource.k8s.io` v1 and its betas).

A pod names claims under `spec.resourceClaims`; a template makes one claim per pod, a claim of its own name is shared by all
pods that name it and counted once. `firstAvailable` lists alternatives: the first is expected, the dearest is the most.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from spendgate.facets.kubernetes.devices import Device
from spendgate.facets.kubernetes.reading import dig, mapping, maps, quantity, text, whole
from spendgate.model.accelerator_names import canonical_model
from spendgate.model.frozen import replace
from spendgate.model.values import Unknown

Finder = Callable[[str, str], "Mapping[str, Any] | None"]
"""Finds an object of a kind by name, in the pod's namespace."""

_VENDORS: tuple[tuple[str, str], ...] = (
    ("nvidia", "nvidia"), ("amd", "amd"), ("tpu", "google"), ("intel", "intel"), ("gaudi", "habana"), ("neuron", "neuron"),
)  # fmt: skip
_NETWORK = re.compile(r"(dranet|rdma|nic|network|sriov|compute-domain|imex|cpu|mem)", re.IGNORECASE)
_PRODUCT = re.compile(r"product_?name[\"'\]]*[^\"']{0,40}[\"'](?:\(\?i\)|\^)?[.*]*([A-Za-z0-9 _-]+)", re.IGNORECASE)
_PROFILE = re.compile(r"profile[^\"']{0,20}[\"'](\d)g\.\d+gb", re.IGNORECASE)
_PARTS = 7


def claimed(spec: Mapping[str, Any], find: Finder, *, has_devices: bool = False) -> Iterator[Device]:
    """The devices of every claim of a pod. A claim that is not in the run has an unknown number of devices.

    `has_devices`: the pod asks for accelerators by resource as well; an absent claim is then taken to be one of a channel or a
    network, since whole accelerators are not asked for twice.
    """
    for entry in maps(spec.get("resourceClaims")):
        source = mapping(entry.get("source")) or entry
        template, claim = text(source.get("resourceClaimTemplateName")), text(source.get("resourceClaimName"))
        if template is not None:
            held = find("ResourceClaimTemplate", template)
            if held is not None or not has_devices:
                yield from _requests(dig(held, "spec", "spec"), template, None, find, found=held is not None)
        elif claim is not None:
            held = find("ResourceClaim", claim)
            if held is not None or not has_devices:
                yield from _requests(dig(held, "spec"), claim, claim, find, found=held is not None)


def _requests(spec: Any, name: str, shared: str | None, find: Finder, *, found: bool) -> Iterator[Device]:
    if not found:
        if not _NETWORK.search(name):
            unknown = Unknown(f"the claim {name} is not in this run")
            yield Device(f"claim {name}", "unknown", unknown, shared=shared)
        return
    if dig(spec, "resourceClassName") is not None:
        yield from _of_class(mapping(spec), name, shared, find)
    for request in maps(dig(spec, "devices", "requests")):
        device = _request(request, name, shared)
        if device is not None:
            yield device


def _of_class(spec: Mapping[str, Any], claim: str, shared: str | None, find: Finder) -> Iterator[Device]:
    """A claim of the first alpha (`resourceClassName`), whose parameters stand in an object of the driver."""
    reference = mapping(spec.get("parametersRef"))
    held = mapping(dig(find(str(reference.get("kind")), str(reference.get("name"))), "spec"))
    profile = str(held.get("profile") or "")
    expression = f"profile '{profile}'" if profile else ""
    request = {
        "deviceClassName": spec.get("resourceClassName"),
        "count": held.get("count", 1),
        "selectors": [{"cel": {"expression": expression}}],
    }
    device = _one(request, claim, shared)
    if device is not None:
        yield device


def of_class(name: str, held: Mapping[str, Any], count: Decimal | Unknown) -> Device | None:
    """The device that a DeviceClass gives for an extended resource or for its own name, so many times."""
    request = {"deviceClassName": name, "selectors": dig(held, "spec", "selectors")}
    found = _one(request, name, None)
    return None if found is None else replace(found, resource=name, count=count)


def _request(request: Mapping[str, Any], claim: str, shared: str | None) -> Device | None:
    alternatives = list(maps(request.get("firstAvailable")))
    if not alternatives:
        # NOTE: v1 and v1beta2 keep the request under `exactly`, v1beta1 has its fields directly.
        return _one(mapping(request.get("exactly")) or request, claim, shared)
    options = [device for device in (_one(option, claim, shared) for option in alternatives) if device is not None]
    if not options:
        return None
    first = options[0]
    counts = [device.count * _known(device.fraction) for device in options if isinstance(device.count, Decimal)]
    models = tuple(dict.fromkeys(model for device in options for model in device.models))
    dearest = max(counts) if len(counts) == len(options) else None
    return Device(first.resource, first.vendor, first.count, first.fraction, first.sharing, models, shared, dearest)


def _one(request: Mapping[str, Any], claim: str, shared: str | None) -> Device | None:
    device_class = str(request.get("deviceClassName") or "")
    if request.get("adminAccess") is True or (_NETWORK.search(device_class) and "gpu" not in device_class):
        return None
    vendor = next((vendor for word, vendor in _VENDORS if word in device_class), "unknown")
    expressions = " ".join(str(dig(s, "cel", "expression") or "") for s in maps(request.get("selectors")))
    count: Decimal | Unknown
    if request.get("allocationMode") == "All":
        count = Unknown(f"the claim {claim} takes all devices of a node")
    else:
        stated = whole(request.get("count"), 1)
        count = stated if isinstance(stated, Unknown) else Decimal(stated or 0)
    fraction, sharing = _share(request, device_class, expressions)
    product = _PRODUCT.search(expressions)
    models = (canonical_model(product[1].strip(" -_.")),) if product else ()
    return Device(f"{device_class} (claim {claim})", vendor, count, fraction, sharing, models, shared)


def _share(request: Mapping[str, Any], device_class: str, expressions: str) -> tuple[Decimal | Unknown, str]:
    if match := _PROFILE.search(expressions):
        return Decimal(match[1]) / _PARTS, "mig"
    capacity = mapping(dig(request, "capacity", "requests"))
    if capacity:
        cores = quantity(capacity.get("cores"))
        if isinstance(cores, Decimal) and cores <= 100:
            return cores / 100, "dra"
        return Unknown("a share of a device's capacity is asked, of a device whose capacity is not known"), "dra"
    if device_class.startswith("mig"):
        return Unknown("the MIG profile is not stated"), "mig"
    return Decimal(1), "none"


def _known(fraction: Any) -> Decimal:
    return fraction if isinstance(fraction, Decimal) else Decimal(1)
