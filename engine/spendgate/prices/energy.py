"""Power and emission figures of the price book; implements `costing.carbon.PowerFigures`."""

from __future__ import annotations

import re
import sqlite3
from collections import defaultdict
from decimal import Decimal
from pathlib import Path

from spendgate.costing.carbon import Grid, Watts

_IDLE, _FULL = "idle", "full load"
_FALLBACKS = ("country fallback", "country or state")
_METRICS = {
    ("memory", "kWh per GB-hour"): "memory",
    ("ssd", "Wh per TB-hour"): "ssd",
    ("hdd", "Wh per TB-hour"): "hdd",
    ("utilisation", "average"): "utilisation",
}


class EnergyBook:
    """The tables `energy`, `accelerator` and `grid_carbon`, read once: a few hundred rows."""

    def __init__(self, path: Path) -> None:
        connection = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)
        try:
            self._cpus: dict[tuple[str, str], dict[str, Decimal]] = defaultdict(dict)
            self._boards: dict[str, dict[str, Decimal]] = defaultdict(dict)
            self._families: dict[tuple[str, str], tuple[str, ...]] = {}
            self._hosts: dict[tuple[str, str], dict[str, Decimal]] = defaultdict(dict)
            self._pue: dict[str, Decimal] = {}
            self._figures: dict[str, Decimal] = {}
            for row in connection.execute(
                "SELECT provider, component, name, metric, value FROM energy ORDER BY source"
            ):
                self._take(*row)
            self._tdp = {
                name: Decimal(watts)
                for name, watts in connection.execute(
                    "SELECT name, tdp_watts FROM accelerator WHERE tdp_watts IS NOT NULL"
                )
            }
            self._grids = {
                (provider, region): row
                for provider, region, *row in connection.execute(
                    "SELECT provider, region, gco2e_per_kwh, pue, granularity, year, source FROM grid_carbon"
                )
            }
        finally:
            connection.close()

    def _take(self, provider: str, component: str, name: str, metric: str, value: str) -> None:
        if component == "cpu":
            self._cpus[provider, name][_FULL if metric.endswith(_FULL) else _IDLE] = Decimal(value)
        elif component == "gpu":
            self._boards[name][_FULL if metric.endswith(_FULL) else _IDLE] = Decimal(value)
        elif component == "family":
            self._families[provider, name] = tuple(value.split("|"))
        elif component == "host":
            self._hosts[provider, name][metric] = Decimal(value)
        elif component == "facility":
            self._pue[provider] = Decimal(value)
        elif key := _METRICS.get((component, metric)):
            self._figures[key] = Decimal(value)

    def grid(self, provider: str, region: str) -> Grid | None:
        """The grid of a region; its PUE is the region's own, else the average of the provider's fleet."""
        row = self._grids.get((provider, region)) or self._grids.get((provider, region.lower()))
        if row is None:
            return None
        grams, pue, granularity, year, source = row
        coarse = f", {granularity}" if str(granularity).startswith(_FALLBACKS) else ""
        overhead = Decimal(pue) if pue else self._pue.get(provider)
        note = f"grid {grams} g/kWh of {year} ({source}{coarse}), PUE {overhead}"
        return Grid(Decimal(grams), overhead, note)

    def cpu(self, provider: str, machine_type: str) -> Watts | None:
        """Watts of one vCPU: mean over the CPUs that the family is known to run on, else over all of the provider's."""
        family = machine_family(provider, machine_type)
        names = self._families.get((provider, family), ())
        known = [self._cpus[provider, name] for name in names if (provider, name) in self._cpus]
        note = f"CPU {' or '.join(names)}" if known else f"CPU of {family} not known: average of {provider}"
        known = known or [each for (of, _), each in self._cpus.items() if of == provider]
        known = [each for each in known if _IDLE in each and _FULL in each]
        if not known:
            return None
        return Watts(_mean([each[_IDLE] for each in known]), _mean([each[_FULL] for each in known]), note)

    def accelerator(self, name: str) -> Watts | None:
        """Measured watts where there are any, else the board's TDP with the idle share that measured boards have."""
        short = name if name in self._boards else re.split(r"[-\s]", name)[0]
        board = self._boards.get(short)
        if board and _IDLE in board and _FULL in board:
            return Watts(board[_IDLE], board[_FULL], f"{short} {board[_IDLE]} to {board[_FULL]} W")
        tdp = self._tdp.get(name)
        if tdp is None:
            return None
        share = _mean([each[_IDLE] / each[_FULL] for each in self._boards.values() if _IDLE in each and _FULL in each])
        return Watts(tdp * share, tdp, f"{name} up to its TDP of {tdp} W, idle at {share * 100:.0f}% of it")

    def figure(self, component: str) -> Decimal | None:
        """`memory` kWh per GB-hour, `ssd` and `hdd` watts per TB, `utilisation` as a share."""
        return self._figures.get(component)

    def embodied(self, provider: str, machine_type: str) -> tuple[Decimal, Decimal] | None:
        """Kilograms of making a host, and its vCPUs; known for few families."""
        host = self._hosts.get((provider, machine_family(provider, machine_type)))
        return (host["embodied kg"], host["vCPUs"]) if host else None


def machine_family(provider: str, machine_type: str) -> str:
    """The family whose sizes share a host: `m5` of m5.large, `n2` of n2-standard-4, `NCads_A100_v4` of Standard_NC24ads_A100_v4."""
    if provider == "azure":
        plain = re.sub(r"^(standard|basic)_", "", machine_type, flags=re.IGNORECASE)
        return re.sub(r"^([A-Za-z]+)\d+(?:-\d+)?", r"\1", plain)
    for prefix in ("ml.", "db.", "cache."):
        machine_type = machine_type.removeprefix(prefix)
    return re.split(r"[.\-]", machine_type, maxsplit=1)[0]


def _mean(values: list[Decimal]) -> Decimal:
    return sum(values, Decimal(0)) / len(values)
