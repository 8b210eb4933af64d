"""`spendgate drift`: where what runs differs from what was approved."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import click

from spendgate_cli import options as opt


@click.command(short_help="Say where what runs differs from what was approved.")
@opt.inputs
@click.option("--approved", required=True, metavar="FILE", help="The report that was approved (`check -o json=FILE`).")
@click.option("--state", metavar="FILE", help="A Terraform state: tells which id each address has.")
@opt.reading
@opt.clock
@click.option("-o", "--output", type=click.Choice(["text", "json"]), default="text", help="How to print it.")
def drift(**said: Any) -> int:
    """Compare an inventory with the report of what was approved.

    Exit codes: 0 nothing drifted, 1 something did, 2 error, 3 something could not be joined or read.
    """
    now = opt.time_of(said["now"])
    from spendgate.settings import resolve

    inputs = opt.all_inputs(said["inputs"], said["files"], said["folders"])
    settings = resolve({key: value for key, value in said.items() if key != "output"})
    from spendgate.pipeline.afterwards.drifting import drifted

    found = drifted(said["approved"], inputs, settings, now, state=said["state"])
    text = json.dumps(_document(found), indent=2) if said["output"] == "json" else "\n".join(_lines(found))
    opt.write_out(text + "\n")
    for problem in found.problems:
        if problem.undetermined:
            click.echo(f"warning: {problem.file or ''}: {problem.message}", err=True)
    return found.exit_code


def _document(found: Any) -> dict[str, Any]:
    drift = found.drift
    return {
        "currency": found.currency,
        "exit_code": found.exit_code,
        "joined": drift.joined,
        "never_judged": [_thing(thing) for thing in drift.never_judged],
        "never_judged_free": drift.free,
        "changed": [
            {
                "approved": moved.approved,
                "live": moved.live,
                "approved_monthly": _amount(moved.approved_monthly),
                "live_monthly": _amount(moved.live_monthly),
                "delta_monthly": _amount(moved.delta_monthly),
                "differences": [
                    {"what": each.what, "approved": each.approved, "live": each.live} for each in moved.differences
                ],
            }
            for moved in drift.changed
        ],
        "gone": [_thing(thing) for thing in drift.gone],
        "unjoined": [
            {"address": each.address, "side": each.side, "why": each.why, "monthly": _amount(each.monthly)}
            for each in drift.unjoined
        ],
        "problems": [problem.message for problem in found.problems],
    }


def _thing(thing: Any) -> dict[str, Any]:
    return {
        "address": thing.address,
        "type": thing.type,
        "region": thing.region,
        "name": thing.name,
        "monthly": _amount(thing.monthly),
    }


def _amount(amount: Any) -> str | None:
    return None if amount is None else f"{amount:.2f}"


def _lines(found: Any) -> Iterator[str]:
    drift = found.drift
    yield (
        f"{len(drift.never_judged)} never judged, {len(drift.changed)} changed since, {len(drift.gone)} gone, "
        f"{len(drift.unjoined)} not joined; {drift.joined} found on both sides"
    )
    for title, things in (
        ("Runs, and was never judged", drift.never_judged),
        ("Was approved, and is gone", drift.gone),
    ):
        if things:
            yield ""
            yield f"{title} ({len(things)})"
            yield from (f"  {thing.address}  {_money(thing.monthly, found.currency)}" for thing in things)
    if drift.changed:
        yield ""
        yield f"Was judged, and changed since ({len(drift.changed)})"
        for moved in drift.changed:
            yield f"  {moved.live}  approved as {moved.approved}  {_money(moved.delta_monthly, found.currency, sign=True)}"
            yield from (
                f"    {each.what}: {_plain(each.approved)} -> {_plain(each.live)}" for each in moved.differences
            )
    if drift.unjoined:
        yield ""
        yield f"Cannot be told ({len(drift.unjoined)})"
        yield from (f"  {each.address} ({each.side}): {each.why}" for each in drift.unjoined)
    if drift.free:
        yield ""
        yield f"{drift.free} more were never judged and cost nothing"


def _money(amount: Any, currency: str, *, sign: bool = False) -> str:
    if amount is None:
        return "cost not known"
    return f"{amount:{'+' if sign else ''},.2f} {currency} a month"


def _plain(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
