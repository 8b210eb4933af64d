"""`spendgate cost`: the estimate alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from spendgate_cli import options as opt


@click.command(short_help="Estimate the cost of what is about to be deployed.")
@opt.inputs
@opt.reading
@opt.comparing
@opt.grouping
@click.option(
    "--sync-usage", metavar="FILE", help="Write keys that the usage file lacks into it, as comments to fill in."
)
@opt.clock
@opt.rendering
def cost(**said: Any) -> int:
    """Estimate the cost of what is about to be deployed, before and after. Nothing is judged.

    Exit codes: 0, or 2 when an input cannot be read.
    """
    outputs = opt.targets(said["outputs"])
    opt.check_formats(outputs)
    now = opt.time_of(said["now"])
    from spendgate.model.frozen import replace
    from spendgate.settings import resolve

    settings = resolve(said)
    if said["sync_usage"] and settings.usage_file is None and Path(said["sync_usage"]).exists():
        settings = replace(settings, usage_file=said["sync_usage"])
    inputs = opt.all_inputs(said["inputs"], said["files"], said["folders"])
    from spendgate import pipeline
    from spendgate.pipeline.afterwards.grouping import grouped

    report = grouped(pipeline.cost(inputs, settings, now), said["group_by"])
    if said["sync_usage"]:
        from spendgate.pipeline.afterwards.sync import sync_usage

        count = sync_usage(report, said["sync_usage"])
        click.echo(f"{said['sync_usage']}: {count} resources need usage; state their values there", err=True)
    opt.deliver(report, outputs, no_color=said["no_color"], quiet=said["quiet"], verbose=said["verbose"])
    return report.exit_code
