"""AWS databases."""

from __future__ import annotations

from spendgate.facets.aws import schedule
from spendgate.facets.aws.place import first_text, region, tags
from spendgate.facets.compose import compose
from spendgate.facets.tags import NO_TAGS
from spendgate.model.facets import Capacity, Facets
from spendgate.model.resource import Resource
from spendgate.ports import FacetContext

_KINDS = {
    "aws_db_instance": "database.sql",
    "aws_rds_cluster": "database.sql",
    "aws_rds_cluster_instance": "database.sql",
    "aws_docdb_cluster": "database.document",
    "aws_docdb_cluster_instance": "database.document",
    "aws_neptune_cluster": "database.graph",
    "aws_neptune_cluster_instance": "database.graph",
    "aws_dynamodb_table": "database.document",
    "aws_elasticache_cluster": "database.cache",
    "aws_elasticache_replication_group": "database.cache",
    "aws_memorydb_cluster": "database.cache",
    "aws_redshift_cluster": "database.warehouse",
    "aws_opensearch_domain": "database.search",
    "aws_elasticsearch_domain": "database.search",
    "aws_opensearchserverless_collection": "database.search",
    "aws_kendra_index": "database.search",
    "aws_redshiftserverless_workgroup": "database.warehouse",
    "aws_elasticache_serverless_cache": "database.cache",
    "aws_memorydb_snapshot": "storage.backup",
    "aws_docdb_cluster_snapshot": "storage.backup",
    "aws_neptune_cluster_snapshot": "storage.backup",
    "aws_msk_cluster": "database.stream",
    "aws_mq_broker": "database.stream",
    "aws_kinesis_firehose_delivery_stream": "database.stream",
    "aws_kinesis_stream": "database.stream",
}


def database(resource: Resource, context: FacetContext) -> Facets:
    """Any database, by its type's kind; sizes are read where they are metered."""
    attributes = resource.attributes
    own = tags(resource, context) or NO_TAGS
    name = first_text(attributes, "identifier", "cluster_identifier", "name")
    return compose(
        resource,
        context,
        kind=_KINDS[resource.type],
        name=name,
        region=region(resource, context),
        tags=own,
        capacity=Capacity(),
        schedule=schedule.of(resource, own, context),
    )


DESCRIBERS = dict.fromkeys(_KINDS, database)
