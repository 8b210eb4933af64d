"""Google Cloud: facets of its resource types."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from spendgate.facets.google import ai, clusters, compute, groups, kubernetes, notebooks, other, reserved, serverless
from spendgate.facets.google.place import generic
from spendgate.model.facets import Facets
from spendgate.model.resource import Resource
from spendgate.ports import FacetContext

_DESCRIBERS: Mapping[str, Callable[[Resource, FacetContext], Facets]] = {
    **compute.DESCRIBERS,
    **groups.DESCRIBERS,
    **reserved.DESCRIBERS,
    **kubernetes.DESCRIBERS,
    **ai.DESCRIBERS,
    **clusters.DESCRIBERS,
    **notebooks.DESCRIBERS,
    **serverless.DESCRIBERS,
    **other.DESCRIBERS,
}


class GoogleAdapter:
    """Describes resources of the Terraform providers `google` and `google-beta`; implements `ports.FacetAdapter`."""

    provider = "google"

    def describe(self, resource: Resource, context: FacetContext) -> Facets:
        """The facets of a resource; types without a describer of their own get labels, region and environment."""
        return _DESCRIBERS.get(resource.type, generic)(resource, context)


ADAPTER = GoogleAdapter()
