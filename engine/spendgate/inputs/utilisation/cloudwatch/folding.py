"""From the values of series to what was measured of a resource: several cards, variants and storage classes become one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from math import ceil, fsum

from spendgate.inputs.utilisation.cloudwatch.answers import Region, Series
from spendgate.inputs.utilisation.cloudwatch.measures import A_DAY, FIVE_MINUTES, HOSTS, MEASURES, TOTAL, USED
from spendgate.inputs.utilisation.growth import STORED
from spendgate.inputs.utilisation.measured import COUNTS, SHARES, Sample
from spendgate.model.frozen import Frozen, replace

_PLACES = 6
_WATCHED = Decimal("0.9")
"""The share of a window's periods in which a witness has to have a value: a balancer of yesterday was not idle for a week."""
_PEAK = 0.95
_NAMED = {HOSTS: "HealthyHostCount", "cpu": "CPUUtilization"}


class _Values(Frozen):
    """A series in three figures: its mean (of counts: the sum), its 95th percentile, and how many values there are."""

    mean: Decimal
    p95: Decimal
    samples: int


def samples(series: Sequence[Series], region: Region) -> Iterator[Sample]:
    """One sample a resource and field. One series that is not complete leaves its whole field out: a part is no measure."""
    by_field: dict[tuple[str, tuple[str, ...], str], list[Series]] = {}
    for one in series:
        by_field.setdefault((one.resource, one.measure.types, one.measure.field), []).append(one)
    memory: dict[tuple[str, tuple[str, ...]], dict[str, Sample]] = {}
    witnesses: dict[tuple[str, tuple[str, ...], str], Sample] = {}
    for (resource, types, field), members in sorted(by_field.items()):
        # NOTE: a series without values is listed for two weeks after its last one; silence is no use and no idleness.
        filled = [one for one in members if one.values]
        if not filled or not all(one.complete for one in members):
            continue
        if field == STORED:
            yield from _sizes(resource, filled, region)
            continue
        sample = _sample(resource, field, filled, region)
        witnesses[resource, types, field] = sample
        if field == HOSTS:
            continue
        if field in (USED, TOTAL):
            memory.setdefault((resource, types), {})[field] = sample
        else:
            yield sample
    for parts in memory.values():
        if USED in parts and TOTAL in parts and parts[TOTAL].mean:
            yield _share(parts[USED], parts[TOTAL])
    if region.answered:
        yield from _nothing(by_field, witnesses)


def _nothing(
    by_field: Mapping[tuple[str, tuple[str, ...], str], Sequence[Series]],
    witnesses: Mapping[tuple[str, tuple[str, ...], str], Sample],
) -> Iterator[Sample]:
    """A count of nothing, where nothing is published of it and the resource was there and watched over the whole window."""
    for measure in MEASURES:
        if not measure.witness:
            continue
        for (resource, types, field), seen in witnesses.items():
            if field != measure.witness or types != measure.types:
                continue
            members = by_field.get((resource, types, measure.field), ())
            silent = all(one.complete and not one.values for one in members) and (bool(members) or not measure.listed)
            if silent and seen.samples >= seen.days * A_DAY / FIVE_MINUTES * _WATCHED:
                why = f"no {measure.metric} was published in {_short(seen.days)} days, while {_NAMED[field]} was"
                yield replace(
                    seen, metric=measure.field, mean=Decimal(0), p95=None, summed="", sparse=False, evidence=why
                )


def _short(days: Decimal) -> str:
    return format(round(days, 1).normalize(), "f")


def _sample(resource: str, field: str, members: Sequence[Series], region: Region) -> Sample:
    measure = members[0].measure
    values = [_figures(one) for one in members]
    mean = sum((one.mean for one in values), Decimal(0))
    p95: Decimal | None = sum((one.p95 for one in values), Decimal(0))
    count = max(one.samples for one in values)
    if field in SHARES:
        mean, p95 = mean / len(values), max(one.p95 for one in values)
        count = min(one.samples for one in values)
    elif field in COUNTS:
        p95 = None
    start, end = region.window(measure.period_seconds)
    return Sample(
        resource=resource,
        metric=field,
        mean=_rounded(mean),
        p95=_rounded(p95) if p95 is not None else None,
        samples=count,
        start=start,
        end=end,
        summed=measure.summed,
        types=measure.types,
        region=region.name,
        sparse=measure.sparse,
    )


def _sizes(resource: str, members: Sequence[Series], region: Region) -> Iterator[Sample]:
    """What a bucket held on each day, over its storage classes, the newest last."""
    measure = members[0].measure
    held: dict[datetime, Decimal] = {}
    for one in members:
        for time, value in zip(one.times, one.values, strict=True):
            held[time] = held.get(time, Decimal(0)) + Decimal(str(value)) * measure.factor
    for time in sorted(held):
        end = time + timedelta(seconds=measure.period_seconds)
        yield Sample(
            resource, STORED, _rounded(held[time]), None, 1, time, end, types=measure.types, region=region.name
        )


def _figures(one: Series) -> _Values:
    factor, count = one.measure.factor, len(one.values)
    whole = fsum(one.values)
    ordered = sorted(one.values)
    peak = ordered[ceil(_PEAK * count) - 1]
    mean = whole if one.measure.field in COUNTS else whole / count
    return _Values(Decimal(str(mean)) * factor, Decimal(str(peak)) * factor, count)


def _share(used: Sample, total: Sample) -> Sample:
    peak = used.p95 if used.p95 is not None else used.mean
    return replace(
        used,
        metric="gpu_memory",
        mean=_rounded(used.mean / total.mean),
        p95=_rounded(peak / total.mean),
        samples=min(used.samples, total.samples),
    )


def _rounded(value: Decimal) -> Decimal:
    return round(value, _PLACES)
