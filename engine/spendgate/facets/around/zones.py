"""Over how many zones the machines of a group are spread: `around.zones`, by its subnets, its zones, or its region."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from spendgate.model.facets import Facets
from spendgate.model.resource import Resource
from spendgate.model.values import Unknown
from spendgate.ports import FacetContext

_SUBNETS = {
    "aws_autoscaling_group": "vpc_zone_identifier",
    "aws_eks_node_group": "subnet_ids",
    "aws_batch_compute_environment": "compute_resources.0.subnets",
}
_GKE = "google_container_node_pool"
_REGIONAL = "google_compute_region_instance_group_manager"
_AZURE = (
    "azurerm_kubernetes_cluster_node_pool",
    "azurerm_linux_virtual_machine_scale_set",
    "azurerm_orchestrated_virtual_machine_scale_set",
)
TYPES = (*_SUBNETS, _GKE, _REGIONAL, *_AZURE)
_ZONES_OF_A_REGION = 3
"""A group of a region takes three zones unless it names them (documentation of the Compute Engine API)."""


def facts(resource: Resource, facets: Facets, context: FacetContext) -> Mapping[str, Any]:
    """`zones` of what has accelerators: a number, or unknown where its subnets or zones are known only after apply."""
    if facets.accel.count == 0:
        return {}
    if resource.type in _SUBNETS:
        return _counted(_by_subnets(resource, context))
    if resource.type == _GKE:
        return _counted(facets.pools[0].details.get("zones") if facets.pools else None)
    if resource.type == _REGIONAL:
        return _counted(_listed(resource, "distribution_policy_zones") or _ZONES_OF_A_REGION)
    return _counted(_listed(resource, "zones"))


def _counted(zones: int | Unknown | None) -> Mapping[str, Any]:
    return {} if zones is None else {"zones": zones}


def _listed(resource: Resource, path: str) -> int | Unknown | None:
    stated = resource.attributes.texts(path)
    return stated if isinstance(stated, Unknown) else len(set(stated)) if stated else None


def _by_subnets(resource: Resource, context: FacetContext) -> int | Unknown | None:
    """The zones of its subnets that are in this run; one that is not stands for a zone of its own."""
    path = _SUBNETS[resource.type]
    stated = resource.attributes.texts(path)
    found = context.neighbours.targets(resource, path.partition(".")[0], "aws_subnet")
    if not found and (isinstance(stated, Unknown) or not stated):
        named = _listed(resource, "availability_zones")
        return stated if isinstance(stated, Unknown) and not isinstance(named, int) else named
    zones = [each.attributes.text("availability_zone") for each in found]
    if len(zones) > 1 and any(isinstance(zone, Unknown) for zone in zones):
        return Unknown("the zones of its subnets are not known")
    elsewhere = len(stated) - len(found) if isinstance(stated, tuple) else 0
    return len(set(map(str, zones))) + max(0, elsewhere)
