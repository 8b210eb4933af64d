"""Settings pinned to a git ref: whoever asks for a change cannot loosen the gate that judges it.

Configuration and every file that it names (policies, waivers, approvals, baseline, usage, rates, budgets) are taken from the
ref, whatever the working tree holds. Paths given as options are looked up there too. The input alone is the change's own.
"""

from __future__ import annotations

import os
import posixpath
import subprocess
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from spendgate.documents import read_yaml
from spendgate.errors import SettingsError, SpendgateError
from spendgate.model.frozen import Frozen
from spendgate.settings.unsaid import FILE_NAMES

PATH_KEYS = ("usage_file", "rates", "nodes", "budgets", "data", "waivers", "approvals", "baseline", "policy_paths")
"""Keys of settings that name files or folders; each is an option as well."""


class Pinned(Frozen):
    """The files of a ref in a folder of their own. `folder` stands for the working folder, `options` are led there too."""

    ref: str
    top: Path
    folder: Path
    options: Mapping[str, Any]
    environment: Mapping[str, str]

    def shown(self, text: str) -> str:
        """A text with the folder's own name replaced by the ref's: `origin/main:waivers.yaml`."""
        return text.replace(f"{self.top}{os.sep}", f"{self.ref}:")


@contextmanager
def pinned(
    ref: str, options: Mapping[str, Any], *, environment: Mapping[str, str] | None = None, folder: Path | None = None
) -> Iterator[Pinned]:
    """Take the files from the ref for as long as the context lasts. Raises SettingsError when git cannot give them.

    Errors raised inside name the files as `REF:path`.
    """
    here = folder or Path.cwd()
    variables = os.environ if environment is None else environment
    repository = _Repository(here, ref)
    with tempfile.TemporaryDirectory(prefix="spendgate-") as made:
        top = Path(made).resolve()
        (top / ".git").mkdir()  # NOTE: the search for a file of settings ends here.
        paths = _named(options, variables)
        config = paths.pop("config", None)
        names = [repository.inside(config)] if config else repository.settings_upward()
        repository.extract(names, top)
        found = next((top / name for name in names if (top / name).is_file()), None)
        wanted = [repository.inside(path) for value in paths.values() for path in value if not _is_text(path)]
        if found is not None:
            wanted += [_below(found.relative_to(top), path) for path in _named_by(found)]
        repository.extract(wanted, top)
        led: dict[str, Any] = {**options, "config_ref": ref}
        for key, value in paths.items():
            inside = tuple(path if _is_text(path) else str(top / repository.inside(path)) for path in value)
            led[key] = inside if key in _LISTS else inside[0]
        if config:
            led["config"] = str(top / repository.inside(config))
        working = top / repository.prefix
        working.mkdir(parents=True, exist_ok=True)
        plain = {key: value for key, value in variables.items() if key not in _VARIABLES}
        result = Pinned(ref, top, working, led, plain)
        try:
            yield result
        except SpendgateError as error:
            error.message = result.shown(error.message)
            error.file = result.shown(error.file) if error.file else None
            raise


_VARIABLES = {f"SPENDGATE_{key.upper()}" for key in (*PATH_KEYS, "config")}


_LISTS = ("policy_paths", "approvals", "data")


def _is_text(stated: str) -> bool:
    """Whether an approval stands in the option itself: what the job says is the job's word, and no file."""
    return stated.lstrip().startswith(("{", "approvals:"))


def _named(options: Mapping[str, Any], variables: Mapping[str, str]) -> dict[str, Any]:
    """The paths that options or the environment give, by key; `config` is one path, the others are lists."""
    found: dict[str, Any] = {}
    for key in (*PATH_KEYS, "config"):
        stated = options.get(key) or variables.get(f"SPENDGATE_{key.upper()}")
        if not stated:
            continue
        if key == "config":
            found[key] = stated
        elif key in _LISTS and isinstance(stated, str) and not _is_text(stated):
            found[key] = [part.strip() for part in stated.split(",")]
        else:
            found[key] = [stated] if isinstance(stated, str) else list(stated)
    return found


def _named_by(config: Path) -> list[str]:
    """The paths that a file of settings names, as they stand there."""
    data = read_yaml(config).data
    if not isinstance(data, Mapping):
        return []
    stated = [data.get(key) for key in PATH_KEYS]
    paths = [path for value in stated for path in (value if isinstance(value, list) else [value])]
    return [path for path in paths if isinstance(path, str) and path]


def _below(config: Path, path: str) -> str:
    """A path that a file of settings names, seen from the repository's top. Raises SettingsError for one outside."""
    found = posixpath.normpath(posixpath.join(config.parent.as_posix(), path))
    if found.startswith(("..", "/")):
        raise SettingsError(
            f"names {path}, which lies outside of the repository",
            file=config.as_posix(),
            hint="with --config-ref every file of settings is read from the repository",
        )
    return found


class _Repository:
    """The repository around a folder, at a ref."""

    def __init__(self, folder: Path, ref: str) -> None:
        self.folder = folder
        self.ref = ref
        if ref.startswith("-"):
            raise SettingsError(f"--config-ref {ref!r} is no ref")
        self.prefix = self._git("rev-parse", "--show-prefix").decode().strip()
        self.root = Path(self._git("rev-parse", "--show-toplevel").decode().strip())
        self.commit = (
            self._git("rev-parse", "--verify", "--quiet", f"{ref}^{{commit}}", ref_needed=True).decode().strip()
        )

    def inside(self, path: str) -> str:
        """A path of the working folder, seen from the repository's top. Raises SettingsError for one outside."""
        if Path(path).is_absolute():
            path = os.path.relpath(path, self.root / self.prefix)
        found = posixpath.normpath(posixpath.join(self.prefix, Path(path).as_posix()))
        if found.startswith(".."):
            raise SettingsError(
                f"{path} lies outside of the repository, so {self.ref} cannot give it",
                hint="with --config-ref every file of settings is read from the repository",
            )
        return found

    def settings_upward(self) -> list[str]:
        """Where a file of settings may stand, the nearest place first."""
        places = [self.prefix.rstrip("/")]
        while places[-1]:
            places.append(posixpath.dirname(places[-1]))
        return [posixpath.join(place, name) for place in places for name in FILE_NAMES]

    def extract(self, names: Iterable[str], top: Path) -> None:
        """Write the files at these names, folders whole; what the ref does not have stays absent."""
        wanted = sorted(set(names))
        if not wanted:
            return
        which = [] if "." in wanted else wanted
        listed = self._git("ls-tree", "-r", "-z", "--full-tree", self.commit, "--", *which)
        for line in filter(None, listed.decode("utf-8", "surrogateescape").split("\0")):
            about, _, name = line.partition("\t")
            mode, kind, blob = about.split()
            if kind != "blob" or mode == "120000":
                continue  # NOTE: a link may lead back into the working tree, which is the change's own.
            place = top / name
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(self._git("cat-file", "blob", blob))

    def _git(self, *arguments: str, ref_needed: bool = False) -> bytes:
        try:
            done = subprocess.run(["git", *arguments], cwd=self.folder, capture_output=True, check=False)
        except OSError as error:
            raise SettingsError(f"--config-ref needs git: {error.strerror}") from None
        if done.returncode == 0:
            return done.stdout
        if ref_needed:
            hint = f"a shallow clone lacks it: git fetch origin {self.ref.removeprefix('origin/')}"
            raise SettingsError(f"git knows no commit {self.ref!r}", hint=hint)
        said = done.stderr.decode("utf-8", "replace").strip().splitlines()
        raise SettingsError(f"git cannot read {self.ref!r}: {said[-1] if said else 'it failed'}")
