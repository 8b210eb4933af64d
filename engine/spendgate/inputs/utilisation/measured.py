"""What was measured, resource by resource, and when it is too little to say anything."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from spendgate.inputs.utilisation.growth import GROWTH, STORED, growth
from spendgate.model.facets import Facets
from spendgate.model.frozen import Frozen
from spendgate.model.resource import Problem, Resource
from spendgate.model.values import Unknown
from spendgate.ports import Catalog

SHARES = ("gpu", "tensor", "gpu_memory", "cpu", "memory")
"""Shares of one, with a mean and a 95th percentile."""
COUNTS = ("requests", "operations", "egress_gib", "input_tokens", "output_tokens")
"""Sums over the window: requests, reads and writes of a disk, gibibytes sent, tokens."""
CONNECTIONS = "connections"
"""How many are open at a time, with a mean and a 95th percentile."""
_GIB = Decimal(2**30)
NAMES: Mapping[str, tuple[str, Decimal]] = {
    **{name: (name, Decimal(1)) for name in (*SHARES, *COUNTS, CONNECTIONS, STORED)},
    "DCGM_FI_PROF_GR_ENGINE_ACTIVE": ("gpu", Decimal(1)),
    "DCGM_FI_DEV_GPU_UTIL": ("gpu", Decimal("0.01")),
    "DCGM_FI_PROF_PIPE_TENSOR_ACTIVE": ("tensor", Decimal(1)),
    "GPUUtilization": ("gpu", Decimal("0.01")),
    "GPUMemoryUtilization": ("gpu_memory", Decimal("0.01")),
    "nvidia_smi_utilization_gpu": ("gpu", Decimal("0.01")),
    "CPUUtilization": ("cpu", Decimal("0.01")),
    "MemoryUtilization": ("memory", Decimal("0.01")),
    "mem_used_percent": ("memory", Decimal("0.01")),
    "DatabaseConnections": (CONNECTIONS, Decimal(1)),
    "BytesOutToDestination": ("egress_gib", 1 / _GIB),
    "InputTokenCount": ("input_tokens", Decimal(1)),
    "OutputTokenCount": ("output_tokens", Decimal(1)),
    "Invocations": ("requests", Decimal(1)),
    "RequestCount": ("requests", Decimal(1)),
    **dict.fromkeys(
        ("BucketSizeBytes", "StorageBytes", "UsedCapacity", "storage.googleapis.com/storage/total_bytes"),
        (STORED, 1 / _GIB),
    ),
}
"""Names of metrics as exporters and clouds write them: what they measure, and the factor that makes a share of one of it."""
MULTIPLIED = frozenset({"GPUUtilization", "GPUMemoryUtilization"})
"""NOTE: SageMaker adds the GPUs of a machine up, so that eight of them reach 800 % (Amazon SageMaker, CloudWatch metrics)."""

SAMPLES_PER_DAY = 24
"""Fewer samples a day than one an hour say nothing of a machine's use."""
_SELDOM: Mapping[str, Decimal] = {STORED: Decimal("0.5")}
"""Samples a day of what is measured once a day and comes a day late."""
STALE_AFTER = timedelta(days=7)
_CERTAIN = Decimal("1.0001")


class Sample(Frozen):
    """One metric of one resource over a window: the mean of shares, levels and sizes in GiB, the sum of counts.

    `resource` is an address, an id, an ARN or a name, and where names are not unique, `types` and `region` say whose. `summed`: all
    `accelerators` or `processors` of the machine are added up in it. `sparse`: what is nothing is not counted, so that few samples of
    a count are no gap.
    """

    resource: str
    metric: str
    mean: Decimal
    p95: Decimal | None
    samples: int
    start: datetime
    end: datetime
    summed: str = ""
    types: tuple[str, ...] = ()
    region: str | None = None
    sparse: bool = False
    evidence: str = ""

    @property
    def days(self) -> Decimal:
        """The length of the window in days."""
        return Decimal(int((self.end - self.start).total_seconds())) / 86_400


class _Source(Frozen):
    """What one source tells: its samples by the names of resources in lower case; `gap` stands for what it did not answer."""

    origin: str
    by_name: Mapping[str, Sequence[Sample]]
    gap: Unknown | None

    def of(self, resource: Resource, facets: Facets) -> Sequence[Sample]:
        """The samples of a resource, by the surest of its names that has any."""
        for name in names_of(resource):
            if found := [one for one in self.by_name.get(name, ()) if _is_of(one, resource, facets)]:
                return found
        return ()

    def silence(self, *, known: bool) -> str:
        """Why it does not tell something, of a resource that it knows or of one that it does not."""
        if self.gap is not None:
            return self.gap.reason
        return f"it was not measured ({self.origin})" if known else f"nothing was measured of it ({self.origin})"


class _Told(Frozen):
    """The value of a field, and where it comes from."""

    value: Any
    sample: Sample
    source: _Source

    def adds_to(self, present: _Told | None) -> bool:
        """Whether it says more than what a source before it said."""
        return present is None or (isinstance(present.value, Unknown) and not isinstance(self.value, Unknown))


class Use:
    """The measured use of a run; implements `ports.Measured`.

    `gap` stands for every use that is missing when the source did not answer or not all; `problems` say why. `catalog`, where it is set,
    tells how many processors a machine has.
    """

    def __init__(
        self,
        samples: Iterable[Sample],
        origin: str,
        problems: tuple[Problem, ...] = (),
        gap: Unknown | None = None,
    ) -> None:
        self.problems = problems
        self.catalog: Catalog | None = None
        by_name: dict[str, list[Sample]] = {}
        for sample in samples:
            by_name.setdefault(sample.resource.lower(), []).append(sample)
        self._sources: tuple[_Source, ...] = (_Source(origin, by_name, gap),)

    @classmethod
    def together(cls, uses: Sequence[Use]) -> Use:
        """Several sources as one: each field comes from the first of them that knows it."""
        found = cls((), "", tuple(problem for use in uses for problem in use.problems))
        found._sources = tuple(source for use in uses for source in use._sources)
        return found

    def __len__(self) -> int:
        """Of how many names something was measured."""
        return len({name for source in self._sources for name in source.by_name})

    def of(self, resource: Resource, facets: Facets, now: datetime) -> Mapping[str, Any]:
        """The fields of `util`: `gpu`, `gpu_p95`, ... as shares, `requests`, `samples`, `window_days`, `source`.

        Unknown, never absent, for what was not or too little measured, so that no policy takes silence for use or for idleness.
        """
        told: dict[str, _Told] = {}
        silent: dict[str, None] = {}
        for source in self._sources:
            samples = source.of(resource, facets)
            silent[source.silence(known=bool(samples))] = None
            for sample in {one.metric: one for one in samples}.values():
                fields = dict(self._fields(sample, facets, now))
                if sample.metric == STORED:
                    fields.update(growth([one for one in samples if one.metric == STORED], now))
                for field, value in fields.items():
                    new = _Told(value, sample, source)
                    if new.adds_to(told.get(field)):
                        told[field] = new
        missing = Unknown("; ".join(silent))
        found = {**dict.fromkeys(_FIELDS, missing), **{field: each.value for field, each in told.items()}}
        if told:
            # NOTE: the least sampled metric is the evidence; a count without zeros has few samples and is none.
            least = min((each.sample for each in told.values()), key=lambda one: (one.sparse, one.samples))
            found |= {"samples": least.samples, "window_days": least.days}
        return {**found, "source": _sources(told, self._sources)}

    def _fields(self, sample: Sample, facets: Facets, now: datetime) -> Mapping[str, Any]:
        with_peak = f"{sample.metric}_p95" in _FIELDS
        gap = _too_little(sample, now)
        if gap is not None:
            return {sample.metric: gap, **({f"{sample.metric}_p95": gap} if with_peak else {})}
        mean = self._of_one(sample.mean, sample, facets)
        if not with_peak:
            return {sample.metric: mean}
        p95 = self._of_one(sample.p95, sample, facets) if sample.p95 is not None else None
        missing = Unknown(f"no 95th percentile was measured of its {sample.metric}")
        return {sample.metric: mean, f"{sample.metric}_p95": p95 if p95 is not None else missing}

    def _of_one(self, value: Decimal, sample: Sample, facets: Facets) -> Decimal | Unknown:
        if not sample.summed:
            return value
        count = facets.accel.count if sample.summed == "accelerators" else _processors(facets, self.catalog)
        if isinstance(count, Unknown) or not count:
            return Unknown(f"its {sample.summed} are added up in the metric, and their number is not known")
        return value / Decimal(count)


_FIELDS = (
    *(name for share in (*SHARES, CONNECTIONS) for name in (share, f"{share}_p95")),
    *COUNTS,
    STORED,
    *GROWTH,
    "samples",
    "window_days",
)


def _sources(told: Mapping[str, _Told], every: Sequence[_Source]) -> str:
    """Where the fields come from; of several sources with what each says, and why a count of nothing is one."""
    shown = []
    for source in every:
        mine = {field: each.sample for field, each in told.items() if each.source is source}
        if not mine and told:
            continue
        of_it = [field for field, sample in mine.items() if field == sample.metric or sample.metric not in mine]
        words = [", ".join(of_it)] if of_it and len(every) > 1 else []
        words += dict.fromkeys(sample.evidence for sample in mine.values() if sample.evidence)
        shown.append(f"{source.origin} ({'; '.join(words)})" if words else source.origin)
    return "; ".join(shown)


def _is_of(sample: Sample, resource: Resource, facets: Facets) -> bool:
    if sample.types and resource.type not in sample.types:
        return False
    # NOTE: where the region of a resource is not known, its name has to do.
    return sample.region is None or not isinstance(facets.region, str) or facets.region == sample.region


def _processors(facets: Facets, catalog: Catalog | None) -> Decimal | None:
    """The processors of one machine, when all of a resource's machines have as many."""
    counts: set[Decimal | None] = set()
    for pool in facets.pools:
        if catalog is None or isinstance(pool.machine_types, Unknown):
            return None
        shapes = [catalog.machine("aws", name.removeprefix("ml.")) for name in pool.machine_types]
        counts.update(shape.vcpu if shape is not None else None for shape in shapes)
    return counts.pop() if len(counts) == 1 else None


def _too_little(sample: Sample, now: datetime) -> Unknown | None:
    # NOTE: whole periods count: a day short of a minute has room for 23 hours.
    wanted = max(Decimal(1), (sample.days * _SELDOM.get(sample.metric, Decimal(SAMPLES_PER_DAY))) // 1)
    if sample.samples < wanted and not (sample.sparse and sample.mean):
        days = f"{_short(sample.days)} day{'' if sample.days == 1 else 's'}"
        return Unknown(f"only {sample.samples} samples in {days}, {_short(wanted)} are needed")
    if now - sample.end > STALE_AFTER:
        return Unknown(f"its metrics end on {sample.end.date().isoformat()}, more than {STALE_AFTER.days} days ago")
    return None


def _short(number: Decimal) -> str:
    return format(round(number, 1).normalize(), "f")


def is_share(metric: str, value: Decimal) -> bool:
    """Whether a value can be one of this metric: a share lies between nothing and one."""
    return metric not in SHARES or Decimal(0) <= value <= _CERTAIN


def names_of(resource: Resource) -> Iterator[str]:
    """The names in lower case by which metrics may mean a resource, the surest first; some may come twice."""
    yield resource.address.lower()
    observed = resource.observed
    own = [resource.attributes.get(key) for key in ("id", "arn")]
    if observed is not None:
        own += (observed.identity, *observed.aliases)
    for name in own:
        if isinstance(name, str) and name:
            yield name.lower()
            if name.startswith("arn:"):
                # NOTE: dimensions hold what follows the kind: `app/chat/50dc6c` of `...:loadbalancer/app/chat/50dc6c`.
                yield name.rsplit(":", 1)[-1].partition("/")[2].lower() or name.rsplit(":", 1)[-1].lower()
    if resource.name:
        yield resource.name.lower()
        yield resource.name.rsplit("/", 1)[-1].lower()
