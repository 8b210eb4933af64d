"""Objects around workloads: queues, quotas, volumes, services, autoscalers, and everything else."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from spendgate.facets.compose import compose
from spendgate.facets.kubernetes.clouds import cloud_of_key, no_region
from spendgate.facets.kubernetes.cluster import Cluster, namespace_of
from spendgate.facets.kubernetes.devices import devices_of
from spendgate.facets.kubernetes.labels import tags_of
from spendgate.facets.kubernetes.placement import default_cloud, default_region
from spendgate.facets.kubernetes.pools import tidy
from spendgate.facets.kubernetes.reading import dig, mapping, maps, quantity
from spendgate.facets.kubernetes.scalers import horizontal, keda, target_of
from spendgate.facets.kubernetes.volumes import volume
from spendgate.model.facets import Capacity, Facets
from spendgate.model.frozen import replace
from spendgate.model.resource import Resource
from spendgate.model.values import Text, Unknown
from spendgate.ports import FacetContext

_BALANCER = "LoadBalancer"
_OTHER_GATEWAYS = {"amazon-vpc-lattice": "VPC Lattice", "azure-alb": "Application Gateway for Containers"}
"""Classes of gateways that are paid in another way than load balancers."""


def _plain(resource: Resource, context: FacetContext, cluster: Cluster, kind: str, **parts: Any) -> Facets:
    values = resource.attributes.values
    namespace = cluster.object_named("Namespace", namespace_of(values), "")
    tags = tags_of(values, namespace if resource.type != "Namespace" else None, (), context.aliases)
    # NOTE: labels of what costs nothing by itself serve no cost report: only objects that are paid for are taggable.
    paid = kind == "k8s.volume" or (kind == "k8s.service" and parts["capacity"].desired != 0)
    parts.setdefault("k8s", {"namespace": namespace_of(values), "api_version": values.get("apiVersion")})
    facets = compose(resource, context, kind=kind, name=resource.name or None, tags=tags, **parts)
    return facets if paid else replace(facets, taggable=False)


def anything(resource: Resource, context: FacetContext, cluster: Cluster) -> Facets:
    """An object that makes no pods and has no describer of its own."""
    return _plain(resource, context, cluster, "k8s.object", capacity=Capacity(0, 0, 0))


def namespace(resource: Resource, context: FacetContext, cluster: Cluster) -> Facets:
    """`Namespace`: its labels reach what is in it; whether accelerators in it are capped."""
    quota = cluster.quotas.get(resource.name, {})
    return _plain(
        resource, context, cluster, "k8s.namespace", capacity=Capacity(0, 0, 0),
        k8s={"namespace": resource.name, "quota": {str(k): quantity(v) for k, v in quota.items()}},
    )  # fmt: skip


def quota(resource: Resource, context: FacetContext, cluster: Cluster) -> Facets:
    """`ResourceQuota`: how many accelerators a namespace may hold."""
    hard = mapping(dig(resource.attributes.values, "spec", "hard"))
    return _plain(
        resource, context, cluster, "k8s.quota", capacity=Capacity(0, 0, 0),
        k8s={"namespace": namespace_of(resource.attributes.values), "accelerators": _quota_accelerators(hard.items()), "hard": {str(k): quantity(v) for k, v in hard.items()}},
    )  # fmt: skip


def _quota_accelerators(items: Any) -> Any:
    total: Any = Decimal(0)
    for key, value in items:
        if any(word in str(key) for word in ("/gpu", "/mig-", "/tpu", "/neuron", "gaudi", "deviceclass")):
            found = quantity(value)
            if isinstance(found, Unknown):
                return found
            total += found or 0
    return tidy(total)


def cluster_queue(resource: Resource, context: FacetContext, cluster: Cluster) -> Facets:
    """`ClusterQueue`: the accelerators that it may give out, and whether what it may borrow is bounded."""
    values = resource.attributes.values
    spec = mapping(values.get("spec"))
    resources = list(_queue_resources(spec))
    accelerated = [(r, flavour) for r, flavour in resources if devices_of({str(r.get("name")): Decimal(1)})]
    cohort = spec.get("cohortName") or spec.get("cohort")
    unbounded = bool(cohort) and any(r.get("borrowingLimit") is None for r, _ in accelerated)
    total: Any = None
    if not unbounded:
        amounts = [quantity(r.get(key)) for r, _ in accelerated for key in ("nominalQuota", "borrowingLimit")]
        unknown = next((a for a in amounts if isinstance(a, Unknown)), None)
        total = (
            unknown if unknown is not None else tidy(sum((a for a in amounts if isinstance(a, Decimal)), Decimal(0)))
        )
    nominal = [quantity(r.get("nominalQuota")) for r, _ in accelerated]
    return _plain(
        resource, context, cluster, "k8s.queue",
        capacity=Capacity(0, 0, 0),
        k8s={
            "accelerators": total if accelerated else 0,
            "cohort": cohort,
            "borrowing_bounded": not unbounded,
            "nominal_accelerators": tidy(sum((n for n in nominal if isinstance(n, Decimal)), Decimal(0))),
            "flavours": tuple(dict.fromkeys(flavour for _, flavour in resources)),
        },
    )  # fmt: skip


def _queue_resources(spec: Mapping[str, Any]) -> Iterator[tuple[Mapping[str, Any], str]]:
    for group in maps(spec.get("resourceGroups")):
        for flavour in maps(group.get("flavors")):
            for held in maps(flavour.get("resources")):
                yield held, str(flavour.get("name"))


def queue(resource: Resource, context: FacetContext, cluster: Cluster) -> Facets:
    """`LocalQueue` and `ResourceFlavor`: part of a queue."""
    return _plain(resource, context, cluster, "k8s.queue", capacity=Capacity(0, 0, 0))


def autoscaler(resource: Resource, context: FacetContext, cluster: Cluster) -> Facets:
    """`HorizontalPodAutoscaler` and `ScaledObject`: its bounds, unless what it scales is in the run: they count there."""
    values = resource.attributes.values
    found = horizontal(values) if resource.type == "HorizontalPodAutoscaler" else keda(values)
    target = target_of(values)
    counted = target is not None and bool(cluster.workload_named(*target, namespace_of(values)))
    bounds = Capacity(0, 0, 0) if counted else Capacity(found.min, found.min, found.max)
    return _plain(
        resource, context, cluster, "k8s.autoscaler", capacity=bounds,
        k8s={"namespace": namespace_of(values), "target": " ".join(target or ()), "min": found.min, "max": found.max, "metrics": found.metrics, "problem": found.problem},
    )  # fmt: skip


def claim(resource: Resource, context: FacetContext, cluster: Cluster) -> Facets:
    """`PersistentVolumeClaim`: a volume of its storage class."""
    values = resource.attributes.values
    spec = mapping(values.get("spec"))
    provider, region, disk = volume(spec, context, cluster)
    return _plain(
        resource, context, cluster, "k8s.volume", region=region, disks=(disk,),
        k8s={"namespace": namespace_of(values), "storage_class": spec.get("storageClassName"), "provider": provider},
    )  # fmt: skip


def service(resource: Resource, context: FacetContext, cluster: Cluster) -> Facets:
    """`Service`, `Ingress` and `Gateway`: a load balancer of the cloud, if it asks for one."""
    values = resource.attributes.values
    annotations = mapping(dig(values, "metadata", "annotations"))
    balancer = _balancer(resource.type, values, annotations)
    known = {source.provider for source in cluster.sources if source.provider}
    provider = next((c for key in annotations if (c := cloud_of_annotation(str(key)))), None)
    provider = provider or (known.pop() if len(known) == 1 else default_cloud(context.regions))
    region: Text = default_region(provider, context.regions) if provider else None
    regions = {source.region for source in cluster.sources if source.region}
    if region is None and len(regions) == 1:
        region = regions.pop()
    count = 1 if balancer else 0
    return _plain(
        resource, context, cluster, "k8s.service",
        region=region or Unknown(no_region(provider)),
        capacity=Capacity(count, count, count),
        k8s={"namespace": namespace_of(values), "load_balancer": balancer, "provider": provider},
    )  # fmt: skip


def cloud_of_annotation(key: str) -> str | None:
    """The cloud whose controller reads this annotation of a service."""
    if key.startswith(("service.beta.kubernetes.io/aws-", "alb.ingress.kubernetes.io/")):
        return "aws"
    if key.startswith(("service.beta.kubernetes.io/azure-", "appgw.ingress.kubernetes.io/")):
        return "azure"
    return "google" if key.startswith(("networking.gke.io/", "cloud.google.com/")) else cloud_of_key(key)


def _balancer(type_: str, values: Mapping[str, Any], annotations: Mapping[str, Any]) -> str | None:
    """The kind of load balancer: `network` for services, `application` for an ingress of a cloud's controller.

    A gateway has one by its class: the cloud's own, or a service of type LoadBalancer that its controller makes.
    """
    spec = mapping(values.get("spec"))
    if type_ == "Gateway":
        class_ = str(spec.get("gatewayClassName") or "")
        own = class_.startswith(("gke-l7", "aws-alb"))
        return "application" if own else _OTHER_GATEWAYS.get(class_.partition("-external")[0], "classic")
    if type_ == "Service":
        if spec.get("type") != _BALANCER:
            return None
        nlb = str(annotations.get("service.beta.kubernetes.io/aws-load-balancer-type", ""))
        outside = nlb in ("nlb", "external", "nlb-ip") or "loadBalancerClass" in spec
        return "network" if outside else "classic"
    name = str(spec.get("ingressClassName") or annotations.get("kubernetes.io/ingress.class") or "")
    return (
        "application"
        if name in ("alb", "gce", "gce-internal", "azure-application-gateway", "azure/application-gateway")
        else None
    )


DESCRIBERS: Mapping[str, Callable[[Resource, FacetContext, Cluster], Facets]] = {
    "Namespace": namespace,
    "ResourceQuota": quota,
    "ClusterQueue": cluster_queue,
    "LocalQueue": queue,
    "ResourceFlavor": queue,
    "HorizontalPodAutoscaler": autoscaler,
    "ScaledObject": autoscaler,
    "PersistentVolumeClaim": claim,
    "Service": service,
    "Ingress": service,
    "Gateway": service,
}
