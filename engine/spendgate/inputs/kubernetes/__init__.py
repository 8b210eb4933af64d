"""Kubernetes: manifests, lists of live objects, rendered charts; two folders compared."""

from spendgate.inputs.kubernetes.comparison import compare
from spendgate.inputs.kubernetes.manifests import KUBERNETES, read_manifests

__all__ = ["KUBERNETES", "compare", "read_manifests"]
