"""Azure: facets of its resource types."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from spendgate.facets.azure import api, batch, compute, kubernetes, ml, models, other, storage
from spendgate.facets.azure.place import generic
from spendgate.model.facets import Facets
from spendgate.model.resource import Resource
from spendgate.ports import FacetContext

_DESCRIBERS: Mapping[str, Callable[[Resource, FacetContext], Facets]] = {
    **compute.DESCRIBERS,
    **batch.DESCRIBERS,
    **kubernetes.DESCRIBERS,
    **ml.DESCRIBERS,
    **models.DESCRIBERS,
    **api.DESCRIBERS,
    **storage.DESCRIBERS,
    **other.DESCRIBERS,
}


class AzureAdapter:
    """Describes resources of the Terraform providers `azurerm` and `azapi`; implements `ports.FacetAdapter`."""

    provider = "azure"

    def describe(self, resource: Resource, context: FacetContext) -> Facets:
        """The facets of a resource; types without a describer of their own get tags, region and environment."""
        return _DESCRIBERS.get(resource.type, generic)(resource, context)


ADAPTER = AzureAdapter()
