"""Where a run's prices come from: the price book, and the rates file laid over it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from spendgate.costing.carbon import CarbonMeter
from spendgate.model.resource import Level, Problem
from spendgate.ports import Catalog, PriceSource
from spendgate.prices.book import PriceBook
from spendgate.prices.energy import EnergyBook
from spendgate.prices.llm import TokenPrices
from spendgate.settings import Settings

if TYPE_CHECKING:
    from spendgate.prices.overlay import RateOverlay


@dataclass(frozen=True, slots=True)
class Pricing:
    """The price source and catalogue of a run, in one currency."""

    book: PriceBook
    source: PriceSource
    catalog: Catalog
    currency: str = "USD"
    overlay: RateOverlay | None = None

    @property
    def blends(self) -> bool:
        """Whether what exists may be paid at another price than what is new."""
        return self.overlay is not None and self.overlay.has_commitments

    def carbon(self) -> CarbonMeter:
        """What works out energy and emissions, with the figures of the book and the shapes of the catalogue."""
        return CarbonMeter(EnergyBook(self.book.path), self.catalog)

    def problems(self) -> tuple[Problem, ...]:
        """Entries of the rates file that had no effect; ask when everything is priced."""
        if self.overlay is None:
            return ()
        found = [
            Problem(Level.WARNING if "ended on" in said else Level.INFO, said) for said in self.overlay.idle_entries()
        ]
        if self.currency != "USD":
            # NOTE: limits of policies and budgets are plain numbers: nothing converts the 500 USD that a parameter says.
            message = (
                f"costs are in {self.currency}: amounts in policies and budgets are compared as if they were in it too"
            )
            found.append(Problem(Level.WARNING, message))
        return tuple(found)


def pricing(settings: Settings, book: PriceBook, today: date | None = None) -> Pricing:
    """The prices of a run. Raises SettingsError for a rates file that is not right, InputError when it cannot be read."""
    listed = TokenPrices(book, today)
    if settings.rates is None:
        return Pricing(book, listed, book)
    from spendgate.prices.overlay import RateOverlay
    from spendgate.prices.rates_file import load

    overlay = RateOverlay(listed, book, load(settings.rates), today)
    return Pricing(book, overlay, overlay, overlay.currency, overlay)
