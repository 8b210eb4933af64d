"""The cheapest machine that would do in place of the one at hand, priced by the estimator that priced it.

Machines are looked for where the price source has them; what they hold is the catalogue's word. They are ranked by the price of
an hour as the run's rates have it, and the first few are priced whole, since discounts by family can change their order. What is
not known (the region, the present machine, a price) makes the answer unknown with its reason; that nothing would do is an answer.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from spendgate.costing.estimator import Estimator
from spendgate.costing.machine_needs import Present, asked_by, held_by, is_allowed, needed, paid_accelerators, partition
from spendgate.model.accelerator_names import canonical_model
from spendgate.model.alternative import SAME, Wanted
from spendgate.model.cost import Basis, Rate, RateQuery
from spendgate.model.facets import Accelerators, Facets, Pool
from spendgate.model.frozen import replace
from spendgate.model.values import Unknown
from spendgate.ports import Catalog, Offer, Offers

_SHORTLIST = 8
"""Candidates that are priced whole."""
_CLOSE = Decimal("1.45")
"""How far above the cheapest an hour may be to be looked at: the largest discount by family leaves 0.7 of the price."""
_PLAIN = "machine"
PRICED_AS = {"aws": "aws_instance", "google": "google_compute_instance", "azure": "azurerm_linux_virtual_machine"}
"""The type as which a machine of another provider is priced; of others there is nothing to price it by."""
_SAGEMAKER = "sagemaker"
_COMMITTED = frozenset({"reserved", "capacity-block", "provisioned", "committed"})
_NAMED = 3
"""How many names stand in a reason."""


class Candidate(NamedTuple):
    """A machine that would do, by the price of an hour of it."""

    ranked_by: Decimal
    price: Decimal
    machine_type: str
    offer: Offer
    provider: str
    paid: Decimal
    """Accelerators that are paid: all of a machine, those that a pod asks for."""
    as_of: str
    """The day of the price (ISO)."""


class Finder:
    """Looks for candidates; like questions of a run are answered once."""

    def __init__(
        self,
        estimator: Estimator,
        catalog: Catalog,
        offers: Callable[[], Offers],
        grids: Callable[[str, str], Decimal | None],
    ) -> None:
        """`offers` opens the machines on offer when they are first asked for; `grids` gives g per kWh of a region."""
        self._estimator, self._catalog, self._make_offers, self._grids = estimator, catalog, offers, grids
        self._offers: Offers | None = None
        self._found: dict[tuple[Any, ...], Sequence[Candidate] | Unknown | None] = {}

    @property
    def offers(self) -> Offers:
        """The machines on offer, opened when they are first asked for."""
        if self._offers is None:
            self._offers = self._make_offers()
        return self._offers

    def present(self, pool: Pool, facets: Facets, provider: str) -> Present | Unknown:
        """What a pool's machine holds now, or why that cannot be told."""
        is_pods = "asked" in pool.details
        provider = str(pool.details.get("provider") or provider)
        place = pool.region if pool.region is not None else facets.region
        if not isinstance(place, str):
            return Unknown(f"its region: {place.reason}" if isinstance(place, Unknown) else "its region is not stated")
        types = pool.machine_types
        if isinstance(types, Unknown):
            return Unknown(f"its machine type: {types.reason}")
        if not types and not is_pods:
            return Unknown("its machine type is not stated")
        machine_type = types[0] if types else ""
        accel = pool.accelerators
        if isinstance(accel.count, Unknown) or accel.count is None:
            return Unknown("how many accelerators it has is not known")
        spec = self._catalog.machine(provider, machine_type) if machine_type else None
        if spec is None and not is_pods:
            return Unknown(f"the shape of {machine_type} is not known")
        holds = dict(held_by(spec)) if spec is not None else {}
        if is_pods:
            holds = {name: value for name, value in asked_by(pool).items() if value is not None}
        models = accel.variants if isinstance(accel.variants, tuple) and accel.variants else accel.models
        model = models[0] if isinstance(models, tuple) and models else None
        memory = accel.memory_gib if isinstance(accel.memory_gib, Decimal) else None
        if memory is None and model is not None:
            memory = self._catalog.accelerator_memory_gib(model)
        if accel.count and not is_pods:
            holds["accelerators"] = Decimal(accel.count)
        holds.setdefault("accelerators", Decimal(0))
        if memory is not None:
            holds["accelerator_memory_gib"] = holds["accelerators"] * memory
        elif not holds["accelerators"]:
            holds["accelerator_memory_gib"] = Decimal(0)
        count = holds["accelerators"]
        price = self._hour(provider, place, pool, machine_type, count, spec.accelerator_count if spec else None)
        paid = price.price if isinstance(price, Rate) else None
        return Present(pool, provider, place, machine_type, holds, model, paid, is_pods)

    def candidates(self, present: Present, wanted: Wanted) -> Sequence[Candidate] | Unknown | None:
        """The machines that would do, the cheapest first; None when the catalogue knows none."""
        if present.pool.purchase.model in _COMMITTED:
            return Unknown(f"it is bought as {present.pool.purchase.model}: what it costs is paid already")
        pool = present.pool
        key = (
            wanted, present.provider, present.place, present.machine_type, pool.service, pool.purchase.model,
            tuple(sorted(present.holds.items())), present.model, present.is_pods,
        )  # fmt: skip
        if key not in self._found:
            self._found[key] = self._looked_for(present, wanted)
        return self._found[key]

    def _looked_for(self, present: Present, wanted: Wanted) -> Sequence[Candidate] | Unknown | None:
        if wanted.machine == SAME and not present.machine_type:
            return Unknown("its machine type is not stated")
        needs = needed(present, wanted)
        if isinstance(needs, Unknown):
            return needs
        found: list[Candidate] = []
        unpriced: list[str] = []
        is_dear = False
        for provider, offer in self._on_offer(present, wanted):
            count = paid_accelerators(offer.spec, present, needs)
            if count is None or not self._fits(provider, offer, present, wanted, needs):
                continue
            candidate = self._candidate(provider, offer, present, wanted, count)
            if isinstance(candidate, str):
                unpriced.append(candidate)
            elif wanted.max_price_ratio is None:
                found.append(candidate)
            elif present.price is None:
                return Unknown(f"what an hour of {present.machine_type} costs in {present.place} is not known")
            elif candidate.price <= present.price * wanted.max_price_ratio:
                found.append(candidate)
            else:
                is_dear = True
        if found:
            return sorted(found, key=lambda each: (*each[:3], each.offer.region))
        if unpriced:
            return Unknown(unpriced[0])
        return None if is_dear else self._none_here(present, wanted, needs)

    def _on_offer(self, present: Present, wanted: Wanted) -> Iterator[tuple[str, Offer]]:
        """Offers at the places that are wanted; accelerators narrow them before they are looked at one by one."""
        accelerated = None if wanted.accelerators is None else bool(wanted.accelerators)
        if any(name.startswith("accelerator") and size for name, size in (*wanted.at_least, *wanted.like)):
            accelerated = True
        plain = present.machine_type.removeprefix("ml.")
        for provider in wanted.providers or (present.provider,):
            if provider not in PRICED_AS:
                continue
            here = provider == present.provider and wanted.regions is None
            for offer in self.offers.offers(
                provider,
                region=present.place if here else None,
                machine_type=plain if wanted.machine == SAME else None,
                accelerated=accelerated,
            ):
                yield provider, offer

    def _fits(
        self, provider: str, offer: Offer, present: Present, wanted: Wanted, needs: Mapping[str, Decimal]
    ) -> bool:
        spec = offer.spec
        if wanted.regions is not None and not re.search(wanted.regions, offer.region):
            return False
        if partition(offer.region) != partition(present.place):
            return False
        if wanted.accelerators is not None and not is_allowed(spec, present, wanted.accelerators):
            return False
        if wanted.families is not None:
            family = self.offers.family(present.provider, present.machine_type)
            if offer.family not in {family if name == SAME else name for name in wanted.families}:
                return False
        holds = held_by(spec)
        if any(name not in holds or holds[name] < size for name, size in needs.items()):
            return False
        if wanted.max_grid_g_per_kwh is not None:
            grams = self._grids(provider, offer.region)
            return grams is not None and grams <= wanted.max_grid_g_per_kwh
        return True

    def _candidate(
        self, provider: str, offer: Offer, present: Present, wanted: Wanted, count: Decimal
    ) -> Candidate | str:
        name = offer.spec.machine_type
        is_own = provider == present.provider
        if is_own and present.pool.service == _SAGEMAKER:
            name = f"ml.{name}"
        pool = present.pool if is_own else replace(present.pool, service=_PLAIN)
        rate = self._hour(provider, offer.region, pool, name, count, offer.spec.accelerator_count)
        if isinstance(rate, str):
            return rate
        if pool.purchase.model == "spot" and rate.basis is Basis.ASSUMED:
            return rate.note or f"no spot price of {name} is known"
        ranked = rate.price
        if wanted.work is not None:
            work = dict(wanted.work).get(canonical_model(offer.spec.accelerator or ""))
            if not work or not count:
                return f"how much work {offer.spec.accelerator} does is not stated"
            ranked = rate.price / (work * count)
        return Candidate(ranked, rate.price, name, offer, provider, count, rate.as_of)

    def _hour(
        self, provider: str, region: str, pool: Pool, machine_type: str, count: Decimal, carried: Decimal | None
    ) -> Rate | str:
        """An hour of a machine; of a pod, that share of a node whose accelerators it keeps from others."""
        purchase = "spot" if pool.purchase.model == "spot" else "on-demand"
        service = _PLAIN if "asked" in pool.details else pool.service
        rate = self._estimator.rate(RateQuery(provider, region, service, machine_type, purchase))
        if "asked" not in pool.details or isinstance(rate, str):
            return rate
        if not carried:
            return rate if not count else f"{machine_type or 'its node'} carries no accelerators that are known"
        # NOTE: not the rate of an accelerator by itself: that is low on a node whose processors nobody would use.
        return rate.times(count / carried)

    def _none_here(self, present: Present, wanted: Wanted, needs: Mapping[str, Decimal]) -> Unknown | None:
        """Whether machines would do that have no price where they are wanted: then nobody knows, else there are none."""
        if wanted.regions is not None or wanted.machine == SAME:
            return None
        anywhere = replace(wanted, regions="")
        names = sorted(
            {
                offer.spec.machine_type
                for provider, offer in self._on_offer(present, anywhere)
                if paid_accelerators(offer.spec, present, needs) is not None
                and self._fits(provider, offer, present, anywhere, needs)
            }
        )
        if not names:
            return None
        more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
        return Unknown(f"no price of {', '.join(names[:_NAMED])}{more} is known for {present.place}")


def shortlist(candidates: Sequence[Candidate]) -> Sequence[Candidate]:
    """Those that may turn out the cheapest once they are priced whole."""
    limit = candidates[0].ranked_by * _CLOSE
    return [each for each in candidates[:_SHORTLIST] if each.ranked_by <= limit]


def exchanged(pool: Pool, candidate: Candidate) -> Pool:
    """The pool with a candidate's machine in place of its own; disks and sizes stay."""
    spec = candidate.offer.spec
    model = spec.accelerator
    accelerators = Accelerators()
    if model is not None:
        accelerators = replace(
            pool.accelerators,
            count=int(candidate.paid) if candidate.paid == int(candidate.paid) else candidate.paid,
            models=(canonical_model(model),),
            variants=(model,),
            memory_gib=spec.accelerator_memory_gib,
            fraction=Decimal(1),
        )
    details = dict(pool.details)
    details.pop("type_is_default", None)
    if "asked" in details:
        details |= {"asked": candidate.paid, "asked_most": candidate.paid, "provider": candidate.provider}
    region = pool.region if pool.region is None else candidate.offer.region
    return replace(
        pool, machine_types=(candidate.machine_type,), accelerators=accelerators, details=details, region=region
    )
