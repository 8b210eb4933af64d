"""Whether traffic to object storage has a way around a paid gateway: `around.storage_endpoint` of NAT gateways."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from spendgate.model.facets import Facets
from spendgate.model.resource import Resource
from spendgate.model.values import Flag, Unknown
from spendgate.ports import FacetContext

TYPES = ("aws_nat_gateway", "google_compute_router_nat", "azurerm_nat_gateway")
_TABLES = ("aws_route_table", "aws_default_route_table")
_ASSOCIATION = "aws_vpc_endpoint_route_table_association"
_STORAGE = ("blob", "dfs", "file")
"""What a private endpoint of a storage account may stand for."""


def facts(resource: Resource, facets: Facets, context: FacetContext) -> Mapping[str, Any]:
    """`storage_endpoint`: true when the run holds a free way to object storage beside this gateway."""
    return {"storage_endpoint": _WAYS[resource.type](resource, context)}


def _aws(resource: Resource, context: FacetContext) -> Flag:
    """A gateway endpoint for S3 in the VPC of the gateway's subnet; in any VPC when the run does not say which it is.

    It stands on the route tables that lead to the gateway, as far as the run holds them; one on no table leads nowhere.
    """
    tables = _tables_to(resource, context)
    vpcs = {
        vpc.address
        for subnet in context.neighbours.targets(resource, "subnet_id", "aws_subnet")
        for vpc in context.neighbours.targets(subnet, "vpc_id", "aws_vpc")
    }
    unsure: Unknown | None = None
    for endpoint in context.neighbours.of_types("aws_vpc_endpoint"):
        service, kind = endpoint.attributes.text("service_name"), endpoint.attributes.text("vpc_endpoint_type")
        theirs = {vpc.address for vpc in context.neighbours.targets(endpoint, "vpc_id", "aws_vpc")}
        if vpcs and theirs and not vpcs & theirs:
            continue
        if isinstance(service, Unknown):
            unsure = Unknown("the service of an endpoint beside it is known only after apply")
        # NOTE: an endpoint is of type Gateway unless stated.
        elif service is not None and service.endswith(".s3") and kind in (None, "Gateway"):
            reached = _reaches(endpoint, tables, context)
            if reached is True:
                return True
            unsure = reached if isinstance(reached, Unknown) else unsure
    return unsure if unsure is not None else False


def _tables_to(gateway: Resource, context: FacetContext) -> frozenset[str]:
    """Addresses of the route tables of this run that send traffic to a gateway."""
    found = {table.address for table in context.neighbours.users(gateway, *_TABLES)}
    for route in context.neighbours.users(gateway, "aws_route"):
        found |= {table.address for table in context.neighbours.targets(route, "route_table_id", *_TABLES)}
    return frozenset(found)


def _reaches(endpoint: Resource, tables: frozenset[str], context: FacetContext) -> Flag:
    """Whether an endpoint stands on all of these route tables; on any at all where the run holds none of them."""
    named, stated = "route_table_ids", endpoint.attributes.get("route_table_ids")
    theirs = {table.address for table in context.neighbours.targets(endpoint, named, *_TABLES)}
    elsewhere = isinstance(stated, list) and len(stated) > len(theirs)
    if isinstance(stated, Unknown) and context.neighbours.points(endpoint, named) and not theirs:
        elsewhere = True
    for association in context.neighbours.users(endpoint, _ASSOCIATION):
        found = context.neighbours.targets(association, "route_table_id", *_TABLES)
        theirs |= {table.address for table in found}
        elsewhere = elsewhere or not found
    if tables <= theirs:
        return bool(theirs) or elsewhere
    return Unknown("some of its route tables are not in this run") if elsewhere else False


def _google(resource: Resource, context: FacetContext) -> Flag:
    """Private Google access on every subnet that the run makes; such traffic does not pass Cloud NAT."""
    return _each_subnet(
        subnet.attributes.flag("private_ip_google_access")
        for subnet in context.neighbours.of_types("google_compute_subnetwork")
    )


def _azure(resource: Resource, context: FacetContext) -> Flag:
    """A service endpoint or private endpoint for storage on the subnets that use the gateway."""
    private = [_is_for_storage(each, context) for each in context.neighbours.of_types("azurerm_private_endpoint")]
    if True in private:
        return True
    unsure = next((each for each in private if isinstance(each, Unknown)), None)
    if unsure is not None:
        return unsure
    return _each_subnet(
        _has_storage(subnet.attributes.texts("service_endpoints"))
        for subnet in context.neighbours.of_types("azurerm_subnet")
    )


def _is_for_storage(endpoint: Resource, context: FacetContext) -> Flag:
    block = "private_service_connection"
    if context.neighbours.targets(endpoint, block, "azurerm_storage_account"):
        return True
    names = endpoint.attributes.texts(f"{block}.0.subresource_names")
    return names if isinstance(names, Unknown) else any(name in _STORAGE for name in names or ())


def _has_storage(services: tuple[str, ...] | Unknown | None) -> Flag:
    if isinstance(services, Unknown):
        return services
    return any(service.startswith("Microsoft.Storage") for service in services or ())


def _each_subnet(found: Iterator[Flag]) -> Flag:
    """Whether all subnets have it; not told by a run that holds none of them."""
    answers = list(found)
    if not answers:
        return Unknown("its subnets are not in this run")
    if any(answer is False or answer is None for answer in answers):
        return False
    return next((answer for answer in answers if isinstance(answer, Unknown)), True)


_WAYS = {"aws_nat_gateway": _aws, "google_compute_router_nat": _google, "azurerm_nat_gateway": _azure}
