"""What an hour of a machine of one's own costs: purchase, life, power, cooling, room and how much of it is used.

    machine-hour = ((purchase × (1 + overhead) / life + hosting / 730) + kW(u) × PUE × price of a kWh) / u

with `kW(u) = idle + u × (full − idle)`. Divided by the accelerators of the machine it is the price of an accelerator-hour that
somebody uses: hours in which the machine stands idle are borne by those in which it works.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

HOURS_PER_YEAR: Final = Decimal(8760)
_HOURS_PER_MONTH = Decimal(730)
_WATTS_PER_KILOWATT = Decimal(1000)


@dataclass(frozen=True, slots=True)
class Ownership:
    """What a machine costs its owner. Money in one currency; `overhead` and `utilisation` are shares (0.15, 0.5)."""

    purchase_price: Decimal
    life_years: Decimal
    watts_idle: Decimal
    watts_full: Decimal
    pue: Decimal
    price_per_kwh: Decimal
    overhead: Decimal = Decimal(0)
    hosting_per_month: Decimal = Decimal(0)
    utilisation: Decimal = Decimal(1)

    def capital_per_hour(self) -> Decimal:
        """Purchase and room, spread over every hour of its life."""
        life_hours = self.life_years * HOURS_PER_YEAR
        return self.purchase_price * (1 + self.overhead) / life_hours + self.hosting_per_month / _HOURS_PER_MONTH

    def power_per_hour(self) -> Decimal:
        """Electricity at its utilisation, cooling included."""
        watts = self.watts_idle + self.utilisation * (self.watts_full - self.watts_idle)
        return watts / _WATTS_PER_KILOWATT * self.pue * self.price_per_kwh

    def machine_hour(self) -> Decimal:
        """An hour of the whole machine that somebody uses."""
        return (self.capital_per_hour() + self.power_per_hour()) / self.utilisation

    def accelerator_hour(self, count: Decimal) -> Decimal:
        """An hour of one of its `count` accelerators that somebody uses."""
        return self.machine_hour() / count
