"""How right the estimates are: real resources with what they are known to cost, against what the estimator says.

    python benchmarks/score_costs.py            # the table
    python benchmarks/score_costs.py --misses   # and every fact that is not met, with why

For each provider: the share of parts whose quantity and unit are right, the share of totals within the fact's tolerance (at least
half a percent) with the facts' own unit prices and with those of the price book, median and 90th percentile of the error. CI runs
`score()` and fails below `AIMS` (tests/unit/costing/test_score.py). Prices of the facts are of 2024 to 2026, as those of the book.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from statistics import median, quantiles
from typing import Any

from spendgate.costing.estimator import Estimator
from spendgate.costing.hours import HOURS_PER_MONTH
from spendgate.costing.usage import UsageFile
from spendgate.facets import ADAPTERS
from spendgate.graph import Graph
from spendgate.model.attributes import Attributes
from spendgate.model.cost import Estimate, LineItem
from spendgate.model.resource import Action, Change, ProviderSettings, Resource
from spendgate.ports import FacetContext
from spendgate.prices.book import PriceBook

FACTS = Path(__file__).resolve().parents[1] / "tests" / "unit" / "costing" / "scored_facts.json"
ALL = "all"
DETERMINED = "determined"
"""The facts without those that say `differs`: what decides their figure is not in them, or it is not what the provider bills."""
AIMS = {"quantities": Decimal("0.97"), "totals with the book's prices": Decimal("0.90")}
TODAY = date(2026, 11, 24)
"""The day of a fact that does not say on which it was recorded: it matters where support has ended since."""
_SHARE = Decimal("0.005")
_PREFIX = re.compile(r"(?P<number>\d+)\s*(?P<power>[kKmM]?)\s+(?P<unit>.+)")
_SIZED_HOURS = re.compile(r"hours \((\d+) (dpu)s\)")
_POWERS = {"": 1, "k": 1_000, "m": 1_000_000}
_LIKE = {
    "gb": "gb", "gib": "gb", "gb-month": "gb", "gib-month": "gb", "hour": "hours", "vm-hours": "hours",
    "cpu": "vcpu", "alarm metrics": "metrics", "acus": "acu", "acu-month": "acu", "mb/s-month": "mib/s", "days": "days",
    "node": "nodes", "request": "requests", "month": "months", "mbps": "mib/s", "mib/s-month": "mib/s",
    "controllers": "controller", "accounts": "account",
    "iops-month": "iops", "versions-month": "versions", "vcpu-month": "vcpu", "transaction": "transactions",
}  # fmt: skip
"""Spellings of one unit."""


@dataclass(slots=True)
class Score:
    """Counts of one provider, and what was not met."""

    facts: int = 0
    parts: int = 0
    right: int = 0
    extra: int = 0
    own_totals: int = 0
    book_totals: int = 0
    errors: list[Decimal] = field(default_factory=list)
    misses: list[str] = field(default_factory=list)

    @property
    def quantities(self) -> Decimal:
        """Share of parts whose quantity and unit are right."""
        return Decimal(self.right) / self.parts if self.parts else Decimal(1)

    @property
    def with_own_prices(self) -> Decimal:
        """Share of totals that are met with the facts' own unit prices."""
        return Decimal(self.own_totals) / self.facts if self.facts else Decimal(1)

    @property
    def with_book_prices(self) -> Decimal:
        """Share of totals that are met with the price book."""
        return Decimal(self.book_totals) / self.facts if self.facts else Decimal(1)


def load(path: Path = FACTS) -> list[dict[str, Any]]:
    """The facts of a file."""
    facts: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))["facts"]
    return facts


def score(facts: Iterable[dict[str, Any]], book: PriceBook) -> dict[str, Score]:
    """The scores by provider, of `all` together, and of those that are `determined` by what is in them."""
    scores: dict[str, Score] = {}
    for fact in facts:
        made = estimate(fact, book)
        for name in (fact["cloud"], ALL, *([] if "differs" in fact else [DETERMINED])):
            _count(scores.setdefault(name, Score()), fact, made)
    return scores


def estimate(fact: dict[str, Any], book: PriceBook) -> Estimate:
    """What the estimator says of a fact, by the real adapters and meters."""
    cloud, region = fact["cloud"], fact["region"]
    settings = ProviderSettings(region=None if cloud == "azure" else region)
    attributes = _placed(cloud, region, fact["type"], fact["attributes"])
    first = Resource(f"{fact['type']}.it", fact["type"], "it", cloud, Attributes(attributes), settings=settings)
    resources, edges = [first], []
    for number, (attribute, (type_, values)) in enumerate(fact.get("referenced", {}).items()):
        placed = Attributes(_placed(cloud, region, type_, values))
        other = Resource(f"{type_}.other{number}", type_, f"other{number}", cloud, placed, settings=settings)
        resources.append(other)
        edges.append((first.address, re.split(r"[.\[]", attribute)[0], other.address))
    graph = Graph([Change(each.address, Action.CREATE, None, each) for each in resources], _Edges(edges))
    context = FacetContext(book, graph.after, {}, None, {}, {}, {}, {})
    facets = ADAPTERS.get(cloud).describe(first, context)
    use = fact.get("usage", {})
    usage = UsageFile({first.address: use}) if use else UsageFile()
    today = date.fromisoformat(fact["on"]) if "on" in fact else TODAY
    return Estimator(book, book, usage, today).estimate(first, facets, graph.after)


class _Edges:
    def __init__(self, edges: Sequence[tuple[str, str, str]]) -> None:
        self._edges = list(edges)

    def edges(self) -> list[tuple[str, str, str]]:
        return self._edges

    def states(self, address: str, attribute: str) -> bool:
        return any(edge[:2] == (address, attribute) for edge in self._edges)


def _placed(cloud: str, region: str, type_: str, attributes: dict[str, Any]) -> dict[str, Any]:
    """The attributes with the place that the fact was priced in, where the type states its own."""
    located = cloud == "azure" or type_ in ("google_storage_bucket", "google_artifact_registry_repository")
    return {"location": region, **attributes} if located else attributes


def _count(into: Score, fact: dict[str, Any], made: Estimate) -> None:
    pairs, missing, extra = matched(fact, made.items)
    into.facts += 1
    into.parts += len(fact["parts"])
    into.right += len(pairs)
    into.extra += len(extra)
    total = Decimal(str(fact["total"]))
    allowed = max(Decimal(str(fact["tolerance"])), _SHARE * total)
    own = sum((Decimal(str(part[2])) for part, _ in pairs), Decimal(0)) + sum(
        (item.monthly.expected for item in extra), Decimal(0)
    )
    book = made.monthly.expected if made.monthly is not None else Decimal(0)
    into.own_totals += abs(own - total) <= allowed
    met = abs(book - total) <= allowed
    into.book_totals += met
    if total:
        into.errors.append(abs(book - total) / total)
    if missing or extra or not met:
        lacks = "; ".join(f"no {part[0]} {part[1]}" for part in missing)
        more = "; ".join(f"{item.quantity.expected:.6g} {item.unit} {item.name}" for item in extra)
        into.misses.append(f"{fact['id']}: {book:.2f} for {total} [{lacks}] [{more}]")


def matched(
    fact: dict[str, Any], items: Sequence[LineItem]
) -> tuple[list[tuple[list[Any], LineItem]], list[list[Any]], list[LineItem]]:
    """Parts with the lines that meet them, parts that none meets, lines that no part explains (those of nothing left out)."""
    left = [item for item in items if item.quantity.expected]
    pairs, missing = [], []
    for part in fact["parts"]:
        amount, unit = plain(Decimal(str(part[0])), part[1])
        fitting = [item for item in left if _meets(item, amount, unit)]
        if not fitting:
            missing.append(part)
            continue
        cost = Decimal(str(part[2]))
        best = min(fitting, key=lambda item: abs(item.monthly.expected - cost))
        left.remove(best)
        pairs.append((part, best))
    return pairs, missing, left


def _meets(item: LineItem, amount: Decimal, unit: str) -> bool:
    mine, my_unit = plain(item.quantity.expected, item.unit)
    if unit == "hours" and my_unit == "vcpu-hours":
        my_unit = unit
    if unit == "months" and item.unit.endswith(
        "-month"
    ):  # NOTE: `plain` knows no month: 3 `versions-month` are 3 `versions`.
        my_unit = unit
    if my_unit != unit and my_unit.endswith("-hours"):  # NOTE: so much of it for a whole month is 730 hours of it.
        mine, my_unit = (
            mine / HOURS_PER_MONTH,
            _LIKE.get(my_unit.removesuffix("-hours"), my_unit.removesuffix("-hours")),
        )
    return my_unit == unit and abs(mine - amount) <= max(Decimal("0.01"), amount / 10_000)


def plain(amount: Decimal, unit: str) -> tuple[Decimal, str]:
    """A quantity in the plain unit: 3 of `1k requests` are 3,000 `requests`."""
    if match := _PREFIX.fullmatch(unit):
        amount *= int(match["number"]) * _POWERS[match["power"].lower()]
        unit = match["unit"]
    unit = unit.lower()
    if match := _SIZED_HOURS.fullmatch(unit):
        return amount * int(match[1]), f"{match[2]}-hours"
    return amount, _LIKE.get(unit, unit)


def table(scores: dict[str, Score]) -> str:
    """The scores as lines for people."""
    lines = [
        f"{'':12}{'facts':>6}{'parts':>7}{'quantities':>12}{'own prices':>12}{'book':>8}{'median':>9}{'p90':>9}{'extra':>7}"
    ]
    for name in sorted(scores, key=lambda each: (each in (ALL, DETERMINED), each)):
        one = scores[name]
        middle = median(one.errors) if one.errors else Decimal(0)
        high = quantiles(one.errors, n=10)[-1] if len(one.errors) > 1 else middle
        lines.append(
            f"{name:12}{one.facts:>6}{one.parts:>7}{one.quantities:>12.1%}{one.with_own_prices:>12.1%}"
            f"{one.with_book_prices:>8.1%}{middle:>9.2%}{high:>9.2%}{one.extra:>7}"
        )
    return "\n".join(lines)


def main() -> int:
    """Print the table; 1 when an aim is missed."""
    parser = argparse.ArgumentParser(description="How right the estimates are.")
    parser.add_argument("--facts", type=Path, default=FACTS)
    parser.add_argument("--misses", action="store_true", help="List every fact that is not met.")
    said = parser.parse_args()
    scores = score(load(said.facts), PriceBook.open())
    print(table(scores))
    if said.misses:
        print("\n".join(scores[ALL].misses))
    whole = scores[DETERMINED]
    reached = {"quantities": whole.quantities, "totals with the book's prices": whole.with_book_prices}
    return int(any(reached[name] < aim for name, aim in AIMS.items()))


if __name__ == "__main__":
    sys.exit(main())
