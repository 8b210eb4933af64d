"""The report as JSON: wire format version 1, for other programs and to be rendered again later."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spendgate.ports import ReportOptions
from spendgate.wire import v1

if TYPE_CHECKING:
    from spendgate.wire.v1 import Report


class JsonReporter:
    """Two blanks of indentation; money as decimal strings; `null` is not known."""

    name = "json"
    media_type = "application/json"
    shows_facets = True

    def render(self, report: Report, options: ReportOptions) -> str:
        """The whole report; width, colour and verbosity change nothing."""
        return v1.encode(report, indent=2).decode() + "\n"


REPORTER = JsonReporter()
