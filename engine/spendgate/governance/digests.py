"""Digests of what was judged: a plan's bytes, a folder's files, several inputs together."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path

from spendgate.documents import read_bytes
from spendgate.errors import InputError

ALGORITHM = "sha256"


def digest_of(path: Path | str) -> str:
    """The digest of a file, or of a folder's files with their relative names. Raises InputError when it cannot be read."""
    place = Path(path)
    if not place.is_dir():
        return digest_bytes(read_bytes(place))
    hasher = hashlib.sha256()
    files = sorted(each for each in place.rglob("*") if each.is_file() and not _is_hidden(each.relative_to(place)))
    for each in files:
        hasher.update(f"{each.relative_to(place).as_posix()}\0{digest_of(each)}\n".encode())
    return f"{ALGORITHM}:{hasher.hexdigest()}"


def digest_bytes(data: bytes) -> str:
    """The digest of bytes: `sha256:` and 64 hexadecimal digits."""
    return f"{ALGORITHM}:{hashlib.sha256(data).hexdigest()}"


def digest_of_all(digests: Mapping[str, str]) -> str:
    """One digest for several inputs, whatever their order; that of a single input is its own."""
    if len(digests) == 1:
        return next(iter(digests.values()))
    lines = "".join(f"{digest}\n" for digest in sorted(digests.values()))
    return digest_bytes(lines.encode())


def digests_of(inputs: Mapping[str, str]) -> dict[str, str]:
    """The digest of each input by its root. `inputs` maps roots to paths. Raises InputError for standard input.

    NOTE: standard input can be read once, and the run needs it.
    """
    if "-" in inputs.values():
        raise InputError(
            "standard input has no digest that could be compared later",
            hint="save the plan to a file: an approval or a decision record names its digest",
        )
    return {root: digest_of(path) for root, path in inputs.items()}


def _is_hidden(path: Path) -> bool:
    return any(part.startswith(".") for part in path.parts)
