"""`policies.lock`: which bundles a project uses, where they go, and the digest that each had when somebody looked at it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from spendgate.documents import read_yaml
from spendgate.errors import SettingsError
from spendgate.governance.entries import Key, entries, text
from spendgate.governance.policy_bundle import DIGEST
from spendgate.model.frozen import Frozen
from spendgate.policies.mistakes import Mistake

_HEAD = "# Written by `spendgate policy pull`: a bundle that is not what stands here is refused.\n"


def _digest(value: Any) -> str:
    if not isinstance(value, str) or not DIGEST.fullmatch(value):
        raise Mistake(f"{value!r} is no digest", "sha256: and 64 hexadecimal digits")
    return value


_KEYS: Mapping[str, Key] = {
    "source": Key(text),
    "to": Key(text),
    "digest": Key(_digest),
    "key": Key(text, required=False),
}


class Locked(Frozen):
    """One bundle: its source without a digest, its folder, its digest, and the public key that must have signed it."""

    source: str
    to: str
    digest: str
    key: str | None = None


def read_lock(path: str) -> tuple[Locked, ...]:
    """The bundles of a lock file; none when there is no file. Raises SettingsError with file and line."""
    if not Path(path).exists():
        return ()
    found = entries(read_yaml(path), "bundles", _KEYS)
    return tuple(
        Locked(each.values["source"], each.values["to"], each.values["digest"], each.get("key")) for each in found
    )


def write_lock(path: str, bundles: Sequence[Locked]) -> None:
    """Write a lock file, in the order of folders. Raises SettingsError."""
    lines = [_HEAD, "bundles:\n"]
    for each in sorted(bundles, key=lambda each: (each.to, each.source)):
        lines += [f"  - source: {json.dumps(each.source)}\n", f"    to: {json.dumps(each.to)}\n"]
        lines += [f"    digest: {each.digest}\n"]
        lines += [f"    key: {json.dumps(each.key)}\n"] if each.key else []
    try:
        Path(path).write_text("".join(lines), encoding="utf-8")
    except OSError as error:
        raise SettingsError(f"cannot be written: {error.strerror}", file=path) from None
