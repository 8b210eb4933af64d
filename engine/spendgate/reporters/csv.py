"""The report as one table for a spreadsheet: a row for each change with its cost, then a row for each finding."""

from __future__ import annotations

import csv
import io
from decimal import Decimal
from typing import TYPE_CHECKING

from spendgate.ports import ReportOptions
from spendgate.reporters.groups import level_of
from spendgate.reporters.safe_text import one_line

if TYPE_CHECKING:
    from spendgate.wire.v1 import Change, Finding, Report

COLUMNS = (
    "row", "address", "type", "kind", "provider", "region", "action", "team", "currency", "state_before", "state_after",
    "before_monthly", "after_monthly", "delta_monthly", "delta_low", "delta_high", "policy", "title", "severity",
    "enforcement", "verdict", "effect", "message", "not_known", "cost_monthly", "savings_monthly", "remediation", "waiver",
    "file", "line", "fingerprint",
)  # fmt: skip
"""Columns are added at the end, never renamed. `row` is `change` or `finding`; an empty amount is not known, never zero."""

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class CsvReporter:
    """Comma separated, quoted where needed, lines ending as RFC 4180 wants them."""

    name = "csv"
    media_type = "text/csv"
    shows_facets = False

    def render(self, report: Report, options: ReportOptions) -> str:
        """The whole table; width, colour and verbosity change nothing."""
        sheet = io.StringIO()
        writer = csv.DictWriter(sheet, COLUMNS, restval="", lineterminator="\r\n")
        writer.writeheader()
        writer.writerows(_change(change, report.currency) for change in report.changes)
        writer.writerows(_finding(finding, report.currency) for finding in report.findings)
        return sheet.getvalue()


def _change(change: Change, currency: str) -> dict[str, str]:
    cost = change.cost
    return {
        "row": "change",
        "address": safe_cell(change.address),
        "type": safe_cell(change.type),
        "kind": safe_cell(change.kind),
        "provider": safe_cell(change.provider),
        "region": safe_cell(change.region),
        "action": safe_cell(change.action),
        "team": safe_cell(change.tags.get("team")),
        "currency": safe_cell(currency),
        "state_before": safe_cell(cost.state_before),
        "state_after": safe_cell(cost.state_after),
        "before_monthly": _amount(cost.before_monthly.expected),
        "after_monthly": _amount(cost.after_monthly.expected),
        "delta_monthly": _amount(cost.delta_monthly.expected),
        "delta_low": _amount(cost.delta_monthly.low),
        "delta_high": _amount(cost.delta_monthly.high),
        "file": safe_cell(change.location.file if change.location else None),
        "line": str(change.location.line or "") if change.location else "",
    }


def _finding(finding: Finding, currency: str) -> dict[str, str]:
    return {
        "row": "finding",
        "address": safe_cell(finding.address),
        "currency": safe_cell(currency),
        "policy": safe_cell(finding.policy),
        "title": safe_cell(finding.title),
        "severity": safe_cell(finding.severity),
        "enforcement": safe_cell(finding.enforcement),
        "verdict": safe_cell(finding.verdict),
        "effect": safe_cell(level_of(finding)),
        "message": safe_cell(finding.message),
        "not_known": safe_cell(finding.residual),
        "cost_monthly": _amount(finding.cost_monthly),
        "savings_monthly": _amount(finding.savings_monthly),
        "remediation": safe_cell(finding.remediation),
        "waiver": safe_cell(finding.waiver),
        "file": safe_cell(finding.location.file if finding.location else None),
        "line": str(finding.location.line or "") if finding.location else "",
        "fingerprint": safe_cell(finding.fingerprint),
    }


def safe_cell(text: str | None) -> str:
    """A text as a cell that a spreadsheet takes for text.

    NOTE: spreadsheets run what begins with `=`, `+`, `-` or `@`; a quotation mark before it makes it text.
    """
    safe = one_line(text or "")
    return f"'{safe}" if safe.lstrip().startswith(_FORMULA) else safe


def _amount(amount: Decimal | None) -> str:
    return "" if amount is None or amount.is_nan() else format(amount, "f")


REPORTER = CsvReporter()
