"""`spendgate report`: render a saved JSON report in another format."""

from __future__ import annotations

from typing import Any

import click

from spendgate.errors import SettingsError
from spendgate_cli import options as opt


@click.command(short_help="Render a saved JSON report in another format.")
@click.argument("file")
@opt.grouping
@click.option("--currency", metavar="CODE", help="Convert all amounts, at the exchange rate that --rates states.")
@click.option("--rates", metavar="FILE", help="Rates file with the exchange rate (rates.yaml).")
@opt.rendering
def report(file: str, **said: Any) -> int:
    """Render a report that was saved with `-o json=FILE`; `-` is standard input. Nothing is read, priced or judged again.

    Exit codes: 0, or 2 when the file is no report.
    """
    outputs = opt.targets(said["outputs"])
    opt.check_formats(outputs)
    from spendgate.pipeline.afterwards.grouping import grouped
    from spendgate.pipeline.afterwards.sides import saved_report

    if said["rates"] and not said["currency"]:
        raise SettingsError("--rates has no effect without --currency", hint="a saved report is not priced again")
    saved = saved_report(file)
    if said["currency"]:
        from spendgate.pipeline.afterwards.converting import converted

        saved = converted(saved, said["currency"].upper(), said["rates"])
    saved = grouped(saved, said["group_by"])
    opt.deliver(saved, outputs, no_color=said["no_color"], quiet=said["quiet"], verbose=said["verbose"])
    return 0
