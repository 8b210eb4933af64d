"""From before to after in steps: which resources raise or lower the bill, drawn in proportion."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from spendgate.model.frozen import Frozen
from spendgate.reporters.address_text import shorten
from spendgate.reporters.cost_rows import cost_table, side_total
from spendgate.reporters.headline import counted
from spendgate.reporters.html.markup import section, text
from spendgate.reporters.money_text import signed

if TYPE_CHECKING:
    from spendgate.wire.v1 import Report

ZERO = Decimal(0)
_STEPS = 12
_LABEL_COLUMNS = 56


class _Step(Frozen):
    name: str
    start: Decimal
    end: Decimal
    kind: str
    amount: str


def waterfall_section(report: Report) -> str:
    """The steps of the change; nothing when no change moves money."""
    steps = _steps(report)
    if not steps:
        return ""
    lowest = min(ZERO, *(min(step.start, step.end) for step in steps))
    highest = max(ZERO, *(max(step.start, step.end) for step in steps))
    if lowest == highest:
        return ""
    items = "".join(_item(step, lowest, highest - lowest) for step in steps)
    return section(
        "waterfall", f"From before to after, {text(report.currency)} a month", f'<ol class="waterfall">{items}</ol>'
    )


def _steps(report: Report) -> list[_Step]:
    table = cost_table(report, None)
    if not table.by_delta:
        return []
    known = [(row, row.delta_range.expected) for row in table.rows]
    moving = [(row, amount) for row, amount in known if amount is not None and amount.is_finite() and amount]
    before, after = (_known(span.expected) for span in (report.cost.before_monthly, report.cost.after_monthly))
    steps = [_Step("Before", ZERO, before, "total", side_total(report, "before"))]
    at = before
    for row, amount in moving[:_STEPS]:
        many = f" ({len(row.changes):,})" if len(row.changes) > 1 else ""
        steps.append(_step(f"{row.sign} {shorten(row.label, _LABEL_COLUMNS)}{many}", at, amount))
        at += amount
    if rest := moving[_STEPS:]:
        together = sum((amount for _, amount in rest), ZERO)
        steps.append(
            _step(f"{counted(sum(len(row.changes) for row, _ in rest), 'smaller change')} together", at, together)
        )
        at += together
    if at != after:
        # NOTE: one side has no price, so this movement of the known sums is no saving and no extra cost.
        steps.append(_Step("priced on one side only: not comparable", at, after, "unsure", "not known"))
    return [*steps, _Step("After", ZERO, after, "total", side_total(report, "after"))]


def _step(name: str, at: Decimal, amount: Decimal) -> _Step:
    return _Step(name, at, at + amount, "up" if amount > 0 else "down", signed(amount))


def _item(step: _Step, lowest: Decimal, extent: Decimal) -> str:
    left = float((min(step.start, step.end) - lowest) / extent) * 100
    width = max(float(abs(step.end - step.start) / extent) * 100, 0.3)
    return (
        f'<li><span class="name" title="{text(step.name)}">{text(step.name)}</span>'
        f'<span class="track"><i class="{step.kind}" style="left:{min(left, 99.7):.3f}%;width:{width:.3f}%"></i></span>'
        f'<span class="amount">{text(step.amount)}</span></li>'
    )


def _known(amount: Decimal | None) -> Decimal:
    return amount if amount is not None and amount.is_finite() else ZERO
