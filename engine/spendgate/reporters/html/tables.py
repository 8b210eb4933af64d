"""The tables of the page: findings, changes with what they are made of, what has no amount, policies."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from spendgate.reporters.cost_rows import CostRow, cost_table, missing_amounts
from spendgate.reporters.groups import LEVELS, Group, PolicyGroups, cost_text, priced_in_part, sections
from spendgate.reporters.headline import counted
from spendgate.reporters.html.markup import Cell, Row, section, table, text
from spendgate.reporters.money_text import is_known, low_high, money, plain, quantity, rate, signed
from spendgate.reporters.safe_text import lines_of

if TYPE_CHECKING:
    from spendgate.wire.v1 import Item, Report

_CHANGES = 1_000
_FINDINGS = 2_000
_WITH_ITEMS = 200
_LEVELS = {
    "error": ("error", "bad"),
    "block": ("blocked", "bad"),
    "require-approval": ("needs approval", "bad"),
    "undetermined": ("undetermined", "unsure"),
    "warn": ("warning", "warn"),
    "advise": ("advice", "info"),
    "waived": ("waived", "info"),
}


def findings_section(report: Report) -> str:
    """All findings, like ones told once, most urgent first."""
    in_part = priced_in_part(report)
    rows = [
        _finding(group, policy, found.level, report.currency, in_part)
        for found in sections(report.findings)
        for policy in found.policies
        for group in policy.groups
    ]
    if not rows:
        return ""
    headings = ("Effect", "Policy", "Finding", "Cost a month", "Would save")
    caption = f"{counted(len(report.findings), 'finding')}; amounts in {text(report.currency)}"
    left = len(rows) - _FINDINGS
    note = f"<p>{counted(left, 'more row')} left out; the JSON report has all findings.</p>" if left > 0 else ""
    shown = table("findings-table", headings, rows[:_FINDINGS], caption, filterable=True)
    return section("findings", "Findings", shown, note)


def _finding(group: Group, policy: PolicyGroups, level: str, currency: str, in_part: frozenset[str]) -> Row:
    first = group.first
    word, mark = _LEVELS.get(level, (level, "info"))
    if first.verdict == "unknown" and level != "undetermined":
        word = f"unknown ({word})"
    many = f" ({len(group.findings):,} resources)" if len(group.findings) > 1 else ""
    said = [f"<code>{text(group.label)}</code>{many}" if first.address else text(group.label), text(group.message)]
    if first.residual and first.residual not in first.message:
        said.append(f"Not known: {text(first.residual)}")
    if first.waiver:
        said.append(f"Waived: {text(first.waiver)}")
    if first.location:
        place = f"{first.location.file}{f':{first.location.line}' if first.location.line else ''}"
        said.append(f"<code>{text(place)}</code>")
    todo = ""
    if first.remediation:
        lines = "\n".join(text(line) for line in lines_of(first.remediation))
        todo = f"<details><summary>What to do</summary><pre>{lines}</pre></details>"
    rank = LEVELS.index(level) if level in LEVELS else len(LEVELS)
    return Row(
        (
            Cell(f'<span class="badge {mark}">{text(word)}</span>', f"{rank}"),
            Cell(
                f"<b>{text(policy.policy)}</b><br>{text(policy.title)}<br><small>{text(policy.severity)}</small>",
                text(policy.policy),
            ),
            Cell("<br>".join(said) + todo, text(group.label)),
            _amount(group.cost_monthly, cost_text(group, in_part, currency)),
            _amount(group.savings_monthly, money(group.savings_monthly, currency), group.savings_by),
        ),
        group=text(word),
    )


def _amount(amount: Decimal | None, said: str, small: str = "") -> Cell:
    if not (is_known(amount) and amount):
        return Cell("", "-1", True)
    return Cell(text(said) + (f"<br><small>{text(small)}</small>" if small else ""), str(amount), True)


def changes_section(report: Report, *, every: bool) -> str:
    """The changes that move money, or what costs most when none does, with their line items."""
    found = cost_table(report, None if every else _CHANGES)
    if not found.rows:
        return ""
    rows = [_change(row, report.currency, every or place < _WITH_ITEMS) for place, row in enumerate(found.rows)]
    notes = []
    if found.left_out:
        notes.append(f"{counted(found.left_out, 'smaller change')} left out ({signed(found.left_out_delta)} together)")
    if found.still and found.by_delta:
        notes.append(f"{counted(found.still, 'more change')} without a cost difference")
    headings = ("Action", "Resource", "Before", "After", "Delta")
    title = "Cost of each change" if found.by_delta else "What costs most"
    note = f"<p>{text('; '.join(notes))}.</p>" if notes else ""
    caption = f"Monthly cost in {text(report.currency)}"
    return section("changes", title, table("changes-table", headings, rows, caption, filterable=True), note)


def _change(row: CostRow, currency: str, with_items: bool) -> Row:
    first = row.first
    cost = first.cost
    many = f" ({len(row.changes):,} resources)" if len(row.changes) > 1 else ""
    moved = f"<br>was <code>{text(first.previous_address)}</code>" if first.previous_address else ""
    items = _items(row, currency) if with_items and (cost.items or cost.before_items) else ""
    extent = low_high(row.delta_range, sign=True)
    span = f"<br><small>{text(extent)}</small>" if extent else ""
    delta = row.delta_range.expected
    return Row(
        (
            Cell(f"{text(row.sign)} {text(first.action)}", text(first.action)),
            Cell(f"<code>{text(row.label)}</code>{many}{moved}{items}", text(row.label)),
            Cell(text(row.before), _order(cost.before_monthly.expected), True),
            Cell(text(row.after), _order(cost.after_monthly.expected), True),
            Cell(f"{text(row.delta)}{span}", _order(delta), True),
        ),
        group=text(first.action),
    )


def _order(amount: Decimal | None) -> str:
    return str(amount) if is_known(amount) else "-1e30"


def _items(row: CostRow, currency: str) -> str:
    cost = row.first.cost
    old = [] if cost.before_items == cost.items else cost.before_items
    lines = [f"<li>before: {_item(item, currency)}</li>" for item in old]
    lines += [f"<li>{_item(item, currency)}</li>" for item in cost.items]
    parts = [*cost.before_unpriced, *(part for part in cost.unpriced if part not in cost.before_unpriced)]
    lines += [f"<li>{text(part.component)}: <b>{text(part.kind)}</b>, {text(part.reason)}</li>" for part in parts]
    each = "Each is made of" if len(row.changes) > 1 else "Made of"
    return f"<details><summary>{each} {counted(len(lines), 'part')}</summary><ul>{''.join(lines)}</ul></details>"


def _item(item: Item, currency: str) -> str:
    dated = f" of {item.as_of}" if item.as_of else ""
    times = f"{quantity(item.monthly_quantity)} {item.unit} × {rate(item.unit_price, currency)} = {plain(item.monthly)}"
    note = f"; {item.note}" if item.note else ""
    return text(f"{item.name}: {times} ({item.source}{dated}; {item.basis.replace('_', ' ')}{note})")


def missing_section(report: Report) -> str:
    """What has no price and what depends on use, with the reasons."""
    rows = []
    for kind, word, mark in (("unpriced", "not priced", "unsure"), ("needs-usage", "needs usage", "info")):
        for one in missing_amounts(report.cost.unpriced, kind):
            labels = "<br>".join(f"<code>{text(label)}</code>" for label in one.labels[:20])
            more = f"<br>and {len(one.labels) - 20:,} more" if len(one.labels) > 20 else ""
            rows.append(
                Row(
                    (
                        Cell(f'<span class="badge {mark}">{word}</span>', word),
                        Cell(f"{text(one.component)}{'<br>' if one.component else ''}{text(one.reason)}"),
                        Cell(labels + more),
                        Cell(f"{one.resources:,}", str(one.resources), True),
                    ),
                    group=word,
                )
            )
    if not rows:
        return ""
    headings = ("Why", "Part and reason", "Resources", "Count")
    caption = "In no total. State use in a usage file and pass it with --usage-file"
    return section("missing", "Not in the totals", table("missing-table", headings, rows, caption))


def policies_section(report: Report) -> str:
    """Every policy with its verdicts; one that matched nothing says so."""
    rows = [
        Row(
            (
                Cell(f"<b>{text(one.id)}</b> {text(one.title)}", text(one.id)),
                Cell(text(one.enforcement)),
                *(
                    Cell(f"{n:,}", str(n), True)
                    for n in (one.matched, one.passed, one.fail, one.unknown, one.excepted, one.error)
                ),
            ),
            mark="" if one.matched else "idle",
        )
        for one in report.policies
    ]
    if not rows:
        return ""
    idle = sum(not policy.matched for policy in report.policies)
    headings = ("Policy", "Enforcement", "Matched", "Passed", "Failed", "Unknown", "Waived", "Error")
    caption = f"{counted(len(rows), 'policy', 'policies')}, {idle:,} matched nothing"
    return section("policies", "Policies", table("policies-table", headings, rows, caption))
