"""Google Cloud through Cloud Asset Inventory: one read-only API for machines, disks, groups, clusters, models, databases, buckets."""

from spendgate.collectors.google.collection import Progress, collect, role, scope_of

__all__ = ["Progress", "collect", "role", "scope_of"]
