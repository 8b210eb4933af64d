"""`spendgate verify`: whether a decision record stands for the plan that is about to be applied."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import click

from spendgate.errors import SettingsError
from spendgate_cli import options as opt

_UNITS = {"m": 60, "h": 3600, "d": 86_400}


@click.command(short_help="Say whether a decision record stands for the plan about to be applied.")
@click.argument("record")
@click.argument("plans", nargs=-1, required=True, metavar="PLAN...")
@click.option("--key", metavar="FILE", help="Public key (PEM) that must have signed it.")
@click.option("--unsigned", is_flag=True, help="Look at no signature.")
@click.option("--max-age", metavar="TIME", help="How old it may be: 30m, 12h, 7d.")
@opt.clock
def verify(record: str, plans: Sequence[str], **said: Any) -> int:
    """Compare a record, written with `check -o record=RECORD`, with the very files about to be applied.

    Exit codes: 0 the record says pass and is of these plans, 1 it is not, 2 it cannot be read.
    """
    if bool(said["key"]) == said["unsigned"]:
        raise SettingsError(
            "say which key must have signed the record, or that none must",
            hint="--key decision.pub, or --unsigned where nobody else can write the file",
        )
    from spendgate.pipeline import record as records

    max_age = _age(said["max_age"]) if said["max_age"] else None
    found = records.verify(record, plans, key=said["key"], now=opt.time_of(said["now"]), max_age=max_age)
    if found.objections:
        click.echo(f"{record} does not hold:")
        for objection in found.objections:
            click.echo(f"  {objection}")
        return 1
    click.echo(f"{record} holds: {found.decision} at {found.time}{', signed' if found.signed else ''}")
    return 0


def _age(text: str) -> timedelta:
    count, unit = text[:-1], text[-1:]
    if not count.isdecimal() or unit not in _UNITS:
        raise SettingsError(f"--max-age {text!r} is no time", hint="write 30m, 12h or 7d")
    return timedelta(seconds=int(count) * _UNITS[unit])
