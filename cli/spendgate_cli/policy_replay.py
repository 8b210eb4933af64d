"""`spendgate policy diff, try`: what other policies would have said, and what a condition says of an input."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import click

from spendgate.errors import SettingsError
from spendgate_cli import options as opt


@click.command()
@click.argument("old")
@click.argument("new")
@click.option(
    "--replay",
    "records",
    multiple=True,
    required=True,
    metavar="PATH",
    help="Recorded inputs, file or folder; several allowed.",
)
def diff(old: str, new: str, records: Sequence[str]) -> int:
    """Show which verdicts would change, and how much money is behind them, if policies OLD became NEW.

    OLD and NEW are policy files or folders. The recorded inputs are those that `check -o input=PATH` wrote.

    Exit codes: 0 nothing changes, 1 something does, 2 something cannot be read.
    """
    from spendgate.pipeline.bench.replaying import differences, not_replayed, recorded
    from spendgate.pipeline.judging import rego_reader
    from spendgate.policies.catalog import load

    readers = {".rego": rego_reader()}
    before, after = load((old,), (), readers=readers), load((new,), (), readers=readers)
    inputs = [recorded(path) for path in _files(records)]
    found = differences(before, after, inputs)
    for each in found:
        cost = f"  {each.cost_monthly:,.2f} a month" if each.cost_monthly is not None else ""
        click.echo(f"{each.origin}  {each.policy}  {each.address}: {each.old} -> {each.new}{cost}")
    if others := not_replayed([*before, *after]):
        click.echo(f"not replayed, since they are no YAML or ask for prices that no record holds: {', '.join(others)}")
    failing = [each for each in found if each.new.startswith("fail") and not each.old.startswith("fail")]
    passing = [each for each in found if each.old.startswith("fail") and not each.new.startswith("fail")]
    click.echo(
        f"{len(found)} verdict{'' if len(found) == 1 else 's'} of {len(inputs)} recorded "
        f"input{'' if len(inputs) == 1 else 's'} would change: "
        f"{_sum('would fail', failing)}, {_sum('would no longer fail', passing)}"
    )
    return 1 if found else 0


def _sum(what: str, found: Sequence[Any]) -> str:
    known = [each.cost_monthly for each in found if each.cost_monthly is not None]
    unknown = len(found) - len(known)
    money = (
        f" ({sum(known, Decimal(0)):,.2f} a month{f', {unknown} without a cost' if unknown else ''})" if found else ""
    )
    return f"{len(found)} {what}{money}"


def _files(paths: Sequence[str]) -> list[str]:
    found: list[str] = []
    for path in paths:
        place = Path(path)
        found += sorted(map(str, place.rglob("*.json"))) if place.is_dir() else [path]
    if not found:
        raise SettingsError(
            "holds no recorded input", file=paths[0], hint="spendgate check plan.json -o input=input.json"
        )
    return found


@click.command("try")
@opt.inputs
@opt.reading
@opt.clock
def try_(**said: Any) -> int:
    """Ask fields and conditions of one input, line by line, while a policy is being written. `help` says what can be asked."""
    import sys

    now = opt.time_of(said["now"])
    inputs = opt.all_inputs(said["inputs"], said["files"], said["folders"])
    if "-" in inputs:
        raise SettingsError("the questions come from standard input, so the input must be a file")
    from spendgate.pipeline.bench.trying import bench
    from spendgate.settings import resolve

    table = bench(inputs, resolve(said), now)
    prompt = "> " if sys.stdin.isatty() else ""
    if prompt:
        click.echo(f"{len(table.cases)} cases; help says what can be asked")
    while True:
        try:
            line = input(prompt)
        except EOFError:
            return 0
        if line.strip() in ("quit", "exit"):
            return 0
        for answer in table.ask(line):
            click.echo(answer)
