"""Commitments that are paid and not used, beside new machines that none covers: `around.commitment`.

The rates file says what of a commitment is free. A new machine that a free commitment could serve, had it another type of the
same shape or better, is paid a second time.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from spendgate.model.cost import RateQuery
from spendgate.model.facets import Facets, Pool
from spendgate.model.frozen import Frozen
from spendgate.model.values import Unknown
from spendgate.pipeline.assess import Assessed
from spendgate.pipeline.cases import Run
from spendgate.ports import Catalog, MachineSpec
from spendgate.settings import Settings

if TYPE_CHECKING:
    from spendgate.prices.overlay import RateOverlay
    from spendgate.prices.rates_file import Commitment

_ENDS_SOON = timedelta(days=30)
_LOOKED_UP_WITHIN = timedelta(days=30)
_PAID_OTHERWISE = frozenset({"spot", "reserved", "capacity-block"})
_COVERED: Mapping[str, Any] = {"covered": True}
_NOTHING_FREE: Mapping[str, Any] = {"covered": False, "free_per_hour": Decimal(0), "free_share": Decimal(0)}


def facts(run: Run, settings: Settings, now: datetime) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """`commitment` of what runs machines of a cloud for which the rates file holds commitments.

    `covered`; of the commitment with the most money free that could serve it: `name`, `family`, `machine_type` (the smallest of
    the family that is no smaller), `free_per_hour`, `free_share` of what is committed. Unknown while its type is.
    """
    overlay = run.prices.overlay if run.prices is not None else None
    if run.prices is None or overlay is None or not overlay.has_commitments:
        return
    desk = _Desk(overlay, run.prices.catalog, now.date())
    for place, item in enumerate(run.assessed):
        if item.change.after is not None and item.facets.pools and "data" not in item.change.flags:
            found = desk.about(item)
            if found is not None:
                yield place, {"commitment": found}


class _Family(Frozen):
    """A commitment that may be free, and the machine types that it is good for."""

    title: str
    said: Commitment
    types: tuple[MachineSpec, ...]


class _Desk:
    """Knows the commitments of a run, and asks for the types of each family once."""

    def __init__(self, overlay: RateOverlay, catalog: Catalog, today: date) -> None:
        self._overlay, self._catalog, self._today = overlay, catalog, today
        self._families: dict[str, list[_Family]] = {}

    def about(self, item: Assessed) -> Mapping[str, Any] | Unknown | None:
        """What there is to say of a resource; None where no commitment is of its cloud."""
        provider = item.change.resource.provider
        pools = [pool for pool in item.facets.pools if pool.service == "machine" and _is_paid_by_hour(pool)]
        families = self._of(provider) if pools else []
        if not any(family.types for family in families):
            return None
        for pool in pools:
            if isinstance(pool.machine_types, Unknown):
                return pool.machine_types
        if all(self._is_covered(provider, pool, item.facets) for pool in pools):
            return _COVERED
        return max((self._best(provider, families, pool, item.facets) for pool in pools), key=_money)

    def _is_covered(self, provider: str, pool: Pool, facets: Facets) -> bool:
        types = pool.machine_types if isinstance(pool.machine_types, tuple) else ()
        return all(
            self._overlay.covers(RateQuery(provider, _region(pool, facets), pool.service, name)) for name in types
        )

    def _of(self, provider: str) -> list[_Family]:
        if provider not in self._families:
            self._families[provider] = [
                _Family(title, said, self._types(provider, said))
                for title, said in self._overlay.commitments()
                if _like(provider, said.provider) and _like("machine", said.service) and not self._ends_soon(said)
            ]
        return self._families[provider]

    def _ends_soon(self, said: Commitment) -> bool:
        return said.ends is not None and said.ends - self._today <= _ENDS_SOON

    def _types(self, provider: str, said: Commitment) -> tuple[MachineSpec, ...]:
        named = (
            name
            for name in self._catalog.machine_types(provider)
            if _like(name, said.item) and _like(_family(provider, name), said.family)
        )
        return tuple(spec for name in named if (spec := self._catalog.machine(provider, name)) is not None)

    def _best(
        self, provider: str, families: Sequence[_Family], pool: Pool, facets: Facets
    ) -> Mapping[str, Any] | Unknown:
        """The commitment with the most money free that could serve a pool; unknown where it is not said what is free."""
        found: list[Mapping[str, Any] | Unknown] = [_NOTHING_FREE]
        name = pool.machine_types[0] if isinstance(pool.machine_types, tuple) and pool.machine_types else ""
        own = self._catalog.machine(provider, name)
        for family in families:
            if own is None or not _like(_region(pool, facets), family.said.region):
                continue
            fitting = [spec for spec in family.types if _is_no_smaller(spec, own, pool)]
            type_ = min(
                fitting, key=lambda spec: (spec.vcpu or 0, spec.memory_gib or 0, spec.machine_type), default=None
            )
            if type_ is not None:
                found.append(self._free(family, type_))
        return max(found, key=_money)

    def _free(self, family: _Family, type_: MachineSpec) -> Mapping[str, Any] | Unknown:
        said = family.said
        if said.free_per_hour is None or said.committed_per_hour is None or said.free_on is None:
            if not said.new_percent:
                return _NOTHING_FREE  # NOTE: `new_percent: 0` says that what is new finds it used up.
            return Unknown(f"{family.title} states no free_per_hour, so what of it is free is not known")
        if said.currency != self._overlay.currency:
            return Unknown(f"{family.title} is in {said.currency}, the run in {self._overlay.currency}")
        if self._today - said.free_on > _LOOKED_UP_WITHIN:
            return Unknown(f"what of {family.title} is free was looked up on {said.free_on.isoformat()}, too long ago")
        return {
            "covered": False,
            "name": said.name,
            "family": said.family if said.family != "*" else type_.machine_type,
            "machine_type": type_.machine_type,
            "free_per_hour": said.free_per_hour,
            "free_share": said.free_per_hour / said.committed_per_hour,
        }


def _is_no_smaller(spec: MachineSpec, own: MachineSpec, pool: Pool) -> bool:
    """Whether a machine has what another one has: the same accelerators or none, as many processors, as much memory."""
    if own.vcpu is None or own.memory_gib is None or spec.vcpu is None or spec.memory_gib is None:
        return False
    if own.accelerator_count:
        alike = spec.accelerator == own.accelerator and spec.accelerator_count >= own.accelerator_count
    else:
        alike = not spec.accelerator_count and pool.accelerators.count == 0
    return alike and spec.vcpu >= own.vcpu and spec.memory_gib >= own.memory_gib


def _family(provider: str, name: str) -> str:
    """The family that a commitment speaks of. NOTE: m7i-flex is another family than m7i, and paid by other commitments."""
    from spendgate.prices.overlay import family_of

    return name.partition(".")[0] if provider == "aws" else family_of(RateQuery(provider, "", "machine", name))


def _is_paid_by_hour(pool: Pool) -> bool:
    return not (isinstance(pool.purchase.model, str) and pool.purchase.model in _PAID_OTHERWISE)


def _money(found: Mapping[str, Any] | Unknown) -> tuple[bool, Decimal]:
    """The order of what is worth saying: what is not known after what is free, and before nothing."""
    if isinstance(found, Unknown):
        return False, Decimal("0.000001")
    free: Decimal = found["free_per_hour"]
    return free > 0, free


def _region(pool: Pool, facets: Facets) -> str:
    for region in (pool.region, facets.region):
        if isinstance(region, str):
            return region
    return ""


def _like(text: str, pattern: str) -> bool:
    return pattern == "*" or fnmatchcase(text.lower(), pattern.lower())
