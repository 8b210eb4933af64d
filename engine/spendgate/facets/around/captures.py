"""Where captured requests go, and whether what lies there ever ends: `around.target_expires`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from spendgate.facets.aws.storage import lifecycle_of
from spendgate.model.facets import Facets
from spendgate.model.resource import Resource
from spendgate.model.values import Unknown
from spendgate.ports import FacetContext

_CONFIGURATION = "aws_sagemaker_endpoint_configuration"
_BEDROCK = "aws_bedrock_model_invocation_logging_configuration"
_VERTEX = "google_vertex_ai_endpoint"
TYPES = (_CONFIGURATION, _BEDROCK, _VERTEX)
_BUCKET, _LOGS, _DATASET = "aws_s3_bucket", "aws_cloudwatch_log_group", "google_bigquery_dataset"

Expires = bool | Unknown


def facts(resource: Resource, facets: Facets, context: FacetContext) -> Mapping[str, Any]:
    """`target_expires` of what captures or logs requests: false when something of what it writes is kept for ever.

    Unknown when the place is not in this run; nothing where nothing is captured.
    """
    found = list(_FINDERS[resource.type](resource, context))
    if not found:
        return {}
    if False in found:
        return {"target_expires": False}
    gap = next((each for each in found if isinstance(each, Unknown)), None)
    return {"target_expires": gap if gap is not None else True}


def _sagemaker(resource: Resource, context: FacetContext) -> Iterator[Expires]:
    block = "data_capture_config"
    if resource.attributes.flag(f"{block}.0.enable_capture") is True:
        uri = resource.attributes.text(f"{block}.0.destination_s3_uri")
        named = uri.removeprefix("s3://").partition("/")[0] if isinstance(uri, str) else None
        yield _bucket(resource, block, named, context)


def _bedrock(resource: Resource, context: FacetContext) -> Iterator[Expires]:
    for path in ("s3_config", "cloudwatch_config.0.large_data_delivery_s3_config"):
        if resource.attributes.has_block(f"logging_config.0.{path}"):
            named = resource.attributes.text(f"logging_config.0.{path}.0.bucket_name")
            yield _bucket(resource, "logging_config", named if isinstance(named, str) else None, context)
    if resource.attributes.has_block("logging_config.0.cloudwatch_config"):
        named = resource.attributes.text("logging_config.0.cloudwatch_config.0.log_group_name")
        yield _log_group(resource, named if isinstance(named, str) else None, context)


def _bucket(resource: Resource, block: str, named: str | None, context: FacetContext) -> Expires:
    """Whether a bucket, by its name or by the configuration, deletes what is in it."""
    found = [each for each in context.neighbours.of_types(_BUCKET) if named and each.attributes.text("bucket") == named]
    for bucket in found or context.neighbours.targets(resource, block, _BUCKET):
        days = lifecycle_of(bucket, context).expire_days
        return days if isinstance(days, Unknown) else days is not None
    return Unknown("the bucket that it writes to is not in this run")


def _log_group(resource: Resource, named: str | None, context: FacetContext) -> Expires:
    found = [each for each in context.neighbours.of_types(_LOGS) if named and each.attributes.text("name") == named]
    for group in found or context.neighbours.targets(resource, "logging_config", _LOGS):
        days = group.attributes.number("retention_in_days")
        return days if isinstance(days, Unknown) else bool(days)
    return Unknown("the log group that it writes to is not in this run")


def _vertex(resource: Resource, context: FacetContext) -> Iterator[Expires]:
    block = "predict_request_response_logging_config"
    if resource.attributes.flag(f"{block}.0.enabled") is not True:
        return
    uri = resource.attributes.text(f"{block}.0.bigquery_destination.0.output_uri")
    named = uri.removeprefix("bq://").split(".")[1:2] if isinstance(uri, str) else []
    found = [
        each
        for each in context.neighbours.of_types(_DATASET)
        if named and each.attributes.text("dataset_id") == named[0]
    ]
    for dataset in found or context.neighbours.targets(resource, block, _DATASET):
        kept = [dataset.attributes.number(f"default_{what}_expiration_ms") for what in ("table", "partition")]
        known = [each for each in kept if not isinstance(each, Unknown)]
        yield True if any(known) else next((each for each in kept if isinstance(each, Unknown)), False)
        return
    yield Unknown("the dataset that it writes to is not in this run")


_FINDERS = {_CONFIGURATION: _sagemaker, _BEDROCK: _bedrock, _VERTEX: _vertex}
