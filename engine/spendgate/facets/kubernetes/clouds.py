"""Which cloud and region a label, a resource name or a node's id points at."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from spendgate.facets.kubernetes.wishes import REGION, ZONE, Wishes
from spendgate.ports import Catalog

_LABELS: tuple[tuple[str, str], ...] = (
    ("eks.amazonaws.com/", "aws"),
    ("karpenter.k8s.aws/", "aws"),
    ("k8s.amazonaws.com/", "aws"),
    ("alpha.eksctl.io/", "aws"),
    ("sagemaker.amazonaws.com/", "aws"),
    ("vpc.amazonaws.com/", "aws"),
    ("aws.amazon.com/", "aws"),
    ("cloud.google.com/", "google"),
    ("topology.gke.io/", "google"),
    ("google.com/tpu", "google"),
    ("cloud-tpus.google.com/", "google"),
    ("kubernetes.azure.com/", "azure"),
    ("karpenter.azure.com/", "azure"),
)
_NODE_IDS = {"aws": "aws", "gce": "google", "azure": "azure"}
_AWS_REGION = re.compile(r"[a-z]{2}(?:-[a-z]+)+-\d")
_GOOGLE_REGION = re.compile(r"[a-z]+-[a-z]+\d+")
_CLOUDS = ("aws", "google", "azure")
NO_CLOUD = "no cloud is stated, say it with --cluster aws/eu-central-1"
"""Why nothing has a price when no object, no node and no setting tells where the cluster is, and what to do about it."""


def no_region(provider: str | None) -> str:
    """The same for a cloud whose region nothing tells."""
    return f"no region is stated, say it with --cluster {provider}/REGION" if provider else NO_CLOUD


def cloud_of_key(key: str) -> str | None:
    """The cloud that alone uses this label, taint or resource name."""
    return next((cloud for prefix, cloud in _LABELS if key.startswith(prefix)), None)


def cloud_of_keys(keys: Iterable[str]) -> str | None:
    """The one cloud that several names point at; None when they point at none or at two."""
    found = {cloud for key in keys if (cloud := cloud_of_key(str(key))) is not None}
    return found.pop() if len(found) == 1 else None


def cloud_of_machine(machine_type: str, catalog: Catalog) -> str | None:
    """The cloud whose catalogue has this machine type."""
    return next((cloud for cloud in _CLOUDS if catalog.machine(cloud, machine_type) is not None), None)


def cloud_of_node_id(provider_id: str) -> str | None:
    """The cloud of a node's `spec.providerID` (`aws:///us-east-1a/i-0123`)."""
    return _NODE_IDS.get(provider_id.partition("://")[0])


def cloud_of_region(region: str) -> str | None:
    """The cloud whose regions are spelled like this: `us-east-1`, `us-central1`, `westeurope`."""
    if _AWS_REGION.fullmatch(region):
        return "aws"
    if _GOOGLE_REGION.fullmatch(region):
        return "google"
    return "azure" if region.isalnum() and region.islower() and not region.isdigit() else None


def region_of_zone(zone: str) -> str | None:
    """The region of an availability zone: `us-east-1a`, `us-central1-b`, `westeurope-1`."""
    if match := re.fullmatch(r"([a-z]{2}(?:-[a-z]+)+-\d)[a-z]", zone):
        return match[1]
    if match := re.fullmatch(r"([a-z]+-[a-z]+\d+)-[a-z]", zone):
        return match[1]
    match = re.fullmatch(r"([a-z]+\d?)-\d", zone)
    return match[1] if match else None


def region_of_labels(labels: Mapping[str, tuple[str, ...]]) -> str | None:
    """The one region that labels name, directly or by zones of it."""
    for key in REGION:
        if len(values := labels.get(key, ())) == 1:
            return values[0]
    for key in ZONE:
        regions = {region_of_zone(zone) for zone in labels.get(key, ())}
        if len(regions) == 1 and (only := regions.pop()) is not None:
            return only
    return None


def region_of_wishes(wishes: Wishes) -> str | None:
    """The one region that a pod's selectors allow."""
    return region_of_labels(wishes.allowed)
