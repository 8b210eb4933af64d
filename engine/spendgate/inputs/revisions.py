"""A file or folder as it was at a revision of its git repository."""

from __future__ import annotations

import io
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from spendgate.errors import InputError, SettingsError
from spendgate.model.frozen import replace
from spendgate.model.resource import Locate, Location, Problem, Workload

_SECONDS = 120


@contextmanager
def at_revision(path: str, revision: str) -> Iterator[str]:
    """A spare folder that holds the repository at a revision; yields the path in it, and removes it in the end.

    Raises SettingsError for a revision or a path that is not there, InputError when git does not answer.
    """
    place = Path(path).resolve()
    folder = place if place.is_dir() else place.parent
    top = Path(_git(folder, revision, "rev-parse", "--show-toplevel").decode().strip()).resolve()
    commit = _git(folder, revision, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
    archive = _git(top, revision, "archive", "--format=tar", commit.decode().strip())
    with tempfile.TemporaryDirectory(prefix="spendgate-base-") as spare:
        try:
            with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
                tar.extractall(spare, filter="data")
        except tarfile.FilterError:
            raise InputError(f"--base {revision}: holds links that lead out of the repository", file=path) from None
        inside = Path(spare) / place.relative_to(top)
        if not inside.exists():
            raise SettingsError(f"--base {revision}: {path} is not there", hint="is it new? then leave --base out")
        yield str(inside)


def _git(folder: Path, revision: str, *arguments: str) -> bytes:
    try:
        done = subprocess.run(
            ["git", "-C", str(folder), *arguments], capture_output=True, check=False, timeout=_SECONDS
        )
    except FileNotFoundError:
        raise SettingsError(f"--base {revision}: is no file or folder, and there is no git") from None
    except subprocess.TimeoutExpired:
        raise InputError(f"--base {revision}: git took more than {_SECONDS} seconds") from None
    if done.returncode != 0:
        raise SettingsError(
            f"--base {revision}: is no file, no folder and no revision of a repository around the input",
            hint="is it fetched? git fetch origin main, or check out with the whole history",
        )
    return done.stdout


def renamed(workload: Workload, folder: str, shown: str) -> Workload:
    """A workload that was read in a spare folder, with the name that people know in place of that folder."""
    return replace(
        workload,
        origin=workload.origin.replace(folder, shown),
        problems=tuple(_problem(problem, folder, shown) for problem in workload.problems),
        locate=_Renamed(workload.locate, folder, shown),
    )


def _problem(problem: Problem, folder: str, shown: str) -> Problem:
    file = problem.file.replace(folder, shown) if problem.file else None
    return replace(problem, message=problem.message.replace(folder, shown), file=file)


class _Renamed:
    """Locates in files that have another name; implements `model.resource.Locate`."""

    def __init__(self, locate: Locate, folder: str, shown: str) -> None:
        self._locate = locate
        self._folder = folder
        self._shown = shown

    def __call__(self, address: str, path: str | None = None) -> Location | None:
        found = self._locate(address, path)
        return replace(found, file=found.file.replace(self._folder, self._shown)) if found is not None else None
