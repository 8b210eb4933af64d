"""Waivers beside the thing itself: a comment right above a resource in Terraform source, or above an object in a manifest.

    # spendgate:waive GPU-001 owner=ml-platform expires=2026-12-24 reason="the L4 image is not ready"

Such a comment comes with the change that it excuses. Under a pinned configuration only those count that the pinned ref has too.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from spendgate.errors import SettingsError
from spendgate.governance.entries import day, money, text
from spendgate.governance.matter import Matter
from spendgate.governance.waivers import Waiver
from spendgate.model.expiry import Term
from spendgate.model.frozen import Frozen
from spendgate.model.resource import Location
from spendgate.policies.mistakes import Mistake, near

MARK = "spendgate:waive"
EXAMPLE = 'GPU-001 owner=NAME expires=2026-12-31 reason="why"'
_COMMENT = re.compile(r"\s*(?:#|//)")
_HEAD = re.compile(r"(?:apiVersion|kind|metadata):")
"""Lines of an object in a manifest that may stand above the one that it is found by."""
_WAIVER = re.compile(rf"(?:#|//)\s*{MARK}\s+(\S+)\s*(.*)")
_KEYS: Mapping[str, Callable[[Any], Any]] = {
    "owner": text,
    "reason": text,
    "expires": day,
    "until": day,
    "ticket": text,
    "up_to": money,
}
_REQUIRED = ("owner", "reason", "expires")
_MOST_BYTES = 4 * 1024 * 1024


class Stated(Frozen):
    """A waiver in a comment, and the comment itself."""

    waiver: Waiver
    comment: str


@dataclass(slots=True)
class Comments:
    """The source files of a run, each read once. `ref` is the commit that a comment must stand in to count."""

    ref: str | None = None
    _lines: dict[str, list[str]] = field(default_factory=dict)
    _pinned: dict[str, str] = field(default_factory=dict)

    def of(self, matter: Matter, locate: Callable[[], Location | None]) -> list[Stated]:
        """The waivers above the resource of a matter. `locate` finds the resource, and is asked only when there is any."""
        place = matter.finding.location
        if place is None or not self._source(place.file):
            return []
        block = locate()
        if block is None or block.line is None:
            return []
        return read_inline(self._source(block.file), block.line, block.file, matter)

    def counts(self, stated: Stated) -> bool:
        """Whether a comment counts: always, or when the pinned ref has it in the same file."""
        file = stated.waiver.file
        if self.ref is None or file is None:
            return True
        if file not in self._pinned:
            inside = Path(os.path.relpath(file)).as_posix()
            done = subprocess.run(["git", "show", f"{self.ref}:./{inside}"], capture_output=True, check=False)
            self._pinned[file] = done.stdout.decode("utf-8", "replace") if done.returncode == 0 else ""
        return stated.comment in (line.strip() for line in self._pinned[file].splitlines())

    def _source(self, file: str) -> list[str]:
        """The lines of a file that has a waiver in it; nothing of any other, or of one that cannot be read."""
        if file not in self._lines:
            path = Path(file)
            try:
                found = path.read_text("utf-8", "replace") if path.stat().st_size <= _MOST_BYTES else ""
            except (OSError, ValueError):
                found = ""
            self._lines[file] = found.splitlines() if MARK in found else []
        return self._lines[file]


def read_inline(lines: Sequence[str], line: int, file: str, matter: Matter) -> list[Stated]:
    """The waivers for a matter's policy in the comments right above a line (counted from 1).

    Raises SettingsError with file and line for one that lacks something.
    """
    found = []
    number = line - 1
    while 1 <= number <= len(lines) and _HEAD.match(lines[number - 1]):
        number -= 1
    while number >= 1 and number <= len(lines) and _COMMENT.match(lines[number - 1]):
        stated = _WAIVER.search(lines[number - 1])
        if stated is not None and stated[1].upper() == matter.finding.policy:
            waiver = stated_waiver(stated[2], matter, file, number, example=f"# {MARK} {EXAMPLE}")
            found.append(Stated(waiver, lines[number - 1].strip()))
        number -= 1
    return found[::-1]


def stated_waiver(words: str, matter: Matter, file: str, line: int | None, *, example: str) -> Waiver:
    """The waiver of a matter in words such as `owner=ml expires=2026-12-24 reason="why"`; `until` is another word for `expires`.

    Raises SettingsError with file and line, and `example` as the hint for one that lacks something.
    """
    values: dict[str, Any] = {}
    try:
        parts = shlex.split(words)
    except ValueError as error:
        raise SettingsError(f"a waiver cannot be read: {error}", file=file, line=line) from None
    for part in parts:
        key, sign, value = part.partition("=")
        if not sign or key not in _KEYS:
            raise SettingsError(f"a waiver says {part!r}", file=file, line=line, hint=near(key, _KEYS, whole="it says"))
        try:
            values["expires" if key == "until" else key] = _KEYS[key](value)
        except Mistake as mistake:
            raise SettingsError(f"{key}: {mistake.message}", file=file, line=line, hint=mistake.hint) from None
    if missing := [key for key in _REQUIRED if not values.get(key)]:
        raise SettingsError(f"a waiver lacks {' and '.join(missing)}", file=file, line=line, hint=example)
    return Waiver(
        policy=matter.finding.policy,
        address=matter.finding.address,
        owner=values["owner"],
        reason=values["reason"],
        term=Term(values["expires"]),
        root=matter.root or None,
        ticket=values.get("ticket"),
        up_to=values.get("up_to"),
        file=file,
        line=line,
    )
