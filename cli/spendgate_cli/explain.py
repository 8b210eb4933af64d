"""`spendgate explain`: why a policy says what it says, and what it sees."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from spendgate.errors import SettingsError
from spendgate_cli import options as opt

if TYPE_CHECKING:
    from spendgate.graph import Standing
    from spendgate.pipeline.bench.explaining import Explained
    from spendgate.policies.explaining import Row

_MOST_SHOWN = 8
_SIGNS = {"true": "yes", "false": "NO ", "unknown": "?  "}


@click.command(short_help="Say why a policy says what it says, or show what it sees.")
@opt.inputs
@opt.reading
@opt.comparing
@opt.judging
@click.option("--as-input", is_flag=True, help="Print the document that Rego policies get as `input`.")
@click.option("--scope", type=click.Choice(["changes", "all"]), help="What changes (default), or all that is there.")
@opt.clock
def explain(**said: Any) -> int:
    """Say why: `spendgate explain POLICY ADDRESS INPUT...` shows each condition with what was expected and what is there.

    ADDRESS is a resource, `change` for a policy that judges the whole change, or `tags.team=ml` for one that judges groups.

    `spendgate explain --as-input INPUT...` shows the very document that policies judge, as JSON. Secrets are replaced by
    `(sensitive)`; what is not known is listed under `unknown` of each resource.
    """
    now = opt.time_of(said["now"])
    from spendgate.settings import resolve

    if said["as_input"]:
        settings = resolve(said)
        inputs = opt.all_inputs(said["inputs"], said["files"], said["folders"])
        from spendgate import pipeline

        opt.write_out(pipeline.policy_document(inputs, settings, now))
        return 0
    if len(said["inputs"]) < 2:
        raise SettingsError(
            "a policy and an address are needed", hint="spendgate explain GPU-001 aws_instance.a plan.json"
        )
    policy, address, *named = said["inputs"]
    if not named and not said["files"] and not said["folders"]:
        raise SettingsError(
            "a policy, an address and something to read are needed",
            hint=f"spendgate explain {policy} ADDRESS plan.json; `spendgate check plan.json` shows the addresses",
        )
    inputs = opt.all_inputs(named, said["files"], said["folders"])
    from spendgate.pipeline.bench.explaining import explained

    if not said["packs"] and not said["policy_paths"]:
        said["packs"] = ("all",)
    opt.write_out("\n".join(_lines(explained(policy, address, inputs, resolve(said), now))) + "\n")
    return 0


def _lines(found: Explained) -> list[str]:
    judgement = found.explanation.judgement
    lines = [f"{found.policy.id}  {found.policy.title}", f"on {found.address}: {judgement.verdict.value}"]
    if judgement.finding is not None:
        lines.append(f"  {judgement.finding.message}")
    for name, rows in found.explanation.parts:
        lines += ["", name, *(line for row in rows for line in _row(row, found))]
    return [*lines, *_standing(found.standing)]


def _standing(standing: Standing) -> list[str]:
    """What the resource refers to and what hangs on it, as far as a person can take in."""
    lines = []
    for title, edges in (("refers to", standing.targets), ("used by", standing.users)):
        if edges:
            shown = [f"  {address} ({attribute})" for address, attribute in edges[:_MOST_SHOWN]]
            rest = len(edges) - _MOST_SHOWN
            lines += ["", title, *shown, *([f"  … and {rest:,} more"] if rest > 0 else [])]
    if standing.further:
        names = ", ".join(standing.further[:_MOST_SHOWN])
        more = f" and {len(standing.further) - _MOST_SHOWN:,} more" if len(standing.further) > _MOST_SHOWN else ""
        lines.append(f"  through those: {names}{more}")
    return lines


def _row(row: Row, found: Explained) -> list[str]:
    indent = "  " * (row.depth + 1)
    lines = [f"{indent}{_SIGNS[row.truth.value]} {row.said}"]
    if row.path is None:
        return lines
    about = [found.origins.get(row.path, "")]
    if place := found.places.get(row.path):
        about.append(f"{place.file}:{place.line}" if place.line else place.file)
    if row.parameter:
        about.append(f"expected by parameter {row.parameter}")
    said = ", ".join(part for part in about if part)
    return [*lines, f"{indent}    is {row.actual}{f' ({said})' if said else ''}"]
