"""What an hour of a machine of one's own costs: purchase, life, power, cooling, room and how much of it is used.

    machine-hour = ((purchase × (1 + overhead) / life + hosting / 730) + kW(u) × PUE × price of a kWh) / u

with `kW(u) = idle + u × (full − idle)`. Divided by the accelerators of the machine it is the price of an accelerator-hour that
somebody uses: hours in which the machine stands idle are borne by those in which it works. A machine that is there all month costs
its purchase and hosting for every hour of it, and its power for those in which it is switched on.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Final

from spendgate.model.cost import Rate
from spendgate.model.frozen import Frozen
from spendgate.model.own_machines import CAPITAL, POWER
from spendgate.ports import OwnPower

if TYPE_CHECKING:
    from spendgate.prices.rates_file import OwnMachine

HOURS_PER_YEAR: Final = Decimal(8760)
_HOURS_PER_MONTH = Decimal(730)
_WATTS_PER_KILOWATT = Decimal(1000)
_HUNDRED = Decimal(100)


class Ownership(Frozen):
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


def ownership(machine: OwnMachine) -> Ownership:
    """What a machine costs its owner, from its entry in the rates file (which has been checked to state all of it)."""
    needed = (machine.purchase_price, machine.life_years, machine.watts_idle, machine.watts_full)
    purchase, life, idle, full = (amount if amount is not None else Decimal(0) for amount in needed)
    return Ownership(
        purchase_price=purchase,
        life_years=life,
        watts_idle=idle,
        watts_full=full,
        pue=machine.pue or Decimal(1),
        price_per_kwh=machine.price_per_kwh or Decimal(0),
        overhead=machine.overhead_percent / _HUNDRED,
        hosting_per_month=machine.hosting_per_month,
        utilisation=machine.utilisation_percent / _HUNDRED,
    )


def power_of(machine: OwnMachine) -> OwnPower | None:
    """What a machine draws, or None when its entry does not state its watts."""
    if machine.watts_idle is None or machine.watts_full is None or machine.pue is None:
        return None
    return OwnPower(
        machine.watts_idle,
        machine.watts_full,
        machine.pue,
        machine.utilisation_percent / _HUNDRED,
        machine.grid_gco2e_per_kwh,
        machine.embodied_kg,
        machine.life_years * HOURS_PER_YEAR if machine.life_years is not None else None,
    )


def machine_rate(machine: OwnMachine, place: str, purchase: str) -> Rate:
    """The rate of an entry: of an hour that somebody uses, or of its capital or its power alone, with the formula's parts."""
    price, note = _price_of(machine, purchase)
    source = f"{machine.source}, {place}" if machine.source else place
    return Rate(price, "hours", machine.as_of.isoformat(), source, machine.currency, note=note)


def _price_of(machine: OwnMachine, purchase: str) -> tuple[Decimal, str]:
    if machine.price_per_hour is not None:
        return machine.price_per_hour, "own price"
    owned = ownership(machine)
    used = f"{machine.utilisation_percent.normalize():f}% utilisation"
    if purchase == CAPITAL:
        overhead = f" with {machine.overhead_percent.normalize():f}% overhead" if machine.overhead_percent else ""
        hosting = f", and {owned.hosting_per_month:f} a month of hosting" if owned.hosting_per_month else ""
        return owned.capital_per_hour(), (
            f"{owned.purchase_price:f}{overhead} over {owned.life_years.normalize():f} years{hosting}"
        )
    if purchase == POWER:
        return owned.power_per_hour(), (
            f"{owned.watts_idle:f} to {owned.watts_full:f} W at {used}, PUE {owned.pue:f}, {owned.price_per_kwh:f} a kWh"
        )
    capital, power = owned.capital_per_hour(), owned.power_per_hour()
    return owned.machine_hour(), f"{capital:.4f} for purchase and hosting and {power:.4f} for power an hour, at {used}"
