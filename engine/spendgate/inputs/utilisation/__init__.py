"""Measured use of what runs: from a metrics file, from Prometheus by PromQL, or from CloudWatch, over a window."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path

from spendgate.errors import SettingsError
from spendgate.inputs.utilisation.measured import Use, names_of
from spendgate.model.resource import Resource

__all__ = ["Use", "measure", "measure_all"]

_SERVERS = ("prometheus+http://", "prometheus+https://")
_CLOUDWATCH = "cloudwatch://"
_HINT = "a file of metrics, prometheus+https://HOST?window=7d, or cloudwatch://REGION?window=7d"


def measure(source: str, now: datetime, token: str | None = None, about: Sequence[Resource] | None = None) -> Use:
    """The use that a source tells of: a path (`.csv`, `.json`, `.jsonl`, `.parquet`), or the address of a Prometheus or CloudWatch.

    `about` are the resources of the run, where they are known beforehand: CloudWatch is asked for those and no more. A server that
    does not answer makes every use unknown and says so; a file that is wrong raises InputError, an address that is wrong SettingsError.
    """
    if source.startswith(_SERVERS):
        from spendgate.inputs.utilisation import prometheus

        on_kubernetes = about is None or any(resource.provider == "kubernetes" for resource in about)
        return prometheus.ask(source.removeprefix("prometheus+"), now, token, workloads=on_kubernetes)
    if source.startswith(_CLOUDWATCH):
        from spendgate.inputs.utilisation import cloudwatch

        return cloudwatch.ask(source.removeprefix(_CLOUDWATCH), now, None if about is None else _named(about))
    if "://" in source:
        raise SettingsError(f"--metrics {source.partition('?')[0]}: no such kind of source", hint=_HINT)
    from spendgate.inputs.utilisation.metrics_file import read_metrics

    return Use(read_metrics(Path(source)), _shown(source))


def _shown(path: str) -> str:
    """A path as people read it: below the working folder without what stands before it."""
    whole, here = Path(path), Path.cwd()
    return str(whole.relative_to(here)) if whole.is_absolute() and whole.is_relative_to(here) else path


def measure_all(
    sources: Sequence[str], now: datetime, token: str | None = None, about: Sequence[Resource] | None = None
) -> Use:
    """The use that several sources tell of together: of each field of a resource the first that knows it. Raises as `measure` does."""
    return Use.together([measure(source, now, token, about) for source in dict.fromkeys(sources)])


def _named(resources: Iterable[Resource]) -> dict[str, frozenset[str]]:
    """The names of resources by their type."""
    found: dict[str, set[str]] = {}
    for resource in resources:
        found.setdefault(resource.type, set()).update(names_of(resource))
    return {type_: frozenset(names) for type_, names in found.items()}
