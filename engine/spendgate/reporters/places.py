"""Where a finding stands, and how it is recognised again, as other tools want to have it."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from spendgate.reporters.groups import level_of
from spendgate.reporters.money_text import is_known, money
from spendgate.reporters.safe_text import one_line

if TYPE_CHECKING:
    from spendgate.wire.v1 import Finding, Report


def file_of(finding: Finding, report: Report) -> str:
    """The file that the finding points at, with forward slashes; the first input where it points at none."""
    named = finding.location.file if finding.location else (report.run.inputs or ["-"])[0]
    path = one_line(named).replace("\\", "/").removeprefix("./")
    return path if path not in ("", "-") else "stdin"


def line_of(finding: Finding) -> int:
    """The line, counted from one; 1 where it is not known."""
    return max(finding.location.line or 1, 1) if finding.location else 1


def fingerprint_of(finding: Finding) -> str:
    """What stays the same when lines move; made from policy, address and path when the report has none."""
    if finding.fingerprint:
        return one_line(finding.fingerprint)
    named = "\0".join((finding.policy, finding.address, finding.path or ""))
    return hashlib.sha256(named.encode("utf-8", "replace")).hexdigest()[:32]


def full_message(finding: Finding, currency: str) -> str:
    """Everything that a finding says, in one paragraph that names the address."""
    message = one_line(finding.message)
    address = one_line(finding.address)
    said = [message if not address or address in message else f"{address}: {message}"]
    if finding.verdict == "unknown":
        word = "Undetermined" if level_of(finding) == "undetermined" else "Unknown"
        said.insert(0, f"{word}:")
    if finding.residual and finding.residual not in finding.message:
        said.append(f"Not known: {one_line(finding.residual)}.")
    if is_known(finding.savings_monthly) and finding.savings_monthly:
        said.append(f"Would save {money(finding.savings_monthly, currency)}/mo.")
    if finding.waiver:
        said.append(f"Waived: {one_line(finding.waiver)}.")
    return " ".join(said)
