"""Which of many inputs a change can have touched: for repositories that hold many deployments.

An input is passed over only when that is certain. What lies outside of all inputs and is Terraform, or settings of the gate,
may concern any of them, so it keeps them all.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterable, Sequence
from pathlib import Path

from spendgate.errors import SettingsError
from spendgate.governance.root import repository_of
from spendgate.settings import Settings

_SHARED = (".tf", ".tf.json", ".tofu", ".tfvars", ".tfvars.json", ".hcl", ".tpl")


def touched(
    inputs: Sequence[str], ref: str, settings: Settings, *, folder: Path | None = None
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The inputs that what changed since `ref` may concern, and those that it cannot. Raises SettingsError without git."""
    here = (folder or Path.cwd()).resolve()
    top = repository_of(here)
    if top is None:
        raise SettingsError("--since needs a git repository", hint="leave it out to judge everything")
    if "-" in inputs:
        raise SettingsError("--since cannot tell whether standard input has changed", hint="name files or folders")
    places = {path: _place(here, path) for path in inputs}
    plans = {_whole(here, path) for path in inputs}
    changed = [place for place in _changed(top, ref) if place not in plans]
    if any(_concerns_all(place, places.values(), _of_gate(here, settings)) for place in changed):
        return tuple(inputs), ()
    kept = tuple(path for path, place in places.items() if any(each.is_relative_to(place) for each in changed))
    return kept, tuple(path for path in inputs if path not in kept)


def _whole(here: Path, path: str) -> Path:
    return Path(os.path.normpath(here / path))


def _place(here: Path, path: str) -> Path:
    """The folder that an input speaks for: itself, or the one that a plan lies in."""
    place = _whole(here, path)
    return place if place.is_dir() else place.parent


def _of_gate(here: Path, settings: Settings) -> list[Path]:
    stated = [settings.file, settings.waivers, settings.baseline, settings.usage_file, settings.rates]
    return [_whole(here, path) for path in (*stated, *settings.policy_paths, *settings.approvals) if path]


def _concerns_all(changed: Path, places: Iterable[Path], of_gate: Sequence[Path]) -> bool:
    if any(changed.is_relative_to(place) for place in of_gate):
        return True
    return changed.name.endswith(_SHARED) and not any(changed.is_relative_to(place) for place in places)


def _changed(top: Path, ref: str) -> list[Path]:
    """Files that differ from where this line of work left the ref: committed, not yet committed, and new ones."""
    if ref.startswith("-"):
        raise SettingsError(f"--since {ref!r} is no ref")
    base = _git(top, "merge-base", ref, "HEAD", needed=ref).strip()
    names = _git(top, "diff", "--name-only", "-z", "--no-renames", base) + _git(
        top, "ls-files", "--others", "--exclude-standard", "-z"
    )
    return [top / name for name in names.split("\0") if name]


def _git(top: Path, *arguments: str, needed: str | None = None) -> str:
    try:
        done = subprocess.run(["git", *arguments], cwd=top, capture_output=True, check=False)
    except OSError as error:
        raise SettingsError(f"--since needs git: {error.strerror}") from None
    if done.returncode == 0:
        return done.stdout.decode("utf-8", "surrogateescape")
    if needed is not None:
        hint = f"a shallow clone lacks it: git fetch --unshallow, or git fetch origin {needed.removeprefix('origin/')}"
        raise SettingsError(f"git finds no common commit with {needed!r}", hint=hint)
    raise SettingsError(f"git failed: {done.stderr.decode('utf-8', 'replace').strip()[:200]}")
