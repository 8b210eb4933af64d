"""The canonical kinds: what facet adapters call a resource, and what policies match. A test holds the adapters to this list."""

from __future__ import annotations

from collections.abc import Mapping

_BY_FAMILY: Mapping[str, tuple[str, ...]] = {
    "ai": (
        "cluster",
        "endpoint",
        "featurestore",
        "gateway",
        "index",
        "job",
        "model",
        "notebook",
        "service",
        "workspace",
    ),
    "compute": (
        "cluster",
        "commitment",
        "container",
        "function",
        "group",
        "job",
        "nodepool",
        "reservation",
        "template",
        "vm",
    ),
    "database": ("cache", "document", "graph", "queue", "search", "sql", "stream", "warehouse"),
    "edge": ("cluster", "device"),
    "k8s": (
        "autoscaler",
        "namespace",
        "node",
        "nodepool",
        "object",
        "queue",
        "quota",
        "service",
        "template",
        "volume",
        "workload",
    ),
    "network": ("bastion", "cdn", "endpoint", "firewall", "ip", "lb", "nat", "traffic", "transit", "vpn"),
    "storage": ("backup", "block", "file", "image", "log", "object", "queue", "registry", "table"),
}

FAMILIES = tuple(_BY_FAMILY)
"""The first words of kinds."""

KINDS = frozenset(f"{family}.{word}" for family, words in _BY_FAMILY.items() for word in words) | {"other"}
"""Every kind that an adapter gives; `other` is what nobody knows."""
