"""What a resource would cost if it were another: answers to the questions that policies ask beside the estimate.

Nothing here runs before a policy asks. Each answer is made of the run's own estimator, so that negotiated rates, schedules and
sizes count as they do in the cost itself.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from spendgate.costing.alternatives import PRICED_AS, Candidate, Finder, exchanged, shortlist
from spendgate.costing.carbon import CarbonMeter, Grid, PowerFigures
from spendgate.costing.egress import egress
from spendgate.costing.estimator import Estimator
from spendgate.costing.machine_needs import Present
from spendgate.costing.model_prices import cheapest_model
from spendgate.costing.repricing import outcome, under
from spendgate.model.accelerator_names import canonical_model
from spendgate.model.alternative import COMMITTED, Terms, Wanted
from spendgate.model.attributes import Attributes
from spendgate.model.cost import Estimate, EstimateState, LineItem
from spendgate.model.facets import Facets, Pool
from spendgate.model.frozen import Frozen, replace
from spendgate.model.resource import Resource
from spendgate.model.values import Unknown
from spendgate.ports import Catalog, Neighbours, Offers

_RATIO = Decimal("0.0001")
_DATED = re.compile(r"(\d{4})-(0[1-9]|1[0-2])(?:-(0[1-9]|[12]\d|3[01]))?")


class Questions:
    """The parts that answers of one run share, made when they are first needed."""

    def __init__(
        self,
        estimator: Estimator,
        catalog: Catalog,
        offers: Callable[[], Offers],
        figures: Callable[[], PowerFigures],
    ) -> None:
        self.estimator, self.catalog = estimator, catalog
        self._make_figures = figures
        self._figures: PowerFigures | None = None
        self.finder = Finder(estimator, catalog, offers, self._grams)

    def on(self, resource: Resource, facets: Facets, estimate: Estimate, neighbours: Neighbours) -> ResourceWhatIf:
        """The questions about one resource."""
        return ResourceWhatIf(self, resource, facets, estimate, neighbours)

    @property
    def figures(self) -> PowerFigures:
        """Figures on power and emissions."""
        if self._figures is None:
            self._figures = self._make_figures()
        return self._figures

    def grid(self, provider: str, region: str) -> Grid | None:
        """The grid of a region."""
        return self.figures.grid(provider, region)

    def _grams(self, provider: str, region: str) -> Decimal | None:
        found = self.grid(provider, region)
        return found.grams_per_kwh if found is not None else None


class ResourceWhatIf(Frozen):
    """Answers for one resource on one side of a run; implements `model.alternative.WhatIf`."""

    questions: Questions
    resource: Resource
    facets: Facets
    estimate: Estimate
    neighbours: Neighbours

    def repriced(self, terms: Terms) -> Mapping[str, Any] | Unknown:
        """Its own cost with a fix applied."""
        changed = under(terms, self.facets)
        if isinstance(changed, Unknown):
            return changed
        after = self._estimated(changed)
        found = outcome(self.estimate, after, terms.rework)
        if isinstance(found, Mapping) and _is_untouched(self.estimate, after):
            if terms.hours_per_week is not None:
                return Unknown("how long it runs is stated by the usage file or by its own limits, not by a schedule")
            if terms.spot_share is not None:
                return Unknown("no price of it on spot is known")
        return found

    def rates(self) -> Mapping[str, Any] | Unknown | None:
        """The dates of the prices behind its cost."""
        if not self.estimate.items:
            return None
        days = [_day(item.rate.as_of) for item in self.estimate.items]
        known = [day for day in days if day is not None]
        today = self.questions.estimator.today
        if len(known) < len(days) or today is None:
            return Unknown("a price of it has no date")
        oldest = min(known)
        return {"oldest": oldest, "age_days": Decimal((today - oldest).days)}

    def grid(self) -> Mapping[str, Any] | Unknown:
        """The power grid of its region."""
        region = self.facets.region
        provider = next((str(p.details["provider"]) for p in self.facets.pools if p.details.get("provider")), "")
        places = [pool.region for pool in self.facets.pools if isinstance(pool.region, str)]
        place = places[0] if places else region
        if not isinstance(place, str):
            return Unknown(f"its region: {place.reason}" if isinstance(place, Unknown) else "its region is not stated")
        found = self.questions.grid(provider or self.resource.provider, place)
        if found is None:
            return Unknown(f"no grid figures of {provider or self.resource.provider} {place} are known")
        return {"g_per_kwh": found.grams_per_kwh, "region": place, "note": found.note}

    def cheapest(self, wanted: Wanted) -> Mapping[str, Any] | Unknown | None:
        """The cheapest that would do."""
        if wanted.models is not None:
            return cheapest_model(self.questions.estimator, self.resource, self.facets, wanted.models)
        if self.estimate.state is EstimateState.NONE:
            return None
        if any(item.rate.commitment for item in self.estimate.items):
            return Unknown(COMMITTED)
        pools = self._asked(wanted)
        if not pools:
            return None
        if len(pools) > 1 and (wanted.at_least or wanted.regions is not None or wanted.work is not None):
            return Unknown(f"it has {len(pools)} pools of machines, and what each needs is not stated")
        chosen: dict[int, tuple[Present, Sequence[Candidate]]] = {}
        for index in pools:
            present = self.questions.finder.present(self.facets.pools[index], self.facets, self.resource.provider)
            if isinstance(present, Unknown):
                return present
            found = self.questions.finder.candidates(present, wanted)
            if found is None or isinstance(found, Unknown):
                return found
            chosen[index] = present, found
        if len(chosen) > 1:
            return self._answer(wanted, chosen, {index: found[0] for index, (_, found) in chosen.items()})
        index, (present, candidates) = next(iter(chosen.items()))
        # NOTE: a pod bears a share of a node, which is small on a node whose rest nobody would use: the whole node decides.
        looked_at = candidates[: wanted.shown] if present.is_pods else shortlist(candidates)
        answers = [self._answer(wanted, chosen, {index: each}) for each in looked_at]
        return _best(answers, wanted, candidates, in_order=present.is_pods or wanted.work is not None)

    def _asked(self, wanted: Wanted) -> list[int]:
        """The pools whose machines are exchanged: those with accelerators where accelerators are spoken of."""
        speaks = wanted.accelerators is not None or wanted.work is not None
        speaks = speaks or any(name.startswith("accelerator") for name, _ in (*wanted.at_least, *wanted.like))
        if wanted.accelerators == ():
            # NOTE: work without accelerators is looked for a place of any machine, but of several pools only those with some move.
            speaks = len(self.facets.pools) > 1
        found = []
        for index, pool in enumerate(self.facets.pools):
            count, models = pool.accelerators.count, pool.accelerators.models
            if speaks and not isinstance(count, Unknown) and not count:
                continue
            allowed = isinstance(models, tuple) and models and set(models) <= set(wanted.accelerators or ())
            # NOTE: of several pools those that are allowed as they are stay: only the others have to be another machine.
            if len(self.facets.pools) == 1 or not allowed:
                found.append(index)
        return found

    def _answer(
        self, wanted: Wanted, chosen: Mapping[int, tuple[Present, Sequence[Candidate]]], picks: Mapping[int, Candidate]
    ) -> Mapping[str, Any]:
        index, pick = next(iter(picks.items()))
        present = chosen[index][0]
        spec = pick.offer.spec
        after = self._with(present, picks)
        found = outcome(self.estimate, after)
        answer: dict[str, Any] = {
            "provider": pick.provider,
            "region": pick.offer.region,
            "machine": " and ".join(dict.fromkeys(each.machine_type for each in picks.values())),
            "accelerator": canonical_model(spec.accelerator) if spec.accelerator else "none",
            "accelerators": pick.paid,
            "hourly": pick.price,
            "as_of": pick.as_of,
            "price_ratio": (pick.price / present.price).quantize(_RATIO)
            if present.price
            else Unknown("what it costs an hour is not known"),
        }
        moving = self._moving(wanted, present, pick)
        answer |= _money(found, moving)
        grid = self.questions.grid(pick.provider, pick.offer.region) if wanted.max_grid_g_per_kwh is not None else None
        if grid is not None:
            answer |= {"grid_g_per_kwh": grid.grams_per_kwh, "kg_month": self._kilograms(pick, picks, after)}
        if wanted.work is not None:
            answer["work_gain"] = _gain(wanted, present, pick)
        return answer

    def _with(self, present: Present, picks: Mapping[int, Candidate]) -> Estimate:
        """The estimate with other machines; of another provider the machines are priced as plain ones, the rest stays."""
        if present.is_pods or all(pick.provider == present.provider for pick in picks.values()):
            return self._estimated(self._facets_with(picks))
        pick = next(iter(picks.values()))
        pool = exchanged(replace(present.pool, details={}, disks=(), service="machine"), pick)
        facets = replace(self.facets, region=pick.offer.region, pools=(replace(pool, region=None),), disks=())
        plain = Resource(self.resource.address, PRICED_AS[pick.provider], "", pick.provider, Attributes())
        there = self.questions.estimator.estimate(plain, facets, self.neighbours)
        stays = [item for item in self.estimate.items if not item.stops]
        return _together(there, stays, self.estimate)

    def _facets_with(self, picks: Mapping[int, Candidate]) -> Facets:
        pools: list[Pool] = []
        for index, pool in enumerate(self.facets.pools):
            pools.append(exchanged(pool, picks[index]) if index in picks else pool)
        pick = next(iter(picks.values()))
        region = self.facets.region if len(picks) > 1 or pools[0].region is not None else pick.offer.region
        return replace(self.facets, pools=tuple(pools), region=region)

    def _estimated(self, facets: Facets) -> Estimate:
        return self.questions.estimator.estimate(self.resource, facets, self.neighbours)

    def _moving(self, wanted: Wanted, present: Present, pick: Candidate) -> Decimal | Unknown | None:
        if wanted.egress_gb is None or isinstance(wanted.egress_gb, Unknown):
            return wanted.egress_gb
        elsewhere = pick.provider != present.provider
        return egress(self.questions.estimator, present.provider, present.place, wanted.egress_gb, to_others=elsewhere)

    def _kilograms(self, pick: Candidate, picks: Mapping[int, Candidate], after: Estimate) -> Any:
        meter = CarbonMeter(self.questions.figures, self.questions.catalog)
        footprint = meter.footprint(pick.provider, self._facets_with(picks), after)
        return footprint.kg_month if footprint is not None else Unknown("it draws no power that is known")


def _day(as_of: str) -> date | None:
    """The day of a price; of a month its first day (`2019-04`, `2025-11+`), None of what is undated."""
    found = _DATED.match(as_of)
    return date(int(found[1]), int(found[2]), int(found[3] or 1)) if found else None


def _money(found: Mapping[str, Any] | Unknown, moving: Decimal | Unknown | None) -> Mapping[str, Any]:
    """The fields of money; what moving data costs is added to the month in which it moves."""
    if isinstance(moving, Unknown) or isinstance(found, Unknown):
        gap = found if isinstance(found, Unknown) else moving
        return {"monthly": gap, "saving_monthly": gap, **({"egress_monthly": moving} if moving is not None else {})}
    extra = moving or Decimal(0)
    monthly, saved = found["monthly"]["expected"] + extra, found["saving_monthly"]["expected"] - extra
    whole = found["saving_monthly"]["expected"]
    kept = max(saved, Decimal(0)) / whole if whole > 0 else Decimal(0)
    lines = tuple({**line, "saving": line["saving"] * kept} for line in found["lines"])
    answer = {"monthly": monthly, "saving_monthly": saved, "lines": lines}
    return answer | ({"egress_monthly": moving} if moving is not None else {})


def _gain(wanted: Wanted, present: Present, pick: Candidate) -> Any:
    """How much more work a unit of money buys, or why that is not known."""
    work = dict(wanted.work or ())
    mine = work.get(canonical_model(present.model)) if present.model is not None else None
    accelerators = present.holds.get("accelerators")
    if mine is None and present.model is not None:
        return None  # NOTE: the policy's own figures do not speak of it, so nothing is compared.
    if not mine or not accelerators or not present.price:
        return Unknown(f"how much work {present.model or 'its accelerator'} does for its price is not known")
    return (present.price / (mine * accelerators) / pick.ranked_by).quantize(_RATIO)


def _best(
    answers: Sequence[Mapping[str, Any]], wanted: Wanted, candidates: Sequence[Candidate], *, in_order: bool
) -> Mapping[str, Any]:
    """The cheapest answer whose month is known, else (and always `in_order`) the first; with the list of the cheapest."""
    known = [each for each in answers if isinstance(each["monthly"], Decimal)]
    best = min(known, key=lambda each: each["monthly"]) if known and not in_order else answers[0]
    shown = [_said(each) for each in sorted(known, key=lambda each: each["monthly"])[: wanted.shown]]
    return {
        **best,
        "listed": tuple(
            shown or [f"{each.provider} {each.offer.region} {each.machine_type}" for each in candidates[: wanted.shown]]
        ),
    }


def _said(answer: Mapping[str, Any]) -> str:
    moved = answer.get("egress_monthly")
    more = [f"{moved:,.2f} of it for moving data"] if moved else []
    more += [f"prices of {answer['as_of']}"] if answer["as_of"] else []
    said = f"{answer['provider']} {answer['region']} {answer['machine']} at {answer['monthly']:,.2f} a month"
    return f"{said} ({', '.join(more)})" if more else said


def _together(there: Estimate, stays: Sequence[LineItem], here: Estimate) -> Estimate:
    """Machines of another place and the parts of a resource that stay where they are, as one estimate."""
    if there.monthly is None:
        return there
    monthly = there.monthly
    for item in stays:
        monthly = monthly + item.monthly
    return replace(there, items=(*there.items, *stays), monthly=monthly, unpriced=(*there.unpriced, *here.unpriced))


def _is_untouched(before: Estimate, after: Estimate) -> bool:
    """Whether a fix changed no line that stops: something else decides what it costs."""
    had = [(item.quantity, item.rate.price) for item in before.items if item.stops]
    return bool(had) and had == [(item.quantity, item.rate.price) for item in after.items if item.stops]
