"""AWS: facets of its resource types."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from spendgate.facets.aws import ai, compute, containers, data, endpoints, groups, network, nodes, platforms, storage
from spendgate.facets.aws.place import generic
from spendgate.model.facets import Facets
from spendgate.model.resource import Resource
from spendgate.ports import FacetContext

_DESCRIBERS: Mapping[str, Callable[[Resource, FacetContext], Facets]] = {
    **compute.DESCRIBERS,
    **groups.DESCRIBERS,
    **nodes.DESCRIBERS,
    **platforms.DESCRIBERS,
    **containers.DESCRIBERS,
    **ai.DESCRIBERS,
    **endpoints.DESCRIBERS,
    **storage.DESCRIBERS,
    **data.DESCRIBERS,
    **network.DESCRIBERS,
}


class AwsAdapter:
    """Describes resources of the Terraform provider `aws`; implements `ports.FacetAdapter`."""

    provider = "aws"

    def describe(self, resource: Resource, context: FacetContext) -> Facets:
        """The facets of a resource; types without a describer of their own get tags, region and environment."""
        return _DESCRIBERS.get(resource.type, generic)(resource, context)


ADAPTER = AwsAdapter()
