"""Meters: how much of what a resource uses in a month, by resource type."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Protocol, runtime_checkable

from spendgate.ports import Meter
from spendgate.registry import Registry

METERS: Registry[Meter] = Registry(
    "meter",
    "spendgate.meters",
    {
        "aws.machines": "spendgate.costing.meters.aws_machines:MACHINES",
        "aws.containers": "spendgate.costing.meters.aws_containers:CONTAINERS",
        "aws.model-units": "spendgate.costing.meters.aws_ai:MODEL_UNITS",
        "aws.serverless-inference": "spendgate.costing.meters.aws_ai:SERVERLESS",
        "aws.model-tokens": "spendgate.costing.meters.llm_tokens:BEDROCK",
        "azure.model-tokens": "spendgate.costing.meters.llm_tokens:DEPLOYMENTS",
        "llm.model-tokens": "spendgate.costing.meters.llm_tokens:STATED",
        "llm.gateway-tokens": "spendgate.costing.meters.llm_tokens:GATEWAYS",
        "aws.storage": "spendgate.costing.meters.aws_storage:STORAGE",
        "aws.file-systems": "spendgate.costing.meters.aws_files:FILE_SYSTEMS",
        "aws.databases": "spendgate.costing.meters.aws_databases:DATABASES",
        "aws.aurora": "spendgate.costing.meters.aws_aurora:AURORA",
        "aws.stores": "spendgate.costing.meters.aws_stores:STORES",
        "aws.tables": "spendgate.costing.meters.aws_tables:TABLES",
        "aws.search": "spendgate.costing.meters.aws_search:SEARCH",
        "aws.streams": "spendgate.costing.meters.aws_streams:STREAMS",
        "aws.messages": "spendgate.costing.meters.aws_messages:MESSAGES",
        "aws.network": "spendgate.costing.meters.aws_network:NETWORK",
        "aws.edge": "spendgate.costing.meters.aws_edge:EDGE",
        "aws.operations": "spendgate.costing.meters.aws_operations:OPERATIONS",
        "aws.jobs": "spendgate.costing.meters.aws_jobs:JOBS",
        "aws.beanstalk": "spendgate.costing.meters.aws_beanstalk:BEANSTALK",
        "google.machines": "spendgate.costing.meters.google_machines:MACHINES",
        "google.tpu": "spendgate.costing.meters.google_machines:TPU",
        "google.disks": "spendgate.costing.meters.google_storage:DISKS",
        "google.buckets": "spendgate.costing.meters.google_buckets:BUCKETS",
        "google.network": "spendgate.costing.meters.google_network:NETWORK",
        "google.databases": "spendgate.costing.meters.google_databases:DATABASES",
        "google.caches": "spendgate.costing.meters.google_caches:CACHES",
        "google.serverless": "spendgate.costing.meters.google_serverless:SERVERLESS",
        "google.services": "spendgate.costing.meters.google_services:SERVICES",
        "google.registries": "spendgate.costing.meters.google_registries:REGISTRIES",
        "azure.machines": "spendgate.costing.meters.azure_machines:MACHINES",
        "azure.kubernetes": "spendgate.costing.meters.azure_machines:CLUSTER",
        "azure.hosts": "spendgate.costing.meters.azure_machines:HOSTS",
        "azure.disks": "spendgate.costing.meters.azure_storage:DISKS",
        "azure.storage": "spendgate.costing.meters.azure_storage:ACCOUNTS",
        "azure.shares": "spendgate.costing.meters.azure_storage:SHARES",
        "azure.file-systems": "spendgate.costing.meters.azure_storage:FILE_SYSTEMS",
        "azure.network": "spendgate.costing.meters.azure_network:NETWORK",
        "azure.databases": "spendgate.costing.meters.azure_databases:DATABASES",
        "azure.sql": "spendgate.costing.meters.azure_sql:SQL",
        "azure.cosmos": "spendgate.costing.meters.azure_cosmos:COSMOS",
        "azure.models": "spendgate.costing.meters.azure_ai:MODELS",
        "google.engines": "spendgate.costing.meters.google_engines:ENGINES",
        "google.pipelines": "spendgate.costing.meters.google_pipelines:PIPELINES",
        "google.platform": "spendgate.costing.meters.google_platform:PLATFORM",
        "google.used": "spendgate.costing.meters.google_used:USED",
        "aws.managed": "spendgate.costing.meters.aws_managed:MANAGED",
        "aws.used": "spendgate.costing.meters.aws_used:USED",
        "aws.content": "spendgate.costing.meters.aws_content:CONTENT",
        "aws.lightsail": "spendgate.costing.meters.aws_lightsail:LIGHTSAIL",
        "aws.units": "spendgate.costing.meters.aws_units:UNITS",
        "azure.edge": "spendgate.costing.meters.azure_edge:EDGE",
        "azure.watch": "spendgate.costing.meters.azure_watch:WATCH",
        "azure.backup": "spendgate.costing.meters.azure_backup:BACKUP",
        "azure.clusters": "spendgate.costing.meters.azure_clusters:CLUSTERS",
        "azure.units": "spendgate.costing.meters.azure_units:UNITS",
        "azure.used": "spendgate.costing.meters.azure_used:USED",
        "azure.platform": "spendgate.costing.meters.azure_platform:PLATFORM",
        "onprem.machines": "spendgate.costing.meters.own_machines:MACHINES",
        "onprem.jobs": "spendgate.costing.meters.own_machines:JOBS",
        "kubernetes.pods": "spendgate.costing.meters.kubernetes:PODS",
        "kubernetes.nodes": "spendgate.costing.meters.kubernetes:NODES",
        "kubernetes.volumes": "spendgate.costing.meters.kubernetes_volumes:CLAIMS",
        "kubernetes.balancers": "spendgate.costing.meters.kubernetes_volumes:BALANCERS",
        "kubernetes.pointers": "spendgate.costing.meters.kubernetes_pointers:POINTERS",
        "azure.cognitive": "spendgate.costing.meters.azure_cognitive:ACCOUNTS",
        "azure.search": "spendgate.costing.meters.azure_ai:SEARCH",
        "azure.apps": "spendgate.costing.meters.azure_apps:APPS",
        "azure.services": "spendgate.costing.meters.azure_services:SERVICES",
        "azure.data": "spendgate.costing.meters.azure_data:DATA",
        "azure.streams": "spendgate.costing.meters.azure_streams:STREAMS",
    },
)
"""Names start with the provider: a run loads the meters of the providers that it meets, no others."""


def meters_for(provider: str) -> Mapping[str, tuple[Meter, ...]]:
    """The meters of a provider by resource type."""
    found: dict[str, list[Meter]] = defaultdict(list)
    for name in METERS.names():
        if name.partition(".")[0] == provider:
            meter = METERS.get(name)
            for type_ in meter.types:
                found[type_].append(meter)
    return {type_: tuple(meters) for type_, meters in found.items()}


def usage_keys(resource_type: str, meters: Iterable[Meter]) -> Mapping[str, str]:
    """The usage keys that the meters of a type read, each with a sentence; those of its type alone where a meter tells."""
    found: dict[str, str] = {}
    for meter in meters:
        found.update(meter.keys_of(resource_type) if isinstance(meter, TellsKeys) else meter.usage_keys)
    return found


@runtime_checkable
class TellsKeys(Protocol):
    """A meter of many types that knows which keys belong to which."""

    def keys_of(self, resource_type: str) -> Mapping[str, str]:
        """The usage keys of one of its types."""
        ...
