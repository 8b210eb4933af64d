"""The marginal view in words: whole nodes that workloads need, beside the shares of nodes that the table of costs shows."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from spendgate.reporters.headline import counted
from spendgate.reporters.ink import Ink
from spendgate.reporters.markdown_page import Page
from spendgate.reporters.markdown_safe import inline
from spendgate.reporters.money_text import is_known, low_high, money, quantity
from spendgate.reporters.safe_text import hanging, one_line, wrap

if TYPE_CHECKING:
    from spendgate.wire.v1 import NodeCount, Nodes, Report

_NAMES = 4
_SHARE = 6_000


def node_lines(report: Report, ink: Ink, width: int, verbosity: int) -> list[str]:
    """What whole nodes cost, which they are, what of them stays idle, and what was put on none."""
    nodes = report.nodes
    if nodes is None:
        return []
    first, *more = wrap(_headline(nodes, report.currency), width)
    lines = [ink("bold", line) for line in (first, *more)]
    for each in nodes.packing:
        lines += [ink("dim", line) for line in hanging(_row(each, report.currency), width, 2)]
    limit = None if verbosity > 0 else _NAMES
    for said in _remarks(nodes, limit):
        lines += [f"  {line}" for line in wrap(said, width - 2)]
    return lines


def node_rows(report: Report, page: Page) -> None:
    """The same for a comment."""
    nodes = report.nodes
    if nodes is None:
        return
    rows = [f"- {inline(_row(each, report.currency), 200)}" for each in nodes.packing]
    rows += [f"- {inline(said, 600)}" for said in _remarks(nodes, _NAMES)]
    page.table(["", f"**{inline(_headline(nodes, report.currency), 300)}**", ""], rows, [], "nodes", _SHARE)


def _headline(nodes: Nodes, currency: str) -> str:
    if not nodes.workloads:
        return "Whole nodes: no workload could be put on one"
    amount = money(nodes.monthly.expected, currency)
    cost = f"{amount}/mo" if is_known(nodes.monthly.expected) else "cost not known"
    extent = low_high(nodes.monthly)
    share = nodes.share_monthly.expected
    beside = (
        f", where the shares of them in the table are {money(share, currency)}" if is_known(share) and share else ""
    )
    return f"Whole nodes for {counted(nodes.workloads, 'workload')}: {cost}{f' ({extent})' if extent else ''}{beside}"


def _row(each: NodeCount, currency: str) -> str:
    pool = f" of {one_line(each.pool)}" if each.pool else ""
    amount = money(each.monthly, currency) if is_known(each.monthly) else "no price"
    return f"{each.count:,} x {one_line(each.machine_type)}{pool}  {amount}"


def _remarks(nodes: Nodes, limit: int | None) -> list[str]:
    said = []
    held = sum((each.accelerators for each in nodes.packing), Decimal(0))
    if nodes.idle_accelerators:
        said.append(
            f"{quantity(nodes.idle_accelerators)} of their {quantity(held)} accelerators are paid and not asked for"
        )
    if nodes.in_totals:
        said.append(f"in the total already: {', '.join(one_line(pool) for pool in nodes.in_totals)}")
    reasons: dict[str, list[str]] = {}
    for each in nodes.left_out:
        reasons.setdefault(each.reason, []).append(each.address)
    for reason, addresses in list(reasons.items())[:limit]:
        shown = addresses if limit is None else addresses[:limit]
        more = f" and {len(addresses) - len(shown):,} more" if len(addresses) > len(shown) else ""
        said.append(f"on no node: {', '.join(one_line(name) for name in shown)}{more} ({one_line(reason)})")
    hidden = len(reasons) - limit if limit is not None else 0
    return [*said, f"on no node for {counted(hidden, 'more reason')}; all with -v"] if hidden > 0 else said
