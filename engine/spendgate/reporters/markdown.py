"""The report as a comment on a pull request: decision and cost first, findings in a table, the rest folded away."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spendgate.ports import ReportOptions
from spendgate.reporters.address_text import shorten
from spendgate.reporters.cost_rows import CostRow, cost_table, missing_amounts, side_total
from spendgate.reporters.groups import Group, PolicyGroups, Section, cost_text, priced_in_part, sections
from spendgate.reporters.headline import (
    changes_by_action,
    counted,
    coverage,
    decision_word,
    inputs,
    reason,
    tallies,
    was_judged,
)
from spendgate.reporters.markdown_page import Page
from spendgate.reporters.markdown_safe import code, fenced, inline
from spendgate.reporters.markdown_sums import sums
from spendgate.reporters.money_text import is_known, low_high, money, plain, quantity, rate, signed, total_delta
from spendgate.reporters.node_text import node_rows
from spendgate.reporters.safe_text import one_line

if TYPE_CHECKING:
    from spendgate.wire.v1 import Item, Report

MARKER = "<!-- spendgate -->"
"""First line of every comment: what updates a comment looks for it."""
SIZE_LIMIT = 60_000
"""Characters. The hosts' own limits begin at 65,536; what posts a comment may add to it."""

_ICONS = {"PASS": "✅", "FAIL": "❌", "UNDETERMINED": "❓", "ERROR": "🛑", "COSTS": "📊"}
_LEVELS = {
    "error": "**error**",
    "block": "**blocked**",
    "require-approval": "**needs approval**",
    "undetermined": "**undetermined**",
    "warn": "warning",
    "advise": "advice",
    "waived": "waived",
}
_FOR_DETAILS = 16_000
_COST_ROWS = 30
_ROWS_WITH_ITEMS = 5
_LABELS = 10
_ADDRESS_COLUMNS = 72


class MarkdownReporter:
    """GitHub-flavoured, also fit for GitLab: begins with a hidden marker and stays under `SIZE_LIMIT`."""

    name = "markdown"
    media_type = "text/markdown"
    shows_facets = False

    def render(self, report: Report, options: ReportOptions) -> str:
        """The whole comment; rows of tables are left out, and counted, where it would grow over the limit."""
        footer = f"<sub>spendgate {inline(report.run.spendgate, 40)} read {inline(inputs(report), 300)}; {changes_by_action(report)}.</sub>"
        page = Page(SIZE_LIMIT)
        page.keep(_FOR_DETAILS + len(footer) + 2)
        page.add(*_head(report))
        _problems(report, page)
        found = sections(report.findings)
        _findings(report, found, page)
        page.give_back(_FOR_DETAILS)
        if options.verbosity >= 0:
            _remedies(found, page)
            _costs(report, page, None if options.verbosity > 0 else _COST_ROWS)
            node_rows(report, page)
            sums(report, page)
            _missing(report, page)
            _policies(report, page)
        page.give_back(len(footer) + 2)
        page.add(footer)
        return page.text()


def _head(report: Report) -> list[str]:
    word = decision_word(report)
    counts = report.counts
    delta = total_delta(report.cost, report.currency)
    judged = f" by {counted(counts.policies, 'policy', 'policies')} on {counted(counts.judged, 'resource')}"
    return [
        MARKER,
        f"### {_ICONS.get(word, '⚪')} spendgate: {inline(word, 40)} | {delta}",
        "",
        f"**Why:** {inline(reason(report))}",
        "",
        f"**{tallies(report)}**{judged if was_judged(report) else ''}. {coverage(report)}.",
    ]


def _problems(report: Report, page: Page) -> None:
    shown = [one for one in report.problems if one.level != "info" or one.undetermined]
    rows = []
    for problem in shown:
        place = f"{problem.file}:{problem.line}" if problem.file and problem.line else problem.file
        held = " *No plain pass with this.*" if problem.undetermined else ""
        rows.append(
            f"- {inline(problem.level, 20)}: {f'{code(place)}: ' if place else ''}{inline(problem.message)}{held}"
        )
    if rows:
        page.table([], rows, [], "problems", 8_000)


def _findings(report: Report, found: list[Section], page: Page) -> None:
    in_part = priced_in_part(report)
    rows = [
        _finding(group, policy, section.level, report.currency, in_part)
        for section in found
        for policy in section.policies
        for group in policy.groups
    ]
    if rows:
        opening = ["| | Policy | Finding | Cost a month |", "| --- | --- | --- | ---: |"]
        page.table(opening, rows, [], "findings")


def _finding(group: Group, policy: PolicyGroups, level: str, currency: str, in_part: frozenset[str]) -> str:
    first = group.first
    unsure = first.verdict == "unknown" and level != "undetermined"
    word = f"unknown ({_LEVELS.get(level, level)})" if unsure else _LEVELS.get(level, inline(level, 30))
    said = [inline(group.message)]
    if first.residual and first.residual not in first.message:
        said.append(f"Not known: {inline(first.residual, 300)}")
    if first.waiver:
        said.append(f"Waived: {inline(first.waiver, 300)}")
    saving = group.savings_monthly
    if is_known(saving) and saving:
        by = f" ({inline(group.savings_by, 40)})" if group.savings_by else ""
        said.append(f"Would save {money(saving, currency)}/mo{by}.")
    if first.location:
        said.append(code(f"{first.location.file}{f':{first.location.line}' if first.location.line else ''}"))
    many = f" ({len(group.findings):,} resources)" if len(group.findings) > 1 else ""
    label = f"{_address(group.label)}{many}" if first.address else f"{inline(group.label)}"
    amount = cost_text(group, in_part, currency)
    return f"| {word} | {code(policy.policy, 40)} | {label}<br>{'<br>'.join(said)} | {amount} |"


def _address(label: str) -> str:
    """An address that does not push a table over the edge of the page."""
    return code(shorten(label, _ADDRESS_COLUMNS))


def _remedies(found: list[Section], page: Page) -> None:
    said: dict[tuple[str, str], None] = {}
    for section in found:
        for policy in section.policies if section.level != "waived" else ():
            said.update(
                ((policy.policy, one.first.remediation), None) for one in policy.groups if one.first.remediation
            )
    rows = []
    for policy_id, text in said:
        first, _, snippet = text.strip().partition("\n")
        rows.append("\n".join([f"- {code(policy_id, 40)} {inline(first)}", *_snippet(snippet)]))
    if rows:
        page.table(_open("What to do"), rows, _CLOSE, "hints", 12_000)


def _snippet(text: str) -> list[str]:
    return ["", *(f"  {line}" for line in fenced(text)), ""] if text.strip() else []


def _costs(report: Report, page: Page, limit: int | None) -> None:
    table = cost_table(report, limit)
    if not table.rows:
        return
    rows = [_cost_row(row, report.currency, place < _ROWS_WITH_ITEMS) for place, row in enumerate(table.rows)]
    if table.left_out:
        unknown = f", {table.left_out_unknown:,} of them not known" if table.left_out_unknown else ""
        rows.append(
            f"| | … {counted(table.left_out, 'smaller change')}{unknown} | | | {signed(table.left_out_delta)} |"
        )
    currency = inline(report.currency, 10)
    sides = f"{side_total(report, 'before')} before, {side_total(report, 'after')} after"
    summary = f"Cost per month in {currency}: {sides}"
    opening = [*_open(summary), "| | Resource | Before | After | Delta |", "| --- | --- | ---: | ---: | ---: |"]
    page.table(opening, rows, _CLOSE, "changes")


def _cost_row(row: CostRow, currency: str, with_items: bool) -> str:
    many = f" ({len(row.changes):,})" if len(row.changes) > 1 else ""
    moved = f"<br>was {_address(one_line(row.first.previous_address))}" if row.first.previous_address else ""
    items = ""
    if with_items:
        cost = row.first.cost
        old = [] if cost.before_items == cost.items else cost.before_items
        items = "".join(f"<br><sub>before: {_item(item, currency)}</sub>" for item in old)
        items += "".join(f"<br><sub>{_item(item, currency)}</sub>" for item in cost.items)
    extent = low_high(row.delta_range, sign=True)
    span = f"<br><sub>{extent}</sub>" if extent else ""
    sign = f"`{row.sign}`" if row.sign.strip() else ""
    return f"| {sign} | {_address(row.label)}{many}{moved}{items} | {row.before} | {row.after} | {row.delta}{span} |"


def _item(item: Item, currency: str) -> str:
    basis = "" if item.basis == "exact" else f", {item.basis.replace('_', ' ')}"
    dated = f" of {item.as_of}" if item.as_of else ""
    times = f"{quantity(item.monthly_quantity)} {item.unit} x {rate(item.unit_price, currency)}"
    return inline(f"{item.name}: {times} = {plain(item.monthly)} ({item.source}{dated}{basis})", 300)


def _missing(report: Report, page: Page) -> None:
    parts = report.cost.unpriced
    resources = len({part.address for part in parts if part.kind == "unpriced"})
    titles = (
        ("unpriced", f"Not priced: {counted(resources, 'resource')} with parts that are in no total"),
        ("needs-usage", f"Needs usage: {counted(report.cost.needs_usage, 'resource')}; state it with --usage-file"),
    )
    for kind, title in titles:
        rows = []
        for one in missing_amounts(parts, kind):
            labels = ", ".join(code(label) for label in one.labels[:_LABELS])
            more = f" and {len(one.labels) - _LABELS:,} more" if len(one.labels) > _LABELS else ""
            component = f"{inline(one.component, 120)}: " if one.component else ""
            rows.append(f"- {component}{inline(one.reason, 300)}: {labels}{more}")
        if rows:
            page.table(_open(title), rows, _CLOSE, "reasons")


def _policies(report: Report, page: Page) -> None:
    rows = [
        f"| {code(one.id, 40)} {inline(one.title, 120)} | {one.matched:,} | {one.passed:,} | {one.fail:,} | {one.unknown:,} "
        f"| {one.excepted:,} | {one.error:,} |"
        for one in report.policies
    ]
    idle = sum(not policy.matched for policy in report.policies)
    title = f"Policies: {len(rows):,}" + (f", {idle:,} matched nothing" if idle else "")
    if rows:
        opening = [
            *_open(title),
            "| Policy | Matched | Passed | Failed | Unknown | Waived | Error |",
            "| --- | ---: | ---: | ---: | ---: | ---: | ---: |",
        ]
        page.table(opening, rows, _CLOSE, "policies")


def _open(summary: str) -> list[str]:
    return ["<details>", f"<summary>{summary}</summary>", ""]


_CLOSE = ["", "</details>"]

REPORTER = MarkdownReporter()
