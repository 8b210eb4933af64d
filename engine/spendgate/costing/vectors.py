"""What a vector store holds and what it is planned for: memory for its vectors beside the memory of its machines.

Tags say what it holds: `vectors-millions`, `dimensions`, and `vector-bytes` for one number of a vector (4 unless stated, 1 when quantised). The factor
for the index is a policy's. Replicas that a provider states hold copies, so they count neither as need nor as memory.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from spendgate.costing.tags import above_zero
from spendgate.model.attributes import Attributes
from spendgate.model.facets import Facets
from spendgate.model.resource import Resource
from spendgate.model.values import Number, Text, Unknown, Whole
from spendgate.ports import Catalog

VECTORS = "vectors-millions"
_DIMENSIONS, _BYTES = "dimensions", "vector-bytes"
_MILLION = Decimal(1_000_000)
_GIB = Decimal(1024**3)
_FULL_NUMBER = Decimal(4)
_AFFIXES = re.compile(r"^(?:cache|db)\.|\.(?:search|elasticsearch)$")
"""What AWS puts around the name of a machine in its services."""


def vectors_of(resource: Resource, facets: Facets, catalog: Catalog) -> Mapping[str, Any]:
    """The root `vectors` (`docs/facets.md`): `raw_gib` that they take without an index, `memory_gib` of the machines; empty without the tag."""
    if isinstance(facets.tags, Unknown) or VECTORS not in facets.tags:
        return {}
    number, dimensions, size = (above_zero(facets, key) for key in (VECTORS, _DIMENSIONS, _BYTES))
    size = _FULL_NUMBER if size is None else size
    raw: Number = next((each for each in (number, dimensions, size) if isinstance(each, Unknown)), None)
    if dimensions is None:
        raw = Unknown(f"how long its vectors are is not stated: give the tag {_DIMENSIONS}")
    if isinstance(number, Decimal) and isinstance(dimensions, Decimal) and isinstance(size, Decimal):
        raw = number * _MILLION * dimensions * size / _GIB
    planned = _planned(resource, facets, catalog)
    return {"raw_gib": raw, **({"memory_gib": planned} if planned is not None else {})}


def _planned(resource: Resource, facets: Facets, catalog: Catalog) -> Number:
    """Memory that holds vectors, in GiB; None of what says nothing of memory, such as a service by requests."""
    reader = _READERS.get(resource.type)
    if reader is not None:
        return reader(resource.attributes, catalog)
    pod = facets.k8s.get("pod")
    memory = pod.get("memory_gib") if isinstance(pod, Mapping) else None
    desired = facets.capacity.desired
    if memory is None or isinstance(memory, Unknown) or desired is None or isinstance(desired, Unknown):
        return next((each for each in (memory, desired) if isinstance(each, Unknown)), None)
    return Decimal(memory) * desired


def _nodes(catalog: Catalog, provider: str, machine: Text, count: Whole) -> Number:
    if isinstance(machine, Unknown) or isinstance(count, Unknown):
        return machine if isinstance(machine, Unknown) else count if isinstance(count, Unknown) else None
    if machine is None:
        return None
    spec = catalog.machine(provider, _AFFIXES.sub("", machine))
    if spec is None or spec.memory_gib is None:
        return Unknown(f"how much memory {machine} has is not known")
    return spec.memory_gib * (1 if count is None else count)


def _domain(attributes: Attributes, catalog: Catalog) -> Number:
    path = "cluster_config.0"
    return _nodes(catalog, "aws", attributes.text(f"{path}.instance_type"), attributes.whole(f"{path}.instance_count"))


def _cache(attributes: Attributes, catalog: Catalog) -> Number:
    return _nodes(catalog, "aws", attributes.text("node_type"), attributes.whole("num_node_groups"))


def _instance(attributes: Attributes, catalog: Catalog) -> Number:
    return _nodes(catalog, "aws", attributes.text("instance_class"), 1)


def _index(attributes: Attributes, catalog: Catalog) -> Number:
    machine = attributes.text("dedicated_resources.0.machine_spec.0.machine_type")
    return _nodes(catalog, "google", machine, attributes.whole("dedicated_resources.0.min_replica_count"))


def _redis(attributes: Attributes, catalog: Catalog) -> Number:
    return attributes.number("memory_size_gb")


_READERS: Mapping[str, Callable[[Attributes, Catalog], Number]] = {
    "aws_opensearch_domain": _domain,
    "aws_elasticache_replication_group": _cache,
    "aws_elasticache_cluster": _cache,
    "aws_db_instance": _instance,
    "aws_rds_cluster_instance": _instance,
    "google_vertex_ai_index_endpoint_deployed_index": _index,
    "google_redis_instance": _redis,
}
