"""One side of a comparison: a report that was saved, or the estimate of an input."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path

from spendgate.documents import read_bytes
from spendgate.pipeline import cost
from spendgate.pipeline.afterwards.converting import converted
from spendgate.settings import Settings
from spendgate.wire import v1


def side(path: str, settings: Settings, now: datetime) -> v1.Report:
    """The costs of an input, or a saved report, in the currency that was asked for. Raises InputError, SettingsError."""
    saved = Path(path)
    if saved.is_file():
        data = read_bytes(saved)
        if v1.looks_like_report(data):
            report = v1.read(data, path)
            return converted(report, settings.currency, settings.rates) if settings.currency else report
    return cost([path], settings, now)


def saved_report(path: str) -> v1.Report:
    """A saved report, `-` is standard input. Raises InputError when it is none."""
    if path == "-":
        return v1.read(sys.stdin.buffer.read(), "standard input")
    return v1.read(read_bytes(Path(path)), path)
