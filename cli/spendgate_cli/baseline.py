"""`spendgate baseline`: record what is there, show it, and forget what is gone."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from spendgate.errors import SettingsError
from spendgate_cli import governing as gov
from spendgate_cli import options as opt

if TYPE_CHECKING:
    from spendgate.wire.v1 import Report

_DEFAULT = "baseline.json"

_judging = opt.together(
    opt.inputs,
    opt.judging,
    opt.reading,
    click.option(
        "--scope", type=click.Choice(["changes", "all"]), default="all", show_default=True, help="What to judge."
    ),
    click.option("--waivers", metavar="FILE", help="What is waived is not recorded."),
    click.option("--root-name", metavar="NAME", help="Name of what is deployed; default: the input's path."),
    click.option("--to", "target", metavar="FILE", help=f"Baseline; default: that of the settings, or {_DEFAULT}."),
    opt.clock,
)


@click.group(short_help="Record what is known, so that only new findings fail.")
def baseline() -> None:
    """The failures that were there when the gate was introduced."""


@baseline.command()
@_judging
@click.option("--tolerance", type=click.IntRange(0, 1000), default=10, show_default=True, metavar="PERCENT",
              help="By how much the cost of a known failure may rise.")  # fmt: skip
def write(**said: Any) -> int:
    """Record every failure of INPUTs. Those of other deployments that the file holds already are kept."""
    from decimal import Decimal

    from spendgate.governance.baseline import baseline_of, dump
    from spendgate.pipeline.afterwards.recording import known_failures

    report, path = _report(said)
    known, left_out = known_failures(report)
    others = [each for each in _loaded(path).findings if each.root not in report.run.roots] if path.exists() else []
    today = opt.time_of(said["now"]).date()
    _save(path, dump(baseline_of(today, [*others, *known], Decimal(said["tolerance"]))))
    kept = f", {len(others)} of other deployments kept" if others else ""
    click.echo(f"{_findings(sum(each.count for each in known))} recorded in {gov.shown(path)}{kept}")
    for why, count in left_out.items():
        click.echo(f"{_findings(count)} not recorded: {why}")
    return 0


@baseline.command()
@click.argument("file", default=_DEFAULT)
def show(file: str) -> None:
    """List what a baseline holds."""
    known = _loaded(Path(file))
    for each in known.findings:
        cost = f"  {each.cost_monthly} a month" if each.cost_monthly is not None else ""
        count = f"  {each.count} times" if each.count > 1 else ""
        click.echo(f"{each.policy}  {each.root}  {each.address}  {each.path} = {each.actual}{cost}{count}")
    click.echo(
        f"{_findings(len(known.findings))} recorded on {known.recorded.isoformat()}; "
        f"costs may rise by {known.cost_tolerance_percent} percent"
    )


@baseline.command()
@_judging
def prune(**said: Any) -> int:
    """Forget what INPUTs no longer show. Nothing is added: a baseline only shrinks this way."""
    from spendgate.governance.baseline import baseline_of, dump
    from spendgate.pipeline.afterwards.recording import known_failures

    report, path = _report(said)
    known = _loaded(path)
    there = {each.fingerprint for each in known_failures(report)[0]}
    judged = {policy.id for policy in report.policies}
    kept = [
        each
        for each in known.findings
        if each.fingerprint in there or each.root not in report.run.roots or each.policy not in judged
    ]
    gone = len(known.findings) - len(kept)
    if gone:
        _save(path, dump(baseline_of(known.recorded, kept, known.cost_tolerance_percent)))
    click.echo(f"{_findings(gone)} forgotten, {len(kept)} kept in {gov.shown(path)}")
    return 0


def _report(said: dict[str, Any]) -> tuple[Report, Path]:
    """The report of a run that looks at no baseline and at no approvals, and where the baseline is."""
    from spendgate import pipeline
    from spendgate.model.frozen import replace
    from spendgate.settings import resolve

    settings = resolve(said)
    path = Path(said["target"] or settings.baseline or _DEFAULT)
    inputs = opt.all_inputs(said["inputs"], said["files"], said["folders"])
    settings = replace(settings, baseline=None, approvals=())
    return pipeline.check(inputs, settings, opt.time_of(said["now"]), facets=False), path


def _loaded(path: Path) -> Any:
    from spendgate.governance.baseline import load_baseline

    return load_baseline(str(path))


def _save(path: Path, text: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise SettingsError(f"cannot be written: {error.strerror}", file=str(path)) from None


def _findings(count: int) -> str:
    return f"{count} finding{'' if count == 1 else 's'}"
