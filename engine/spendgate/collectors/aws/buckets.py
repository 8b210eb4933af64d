"""Buckets with their region, lifecycle and tags: three questions each, of which "there is none" is an answer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from botocore.exceptions import ClientError

_NONE = ("NoSuchLifecycleConfiguration", "NoSuchTagSet", "NoSuchTagSetError")


def bucket(client: Any, listed: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The bucket as it is kept. Raises ClientError for a question that is not allowed."""
    name = listed["Name"]
    place = client.get_bucket_location(Bucket=name).get("LocationConstraint")
    yield {
        **listed,
        "Arn": f"arn:aws:s3:::{name}",
        # NOTE: the first region answers with nothing, the old name of Ireland is EU (S3 API, GetBucketLocation).
        "BucketRegion": {None: "us-east-1", "": "us-east-1", "EU": "eu-west-1"}.get(place, place),
        "LifecycleConfiguration": {"Rules": _or_none(client.get_bucket_lifecycle_configuration, "Rules", name)},
        "Tags": _or_none(client.get_bucket_tagging, "TagSet", name),
    }


def _or_none(ask: Any, key: str, name: str) -> list[Any]:
    try:
        found: list[Any] = ask(Bucket=name)[key]
    except ClientError as error:
        if error.response.get("Error", {}).get("Code") in _NONE:
            return []
        raise
    return found
