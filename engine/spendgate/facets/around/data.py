"""Where the data is that a job or a file system reads: regions of the buckets of this run that it names or refers to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from spendgate.model.facets import Facets
from spendgate.model.resource import Resource
from spendgate.model.values import Unknown
from spendgate.ports import FacetContext

_BUCKET = "aws_s3_bucket"
_JOB = "aws_sagemaker_training_job"
TYPES = (_JOB, "aws_fsx_lustre_file_system", "aws_fsx_data_repository_association", "aws_sagemaker_model")
_URIS = ("import_path", "data_repository_path", "primary_container.0.model_data_url")


def facts(resource: Resource, facets: Facets, context: FacetContext) -> Mapping[str, Any]:
    """`data_regions` when it reads a bucket: the regions of those that the run holds, unknown when it holds none of them.

    `far_data` are those of them that are not its own.
    """
    if not list(_uris(resource)) and not context.neighbours.targets(resource, "", _BUCKET):
        return {}
    regions: dict[str, None] = {}
    for bucket in _buckets(resource, context):
        own = bucket.attributes.text("region")
        region = own if isinstance(own, str) else bucket.settings.region
        if not isinstance(region, str):
            return _both(Unknown(f"the region of {bucket.address} is not known"))
        regions[region] = None
    if not regions:
        return _both(Unknown("the bucket that it reads is not in this run"))
    if not isinstance(facets.region, str):
        unsure = facets.region if isinstance(facets.region, Unknown) else Unknown("its own region is not known")
        return {"data_regions": tuple(regions), "far_data": unsure}
    return {"data_regions": tuple(regions), "far_data": tuple(region for region in regions if region != facets.region)}


def _both(unsure: Unknown) -> Mapping[str, Any]:
    return {"data_regions": unsure, "far_data": unsure}


def _uris(resource: Resource) -> Iterator[str]:
    for path in _URIS:
        text = resource.attributes.text(path)
        if isinstance(text, str) and text.startswith("s3://"):
            yield text
    channels = resource.attributes.blocks("input_data_config")
    for channel in channels if isinstance(channels, tuple) else ():
        text = channel.text("data_source.0.s3_data_source.0.s3_uri")
        if isinstance(text, str):
            yield text


def _buckets(resource: Resource, context: FacetContext) -> Iterator[Resource]:
    """Buckets that an address names, and those that the configuration refers to where an address is not known yet."""
    names = sorted({uri.removeprefix("s3://").split("/", 1)[0] for uri in _uris(resource)})
    found = {bucket.address: bucket for name in names for bucket in context.neighbours.named(name, _BUCKET)}
    yield from (found[address] for address in sorted(found))
    if not names:
        yield from context.neighbours.targets(resource, "", _BUCKET)
