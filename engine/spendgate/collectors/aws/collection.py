"""Makes the calls, region by region, and says of each that failed what is missing because of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeAlias

from spendgate.collectors.aws.calls import CALLS, Call
from spendgate.errors import InputError, SettingsError
from spendgate.inputs.inventory.secrets import is_secret
from spendgate.model.frozen import Frozen

Progress: TypeAlias = Callable[[str, int, int], None]
"""Told before each call: what is asked, its number, and how many there are."""

_ATTEMPTS = 8
_CONNECT_SECONDS, _READ_SECONDS = 10, 60
_NO_IDENTITY = {
    "ExpiredToken": "the session has expired",
    "ExpiredTokenException": "the session has expired",
    "RequestExpired": "the session has expired",
    "InvalidClientTokenId": "the access key is not known",
    "UnrecognizedClientException": "the access key is not known",
    "InvalidAccessKeyId": "the access key is not known",
    "SignatureDoesNotMatch": "the secret key does not fit the access key",
}
_FORBIDDEN = (
    "AccessDenied",
    "AccessDeniedException",
    "UnauthorizedOperation",
    "AuthorizationError",
    "Client.UnauthorizedOperation",
)
_REGION_OFF = ("OptInRequired", "AuthFailure", "SubscriptionRequiredException")
_UNHEARD = ("Throttling", "ThrottlingException", "TooManyRequestsException", "RequestLimitExceeded", "SlowDown")
_INSTALL = "pip install 'spendgate[aws]'"


class _Place(Frozen):
    """Where a call is made, and by whom."""

    account: str
    region: str


def collect(
    now: datetime,
    regions: Sequence[str] = (),
    *,
    profile: str | None = None,
    all_regions: bool = False,
    progress: Progress | None = None,
    attempts: int = _ATTEMPTS,
) -> Iterator[Mapping[str, Any]]:
    """The inventory record by record: resources as AWS Config writes them, and a record for every call that failed.

    Raises SettingsError for credentials that are missing, wrong or expired, InputError when no call at all was answered.
    """
    try:
        import boto3
        from botocore.config import Config
        from botocore.exceptions import BotoCoreError, ClientError
        from botocore.parsers import ResponseParserError
    except ImportError:
        raise SettingsError("collecting from AWS needs boto3", hint=_INSTALL) from None
    config = Config(
        retries={"mode": "adaptive", "max_attempts": attempts},
        connect_timeout=_CONNECT_SECONDS,
        read_timeout=_READ_SECONDS,
    )
    try:
        session = boto3.Session(profile_name=profile)
        home = session.region_name or (regions[0] if regions else None)
        if home is None:
            raise SettingsError("no region is named", hint="--region eu-west-1, --all-regions, or AWS_REGION")
        account = session.client("sts", region_name=home, config=config).get_caller_identity()["Account"]
        wanted = list(regions) or [home]
        if all_regions:
            answer = session.client("ec2", region_name=home, config=config).describe_regions()
            wanted = sorted(region["RegionName"] for region in answer["Regions"])
    except ClientError as error:
        code = _code(error)
        raise SettingsError(f"AWS: {_NO_IDENTITY.get(code, code)}", hint="sign in again, or name a --profile") from None
    except BotoCoreError as error:
        raise SettingsError(f"AWS: {_first_line(error)}", hint="aws configure, or --profile NAME") from None
    yield {"spendgate": "inventory", "provider": "aws", "account": account, "regions": wanted, "time": now.isoformat()}
    asked = [(call, _Place(account, region)) for region in wanted for call in CALLS if not call.everywhere]
    asked += [(call, _Place(account, home)) for call in CALLS if call.everywhere]
    answered = 0
    for number, (call, place) in enumerate(asked, 1):
        if progress is not None:
            progress(f"{place.region}: {call.service} {call.operation}", number, len(asked))
        found = 0
        try:
            client = session.client(call.service, region_name=place.region, config=config)
            for record in _records(client, call):
                found += 1
                yield _written(record, call, place, now)
            answered += 1
        except ClientError as error:
            code = _code(error)
            if code in _NO_IDENTITY:
                raise SettingsError(
                    f"AWS: {_NO_IDENTITY[code]} while collecting", hint="sign in again and start anew"
                ) from None
            yield _problem(call, place, _why(code), found)
        except (BotoCoreError, ResponseParserError) as error:
            yield _problem(call, place, _first_line(error), found)
    if not answered:
        raise InputError("AWS answered none of the calls, so nothing is known of what runs", hint="see --show-policy")


def _records(client: Any, call: Call) -> Iterator[dict[str, Any]]:
    if client.can_paginate(call.operation):
        pages = client.get_paginator(call.operation).paginate(**call.arguments)
    else:
        pages = [getattr(client, call.operation)(**call.arguments)]
    detail = call.detail
    if call.kind == "AWS::S3::Bucket":
        from spendgate.collectors.aws.buckets import bucket

        detail = bucket
    for page in pages:
        for record in _at(page, call.path.split(".")):
            listed = record if isinstance(record, dict) else {"value": record}
            yield from detail(client, listed) if detail is not None else (listed,)


def _at(node: Any, path: Sequence[str]) -> Iterator[Any]:
    if not path:
        yield node
        return
    for child in node.get(path[0]) or ():
        yield from _at(child, path[1:])


def _written(record: dict[str, Any], call: Call, place: _Place, now: datetime) -> Mapping[str, Any]:
    """A record as AWS Config writes it, without what may be a secret."""
    tags = next((record[key] for key in ("Tags", "TagList", "TagSet", "tags") if record.get(key)), None)
    return {
        "resourceType": call.kind,
        "awsRegion": record.get("BucketRegion", place.region),
        "awsAccountId": place.account,
        "configurationItemStatus": "OK",
        "configurationItemCaptureTime": now.isoformat(),
        "tags": _plain(tags, tags=True),
        "configuration": _plain(record),
    }


def _plain(value: Any, *, tags: bool = False) -> Any:
    if isinstance(value, Mapping):
        return {
            str(key): _plain(child, tags=tags or str(key).lower() in ("tags", "taglist", "tagset"))
            for key, child in value.items()
            if tags or not is_secret(str(key))
        }
    if isinstance(value, (list, tuple)):
        return [_plain(child, tags=tags) for child in value]
    if isinstance(value, datetime):
        return value.isoformat()
    return value if isinstance(value, (str, int, float, bool, type(None))) else str(value)


def _problem(call: Call, place: _Place, why: str, found: int) -> Mapping[str, Any]:
    """What is missing because a call failed: it goes into the inventory, so that every later run knows of it."""
    what = f"{call.service} {call.operation.replace('_', '-')} in {place.region}"
    rest = f"broke off after {found}" if found else "gave nothing"
    message = f"{what} {rest} ({why}): {call.kind} {'may be missing' if found else 'is missing'} in this inventory"
    return {"spendgate": "inventory", "problem": message, "level": "warning"}


def _why(code: str) -> str:
    if code in _FORBIDDEN:
        return f"not allowed: {code}"
    if code in _REGION_OFF:
        return f"the region is not switched on: {code}"
    return f"throttled, however often it was asked: {code}" if code in _UNHEARD else code


def _code(error: Any) -> str:
    return str(error.response.get("Error", {}).get("Code") or "an error without a code")


def _first_line(error: Exception) -> str:
    return str(error).strip().split("\n", 1)[0][:200]
