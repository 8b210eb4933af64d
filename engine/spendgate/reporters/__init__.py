"""Reporters: one report, rendered for a terminal, a pull request, a code-scanning page, a spreadsheet or another program."""

from __future__ import annotations

from spendgate.ports import Reporter
from spendgate.registry import Registry

REPORTERS: Registry[Reporter] = Registry(
    "report format",
    "spendgate.reporters",
    {
        "text": "spendgate.reporters.text:REPORTER",
        "json": "spendgate.reporters.json:REPORTER",
        "markdown": "spendgate.reporters.markdown:REPORTER",
        "sarif": "spendgate.reporters.sarif:REPORTER",
        "junit": "spendgate.reporters.junit:REPORTER",
        "github": "spendgate.reporters.github:REPORTER",
        "gitlab": "spendgate.reporters.gitlab:REPORTER",
        "csv": "spendgate.reporters.csv:REPORTER",
        "focus": "spendgate.reporters.focus:REPORTER",
        "tap": "spendgate.reporters.tap:REPORTER",
        "html": "spendgate.reporters.html.page:REPORTER",
    },
)
