"""`spendgate fix`: mend findings in Terraform source."""

from __future__ import annotations

from typing import Any

import click

from spendgate_cli import options as opt


@click.command(short_help="Show, and write, changes of Terraform source that mend findings.")
@click.argument("folder", metavar="[FOLDER]", default=".")
@opt.judging
@opt.reading
@click.option("--write", is_flag=True, help="Change the files; without it the changes are only shown.")
@opt.clock
def fix(folder: str, **said: Any) -> int:
    """Show changes of Terraform source that mend findings, as a unified diff; --write makes them.

    Each change is judged and priced again first: one whose finding would stay is not offered. Only findings of policies that
    carry a `fix` are mended.

    Exit codes: 0, or 2 when something cannot be read or written.
    """
    now = opt.time_of(said["now"])
    from spendgate.settings import resolve

    settings = resolve(said)
    from spendgate.fixing.proposals import propose, write

    proposal = propose(folder, settings, now)
    opt.write_out(proposal.diff)
    for mended in proposal.mended:
        click.echo(f"mends {mended.policy} {mended.address}", err=True)
    for reason in proposal.left:
        click.echo(f"stays {reason}", err=True)
    if not proposal.mended:
        click.echo("nothing that can be mended was found", err=True)
        return 0
    saved = proposal.cost_before - proposal.cost_after
    click.echo(
        f"{len(proposal.mended)} findings mended; {proposal.cost_before:,.2f} → {proposal.cost_after:,.2f} {proposal.currency} "
        f"a month (saves {saved:,.2f})",
        err=True,
    )
    if proposal.promised > saved:
        click.echo(
            f"the findings put the saving at {proposal.promised:,.2f} {proposal.currency} a month, once it takes effect",
            err=True,
        )
    if said["write"]:
        write(proposal)
        click.echo(f"{len(proposal.texts)} files written", err=True)
    else:
        click.echo("nothing is written yet: --write does it", err=True)
    return 0
