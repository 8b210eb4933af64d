"""What was measured, resource by resource, and when it is too little to say anything."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from spendgate.model.facets import Facets
from spendgate.model.resource import Problem, Resource
from spendgate.model.values import Unknown

SHARES = ("gpu", "tensor", "gpu_memory", "cpu", "memory")
COUNTS = ("requests",)
NAMES: Mapping[str, tuple[str, Decimal]] = {
    **{name: (name, Decimal(1)) for name in (*SHARES, *COUNTS)},
    "DCGM_FI_PROF_GR_ENGINE_ACTIVE": ("gpu", Decimal(1)),
    "DCGM_FI_DEV_GPU_UTIL": ("gpu", Decimal("0.01")),
    "DCGM_FI_PROF_PIPE_TENSOR_ACTIVE": ("tensor", Decimal(1)),
    "GPUUtilization": ("gpu", Decimal("0.01")),
    "GPUMemoryUtilization": ("gpu_memory", Decimal("0.01")),
    "nvidia_smi_utilization_gpu": ("gpu", Decimal("0.01")),
    "CPUUtilization": ("cpu", Decimal("0.01")),
    "MemoryUtilization": ("memory", Decimal("0.01")),
    "mem_used_percent": ("memory", Decimal("0.01")),
    "Invocations": ("requests", Decimal(1)),
    "RequestCount": ("requests", Decimal(1)),
}
"""Names of metrics as exporters and clouds write them: what they measure, and the factor that makes a share of one of it."""
MULTIPLIED = frozenset({"GPUUtilization", "GPUMemoryUtilization"})
"""NOTE: SageMaker adds the GPUs of a machine up, so that eight of them reach 800 % (Amazon SageMaker, CloudWatch metrics)."""

SAMPLES_PER_DAY = 24
"""Fewer samples a day than one an hour say nothing of a machine's use."""
STALE_AFTER = timedelta(days=7)
_CERTAIN = Decimal("1.0001")


@dataclass(frozen=True, slots=True)
class Sample:
    """One metric of one resource over a window: shares of one, or a count for requests.

    `resource` is an address, an id, an ARN or a name; `summed` that all accelerators of the machine are added up in it.
    """

    resource: str
    metric: str
    mean: Decimal
    p95: Decimal | None
    samples: int
    start: datetime
    end: datetime
    summed: bool = False

    @property
    def days(self) -> Decimal:
        """The length of the window in days."""
        return Decimal(int((self.end - self.start).total_seconds())) / 86_400


class Use:
    """The measured use of a run; implements `ports.Measured`.

    `gap` stands for every use when the source did not answer; `problems` say why.
    """

    def __init__(
        self,
        samples: Iterable[Sample],
        origin: str,
        problems: tuple[Problem, ...] = (),
        gap: Unknown | None = None,
    ) -> None:
        self.origin = origin
        self.problems = problems
        self._gap = gap
        self._by_name: dict[str, list[Sample]] = {}
        self.met: set[str] = set()
        for sample in samples:
            self._by_name.setdefault(sample.resource.lower(), []).append(sample)

    def __len__(self) -> int:
        return len(self._by_name)

    def of(self, resource: Resource, facets: Facets, now: datetime) -> Mapping[str, Any]:
        """The fields of `util`: `gpu`, `gpu_p95`, ... as shares, `requests`, `samples`, `window_days`, `source`.

        Unknown, never absent, for what was not or too little measured, so that no policy takes silence for use or for idleness.
        """
        found = next((self._by_name[name] for name in _names(resource) if name in self._by_name), None)
        if found is None:
            gap = self._gap if self._gap is not None else Unknown(f"nothing was measured of it ({self.origin})")
            return {**dict.fromkeys(_FIELDS, gap), "source": self.origin}
        self.met.add(found[0].resource)
        fields: dict[str, Any] = {}
        for sample in found:
            fields.update(_fields(sample, facets, now))
        missing = Unknown(f"it was not measured ({self.origin})")
        return {**dict.fromkeys(_FIELDS, missing), **fields, "source": self.origin}


_FIELDS = (*SHARES, *(f"{name}_p95" for name in SHARES), *COUNTS, "samples", "window_days")


def _fields(sample: Sample, facets: Facets, now: datetime) -> Mapping[str, Any]:
    gap = _too_little(sample, now)
    window = {"samples": sample.samples, "window_days": sample.days}
    if gap is not None:
        return (
            {sample.metric: gap, f"{sample.metric}_p95": gap, **window}
            if sample.metric in SHARES
            else {sample.metric: gap, **window}
        )
    if sample.metric in COUNTS:
        return {sample.metric: sample.mean, **window}
    mean, p95 = _of_one(sample.mean, sample, facets), _of_one(sample.p95, sample, facets)
    missing = Unknown(f"no 95th percentile was measured of its {sample.metric}")
    return {sample.metric: mean, f"{sample.metric}_p95": p95 if p95 is not None else missing, **window}


def _of_one(value: Decimal | None, sample: Sample, facets: Facets) -> Decimal | Unknown | None:
    if value is None or not sample.summed:
        return value
    count = facets.accel.count
    if isinstance(count, Unknown) or not count:
        return Unknown("its accelerators are added up in the metric, and their number is not known")
    return value / Decimal(count)


def _too_little(sample: Sample, now: datetime) -> Unknown | None:
    wanted = sample.days * SAMPLES_PER_DAY
    if sample.samples < wanted:
        return Unknown(f"only {sample.samples} samples in {_short(sample.days)} days, {_short(wanted)} are needed")
    if now - sample.end > STALE_AFTER:
        return Unknown(f"its metrics end on {sample.end.date().isoformat()}, more than {STALE_AFTER.days} days ago")
    return None


def _short(number: Decimal) -> str:
    return format(round(number, 1).normalize(), "f")


def is_share(metric: str, value: Decimal) -> bool:
    """Whether a value can be one of this metric: a share lies between nothing and one."""
    return metric in COUNTS or Decimal(0) <= value <= _CERTAIN


def _names(resource: Resource) -> Iterator[str]:
    yield resource.address.lower()
    observed = resource.observed
    if observed is not None:
        yield observed.identity.lower()
        yield from (name.lower() for name in observed.aliases)
    if resource.name:
        yield resource.name.lower()
        yield resource.name.rsplit("/", 1)[-1].lower()
