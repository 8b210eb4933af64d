"""`spendgate check`: the gate."""

from __future__ import annotations

from typing import Any

import click

from spendgate_cli import governing as gov
from spendgate_cli import options as opt

_WITH_EVIDENCE = ("json",)
"""Formats that hold the digests of what was judged."""
_LEVELS = ["advise", "warn", "require-approval", "block"]


@click.command(short_help="Judge and price what is about to be deployed: the gate.")
@opt.inputs
@opt.judging
@opt.reading
@opt.comparing
@gov.governing
@click.option(
    "--scope", type=click.Choice(["changes", "all"]), help="Judge what changes (default), or all that is there."
)
@click.option(
    "--fail-on", type=click.Choice(["warn", "require-approval", "block"]), help="From which level on a failure counts."
)
@click.option("--soft-fail", is_flag=True, help="Exit 0 in place of 1, 3 and 4; errors still exit 2.")
@click.option("--on-unknown", type=click.Choice(_LEVELS), help="Take unknowns at least so seriously; only tightens.")
@click.option("--sign-key", metavar="FILE", help="Private key (PEM) that signs -o record=FILE.")
@click.option("--since", metavar="REF", help="Pass over inputs that no change since this git ref can concern.")
@click.option("--allow-empty", is_flag=True, help="A run without any policy is no error.")
@click.option("--show-config", is_flag=True, help="Print each setting with its origin, and stop.")
@opt.grouping
@opt.clock
@opt.rendering
def check(**said: Any) -> int:
    """Judge and price what is about to be deployed.

    INPUT is a Terraform or OpenTofu plan in JSON (`terraform show -json`), a binary plan file, a folder of Terraform source, a
    folder or file of Kubernetes manifests, the configuration of an LLM gateway, an export of what runs, or `-` for standard
    input. Several are judged together.

    Exit codes: 0 pass, 1 fail, 2 error, 3 undetermined, 4 warnings (only with --fail-on warn).
    """
    outputs, files = gov.apart(opt.targets(said["outputs"]))
    facets = opt.check_formats(outputs)
    now = opt.time_of(said["now"])
    with gov.settings_of(said) as (settings, place):
        if said["show_config"]:
            show_settings(settings, place)
            return 0
        inputs = opt.all_inputs(said["inputs"], said["files"], said["folders"])
        if said["since"]:
            inputs = gov.touched_since(inputs, said["since"], settings)
            if not inputs:
                return 0
        from spendgate import pipeline

        if said["group_by"]:
            from spendgate.errors import SettingsError
            from spendgate.pipeline.stream import is_streamed

            if is_streamed(inputs):
                raise SettingsError("--group-by: a file that is read as a stream lists no resources", hint="split it")

        evidence = gov.RECORD in files or any(name in _WITH_EVIDENCE for name, _ in outputs)
        report = pipeline.check(inputs, settings, now, facets=facets, evidence=evidence)
        if said["group_by"]:
            from spendgate.pipeline.afterwards.grouping import grouped

            report = grouped(report, said["group_by"])
        report = gov.readable(report, place)
        if gov.INPUT in files:
            gov.write_file(pipeline.policy_document(inputs, settings, now), files[gov.INPUT])
    if gov.RECORD in files:
        gov.write_record(report, files[gov.RECORD], said["sign_key"])
    opt.deliver(report, outputs, no_color=said["no_color"], quiet=said["quiet"], verbose=said["verbose"])
    return report.exit_code


def show_settings(settings: Any, place: Any = None) -> None:
    """Each setting, its value and who said so."""
    import json

    width = max(len(key) for key in settings.origins)
    for key, origin in settings.origins.items():
        value = json.dumps(origin.value, ensure_ascii=False, default=str)
        line = f"{key:<{width}}  {value}  ({origin.said_by})"
        click.echo(place.shown(line) if place is not None else line)
