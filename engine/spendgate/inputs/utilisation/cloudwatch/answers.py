"""The calls: which series there are (ListMetrics), and their values (GetMetricData), region by region."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from math import ceil
from typing import Any

from spendgate.errors import SettingsError
from spendgate.inputs.utilisation.cloudwatch.measures import A_DAY, AN_HOUR, Measure
from spendgate.model.frozen import Frozen

_ATTEMPTS = 8
_CONNECT_SECONDS, _READ_SECONDS = 10, 60
_MONTH_AND_DELAY_DAYS = 33
_LATE_SECONDS = 15 * 60
"""How late a value may come. NOTE: an assumption; AWS names no bound."""
_BATCH = 500
"""As many queries as one GetMetricData takes."""
_WHY = {
    "AccessDenied": "forbids it",
    "AccessDeniedException": "forbids it",
    "ExpiredToken": "says that the session has expired",
    "ExpiredTokenException": "says that the session has expired",
    "InvalidClientTokenId": "does not know the access key",
    "UnrecognizedClientException": "does not know the access key",
    "SignatureDoesNotMatch": "does not take the secret key",
    "OptInRequired": "is not switched on",
    "Throttling": "is overloaded, however often it was asked",
    "ThrottlingException": "is overloaded, however often it was asked",
}
_INSTALL = "pip install 'spendgate[aws]'"


class Session(Frozen):
    """Somebody who is signed in, the regions to ask, and the errors that boto3 raises."""

    client: Any
    regions: tuple[str, ...]
    refused: type[Exception]
    broken: tuple[type[Exception], ...]


@dataclass(slots=True)
class Series:
    """One metric of one resource with its values; `complete` once all of them are known."""

    measure: Measure
    resource: str
    dimensions: Sequence[Mapping[str, str]]
    values: list[float] = field(default_factory=list)
    times: list[datetime] = field(default_factory=list)
    complete: bool = False


def signed_in(profile: str | None, regions: Sequence[str], attempts: int | None) -> Session:
    """The session of boto3. Raises SettingsError without boto3, credentials, or a region."""
    try:
        import boto3
        from botocore.config import Config
        from botocore.exceptions import BotoCoreError, ClientError
        from botocore.parsers import ResponseParserError
    except ImportError:
        raise SettingsError("asking CloudWatch needs boto3", hint=_INSTALL) from None
    config = Config(
        retries={"mode": "adaptive", "max_attempts": attempts or _ATTEMPTS},
        connect_timeout=_CONNECT_SECONDS,
        read_timeout=_READ_SECONDS,
    )
    try:
        session = boto3.Session(profile_name=profile)
        wanted = tuple(regions) or ((session.region_name,) if session.region_name else ())
        if not wanted:
            raise SettingsError("--metrics: no region is named", hint="cloudwatch://eu-west-1, or AWS_REGION")
        if session.get_credentials() is None:
            raise SettingsError("--metrics: no credentials of AWS", hint="aws configure, or ?profile=NAME")
    except BotoCoreError as error:
        raise SettingsError(f"--metrics: {_first_line(error)}", hint="aws configure, or ?profile=NAME") from None

    def client(region: str) -> Any:
        return session.client("cloudwatch", region_name=region, config=config)

    return Session(client, wanted, ClientError, (BotoCoreError, ResponseParserError))


class Region:
    """What CloudWatch of one region answers; `said` afterwards tells what it did not."""

    def __init__(self, session: Session, name: str, window_days: Decimal, now: datetime) -> None:
        self.name = name
        self._session = session
        self._days = window_days
        self._now = now
        self._failed: str | None = None
        self._partly: dict[str, int] = {}

    def window(self, period_seconds: int) -> tuple[datetime, datetime]:
        """From when until when.

        NOTE: both are whole hours (days end at midnight), and the last one is over for as long as values are late: then no value is made of
        half a period, and a metric of one value an hour has as many as there are hours.
        """
        whole_seconds = max(period_seconds, AN_HOUR)
        whole = (self._now.timestamp() - _LATE_SECONDS) // whole_seconds * whole_seconds
        end = datetime.fromtimestamp(whole, self._now.tzinfo)
        length = timedelta(seconds=int(self._days * A_DAY))
        if period_seconds == A_DAY:
            # NOTE: sizes come a day late, and growth is told by two of them, thirty days apart.
            length = timedelta(days=max(_MONTH_AND_DELAY_DAYS, ceil(self._days)))
        return end - length, end

    def series(self, measures: Sequence[Measure], about: Mapping[str, frozenset[str]] | None) -> list[Series]:
        """Every series of these measures, with its values where they were given in full."""
        found: list[Series] = []
        try:
            client = self._session.client(self.name)
            for measure in measures:
                found += self._listed(client, measure, about)
            for period in sorted({one.measure.period_seconds for one in found}):
                same = [one for one in found if one.measure.period_seconds == period]
                for start in range(0, len(same), _BATCH):
                    self._fill(client, same[start : start + _BATCH], period)
        except self._session.refused as error:
            code = str(getattr(error, "response", {}).get("Error", {}).get("Code") or "an error without a code")
            self._failed = f"{_WHY.get(code, 'refuses it')} ({code})"
        except self._session.broken as error:
            self._failed = f"broke off ({_first_line(error)})"
        return found

    @property
    def answered(self) -> bool:
        """Whether every list was read to its end: only then what is not there is known not to be."""
        return self._failed is None

    def said(self) -> Iterator[str]:
        """What is not known because a call failed or gave a part only."""
        if self._failed is not None:
            yield f"CloudWatch in {self.name} {self._failed}: how much is used there is not known"
        for status, count in sorted(self._partly.items()):
            metrics = "1 metric" if count == 1 else f"{count} metrics"
            yield f"CloudWatch in {self.name} gave {metrics} in part only ({status}): that use is not known"

    def _listed(self, client: Any, measure: Measure, about: Mapping[str, frozenset[str]] | None) -> Iterator[Series]:
        wanted = None if about is None else frozenset().union(*(about.get(type_, ()) for type_ in measure.types))
        pages = client.get_paginator("list_metrics").paginate(
            Namespace=measure.namespace, MetricName=measure.metric, Dimensions=[{"Name": measure.dimension}]
        )
        seen: set[tuple[tuple[str, str], ...]] = set()
        for page in pages:
            for metric in page["Metrics"]:
                dimensions = metric["Dimensions"]
                names = {one["Name"]: one["Value"] for one in dimensions}
                resource = names.get(measure.dimension)
                if resource is None or not measure.fits(names):
                    continue
                key = tuple(sorted(names.items()))
                # NOTE: a series that is listed twice would be counted twice.
                if key not in seen and (wanted is None or resource.lower() in wanted):
                    seen.add(key)
                    yield Series(measure, resource, dimensions)

    def _fill(self, client: Any, batch: Sequence[Series], period: int) -> None:
        """Ask for the values of a batch, page after page. NOTE: the values of one metric may go on on the next page."""
        start, end = self.window(period)
        queries = [
            {
                "Id": f"m{number}",
                "MetricStat": {
                    "Metric": {
                        "Namespace": one.measure.namespace,
                        "MetricName": one.measure.metric,
                        "Dimensions": one.dimensions,
                    },
                    "Period": period,
                    "Stat": one.measure.statistic,
                },
            }
            for number, one in enumerate(batch)
        ]
        statuses = ["no answer"] * len(batch)
        pages = client.get_paginator("get_metric_data").paginate(
            MetricDataQueries=queries, StartTime=start, EndTime=end, ScanBy="TimestampAscending"
        )
        for page in pages:
            for result in page["MetricDataResults"]:
                number = int(result["Id"][1:])
                batch[number].values += result.get("Values", ())
                batch[number].times += result.get("Timestamps", ())
                statuses[number] = result.get("StatusCode", "Complete")
        for one, status in zip(batch, statuses, strict=True):
            one.complete = status == "Complete"
            if not one.complete:
                self._partly[status] = self._partly.get(status, 0) + 1


def _first_line(error: Exception) -> str:
    return str(error).strip().split("\n", 1)[0][:200]
