"""Volumes that claims ask for: the cloud and the kind of disk behind a storage class."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from spendgate.facets.kubernetes.clouds import no_region
from spendgate.facets.kubernetes.cluster import Cluster
from spendgate.facets.kubernetes.placement import default_cloud, default_region
from spendgate.facets.kubernetes.podset import PodSet
from spendgate.facets.kubernetes.reading import dig, gib, mapping, maps
from spendgate.model.facets import Disk
from spendgate.model.values import Text, Unknown
from spendgate.ports import FacetContext

_PROVISIONERS: Mapping[str, tuple[str, str | None]] = {
    "ebs.csi.aws.com": ("aws", "gp3"),
    "ebs.csi.eks.amazonaws.com": ("aws", "gp3"),
    "kubernetes.io/aws-ebs": ("aws", "gp2"),
    "efs.csi.aws.com": ("aws", "efs"),
    "fsx.csi.aws.com": ("aws", "fsx"),
    "pd.csi.storage.gke.io": ("google", "pd-standard"),
    "kubernetes.io/gce-pd": ("google", "pd-standard"),
    "filestore.csi.storage.gke.io": ("google", "filestore"),
    "disk.csi.azure.com": ("azure", "StandardSSD_LRS"),
    "kubernetes.io/azure-disk": ("azure", "StandardSSD_LRS"),
    "file.csi.azure.com": ("azure", "azurefile"),
}
"""Which cloud a provisioner belongs to, and the kind of volume that it makes when the class names none (each driver's docs)."""
_CLASSES: Mapping[str, tuple[str, str]] = {
    "gp2": ("aws", "gp2"),
    "gp3": ("aws", "gp3"),
    "standard-rwo": ("google", "pd-balanced"),
    "premium-rwo": ("google", "pd-ssd"),
    "managed": ("azure", "StandardSSD_LRS"),
    "managed-csi": ("azure", "StandardSSD_LRS"),
    "managed-premium": ("azure", "Premium_LRS"),
    "managed-csi-premium": ("azure", "Premium_LRS"),
}
"""Storage classes that EKS, GKE and AKS ship."""


def volume(spec: Mapping[str, Any], context: FacetContext, cluster: Cluster) -> tuple[str | None, Text, Disk]:
    """Cloud, region and disk of a claim's spec: by its class in the run, by a class that a cloud ships, else unknown."""
    name = spec.get("storageClassName")
    provider, kind = _class(str(name) if name else None, cluster, context)
    region: Text = default_region(provider, context.regions) if provider else None
    regions = {source.region for source in cluster.sources if source.region}
    if region is None and len(regions) == 1:
        region = regions.pop()
    size = gib(dig(spec, "resources", "requests", "storage"))
    if region is None:
        region = Unknown(no_region(provider))
    return provider, region, Disk("volume", kind, size)


def _class(name: str | None, cluster: Cluster, context: FacetContext) -> tuple[str | None, Text]:
    held = cluster.object_named("StorageClass", name, "") if name else None
    if held is not None:
        provider, default = _PROVISIONERS.get(str(held.get("provisioner")), (None, None))
        parameters = mapping(held.get("parameters"))
        stated = next(
            (parameters[k] for k in ("type", "skuName", "skuname", "storageaccounttype") if k in parameters), None
        )
        kind = stated or default
        return provider, kind if isinstance(kind, str) else Unknown(
            f"what {held.get('provisioner')} provides is not known"
        )
    if name in _CLASSES:
        return _CLASSES[str(name)]
    known = {source.provider for source in cluster.sources if source.provider}
    provider = known.pop() if len(known) == 1 else default_cloud(context.regions)
    return provider, Unknown(f"the storage class {name or '(default)'} is not in this run")


def volumes_of_pods(
    values: Mapping[str, Any], sets: Sequence[PodSet], context: FacetContext, cluster: Cluster
) -> tuple[tuple[Disk, ...], str | None]:
    """The volumes that each pod of a workload gets for itself (claim templates, generic ephemeral volumes), and their cloud."""
    claims = [
        (str(dig(claim, "metadata", "name") or "volume"), mapping(claim.get("spec")))
        for claim in maps(dig(values, "spec", "volumeClaimTemplates"))
    ]
    if len(sets) == 1:
        for held in maps(sets[0].spec.get("volumes")):
            spec = dig(held, "ephemeral", "volumeClaimTemplate", "spec")
            if isinstance(spec, Mapping):
                claims.append((str(held.get("name") or "volume"), spec))
    disks, cloud = [], None
    for name, spec in claims:
        provider, _, disk = volume(spec, context, cluster)
        cloud = cloud or provider
        disks.append(Disk(f"volume {name}", disk.kind, disk.size_gib))
    return tuple(disks), cloud
