"""A saved report in another currency: every amount at one dated exchange rate, which the report then names."""

from __future__ import annotations

from spendgate.errors import SettingsError
from spendgate.prices.exchange import Exchange
from spendgate.wire import v1
from spendgate.wire.money import multiplied


def converted(report: v1.Report, currency: str, rates_file: str | None) -> v1.Report:
    """The report in `currency`, at the exchange rate that a rates file states.

    Raises SettingsError when no rate between the two currencies is stated, InputError for a file that cannot be read.
    """
    if report.currency == currency:
        return report
    found = None
    if rates_file is not None:
        from spendgate.prices.rates_file import load

        found = Exchange(load(rates_file).said.exchange_rates).conversion(report.currency, currency)
    if found is None:
        where = "it states" if rates_file else "a rates file (--rates) would state"
        raise SettingsError(
            f"the report is in {report.currency} and no exchange rate to {currency} is known",
            file=rates_file,
            hint=f"{where} one: exchange_rates: [{{from: {report.currency}, to: {currency}, rate: ..., as_of: ...}}]",
        )
    said = f"amounts were converted, {found.note}"
    if report.findings:
        said += f"; texts of findings speak of {report.currency}, in which they were judged"
    problem = v1.Problem("info", said)
    return v1.revised(multiplied(report, found.factor), currency=currency, problems=[*report.problems, problem])
