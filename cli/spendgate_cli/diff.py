"""`spendgate diff`: what HEAD costs where BASE is what there was."""

from __future__ import annotations

from typing import Any

import click

from spendgate_cli import options as opt


@click.command(short_help="Compare what two inputs or two saved reports cost.")
@click.argument("base")
@click.argument("head")
@opt.reading
@opt.grouping
@opt.clock
@opt.rendering
def diff(base: str, head: str, **said: Any) -> int:
    """Compare what two inputs cost: after each of them, resource by resource. Nothing is judged.

    BASE and HEAD are inputs as `spendgate cost` reads them, or reports that were saved with `-o json=FILE`.

    Exit codes: 0, or 2 when an input cannot be read.
    """
    outputs = opt.targets(said["outputs"])
    opt.check_formats(outputs)
    now = opt.time_of(said["now"])
    from spendgate.settings import resolve

    settings = resolve(said)
    from spendgate.pipeline.afterwards.compare import compare
    from spendgate.pipeline.afterwards.grouping import grouped
    from spendgate.pipeline.afterwards.sides import side

    report = grouped(compare(side(base, settings, now), side(head, settings, now)), said["group_by"])
    opt.deliver(report, outputs, no_color=said["no_color"], quiet=said["quiet"], verbose=said["verbose"])
    return report.exit_code
