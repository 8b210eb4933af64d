"""Facets: what a resource is, derived once from its attributes by the adapter of its provider."""

from __future__ import annotations

from spendgate.ports import FacetAdapter
from spendgate.registry import Registry

ADAPTERS: Registry[FacetAdapter] = Registry(
    "facet adapter",
    "spendgate.facets",
    {
        "aws": "spendgate.facets.aws:ADAPTER",
        "google": "spendgate.facets.google:ADAPTER",
        "azure": "spendgate.facets.azure:ADAPTER",
        "kubernetes": "spendgate.facets.kubernetes:ADAPTER",
        "llm": "spendgate.facets.gateway:ADAPTER",
        "onprem": "spendgate.facets.onprem:ADAPTER",
    },
)
