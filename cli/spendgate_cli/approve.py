"""`spendgate approve`: write an approval that holds for exactly one plan."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from spendgate.errors import SettingsError
from spendgate_cli import governing as gov
from spendgate_cli import options as opt

if TYPE_CHECKING:
    from spendgate.wire.v1 import Finding, Report

_LEVEL = "require-approval"


@click.command(short_help="Approve findings of a saved report, for exactly that plan.")
@click.option("--from", "source", required=True, metavar="REPORT", help="A report saved with -o json=REPORT.")
@click.option("--approver", required=True, metavar="NAME", help="Who approves; must be among the policy's approvers.")
@click.option("--author", required=True, metavar="NAME", help="Who made the change; cannot approve it.")
@click.option("--reason", required=True, metavar="TEXT", help="Why it may go ahead.")
@click.option("--expires", default="7d", show_default=True, metavar="DAY", help="Last day: 7d, 2w or 2026-12-31.")
@click.option(
    "--policy", "policies", multiple=True, metavar="ID", help="Only findings of this policy; several allowed."
)
@click.option("--to", "target", metavar="FILE", help="Approvals; default: those of the settings, or approvals.yaml.")
@click.option("-p", "policy_paths", multiple=True, metavar="PATH", help="Own policies, file or folder.")
@opt.choosing
@click.option("--config", metavar="FILE", help="Settings; default: spendgate.yaml, searched upward.")
@gov.pinning
@opt.clock
def approve(**said: Any) -> int:
    """Let the findings that need an approval through, for this plan alone and until a last day.

    The approval names the plan's digest and each finding's fingerprint: another plan or another value needs another approval.
    """
    today = opt.time_of(said["now"]).date()
    expires = gov.last_day(said["expires"], today)
    from spendgate.pipeline.afterwards.sides import saved_report

    report = saved_report(said["source"])
    if report.evidence is None:
        raise SettingsError(
            "names no plan that could be approved", file=said["source"], hint="check a file, not standard input"
        )
    chosen = _chosen(report, said)
    with gov.settings_of(said) as (settings, place):
        _refuse(chosen, said, settings)
        # NOTE: with settings of a ref, its files are copies: what is written goes to the working folder.
        named = None if place is not None else next(iter(settings.approvals), None)
    path = Path(said["target"] or named or "approvals.yaml")
    lines = [
        f"plan: {report.evidence.plan}",
        f"approver: {gov.quoted(said['approver'])}",
        f"author: {gov.quoted(said['author'])}",
        f"reason: {gov.quoted(said['reason'])}",
        f"expires: {expires.isoformat()}",
        f"policies: [{', '.join(sorted({finding.policy for finding in chosen}))}]",
        "findings:",
        *(f"  - {name}" for name in sorted({finding.fingerprint for finding in chosen})),
    ]
    gov.append(path, "approvals", "  - " + "\n    ".join(lines) + "\n")
    from spendgate.governance.approvals import load_approvals

    load_approvals(str(path))
    count = f"{len(chosen)} finding{'' if len(chosen) == 1 else 's'}"
    click.echo(f"{count} of plan {report.evidence.plan[:19]} approved until {expires.isoformat()} in {gov.shown(path)}")
    return 0


def _chosen(report: Report, said: dict[str, Any]) -> list[Finding]:
    """The findings that an approval clears. Raises SettingsError when there are none."""
    ids = {policy.upper() for policy in said["policies"]}
    waiting = [
        finding
        for finding in report.findings
        if (finding.verdict == "fail" and finding.enforcement == _LEVEL)
        or (finding.verdict == "unknown" and finding.on_unknown == _LEVEL)
    ]
    chosen = [finding for finding in waiting if not ids or finding.policy in ids]
    if not chosen:
        hint = f"those that do: {', '.join(sorted({each.policy for each in waiting}))}" if waiting else None
        raise SettingsError("no finding that was chosen waits for an approval", file=said["source"], hint=hint)
    return chosen


def _refuse(chosen: list[Finding], said: dict[str, Any], settings: Any) -> None:
    """Say at once what the gate would say later. Raises SettingsError."""
    from spendgate.governance.approvals import Authority
    from spendgate.pipeline import load_policies

    authority = Authority(settings.teams, settings.approvers, settings.author)
    policies = {policy.id: policy for policy in load_policies(settings)}
    for policy_id in sorted({finding.policy for finding in chosen}):
        if policy_id not in policies:
            raise SettingsError(f"{policy_id} is not loaded", hint="name the packs and policies of the report")
        if reason := authority.refusal(said["approver"], said["author"], policies[policy_id]):
            hint = f"in spendgate.yaml: policies: {{{policy_id}: {{approvers: [...]}}}}, or approvers: [...] for all"
            raise SettingsError(reason, hint=hint)
