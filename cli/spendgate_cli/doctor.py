"""`spendgate doctor`: what is installed, what is missing, how old the prices are."""

from __future__ import annotations

import click

from spendgate_cli import options as opt


@click.command(short_help="Say what is installed and how old the prices are.")
@opt.clock
def doctor(now: str | None) -> int:
    """Say what is installed, which Rego engine answers, and how old the prices are.

    Exit codes: 0 when the default run works, 2 when it does not.
    """
    from spendgate import health

    findings = health.examine(opt.time_of(now))
    width = max(len(finding.subject) for finding in findings)
    marks = {health.State.GOOD: "ok", health.State.NOTE: "--", health.State.BAD: "!!"}
    for finding in findings:
        click.echo(f"{marks[finding.state]}  {finding.subject:<{width}}  {finding.said}")
    return 2 if any(finding.state is health.State.BAD for finding in findings) else 0
