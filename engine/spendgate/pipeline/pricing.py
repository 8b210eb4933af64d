"""Where a run's prices come from: the price book, and the rates file laid over it."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from spendgate.costing.carbon import CarbonMeter
from spendgate.errors import SettingsError
from spendgate.model.frozen import Frozen
from spendgate.model.resource import Level, Problem
from spendgate.pipeline.amounts import PUBLISHED
from spendgate.ports import Catalog, Offers, PriceSource
from spendgate.prices.book import PriceBook
from spendgate.prices.energy import EnergyBook
from spendgate.prices.llm import TokenPrices
from spendgate.settings import Settings

if TYPE_CHECKING:
    from spendgate.prices.overlay import RateOverlay


class Pricing(Frozen):
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

    def figures(self) -> EnergyBook:
        """Figures on power and emissions."""
        return EnergyBook(self.book.path)

    def offers(self) -> Offers:
        """Which machines could be had where."""
        from spendgate.prices.offers import MachineOffers

        return MachineOffers(self.book.path)

    def problems(self) -> tuple[Problem, ...]:
        """Entries of the rates file that had no effect; ask when everything is priced."""
        if self.overlay is None:
            return ()
        found = [
            Problem(Level.WARNING if idle.is_warned else Level.INFO, idle.said)
            for idle in self.overlay.idle_entries(self.book.priced())
        ]
        if self.currency != PUBLISHED:
            message = f"costs are in {self.currency}: limits of policies and budgets that name no currency count as {self.currency}"
            found.append(Problem(Level.WARNING, f"{message}{self._converted()}"))
        return tuple(found)

    def _converted(self) -> str:
        exchange = self.overlay.exchange.conversion(PUBLISHED, self.currency) if self.overlay is not None else None
        return f", those in {PUBLISHED} are converted ({exchange.note})" if exchange is not None else ""


def pricing(settings: Settings, book: PriceBook, today: date | None = None) -> Pricing:
    """The prices of a run.

    Raises SettingsError for a rates file that is not right and for a currency without an exchange rate, InputError for a file
    that cannot be read.
    """
    listed = TokenPrices(book, today)
    if settings.rates is None:
        if settings.currency not in (None, PUBLISHED):
            raise _no_exchange(settings.currency, None)
        return Pricing(book, listed, book)
    from spendgate.prices.exchange import Exchange
    from spendgate.prices.overlay import RateOverlay
    from spendgate.prices.rates_file import load

    rates = load(settings.rates)
    if settings.currency and Exchange(rates.said.exchange_rates).conversion(PUBLISHED, settings.currency) is None:
        raise _no_exchange(settings.currency, settings.rates)
    overlay = RateOverlay(listed, book, rates, today, settings.currency)
    return Pricing(book, overlay, overlay, overlay.currency, overlay)


def _no_exchange(currency: str | None, file: str | None) -> SettingsError:
    where = "it states" if file else "a rates file (--rates) would state"
    return SettingsError(
        f"prices are published in {PUBLISHED} and no exchange rate to {currency} is known",
        file=file,
        hint=f"{where} one: exchange_rates: [{{from: {PUBLISHED}, to: {currency}, rate: ..., as_of: ..., source: ...}}]",
    )
