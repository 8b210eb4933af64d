"""Puts what an export holds together: twins once, machines with the group that runs them, and a word on all that was left out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from spendgate.inputs.inventory.recognise import page_of, shape_of
from spendgate.inputs.inventory.shape import Item, identities, renamed, resized, to_change
from spendgate.model.frozen import replace
from spendgate.model.resource import Change, Level, Problem, Resource

_VOLUMES: Mapping[str, str] = {
    "aws": "aws_ebs_volume",
    "google": "google_compute_disk",
    "azure": "azurerm_managed_disk",
}
_SHOWN = 6
JOINED = frozenset(
    {
        "AWS::EC2::LaunchTemplate", "AWS::AutoScaling::LaunchConfiguration", "AWS::AutoScaling::AutoScalingGroup",
        "AWS::EKS::Nodegroup", "AWS::ECS::TaskDefinition", "AWS::SageMaker::EndpointConfig",
        "compute.googleapis.com/InstanceTemplate", "compute.googleapis.com/InstanceGroupManager",
        "compute.googleapis.com/Autoscaler", "container.googleapis.com/NodePool", "container.googleapis.com/Cluster",
        "notebooks.googleapis.com/Instance",
        "microsoft.containerservice/managedclusters", "microsoft.compute/virtualmachinescalesets",
    }
)  # fmt: skip
"""Kinds that others are a part of or take their shape from: a stream keeps them at hand."""


@dataclass(slots=True)
class Groups:
    """Names of the groups that run machines (`named`), of what node pools call theirs (`of_pools`), the types met, and sizes."""

    named: set[str] = field(default_factory=set)
    of_pools: set[str] = field(default_factory=set)
    types: set[str] = field(default_factory=set)
    sizes: dict[str, int] = field(default_factory=dict)


@dataclass(slots=True)
class Remarks:
    """What was met and is to be said: kinds without a table, records of no known form, things that are gone, members, twins."""

    unsupported: Counter[str] = field(default_factory=Counter)
    strange: int = 0
    gone: int = 0
    members: int = 0
    twins: int = 0
    stateless: int = 0
    said: list[Problem] = field(default_factory=list)
    pages: dict[str, bool] = field(default_factory=dict)
    """The lists that answers are pages of, and whether the last page of each says that there are more."""

    def turn(self, value: Any) -> None:
        """Note which page a value is: pages stand in their order, so that only the last one must be the end."""
        page = page_of(value)
        if page is not None:
            self.pages[page[0]] = page[1]

    def problems(self, origin: str) -> Iterator[Problem]:
        """All of it, for the run."""
        yield from self.said
        if self.strange:
            verb = "are" if self.strange > 1 else "is"
            message = f"{self.strange} of its records {verb} of no form that is known, and not judged"
            yield Problem(Level.WARNING, message, file=origin, undetermined=True)
        for name in sorted(name for name, more in self.pages.items() if more):
            message = f"{name}: the last page says that there are more, which are not in this input"
            yield Problem(Level.WARNING, message, file=origin, undetermined=True)
        if self.stateless:
            machines, they = ("machines", "they are") if self.stateless > 1 else ("machine", "it is")
            message = f"{self.stateless} {machines}: the export does not say whether {they} running, so that {they} counted as running"
            yield Problem(Level.WARNING, message, file=origin)
        if self.unsupported:
            total = sum(self.unsupported.values())
            kinds = ", ".join(f"{kind} ({count})" for kind, count in self.unsupported.most_common(_SHOWN))
            more = len(self.unsupported) - _SHOWN
            rest = f" and {more} more kinds" if more > 0 else ""
            message = (
                f"{total} resources are of kinds in no table, of which only tags and place are judged: {kinds}{rest}"
            )
            yield Problem(Level.INFO, message, file=origin)
        for count, what in (
            (self.members, "left out: the groups that run them are in this input and counted instead"),
            (self.twins, "given more than once and counted once"),
            (self.gone, "left out: deleted, or standing for nothing"),
        ):
            if count:
                yield Problem(Level.INFO, f"{count} {what}", file=origin)


class Estate:
    """Collects the things of one input. `groups` and `remarks` are those of the parts of it that were read before."""

    def __init__(self, origin: str, groups: Groups | None = None, remarks: Remarks | None = None) -> None:
        self._origin = origin
        self._found: list[tuple[Item | None, Change]] = []
        self.groups = groups if groups is not None else Groups()
        self.remarks = remarks if remarks is not None else Remarks()

    def add(self, thing: Item | Change | Problem | None) -> None:
        """Take one thing in."""
        if thing is None:
            self.remarks.strange += 1
        elif isinstance(thing, Problem):
            self.remarks.said.append(replace(thing, file=thing.file or self._origin))
        elif isinstance(thing, Change):
            self._found.append((None, thing))
        else:
            self._add_item(thing)

    def _add_item(self, item: Item) -> None:
        shape, known = shape_of(item)
        if not known:
            # NOTE: what no table reads is not absent: a size that is left out would be taken for the provider's default.
            item = replace(item, partial=True)
        change = to_change(item, shape)
        if change is None:
            self.remarks.gone += 1
            return
        if shape.waits and change.resource.observed is not None and change.resource.observed.state is None:
            self.remarks.stateless += 1
        if not known:
            self.remarks.unsupported[item.kind] += 1
        self.groups.types.add(change.resource.type)
        if shape.owns is not None:
            self.groups.of_pools.update(shape.owns(item))
        elif item.kind in JOINED:
            self.groups.named.update((*identities(item, shape), change.resource.name))
        if shape.size is not None and (size := shape.size(item)) is not None:
            self.groups.sizes[change.resource.name.rsplit("/", 1)[-1]] = size
        self._found.append((item, change))

    def changes(self) -> tuple[Change, ...]:
        """Every resource once, in order of its address."""
        by_address: dict[str, Change] = {}
        for item, change in self._found:
            if item is not None and self._is_member(item):
                self.remarks.members += 1
                continue
            change = self._with_disks(self._with_size(item, change))
            address = change.address
            twin = by_address.get(address)
            if twin is not None and _same(twin.resource, change.resource):
                self.remarks.twins += 1
                if _says_more(change.resource, twin.resource):
                    by_address[address] = change
                continue
            number = 2
            while address in by_address:
                address = f"{change.address}#{number}"
                number += 1
            by_address[address] = change if address == change.address else renamed(change, address)
        return tuple(by_address[address] for address in sorted(by_address))

    def _is_member(self, item: Item) -> bool:
        shape, _ = shape_of(item)
        owner = shape.owner(item) if shape.owner else None
        if owner is None:
            return False
        # NOTE: a group may name itself: only what belongs to another group is left out.
        return owner in self.groups.of_pools or (owner in self.groups.named and owner not in identities(item, shape))

    def _with_size(self, item: Item | None, change: Change) -> Change:
        shape = shape_of(item)[0] if item is not None else None
        if item is None or shape is None or shape.resized is None or shape.owns is None:
            return change
        sizes = [self.groups.sizes.get(name) for name in shape.owns(item)]
        known = [size for size in sizes if size is not None]
        return resized(change, shape, sum(known) if known and len(known) == len(sizes) else None)

    def _with_disks(self, change: Change) -> Change:
        resource = change.resource
        observed = resource.observed
        volume = _VOLUMES.get(resource.provider)
        if observed is None or observed.disks != "apart" or volume in self.groups.types:
            return change
        seen = replace(resource, observed=replace(observed, disks="unseen"))
        return replace(change, before=seen, after=seen)

    def problems(self) -> Iterator[Problem]:
        """What is to be said about the input as a whole."""
        yield from self.remarks.problems(self._origin)


def _same(first: Resource, second: Resource) -> bool:
    """Whether two records are about one thing."""
    if first.observed is None or second.observed is None:
        return False
    return (
        first.type == second.type
        and first.settings.region == second.settings.region
        and (
            first.observed.identity == second.observed.identity
            or not {first.observed.identity, *first.observed.aliases}.isdisjoint(
                {second.observed.identity, *second.observed.aliases}
            )
        )
    )


def _says_more(first: Resource, second: Resource) -> bool:
    return len(first.attributes.values) > len(second.attributes.values)
