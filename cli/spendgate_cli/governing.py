"""Options and settings of commands that govern: waivers, baseline, approvals, and where the settings are read from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from spendgate.errors import SettingsError
from spendgate_cli import options as opt

if TYPE_CHECKING:
    from spendgate.settings import Settings
    from spendgate.wire.v1 import Report

pinning = opt.together(
    click.option(
        "--config-ref", metavar="REF", help="Read settings and all files that they name from this git ref: origin/main."
    ),
    click.option("--root-name", metavar="NAME", help="Name of what is deployed; default: the input's path."),
)

governing = opt.together(
    click.option("--waivers", metavar="FILE", help="Findings that somebody answers for until a day (waivers.yaml)."),
    click.option("--baseline", metavar="FILE", help="Findings that were there before: only new and worse ones count."),
    click.option(
        "--approval",
        "approvals",
        multiple=True,
        metavar="FILE",
        help="Approvals of exactly this plan; several allowed.",
    ),
    click.option("--author", metavar="NAME", help="Who made the change, and so cannot approve it."),
    pinning,
)


@contextmanager
def settings_of(said: Mapping[str, Any]) -> Iterator[tuple[Settings, Any]]:
    """The settings of a command, and what makes texts about files of a ref readable (`None` without `--config-ref`)."""
    import os

    from spendgate.settings import resolve

    ref = said.get("config_ref") or os.environ.get("SPENDGATE_CONFIG_REF")
    if not ref:
        yield resolve(said), None
        return
    from spendgate.settings.pinned import pinned

    with pinned(ref, said) as place:
        yield resolve(place.options, environment=place.environment, folder=place.folder), place


def readable(report: Report, place: Any) -> Report:
    """The report with files of a ref named as such."""
    if place is None:
        return report
    from spendgate.wire.v1 import Problem, revised

    problems = [
        Problem(each.level, each.message, place.shown(each.file) if each.file else None, each.line, each.undetermined)
        for each in report.problems
    ]
    return revised(report, problems=problems)


def last_day(text: str, today: date) -> date:
    """A last day from `30d`, `4w` or a date. Raises SettingsError, also for a day that has passed."""
    count, unit = text[:-1], text[-1:]
    if count.isdecimal() and unit in ("d", "w"):
        return today + timedelta(days=int(count) * (7 if unit == "w" else 1))
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise SettingsError(f"--expires {text!r} is no day", hint="write 30d, 4w or 2026-12-31") from None
    if day < today:
        raise SettingsError(f"--expires {text} has passed already")
    return day


def append(path: Path, heading: str, entry: str) -> None:
    """Add an entry to the list in a YAML file, keeping what is there byte for byte. Raises SettingsError.

    NOTE: files that people edit keep their comments, so the text is added to and never written anew.
    """
    try:
        text = path.read_text(encoding="utf-8") if path.exists() else ""
        if not text.strip():
            text = f"{heading}:\n"
        elif text.rstrip().endswith(f"{heading}: []"):
            text = text.rstrip()[: -len(" []")] + "\n"
        elif not text.endswith("\n"):
            text += "\n"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text + entry, encoding="utf-8")
    except OSError as error:
        raise SettingsError(f"cannot be written: {error.strerror}", file=str(path)) from None


def quoted(text: str) -> str:
    """A text as YAML's double-quoted scalar."""
    import json

    return json.dumps(" ".join(text.split()), ensure_ascii=False)


def shown(path: Path) -> str:
    """A path as people know it, without the machine's own folders."""
    from spendgate.governance.root import shown_path

    return shown_path(str(path))


RECORD, INPUT = "record", "input"
"""The two outputs that are no report formats: what was judged, to be signed; and what policies saw, to be replayed."""


def apart(
    outputs: Sequence[tuple[str, str | None]],
) -> tuple[list[tuple[str, str | None]], dict[str, str]]:
    """The outputs that are report formats, and the files of those that are none. Raises SettingsError without one file each."""
    files: dict[str, str] = {}
    for name, path in outputs:
        if name not in (RECORD, INPUT):
            continue
        if path is None or name in files:
            what = "a decision record" if name == RECORD else "what policies saw"
            raise SettingsError(f"{what} goes to one file", hint=f"-o {name}={name}.json")
        files[name] = path
    return [output for output in outputs if output[0] not in files] or [("text", None)], files


def write_record(report: Report, path: str, key: str | None) -> None:
    """Write the decision record. Raises SettingsError."""
    import os

    from spendgate.pipeline.record import record

    write_file(record(report, key or os.environ.get("SPENDGATE_SIGN_KEY") or None), path)


def write_file(text: str, path: str) -> None:
    """Write a file whole. Raises SettingsError."""
    try:
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        Path(path).write_text(text, encoding="utf-8")
    except OSError as error:
        raise SettingsError(f"cannot be written: {error.strerror}", file=path) from None


def touched_since(inputs: Sequence[str], ref: str, settings: Settings) -> tuple[str, ...]:
    """The inputs that a change may concern; says which were passed over."""
    from spendgate.pipeline.since import touched

    kept, others = touched(inputs, ref, settings)
    if others:
        click.echo(f"passed over, since nothing there changed since {ref}: {', '.join(others)}", err=True)
    return kept
