"""`spendgate explain`: what a policy sees."""

from __future__ import annotations

from typing import Any

import click

from spendgate_cli import options as opt


@click.command(short_help="Show the document that policies see.")
@opt.inputs
@opt.reading
@opt.judging
@click.option("--as-input", is_flag=True, required=True, help="Print the document that Rego policies get as `input`.")
@click.option("--scope", type=click.Choice(["changes", "all"]), help="What changes (default), or all that is there.")
@opt.clock
def explain(**said: Any) -> int:
    """Show the very document that policies judge: `--as-input` prints what Rego gets as `input`, as JSON.

    Secrets are replaced by `(sensitive)`; what is not known is listed under `unknown` of each resource.
    """
    now = opt.time_of(said["now"])
    from spendgate.settings import resolve

    settings = resolve(said)
    inputs = opt.all_inputs(said["inputs"], said["files"], said["folders"])
    from spendgate import pipeline

    opt.write_out(pipeline.policy_document(inputs, settings, now))
    return 0
