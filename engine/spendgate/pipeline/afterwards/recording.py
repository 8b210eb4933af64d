"""What a baseline records of a report."""

from __future__ import annotations

from collections import Counter

from spendgate.governance.baseline import Known
from spendgate.governance.fingerprint import plain_text
from spendgate.wire import v1


def known_failures(report: v1.Report) -> tuple[list[Known], dict[str, int]]:
    """What a baseline records of a report, and how many findings it leaves out, by reason."""
    counts = Counter(finding.fingerprint for finding in report.findings if _can_be_known(finding))
    known = {
        finding.fingerprint: Known(
            finding.fingerprint,
            finding.root,
            finding.policy,
            finding.address,
            finding.path or "",
            plain_text(finding.actual),
            format(finding.cost_monthly, "f") if finding.cost_monthly is not None else None,
            counts[finding.fingerprint],
        )
        for finding in report.findings
        if _can_be_known(finding)
    }
    left_out = Counter(
        "they judge this one change, not what was there"
        if finding.verdict == "fail"
        else "nobody knows yet what they are"
        for finding in report.findings
        if finding.verdict in ("fail", "unknown") and not _can_be_known(finding)
    )
    return list(known.values()), dict(sorted(left_out.items()))


def _can_be_known(finding: v1.Finding) -> bool:
    return finding.verdict == "fail" and bool(finding.address)
