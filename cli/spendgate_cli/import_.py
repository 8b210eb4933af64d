"""`spendgate import`: what other tools' files say, as waivers and policies here, and a list of what could not be said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from spendgate.errors import SettingsError
from spendgate_cli import governing as gov
from spendgate_cli import options as opt

if TYPE_CHECKING:
    from spendgate.migration import Imported


@click.command("import", short_help="Take over waivers and policies of other tools, as far as it goes.")
@click.argument("format_", metavar="FORMAT")
@click.argument("paths", nargs=-1, required=True, metavar="FILE...")
@click.option(
    "--map",
    "names",
    multiple=True,
    metavar="THEIRS=OURS",
    help="Which policy asks what their rule asks; several allowed.",
)
@click.option("--owner", metavar="NAME", help="Who answers for the waivers.")
@click.option("--expires", metavar="DAY", help="Their last day, where the file says none: 90d or 2026-12-31.")
@click.option("--reason", metavar="TEXT", help="Why, where the file does not say it.")
@click.option("--waivers", default="waivers.yaml", show_default=True, metavar="FILE", help="Where waivers go.")
@click.option("--policies", default="policies", show_default=True, metavar="FOLDER", help="Where policies go.")
@click.option(
    "--prefix", default="IMP", show_default=True, metavar="TEXT", help="Ids of policies: IMP-001, IMP-002 ..."
)
@opt.clock
def import_(format_: str, paths: Sequence[str], **said: Any) -> int:
    """Read files of another tool: checkov-baseline, checkov-policy, trivy-ignore, c7n-left,
    infracost-tags.

    What has no counterpart is listed and left out. Imported policies have no tests: `spendgate policy lint` says so.

    Exit codes: 0 everything was taken over, 1 something was left out, 2 nothing can be read.
    """
    from spendgate.documents import read_yaml
    from spendgate.migration import MIGRATIONS

    names = dict(_pair(each) for each in said["names"])
    found = MIGRATIONS.get(format_).read([read_yaml(path) for path in paths], names)
    written = _policies(found, Path(said["policies"]), said["prefix"])
    waivers = _waivers(found, said)
    for line in found.left_out:
        click.echo(f"left out  {line}")
    click.echo(
        f"{waivers} waivers in {said['waivers']}, {written} policies in {said['policies']}, {len(found.left_out)} left out"
    )
    return 1 if found.left_out else 0


def _pair(text: str) -> tuple[str, str]:
    theirs, sign, ours = text.partition("=")
    if not sign or not theirs or not ours:
        raise SettingsError(f"--map {text!r} names no two rules", hint="--map AVD-AWS-0089=STO-001")
    return theirs, ours


def _waivers(found: Imported, said: Mapping[str, Any]) -> int:
    if not found.waivers:
        return 0
    if not said["owner"]:
        raise SettingsError(f"{len(found.waivers)} waivers need somebody who answers for them", hint="--owner NAME")
    today = opt.time_of(said["now"]).date()
    if not said["expires"] and any(each.expires is None for each in found.waivers):
        raise SettingsError("waivers need a last day, and the file says none", hint="--expires 90d")
    text = ""
    for each in found.waivers:
        last = each.expires or gov.last_day(said["expires"], today).isoformat()
        lines = [f"policy: {each.policy}", f"address: {gov.quoted(each.address)}"]
        lines += [f"root: {gov.quoted(each.root)}"] if each.root else []
        lines += [f"owner: {gov.quoted(said['owner'])}", f"reason: {gov.quoted(said['reason'] or each.reason)}"]
        text += "  - " + "\n    ".join([*lines, f"expires: {last}"]) + "\n"
    gov.append(Path(said["waivers"]), "waivers", text)
    from spendgate.governance.waivers import load_waivers

    load_waivers(said["waivers"])
    return len(found.waivers)


def _policies(found: Imported, folder: Path, prefix: str) -> int:
    """Write each policy that loads; one that does not is left out with the reason."""
    import json

    from spendgate.errors import SpendgateError
    from spendgate.policies.reading import compiled, read_policy_text

    count = 0
    taken = {path.name[: len(prefix) + 4] for path in folder.glob(f"{prefix}-*.yaml")} if folder.is_dir() else set()
    free = (name for number in range(1, 1000) if (name := f"{prefix}-{number:03}") not in taken)
    for draft in found.policies:
        policy_id = next(free)
        data = {
            "id": policy_id,
            "title": draft.data["title"],
            "pack": "imported",
            "severity": draft.data["severity"],
            "enforcement": "warn",
            "description": f"Imported from {draft.origin}.",
            **{key: draft.data[key] for key in ("match", "assert", "remediation") if key in draft.data},
            "message": "{{ address }}: {{ failed.field }} is {{ failed.actual }}.",
        }
        text = "".join(
            f"{key}: {json.dumps(value, ensure_ascii=False, default=float)}\n" for key, value in data.items()
        )
        try:
            compiled(read_policy_text(text, draft.origin))
        except SpendgateError as error:
            found.left_out.append(f"{draft.origin}: {error.message}")
            continue
        gov.write_file(text, str(folder / f"{policy_id}.yaml"))
        count += 1
    return count
