"""Memory of vector stores beside what their vectors need."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from tests.unit.aws_run import book

from spendgate.costing.vectors import vectors_of
from spendgate.model.attributes import Attributes
from spendgate.model.facets import Capacity, Facets
from spendgate.model.resource import Resource
from spendgate.model.values import Unknown

D = Decimal
MILLION = {"vectors-millions": "1", "dimensions": "1024"}


def vectors(
    type_: str = "aws_db_instance", tags: Any = MILLION, k8s: Any = None, unknown: Any = False, **values: Any
) -> dict[str, Any]:
    resource = Resource(f"{type_}.a", type_, "a", "aws", Attributes(values, unknown))
    facets = Facets(tags=tags, k8s=k8s or {}, capacity=Capacity(1, 3, 5))
    return dict(vectors_of(resource, facets, book()))


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        (MILLION, D(1_000_000) * 1024 * 4 / 1024**3),
        ({**MILLION, "vector-bytes": "1"}, D(1_000_000) * 1024 / 1024**3),
        ({"vectors-millions": "0.5", "dimensions": "768"}, D(500_000) * 768 * 4 / 1024**3),
    ],
    ids=["full numbers", "quantised", "half a million"],
)
def test_vectors_take_their_numbers(tags: Any, expected: Decimal) -> None:
    assert vectors(tags=tags)["raw_gib"] == expected


@pytest.mark.parametrize(
    ("kind", "values", "expected"),
    [
        ("aws_db_instance", {"instance_class": "db.r6g.large"}, 16),
        ("aws_rds_cluster_instance", {"instance_class": "db.r6g.large"}, 16),
        ("aws_elasticache_replication_group", {"node_type": "cache.r6g.large", "num_node_groups": 3}, 48),
        ("aws_elasticache_cluster", {"node_type": "cache.r6g.large"}, 16),
        ("aws_opensearch_domain", {"cluster_config": [{"instance_type": "r6g.large.search", "instance_count": 2}]}, 32),
        ("google_redis_instance", {"memory_size_gb": 12}, 12),
        (
            "google_vertex_ai_index_endpoint_deployed_index",
            {"dedicated_resources": [{"min_replica_count": 2, "machine_spec": [{"machine_type": "e2-standard-16"}]}]},
            128,
        ),
    ],
)
def test_memory_is_that_of_the_machines(kind: str, values: Any, expected: int) -> None:
    assert vectors(kind, **values)["memory_gib"] == expected


def test_pods_are_counted_at_their_expected_number() -> None:
    assert vectors("StatefulSet", k8s={"pod": {"memory_gib": D(32)}})["memory_gib"] == 96


@pytest.mark.parametrize(
    "tags",
    [{"vectors-millions": "1"}, {**MILLION, "dimensions": "many"}, {**MILLION, "vectors-millions": Unknown("later")}],
)
def test_what_the_tags_leave_open_is_unknown(tags: Any) -> None:
    assert isinstance(vectors(tags=tags)["raw_gib"], Unknown)


def test_machines_that_are_not_known_leave_the_memory_open() -> None:
    assert isinstance(vectors(instance_class="db.nobody.knows")["memory_gib"], Unknown)
    assert isinstance(vectors(unknown={"instance_class": True})["memory_gib"], Unknown)
    assert "memory_gib" not in vectors("azurerm_search_service", sku="standard")


def test_nothing_is_said_without_the_tag() -> None:
    assert vectors(tags={"dimensions": "768"}) == {}
    assert vectors(tags=Unknown("later")) == {}
