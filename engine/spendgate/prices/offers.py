"""Machine types with their shapes and the regions in which they have a price: where alternatives are looked for."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

from spendgate.ports import MachineSpec, Offer
from spendgate.prices.energy import machine_family

_COLUMNS = (
    "m.machine_type, m.vcpu, m.memory_gib, m.accelerator, m.accelerator_count, m.accelerator_memory_gib, p.region"
)


class MachineOffers:
    """The tables `machine` and `machine_price` joined, asked with filters; implements `ports.Offers`."""

    def __init__(self, path: Path) -> None:
        self._connection = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)

    def offers(
        self,
        provider: str,
        *,
        region: str | None = None,
        machine_type: str | None = None,
        accelerated: bool | None = None,
    ) -> Sequence[Offer]:
        """Every machine type in every region where it has an on-demand price, in the order of type and region.

        Types whose number of processors or accelerators nobody states are left out: what they hold cannot be told.
        """
        wheres, values = ["m.provider = ?", "p.on_demand IS NOT NULL", "m.vcpu IS NOT NULL"], [provider]
        for column, value in (("p.region", region), ("m.machine_type", machine_type)):
            if value is not None:
                wheres.append(f"{column} = ?")
                values.append(value)
        if accelerated is not None:
            wheres.append("CAST(m.accelerator_count AS REAL) >= 1" if accelerated else "m.accelerator IS NULL")
        rows = self._connection.execute(
            f"SELECT {_COLUMNS} FROM machine m JOIN machine_price p"
            " ON p.provider = m.provider AND p.machine_type = m.machine_type"
            f" WHERE {' AND '.join(wheres)} ORDER BY m.machine_type, p.region",
            values,
        )
        return [
            Offer(
                MachineSpec(
                    name, _decimal(vcpu), _decimal(memory), model, _decimal(count) or Decimal(0), _decimal(each)
                ),
                place,
                machine_family(provider, name),
            )
            for name, vcpu, memory, model, count, each, place in rows
        ]

    def family(self, provider: str, machine_type: str) -> str:
        """The family whose sizes differ in size alone: `m5` of m5.large and ml.m5.large."""
        return machine_family(provider, machine_type)


def _decimal(text: str | None) -> Decimal | None:
    return Decimal(text) if text not in (None, "") else None
