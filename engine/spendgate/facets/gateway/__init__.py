"""Gateways for language models and what stands behind them."""

from __future__ import annotations

from spendgate.facets.compose import compose
from spendgate.facets.gateway import models, proxy
from spendgate.model.facets import Facets
from spendgate.model.resource import Resource
from spendgate.ports import FacetContext


class GatewayAdapter:
    """Describes `litellm_proxy`, `litellm_model` and stated calls of a model (`llm_usage`); implements `ports.FacetAdapter`."""

    provider = "llm"

    def describe(self, resource: Resource, context: FacetContext) -> Facets:
        """The facets; what the gateway's environment fills in is unknown."""
        if resource.type == proxy.TYPE:
            return proxy.describe(resource, context)
        if resource.type == models.TYPE:
            return models.describe(resource, context)
        return compose(resource, context, kind="other", name=resource.attributes.text("name"))


ADAPTER = GatewayAdapter()
