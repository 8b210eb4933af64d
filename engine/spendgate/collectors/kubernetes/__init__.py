"""Kubernetes through the official client (extra `kubernetes-live`): nodes, workloads, claims, quotas, and what runs AI on them."""

from spendgate.collectors.kubernetes.collection import Progress, collect
from spendgate.collectors.kubernetes.kinds import LISTED, role

__all__ = ["LISTED", "Progress", "collect", "role"]
