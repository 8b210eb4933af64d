"""Who uses reserved capacity: `around.consumers`, the addresses of machines and templates in this run that can run in it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from spendgate.model.facets import Facets
from spendgate.model.resource import Resource
from spendgate.ports import FacetContext

_AWS = ("aws_ec2_capacity_reservation", "aws_ec2_capacity_block_reservation")
_AWS_USERS = ("aws_instance", "aws_launch_template", "aws_eks_node_group", "aws_sagemaker_endpoint_configuration")
_GOOGLE_USERS = ("google_compute_instance", "google_compute_instance_template", "google_container_node_pool")
_AZURE = "azurerm_capacity_reservation"
_AZURE_USERS = (
    "azurerm_linux_virtual_machine",
    "azurerm_windows_virtual_machine",
    "azurerm_linux_virtual_machine_scale_set",
    "azurerm_kubernetes_cluster_node_pool",
)
_GOOGLE = ("google_compute_reservation", "google_compute_future_reservation")
TYPES = (*_AWS, *_GOOGLE, _AZURE)
_SINGLE = frozenset(
    {"aws_instance", "google_compute_instance", "azurerm_linux_virtual_machine", "azurerm_windows_virtual_machine"}
)
"""Types of which each resource is one machine."""
_PROPERTIES = ("specific_reservation", "specific_sku_properties")
_RESERVED = (
    "instance_count",
    "specific_reservation.0.count",
    "specific_sku_properties.0.total_count",
    "sku.0.capacity",
)
"""Where the number of reserved machines stands, by cloud."""


def facts(resource: Resource, facets: Facets, context: FacetContext) -> Mapping[str, Any]:
    """`consumers`, in the order of their addresses; `used_share` where all of them are single machines.

    How many machines a group or a template will run nobody knows beforehand, so that says nothing.
    """
    finder = _azure if resource.type == _AZURE else _google if resource.type.startswith("google") else _aws
    found = tuple(sorted(set(finder(resource, context))))
    reserved = next((size for path in _RESERVED if (size := resource.attributes.number(path)) is not None), None)
    if not isinstance(reserved, Decimal) or reserved <= 0 or not found:
        return {"consumers": found}
    if not all(_type_of(address) in _SINGLE for address in found):
        return {"consumers": found}
    return {"consumers": found, "used_share": min(Decimal(1), len(found) / reserved)}


def _type_of(address: str) -> str:
    """`aws_instance` of `module.ml.aws_instance.a[0]`."""
    words = re.sub(r"\[[^\]]*\]", "", address).split(".")
    return words[-2] if len(words) > 1 else ""


def _aws(resource: Resource, context: FacetContext) -> Iterator[str]:
    """Whatever points at it; an open reservation takes any machine of its type."""
    yield from (user.address for user in context.neighbours.users(resource, *_AWS_USERS))
    if resource.type == _AWS[0] and resource.attributes.text("instance_match_criteria") in (None, "open"):
        yield from _of_type(resource.attributes.text("instance_type"), "instance_type", _AWS_USERS[:2], context)


def _google(resource: Resource, context: FacetContext) -> Iterator[str]:
    yield from (user.address for user in context.neighbours.users(resource, *_GOOGLE_USERS))
    if resource.attributes.flag("specific_reservation_required") is not True:
        stated = next(
            (
                type_
                for block in _PROPERTIES
                if (type_ := resource.attributes.text(f"{block}.0.instance_properties.0.machine_type"))
            ),
            None,
        )
        yield from _of_type(stated, "machine_type", _GOOGLE_USERS[:2], context)
        yield from _of_type(stated, "node_config.0.machine_type", _GOOGLE_USERS[2:], context)


def _azure(resource: Resource, context: FacetContext) -> Iterator[str]:
    groups = context.neighbours.targets(resource, "capacity_reservation_group_id", "azurerm_capacity_reservation_group")
    yield from (user.address for group in groups for user in context.neighbours.users(group, *_AZURE_USERS))


def _of_type(machine_type: Any, path: str, types: tuple[str, ...], context: FacetContext) -> Iterator[str]:
    if isinstance(machine_type, str):
        for each in context.neighbours.of_types(*types):
            if each.attributes.text(path) == machine_type:
                yield each.address
