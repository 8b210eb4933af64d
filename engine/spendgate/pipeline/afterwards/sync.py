"""What a report lacks in stated use, written into a usage file."""

from __future__ import annotations

import re
from pathlib import Path

from spendgate.costing.meters import meters_for, usage_keys
from spendgate.costing.usage_sync import Wanted, synced
from spendgate.errors import SettingsError
from spendgate.wire import v1

_STATE = re.compile(r"state ([\w.\[\]*]+) in the usage file")
_INSTANCE = re.compile(r"\[[^\]]*\]")


def sync_usage(report: v1.Report, path: str) -> int:
    """Add the keys that a run needs to a usage file, new or old; how many resources got any. Raises SettingsError."""
    place = Path(path)
    try:
        text = place.read_text(encoding="utf-8") if place.exists() else ""
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"cannot be read: {error}", file=path) from None
    wanted = lacking_use(report)
    written = synced(text, wanted)
    if written != text:
        try:
            place.write_text(written, encoding="utf-8")
        except OSError as error:
            raise SettingsError(f"cannot be written: {error.strerror}", file=path) from None
    return len(wanted)


def lacking_use(report: v1.Report) -> list[Wanted]:
    """Resources that need usage, instances of one together, with the keys that they lack, by address."""
    found: dict[str, dict[str, str]] = {}
    known: dict[tuple[str, str], dict[str, str]] = {}
    for change in report.changes:
        needed = [match[1] for part in change.cost.unpriced if (match := _STATE.search(part.reason))]
        if not needed:
            continue
        of = (change.provider, change.type)
        if of not in known:
            known[of] = dict(usage_keys(change.type, meters_for(change.provider).get(change.type, ())))
        keys = found.setdefault(_INSTANCE.sub("[*]", change.address), {})
        for key in needed:
            keys[key] = known[of].get(key, "what the part depends on")
    return [Wanted(address, keys) for address, keys in sorted(found.items())]
