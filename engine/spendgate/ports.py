"""The protocols of the seams. A plug-in is any object of that shape, named in a registry."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from spendgate.model.case import PlainCase, ResourceCase
from spendgate.model.cost import Component, Rate, RateQuery, RateTier
from spendgate.model.facets import Facets
from spendgate.model.finding import Finding, PolicyTally
from spendgate.model.frozen import Frozen
from spendgate.model.policy import Policy
from spendgate.model.resource import Resource, Workload

if TYPE_CHECKING:
    pass


class Input(Protocol):
    """Reads one kind of document into a workload."""

    name: str

    def claims(self, path: Path, head: bytes) -> bool:
        """Whether the document looks like this kind, from its path and its first 64 KiB (no parsing of the whole)."""
        ...

    def read(self, path: Path, options: Mapping[str, Any]) -> Workload:
        """Read it. Raises InputError with a position and what the file seems to be."""
        ...


class OwnPower(Frozen):
    """What a whole machine of one's own draws, and where: watts, overhead of the room, share of its time in use (0 to 1).

    `grid_grams_per_kwh` and `embodied_kg` (of making it, spread over `life_hours`) are `None` where nobody stated them.
    """

    watts_idle: Decimal
    watts_full: Decimal
    pue: Decimal
    utilisation: Decimal
    grid_grams_per_kwh: Decimal | None = None
    embodied_kg: Decimal | None = None
    life_hours: Decimal | None = None


class MachineSpec(Frozen):
    """Shape of a machine type: figures of the price book's catalogue. `accelerator` is the catalogue's full name."""

    machine_type: str
    vcpu: Decimal | None
    memory_gib: Decimal | None
    accelerator: str | None
    accelerator_count: Decimal
    accelerator_memory_gib: Decimal | None
    owned: bool = False
    """Bought and not rented: it is paid for whether it runs or not, and only its power stops with it."""
    power: OwnPower | None = None
    """What it draws, where the rates file states it; the figures of the price book hold otherwise."""


class Catalog(Protocol):
    """Machine types and accelerators that the price book knows."""

    def machine(self, provider: str, machine_type: str) -> MachineSpec | None:
        """The shape of a machine type, or None when the book does not know it."""
        ...

    def machine_types(self, provider: str) -> Sequence[str]:
        """All machine types of a provider, in order."""
        ...

    def accelerator_memory_gib(self, variant: str) -> Decimal | None:
        """Memory of one accelerator by its catalogue name, or None when unknown."""
        ...


class Offer(Frozen):
    """A machine type that has a price in a region. `family` names the sizes that differ from it in size alone."""

    spec: MachineSpec
    region: str
    family: str


class Offers(Protocol):
    """Which machines could be had where; what they cost, the price source says."""

    def offers(
        self,
        provider: str,
        *,
        region: str | None = None,
        machine_type: str | None = None,
        accelerated: bool | None = None,
    ) -> Sequence[Offer]:
        """The offers of a provider that fit, in a fixed order."""
        ...

    def family(self, provider: str, machine_type: str) -> str:
        """The family of a machine type."""
        ...


class PriceSource(Protocol):
    """Answers what a unit costs. Answers are cached by the caller, one look-up per distinct query."""

    name: str

    def rate(self, query: RateQuery) -> Rate | str:
        """The rate, or the reason why there is none (for the user to read)."""
        ...

    def tiers(self, query: RateQuery) -> tuple[RateTier, ...] | str:
        """The steps of a tiered rate in ascending order, or the reason why there is none."""
        ...


class Neighbours(Protocol):
    """The resources around one resource, on the same side (before or after) of the run.

    Joined over references of the configuration, and over ids and names where those are known.
    """

    def targets(self, resource: Resource, attribute: str, *types: str) -> Sequence[Resource]:
        """Resources of these types that `attribute` (a top-level attribute or block name, "" for any) points at."""
        ...

    def points(self, resource: Resource, attribute: str) -> bool:
        """Whether an attribute is stated by pointing at another resource: an unknown one that does not is computed."""
        ...

    def users(self, resource: Resource, *types: str) -> Sequence[Resource]:
        """Resources of these types that point at this one, with any attribute."""
        ...

    def of_types(self, *types: str) -> Sequence[Resource]:
        """All resources of these types on this side, wherever they point: for what a cluster shares."""
        ...

    def named(self, name: str, *types: str) -> Sequence[Resource]:
        """Resources of these types whose id or name this is."""
        ...


class FacetContext(Frozen):
    """What an adapter may use beside the resource itself.

    `aliases` are the config's own spellings of tag keys; `schedules` maps the names of schedule tags to hours per week;
    `accounts` maps accounts and projects to environments, `regions` providers to the region of last resort; `variables` and
    `workspace` serve the environment rule.
    """

    catalog: Catalog
    neighbours: Neighbours
    variables: Mapping[str, Any]
    workspace: str | None
    aliases: Mapping[str, str]
    schedules: Mapping[str, Decimal]
    accounts: Mapping[str, str]
    regions: Mapping[str, str]


class FacetAdapter(Protocol):
    """Derives facets for the resource types of one provider."""

    provider: str

    def describe(self, resource: Resource, context: FacetContext) -> Facets:
        """The facets. Never raises on odd attributes: what cannot be told becomes unknown."""
        ...


class Subject(Frozen):
    """What a meter sees of one resource on one side: raw attributes, facets, stated usage and neighbours."""

    resource: Resource
    facets: Facets
    usage: Mapping[str, Any]
    neighbours: Neighbours
    hours_per_month: Decimal
    """Running hours of meters that stop with the machine (730 without a schedule)."""
    catalog: Catalog
    today: date | None = None
    """The day of the run, for prices that depend on it (extended support)."""


class Meter(Protocol):
    """Says how much of what a resource of these types uses in a month. Knows no prices."""

    types: tuple[str, ...]
    usage_keys: Mapping[str, str]
    """Keys of the usage file that this meter reads, each with a sentence for the user."""

    def components(self, subject: Subject) -> Iterable[Component]:
        """The metered parts. A resource of a known type that costs nothing yields none."""
        ...


class Docket(Frozen):
    """What is to be judged: resources (all of the run or a part of it), the whole change, and groups of resources.

    `change` and `groups` are given once, with the last part. `groups` maps a path (`tags.team`) to its groups by value. The
    clock is an argument so that a run can be replayed.
    """

    resources: Sequence[ResourceCase]
    now: datetime
    change: PlainCase | None = None
    groups: Mapping[str, Mapping[str, PlainCase]] = {}


class Outcome(Frozen):
    """What judging said: findings that are no pass, in order of address and policy, and a tally of every policy."""

    findings: tuple[Finding, ...]
    tallies: Mapping[str, PolicyTally]


class Measured(Protocol):
    """The measured use of resources, from a metrics file or a server."""

    def of(self, resource: Resource, facets: Facets, now: datetime) -> Mapping[str, Any]:
        """The fields of the root `util`; empty when nothing was measured of this resource."""
        ...


class PolicyLanguage(Protocol):
    """Judges policies written in one language."""

    @property
    def name(self) -> str:
        """The language's name, as `Policy.language` has it."""
        ...

    def judge(self, policies: Sequence[Policy], docket: Docket) -> Outcome:
        """Judge every policy of this language. Raises PolicyError for a policy that cannot run; never a silent pass."""
        ...


class Reporter(Protocol):
    """Renders a report. `report` is `wire.v1.Report`, so that a saved JSON report can be rendered in any format."""

    name: str
    media_type: str
    shows_facets: bool
    """Whether the format shows the facets of resources; they are left out of reports for formats that do not."""

    def render(self, report: Any, options: ReportOptions) -> str:
        """The whole text, ending in a newline."""
        ...


class ReportOptions(Frozen):
    """How to render: width of the terminal in columns, whether colour may be used, how much to say (-1, 0, 1).

    `focus_version` picks the columns of the rows in the shape of FOCUS; empty for all that the reporter knows.
    """

    width: int = 100
    colour: bool = False
    verbosity: int = 0
    focus_version: str = ""
