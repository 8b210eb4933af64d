"""Who uses reserved capacity: `around.consumers`, the addresses of machines and templates in this run that can run in it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
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
TYPES = (*_AWS, "google_compute_reservation", _AZURE)


def facts(resource: Resource, facets: Facets, context: FacetContext) -> Mapping[str, Any]:
    """`consumers`, in the order of their addresses."""
    finder = _azure if resource.type == _AZURE else _google if resource.type.startswith("google") else _aws
    return {"consumers": tuple(sorted(set(finder(resource, context))))}


def _aws(resource: Resource, context: FacetContext) -> Iterator[str]:
    """Whatever points at it; an open reservation takes any machine of its type."""
    yield from (user.address for user in context.neighbours.users(resource, *_AWS_USERS))
    if resource.type == _AWS[0] and resource.attributes.text("instance_match_criteria") in (None, "open"):
        yield from _of_type(resource.attributes.text("instance_type"), "instance_type", _AWS_USERS[:2], context)


def _google(resource: Resource, context: FacetContext) -> Iterator[str]:
    yield from (user.address for user in context.neighbours.users(resource, *_GOOGLE_USERS))
    if resource.attributes.flag("specific_reservation_required") is not True:
        stated = resource.attributes.text("specific_reservation.0.instance_properties.0.machine_type")
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
