"""Measured use of what runs: from a metrics file, or from Prometheus by PromQL over a window."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from spendgate.errors import SettingsError
from spendgate.inputs.utilisation.measured import Use

__all__ = ["Use", "measure"]

_SERVERS = ("prometheus+http://", "prometheus+https://")
_HINT = "a file with rows of resource, metric, mean, p95, samples, window_start, window_end; or prometheus+https://HOST?window=7d"


def measure(source: str, now: datetime, token: str | None = None) -> Use:
    """The use that a source tells of: a path (`.csv`, `.json`, `.jsonl`, `.parquet`) or the address of a Prometheus.

    A server that does not answer makes every use unknown and says so; a file that is wrong raises InputError, an address that is
    wrong SettingsError.
    """
    if source.startswith(_SERVERS):
        from spendgate.inputs.utilisation.prometheus import ask

        return ask(source.removeprefix("prometheus+"), now, token)
    if "://" in source:
        raise SettingsError(f"--metrics {source.partition('?')[0]}: no such kind of source", hint=_HINT)
    from spendgate.inputs.utilisation.metrics_file import read_metrics

    return Use(read_metrics(Path(source)), source)
