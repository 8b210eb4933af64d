"""`spendgate waive`: write waivers for findings of a saved report."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from spendgate.errors import SettingsError
from spendgate_cli import governing as gov
from spendgate_cli import options as opt

if TYPE_CHECKING:
    from spendgate.wire.v1 import Finding

_OPEN = ("fail", "unknown")


@click.command(short_help="Write waivers for findings of a saved report.")
@click.option("--from", "source", required=True, metavar="REPORT", help="A report saved with -o json=REPORT.")
@click.option(
    "--policy", "policies", multiple=True, metavar="ID", help="Only findings of this policy; several allowed."
)
@click.option("--address", "addresses", multiple=True, metavar="PATTERN", help="Only these addresses; * and ? allowed.")
@click.option("--fingerprint", "fingerprints", multiple=True, metavar="HEX", help="Only this finding; several allowed.")
@click.option("--all", "everything", is_flag=True, help="Every finding that fails or is unknown.")
@click.option("--expires", required=True, metavar="DAY", help="Last day: 30d, 4w or 2026-12-31.")
@click.option("--owner", required=True, metavar="NAME", help="Who answers for it.")
@click.option("--reason", required=True, metavar="TEXT", help="Why it may be so.")
@click.option("--ticket", metavar="ID", help="Where it is followed up.")
@click.option("--up-to", metavar="MONEY", help="Only while the change adds at most so much a month: '500 USD'.")
@click.option("--any-root", is_flag=True, help="For every deployment, not only the one of the report.")
@click.option("--to", "target", metavar="FILE", help="Waiver file; default: that of the settings, or waivers.yaml.")
@click.option("--config", metavar="FILE", help="Settings; default: spendgate.yaml, searched upward.")
@opt.clock
def waive(**said: Any) -> int:
    """Write a waiver for each finding that is chosen: one policy at one address, until a last day.

    Without --policy, --address or --fingerprint, --all must be given: findings are not waived by accident.
    """
    today = opt.time_of(said["now"]).date()
    expires = gov.last_day(said["expires"], today)
    if not (said["policies"] or said["addresses"] or said["fingerprints"] or said["everything"]):
        raise SettingsError("nothing was chosen to be waived", hint="--policy GPU-001, --address PATTERN or --all")
    from spendgate.pipeline.afterwards.sides import saved_report
    from spendgate.settings import resolve

    settings = resolve({"config": said["config"]})
    path = Path(said["target"] or settings.waivers or "waivers.yaml")
    chosen = _chosen(saved_report(said["source"]).findings, said)
    if not chosen:
        raise SettingsError("no finding that fails or is unknown fits", file=said["source"])
    text, count, known = _entries(chosen, said, expires, path, today)
    if count:
        gov.append(path, "waivers", text)
        _check(path)
    more = f", {known} {'was' if known == 1 else 'were'} waived already" if known else ""
    click.echo(f"{count} waiver{'' if count == 1 else 's'} until {expires.isoformat()} in {gov.shown(path)}{more}")
    if settings.waivers is None and said["target"] is None and count:
        click.echo(f"add to spendgate.yaml: waivers: {gov.shown(path)}")
    return 0


def _chosen(findings: Sequence[Finding], said: dict[str, Any]) -> list[Finding]:
    from spendgate.governance.matter import WHOLE_CHANGE
    from spendgate.model.values import Truth
    from spendgate.policies.selection import words

    patterns = words(list(said["addresses"])) if said["addresses"] else None
    ids = {policy.upper() for policy in said["policies"]}
    return [
        finding
        for finding in findings
        if finding.verdict in _OPEN
        and (not ids or finding.policy in ids)
        and (not said["fingerprints"] or finding.fingerprint in said["fingerprints"])
        and (patterns is None or patterns.fits(finding.address or WHOLE_CHANGE) is Truth.TRUE)
    ]


def _entries(
    findings: Sequence[Finding], said: dict[str, Any], expires: date, path: Path, today: date
) -> tuple[str, int, int]:
    """The text of new waivers, how many they are, and how many exist already."""
    from spendgate.governance.matter import WHOLE_CHANGE

    held = _held(path, today)
    text, count, known = "", 0, 0
    for finding in findings:
        address = finding.address or WHOLE_CHANGE
        root = None if said["any_root"] else finding.root or None
        if (finding.policy, address, root) in held:
            known += 1
            continue
        held.add((finding.policy, address, root))
        lines = [f"policy: {finding.policy}", f"address: {gov.quoted(address)}"]
        lines += [f"root: {gov.quoted(root)}"] if root else []
        lines += [f"owner: {gov.quoted(said['owner'])}", f"reason: {gov.quoted(said['reason'])}"]
        lines += [f"ticket: {gov.quoted(said['ticket'])}"] if said["ticket"] else []
        lines += [f"expires: {expires.isoformat()}"]
        lines += [f"up_to: {gov.quoted(said['up_to'])}"] if said["up_to"] else []
        text += "  - " + "\n    ".join(lines) + "\n"
        count += 1
    return text, count, known


def _held(path: Path, today: date) -> set[tuple[str, str, str | None]]:
    """What valid waivers of the file cover already."""
    from spendgate.governance.waivers import load_waivers

    if not path.exists() or not path.read_bytes().strip():
        return set()
    return {(each.policy, each.address, each.root) for each in load_waivers(str(path)) if each.term.holds(today)}


def _check(path: Path) -> None:
    """Read back what was written, so that a mistake in an option shows at once."""
    from spendgate.governance.waivers import load_waivers

    load_waivers(str(path))
