"""`spendgate policy test --watch`: the tests again whenever a file changes, found by looking twice a second."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import click

from spendgate.errors import SettingsError, SpendgateError

_SECONDS = 0.5
Stamps = Mapping[str, tuple[int, int]]
"""The time of the last change (ns) and the size in bytes of each file."""


def stamps(paths: Sequence[str]) -> Stamps:
    """The files at paths and in folders below them, hidden ones left out; what is gone is not in it."""
    found: dict[str, tuple[int, int]] = {}
    for stated in paths:
        top = Path(stated)
        for path in [top] if not top.is_dir() else sorted(top.rglob("*")):
            if any(part.startswith(".") and part not in (".", "..") for part in path.relative_to(top).parts):
                continue
            try:
                state = path.stat()
            except OSError:
                continue
            if path.is_file():
                found[str(path)] = (state.st_mtime_ns, state.st_size)
    return found


def changed(before: Stamps, after: Stamps) -> list[str]:
    """The files that came, went or changed, in order."""
    return sorted(path for path in {*before, *after} if before.get(path) != after.get(path))


def watching(paths: Sequence[str], run: Callable[[], int], pause: Callable[[], None] | None = None) -> int:
    """Run, and run again after each change, until the user interrupts; the exit code is that of the last run.

    An error of a run is shown and waited out: it is what a policy half written looks like. `pause` waits between two looks;
    it may raise KeyboardInterrupt, as the user does. Raises SettingsError where there is nothing to look at.
    """
    if not paths:
        raise SettingsError("--watch needs a file or folder to watch", hint="spendgate policy test policies --watch")
    if missing := [path for path in paths if not Path(path).exists()]:
        raise SettingsError("is not there, so it cannot be watched", file=missing[0])
    code = 0
    try:
        while True:
            # NOTE: looked at before the run, so that a change during it counts.
            seen = stamps(paths)
            code = _once(run)
            click.echo("watching; Ctrl-C ends it")
            while not (news := changed(seen, stamps(paths))):
                pause() if pause else time.sleep(_SECONDS)
            click.echo(f"\nchanged: {', '.join(news)}")
    except KeyboardInterrupt:
        click.echo()
        return code


def _once(run: Callable[[], int]) -> int:
    try:
        return run()
    except SpendgateError as error:
        click.echo(f"error: {error}", err=True)
        return error.exit_code
