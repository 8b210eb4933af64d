"""Addresses and paths into file and line, for source and for plans that have their source beside them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from spendgate.errors import InputError
from spendgate.inputs.terraform.addresses import steps
from spendgate.inputs.terraform_source.blocks import Body
from spendgate.inputs.terraform_source.bodies import nested
from spendgate.inputs.terraform_source.files import Declared, holds_source
from spendgate.inputs.terraform_source.modules import Library, Module
from spendgate.model.resource import Locate, Location, no_location

_SPELLINGS: dict[str, tuple[str, ...]] = {
    "tags": ("tags", "labels", "tag", "resource_labels", "user_labels"),
    "region": ("region", "location", "availability_zone", "zone"),
    "capacity": (
        "scaling_config", "autoscaling", "desired_capacity", "max_size", "min_size", "node_count", "initial_node_count",
        "instances", "target_size", "max_count", "auto_scaling_enabled", "capacity",
    ),
    "purchase": ("capacity_type", "instance_market_options", "spot_price", "scheduling", "priority", "spot", "preemptible"),
    "accel": ("guest_accelerator", "accelerator_type", "instance_type", "instance_types", "machine_type", "size", "vm_size"),
    "machine": ("instance_type", "instance_types", "machine_type", "size", "vm_size", "sku_name", "instance_class"),
    "storage": ("size", "volume_size", "allocated_storage", "disk_size_gb", "storage_capacity", "root_block_device"),
}  # fmt: skip
"""Facets and the attributes that they are mostly read from: a finding on a facet points at the first that is there."""


class SourceLocator:
    """Finds the line of a resource or of an attribute in it; implements `model.resource.Locate`."""

    def __init__(self, library: Library, root: Module) -> None:
        self._library = library
        self._root = root

    def __call__(self, address: str, path: str | None = None) -> Location | None:
        """The place of an attribute (`root_block_device.0.volume_size`), of its nearest parent, or of the resource."""
        declared = self.declared(address)
        if declared is None:
            return None
        position = declared.block.position
        if path:
            position = _position(declared.block.body, path.split("."), position)
        return declared.file.location(position)

    def declared(self, address: str) -> Declared | None:
        """The block of an address, whatever instance keys it has; None when the source has no such block."""
        names = [step.name for step in steps(address.partition(" (")[0])]
        module = self._root
        way: tuple[str, ...] = ()
        while len(names) >= 4 and names[0] == "module":
            way = (*way, names[1])
            call = module.calls.get(names[1])
            found = self._library.called(module, way, call) if call is not None else None
            if not isinstance(found, Module):
                return call
            module, names = found, names[2:]
        if names[:1] == ["data"] and len(names) == 3:
            return module.data.get(".".join(names[1:]))
        return module.resources.get(".".join(names))

    def blocks(self) -> Iterator[tuple[str, Declared]]:
        """Every resource block of the root and of what it calls, with its address without instance keys."""
        yield from _blocks(self._library, self._root, (), ())


def _blocks(
    library: Library, module: Module, way: tuple[str, ...], inside: tuple[int, ...]
) -> Iterator[tuple[str, Declared]]:
    prefix = "".join(f"module.{name}." for name in way)
    for name, declared in sorted(module.resources.items()):
        yield f"{prefix}{name}", declared
    for name, call in sorted(module.calls.items()):
        yield f"{prefix}module.{name}", call
        found = library.called(module, (*way, name), call)
        if isinstance(found, Module) and id(found) not in inside:
            yield from _blocks(library, found, (*way, name), (*inside, id(found)))


def _position(body: Body, keys: list[str], fallback: int) -> int:
    """The offset of a path in a body, of its nearest parent, or of an attribute that spells the facet."""
    key, rest = keys[0], keys[1:]
    blocks = nested(body)
    for name in (key, *_SPELLINGS.get(key, ())):
        if name in body.attributes:
            return body.attributes[name].position
        if name in blocks:
            found = blocks[name]
            index = int(rest[0]) if rest and rest[0].isdecimal() else 0
            block = found[min(index, len(found) - 1)]
            inner = next((one.body for one in block.body.blocks if one.type == "content"), block.body)
            left = rest[1:] if rest and rest[0].isdecimal() else rest
            return _position(inner, left, block.position) if left else block.position
    return fallback


class _WhenAsked:
    """Reads the source beside a plan when the first place is asked for, and never fails a run because of it."""

    def __init__(self, folder: str) -> None:
        self._folder = folder
        self._locator: Locate | None = None

    def __call__(self, address: str, path: str | None = None) -> Location | None:
        if self._locator is None:
            try:
                library = Library(self._folder, [])
                self._locator = SourceLocator(library, library.module(self._folder))
            except InputError:
                self._locator = no_location
        try:
            return self._locator(address, path)
        except InputError:
            return None


def locator(folder: str) -> Locate | None:
    """Places in the source in a folder, for a plan made from it; None when the folder holds no source."""
    return _WhenAsked(folder) if holds_source(Path(folder)) else None
