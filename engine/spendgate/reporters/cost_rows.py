"""The rows of a cost table: the changes that move most money, like instances in one row, words where there is no amount."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from heapq import nsmallest
from typing import TYPE_CHECKING, Any

from spendgate.model.frozen import Frozen
from spendgate.reporters.address_text import pattern, together
from spendgate.reporters.money_text import NOT_KNOWN, is_known, money, plain, signed
from spendgate.wire.v1 import Range

if TYPE_CHECKING:
    from spendgate.wire.v1 import Change, Report, UnpricedPart

ZERO = Decimal(0)
SIGNS = {
    "create": "+",
    "delete": "-",
    "update": "~",
    "replace": "±",
    "declare": "+",
    "forget": "<",
    "import": ">",
    "move": "~",
}
"""How an action is marked in a table; anything else (`exists`, `read`, `no-op`) has no mark."""
_WORDS = {"unpriced": "unpriced", "unsupported": "unpriced", "needs-usage": "needs usage", "free": "free", "none": "-"}
_WITHOUT_PRICE = ("unpriced", "unsupported")
_INCOMPLETE = {"unpriced", "unsupported", "partial"}


class CostRow(Frozen):
    """One change, or changes of one pattern that cost exactly the same."""

    changes: tuple[Change, ...]
    label: str

    @property
    def first(self) -> Change:
        """The change that stands for all: they differ in nothing but the instance."""
        return self.changes[0]

    @property
    def sign(self) -> str:
        """The mark of the action."""
        return SIGNS.get(self.first.action, " ")

    @property
    def before(self) -> str:
        """What they cost together before, or the word for why there is no amount."""
        cost = self.first.cost
        return side_text(cost.state_before, self._times(cost.before_monthly.expected))

    @property
    def after(self) -> str:
        """What they cost together after, or the word for why there is no amount."""
        cost = self.first.cost
        return side_text(cost.state_after, self._times(cost.after_monthly.expected))

    @property
    def delta(self) -> str:
        """The difference of all together, or why it is not known."""
        return delta_text(self.first, len(self.changes))

    @property
    def delta_range(self) -> Range:
        """The difference of all together at the minimum, desired and maximum size."""
        span = self.first.cost.delta_monthly
        return Range(self._times(span.low), self._times(span.expected), self._times(span.high))

    def _times(self, amount: Decimal | None) -> Decimal | None:
        return None if amount is None else amount * len(self.changes)


class CostTable(Frozen):
    """The largest rows, and what is not shown: how many changes, and their known difference together."""

    rows: tuple[CostRow, ...]
    left_out: int
    left_out_delta: Decimal
    left_out_unknown: int
    still: int
    """Changes that cost after what they cost before."""
    by_delta: bool
    """False when nothing moves money: then the rows are what costs most as it stands."""


def side_text(state: str, amount: Decimal | None) -> str:
    """The cell of one side: `1,240.10`, `≥1,240.10` when a part has no price, or `unpriced`, `needs usage`, `free`, `-`."""
    if state in _WORDS:
        return _WORDS[state]
    return f"≥{plain(amount)}" if state == "partial" and is_known(amount) else plain(amount)


def delta_text(change: Change, count: int = 1) -> str:
    """The cell of the difference: signed, a bound when one side is only partly priced, or a word."""
    cost = change.cost
    if is_known(cost.delta_monthly.expected):
        return signed(_times(cost.delta_monthly.expected, count))
    states = {cost.state_before, cost.state_after}
    if states & set(_WITHOUT_PRICE):
        return "unpriced"
    if "partial" not in states:
        return "needs usage" if "needs-usage" in states else NOT_KNOWN
    if cost.state_before == cost.state_after:
        return NOT_KNOWN
    bound = "≥" if cost.state_after == "partial" else "≤"
    return bound + signed(_times(_known_movement(change), count))


def side_total(report: Report, side: str, currency: str = "") -> str:
    """What all changes cost `before` or `after`: `$1,240.10`, `≥$1,240.10` when a part has no price, or a word.

    NOTE: a sum over parts without a price is a lower bound, and a sum of none of them is no zero.
    """
    span = report.cost.before_monthly if side == "before" else report.cost.after_monthly
    states = {one.cost.state_before if side == "before" else one.cost.state_after for one in report.changes}
    amount = span.expected
    if states & _INCOMPLETE:
        return f"≥{money(amount, currency)}" if is_known(amount) and amount else NOT_KNOWN
    if "needs-usage" in states and not amount:
        return "needs usage"
    return money(amount, currency)


def moves_money(change: Change) -> bool:
    """Whether the change costs more or less than before, at any size, or whether that is not known."""
    span = change.cost.delta_monthly
    return not (span.expected == 0 and not span.low and not span.high)


def cost_table(report: Report, limit: int | None) -> CostTable:
    """The `limit` largest rows (all with None). One pass over the changes; only what is shown is sorted."""
    moving = [change for change in report.changes if moves_money(change)]
    by_delta = bool(moving)
    candidates = moving or [change for change in report.changes if change.cost.after_monthly.expected]
    groups = _like(candidates)
    keyed = [(-_weight(found, by_delta), found[0].address, found) for found in groups]
    largest = nsmallest(len(keyed) if limit is None else limit, keyed, key=lambda entry: entry[:2])
    rows = tuple(CostRow(tuple(found), together([one.address for one in found])) for _, _, found in largest)
    shown = {id(change) for row in rows for change in row.changes}
    rest = [change for change in candidates if id(change) not in shown]
    known = [change.cost.delta_monthly.expected for change in rest]
    return CostTable(
        rows=rows,
        left_out=len(rest),
        left_out_delta=sum((amount for amount in known if amount is not None and amount.is_finite()), ZERO),
        left_out_unknown=sum(amount is None or not amount.is_finite() for amount in known),
        still=len(report.changes) - len(moving),
        by_delta=by_delta,
    )


class MissingAmount(Frozen):
    """One reason why parts have no amount, with everything that it holds for."""

    reason: str
    component: str
    labels: tuple[str, ...]
    resources: int


def missing_amounts(parts: Iterable[UnpricedPart], kind: str) -> list[MissingAmount]:
    """Parts of one kind (`unpriced` or `needs-usage`) by component and reason, those of most resources first."""
    found: dict[tuple[str, str], dict[str, list[str]]] = {}
    for part in parts:
        if part.kind == kind:
            like = found.setdefault((part.reason, part.component), {})
            like.setdefault(pattern(part.address), []).append(part.address)
    missing = [
        MissingAmount(
            reason,
            component,
            tuple(together(list(dict.fromkeys(addresses))) for addresses in like.values()),
            sum(len(set(addresses)) for addresses in like.values()),
        )
        for (reason, component), like in found.items()
    ]
    return sorted(missing, key=lambda one: (-one.resources, one.labels))


def _like(changes: Sequence[Change]) -> list[list[Change]]:
    """Changes that differ in nothing but their instance key, in the order of their first."""
    like: dict[tuple[Any, ...], list[Change]] = {}
    for change in changes:
        if "[" not in change.address:
            like[change.address, id(change)] = [change]
            continue
        cost = change.cost
        key = (
            pattern(change.address),
            change.action,
            cost.state_before,
            cost.state_after,
            cost.before_monthly,
            cost.after_monthly,
            cost.delta_monthly,
        )
        like.setdefault(key, []).append(change)
    return list(like.values())


def _weight(changes: Sequence[Change], by_delta: bool) -> Decimal:
    first = changes[0]
    amount = first.cost.delta_monthly.expected if by_delta else first.cost.after_monthly.expected
    if amount is None or amount.is_nan():
        amount = _known_movement(first)
    return abs(amount) * len(changes)


def _known_movement(change: Change) -> Decimal:
    before, after = change.cost.before_monthly.expected, change.cost.after_monthly.expected
    movement = (after if is_known(after) else None) or ZERO
    movement -= (before if is_known(before) else None) or ZERO
    return movement


def _times(amount: Decimal | None, count: int) -> Decimal | None:
    return None if amount is None else amount * count
