"""Accelerators among the extended resources of a pod: whole devices, MIG slices, time slices, shares of HAMi and Volcano.

A request counts devices as the plugin offers them; `fraction` is what part of a physical accelerator one of them is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from spendgate.facets.kubernetes.reading import quantity
from spendgate.model.accelerator_names import canonical_model
from spendgate.model.frozen import Frozen
from spendgate.model.values import Number, Unknown

_MIG = re.compile(r"nvidia\.com/mig-(\d)g\.(\d+)gb.*")
_MIG_PARTS = 7
"""Compute slices of a GPU that MIG can give out (NVIDIA MIG User Guide)."""
_VGPUS = 10
"""Virtual GPUs per GPU of AWS's virtual GPU plugin when nothing is configured."""
_CORES_PER_CHIP = 2
"""Cores of a TPU v2 or v3 chip, and NeuronCores of a Trainium1 or Inferentia2 device."""

_WHOLE: Mapping[str, str] = {
    "nvidia.com/gpu": "nvidia",
    "amd.com/gpu": "amd",
    "google.com/tpu": "google",
    "aws.amazon.com/neuron": "neuron",
    "aws.amazon.com/neurondevice": "neuron",
    "habana.ai/gaudi": "habana",
    "gpu.intel.com/i915": "intel",
    "gpu.intel.com/xe": "intel",
    "qualcomm.com/qaic": "qualcomm",
    "volcano.sh/vgpu-number": "nvidia",
}
_NOT_ACCELERATORS = re.compile(
    r"nvidia\.com/(gpumem.*|gpucores|priority|hostdev.*|rdma.*|.*_vfs?)|gpu\.intel\.com/(mill|mem|tile|.*monitor).*"
    r"|volcano\.sh/vgpu-(memory|cores).*"
)
_LIKE_ACCELERATOR = re.compile(r"(?<![a-z])(?:v|c|p|shared)?(?:gpu|npu|tpu|ascend|mlu|dcu)(?![a-z])", re.IGNORECASE)
_AMOUNTS = re.compile(r"mem|core|percent|ratio", re.IGNORECASE)
"""Words in the name of a resource that counts a GPU's memory or compute, not GPUs."""


class Device(Frozen):
    """Accelerators that a pod asks for. `model` is set where the resource's own name tells it; `resource` names the request.

    `shared` is the id of a claim that other pods share, so that it is counted once.
    """

    resource: str
    vendor: str
    count: Decimal | Unknown
    fraction: Number = Decimal(1)
    sharing: str = "none"
    models: tuple[str, ...] = ()
    shared: str | None = None
    dearest_count: Decimal | None = None


class Sharing(Frozen):
    """How a device plugin shares GPUs: how many pods per GPU, by which means, and whether the resource is renamed."""

    replicas: int
    means: str
    resource: str = "nvidia.com/gpu"
    renamed: bool = False


def devices_of(asked: Mapping[str, Decimal | Unknown], sharing: tuple[Sharing, ...] = ()) -> list[Device]:
    """The accelerators among extended resources, in the order stated."""
    found = []
    for name, count in asked.items():
        device = _device(name, count, asked, sharing)
        if device is not None:
            found.append(device)
    return found


def fraction_of(annotations: Mapping[str, Any]) -> list[Device]:
    """A part of a GPU that a pod asks for by annotation (KAI scheduler, Run:ai): `gpu-fraction`, or `gpu-memory` in MiB."""
    share, number = quantity(annotations.get("gpu-fraction")), quantity(annotations.get("gpu-fraction-num-devices"))
    count = number if isinstance(number, Decimal) else Decimal(1)
    if share is not None:
        return [Device("gpu-fraction", "nvidia", count, share, "time-slicing")]
    if "gpu-memory" in annotations:
        reason = "a share of GPU memory is asked, of a GPU whose memory is not known"
        return [Device("gpu-memory", "nvidia", count, Unknown(reason), "time-slicing")]
    return []


def _device(
    name: str, count: Decimal | Unknown, asked: Mapping[str, Decimal | Unknown], sharing: tuple[Sharing, ...]
) -> Device | None:
    if match := _MIG.fullmatch(name):
        return Device(name, "nvidia", count, Decimal(match[1]) / _MIG_PARTS, "mig")
    if name in _WHOLE:
        return _shared(Device(name, _WHOLE[name], count), asked, sharing)
    special = _SPECIAL.get(name)
    if special is not None:
        return special(name, count, sharing)
    if name.startswith("cloud-tpus.google.com/"):
        model = canonical_model(name.rpartition("/")[2].removeprefix("preemptible-"))
        return Device(name, "google", _per(count, _CORES_PER_CHIP), models=(model,))
    if _NOT_ACCELERATORS.fullmatch(name):
        return None
    return _named_after_model(name, count) or _of_unknown_plugin(name, count)


def _of_unknown_plugin(name: str, count: Decimal | Unknown) -> Device | None:
    """A device of a plugin that is not known, whose name says that it is an accelerator: never none at all.

    `example.com/gpu` counts whole ones; of any other name it is not known what one of them is.
    """
    vendor, _, product = name.partition("/")
    if not _LIKE_ACCELERATOR.search(product):
        return None
    if _AMOUNTS.search(product):
        return Device(name, vendor, Unknown(f"how much of an accelerator {name} is, is not known"))
    if product.lower() in ("gpu", "npu"):
        return Device(name, vendor, count)
    return Device(name, vendor, count, Unknown(f"what part of an accelerator one {name} is, is not known"), "shared")


def _named_after_model(name: str, count: Decimal | Unknown) -> Device | None:
    """A device that its plugin calls by its model (`nvidia.com/a100`); other resources are no accelerators."""
    vendor, _, product = name.partition("/")
    if vendor not in ("nvidia.com", "amd.com", "intel.com", "gpu.nvidia.com"):
        return None
    plain = re.sub(r"^[A-Z]{2}\d{3}[A-Z]*_", "", product)
    model = canonical_model(plain)
    return (
        None
        if model.lower() == plain.lower() and not model.isupper()
        else Device(name, vendor.removesuffix(".com"), count, models=(model,))
    )


def _shared(device: Device, asked: Mapping[str, Decimal | Unknown], sharing: tuple[Sharing, ...]) -> Device:
    """A device with what is known of its sharing: a share that the pod asks for, else how the plugin slices GPUs."""
    for key, whole in (
        ("nvidia.com/gpucores", 100),
        ("volcano.sh/vgpu-cores", 100),
        ("nvidia.com/gpumem-percentage", 100),
    ):
        share = asked.get(key)
        if isinstance(share, Decimal) and device.vendor == "nvidia" and share < whole:
            return Device(device.resource, device.vendor, device.count, share / whole, "hami")
    if device.vendor == "nvidia" and ("nvidia.com/gpumem" in asked or "volcano.sh/vgpu-memory" in asked):
        return Device(device.resource, device.vendor, device.count, Unknown("a share of GPU memory is asked, of a GPU whose memory is not known"), "hami")  # fmt: skip
    for rule in sharing:
        if rule.resource == device.resource and not rule.renamed and rule.replicas > 1:
            return Device(device.resource, device.vendor, device.count, Decimal(1) / rule.replicas, rule.means)
    return device


def _time_slice(name: str, count: Decimal | Unknown, sharing: tuple[Sharing, ...]) -> Device:
    rule = next((rule for rule in sharing if rule.renamed and rule.replicas > 1), None)
    if rule is None:
        unknown = Unknown(
            "how many pods share a GPU is not known (the device plugin's configuration is not in this run)"
        )
        return Device(name, "nvidia", count, unknown, "time-slicing")
    return Device(name, "nvidia", count, Decimal(1) / rule.replicas, rule.means)


def _virtual(name: str, count: Decimal | Unknown, sharing: tuple[Sharing, ...]) -> Device:
    return Device(name, "nvidia", count, Decimal(1) / _VGPUS, "mps")


def _neuron_core(name: str, count: Decimal | Unknown, sharing: tuple[Sharing, ...]) -> Device:
    return Device(name, "neuron", count, Decimal(1) / _CORES_PER_CHIP, "cores")


_SPECIAL: Mapping[str, Callable[[str, Decimal | Unknown, tuple[Sharing, ...]], Device]] = {
    "nvidia.com/gpu.shared": _time_slice,
    "k8s.amazonaws.com/vgpu": _virtual,
    "aws.amazon.com/neuroncore": _neuron_core,
}


def _per(count: Decimal | Unknown, each: int) -> Decimal | Unknown:
    return count if isinstance(count, Unknown) else count / each
