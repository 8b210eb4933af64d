"""The page: decision, before and after, findings, the waterfall of the change, cost by team, and all that is not known."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

from spendgate.ports import ReportOptions
from spendgate.reporters.cost_rows import side_total
from spendgate.reporters.headline import (
    changes_by_action,
    counted,
    coverage,
    decision_word,
    inputs,
    reason,
    tallies,
)
from spendgate.reporters.html.markup import section, text
from spendgate.reporters.html.sums import sums_section
from spendgate.reporters.html.tables import changes_section, findings_section, missing_section, policies_section
from spendgate.reporters.html.teams import teams_section
from spendgate.reporters.html.waterfall import waterfall_section
from spendgate.reporters.money_text import total_delta

if TYPE_CHECKING:
    from spendgate.wire.v1 import Report

_HERE = Path(__file__).parent
_PROBLEM_MARKS = {"error": "bad", "warning": "unsure"}


class HtmlReporter:
    """One self-contained page. A content policy in it forbids every script but its own, and every request."""

    name = "html"
    media_type = "text/html"
    shows_facets = False

    def render(self, report: Report, options: ReportOptions) -> str:
        """The whole page; width and colour change nothing, with verbosity 1 the table of changes has every row."""
        style = (_HERE / "page.css").read_text(encoding="utf-8")
        script = (_HERE / "page.js").read_text(encoding="utf-8")
        digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
        content_policy = f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{digest}'; img-src data:; base-uri 'none'"
        word = decision_word(report)
        parts = [
            _head(report, word),
            _problems(report),
            findings_section(report),
            waterfall_section(report),
            teams_section(report),
            sums_section(report),
            changes_section(report, every=options.verbosity > 0),
            missing_section(report),
            policies_section(report),
        ]
        body = "\n".join(part for part in parts if part)
        return (
            '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
            f'<meta http-equiv="Content-Security-Policy" content="{content_policy}">\n'
            '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
            '<meta name="referrer" content="no-referrer">\n'
            '<link rel="icon" href="data:,">\n'
            f"<title>spendgate: {text(word)} {text(total_delta(report.cost, report.currency))}</title>\n"
            f"<style>\n{style}</style>\n</head>\n<body>\n<main>\n{body}\n</main>\n{_foot(report)}\n"
            f"<script>{script}</script>\n</body>\n</html>\n"
        )


def _head(report: Report, word: str) -> str:
    cost, currency = report.cost, report.currency
    cards = (
        ("Before", side_total(report, "before", currency), "a month"),
        ("After", side_total(report, "after", currency), "a month"),
        ("Delta", *_delta(total_delta(cost, currency))),
        ("Known", *_delta(coverage(report), ", ")),
    )
    # NOTE: on a phone a large amount would else break within its unit.
    figures = "".join(
        f"<div><dt>{name}</dt><dd>{text(big).replace('/mo', '<wbr>/mo')}<small>{text(small)}</small></dd></div>"
        for name, big, small in cards
    )
    kind = word.lower().replace(" ", "-")
    judged = f"{counted(report.counts.policies, 'policy', 'policies')} on {counted(report.counts.judged, 'resource')}"
    return (
        f'<header><p class="decision {text(kind)}">{text(word)}</p><div><h1>{text(reason(report))}</h1>'
        f"<p>{text(judged)}: {text(tallies(report))}.</p><p>{text(inputs(report))}; {text(changes_by_action(report))}.</p></div></header>"
        f'<dl class="figures">{figures}</dl>'
    )


def _delta(said: str, separator: str = " (") -> tuple[str, str]:
    """The first part large, the rest small."""
    big, _, small = said.partition(separator)
    return big, small.rstrip(")") if separator == " (" else small


def _problems(report: Report) -> str:
    items = []
    for problem in report.problems:
        place = f"{problem.file}:{problem.line}" if problem.file and problem.line else problem.file or ""
        where = f"<code>{text(place)}</code> " if place else ""
        held = " <b>No plain pass with this.</b>" if problem.undetermined else ""
        mark = _PROBLEM_MARKS.get(problem.level, "info")
        items.append(f'<li class="{mark}"><b>{text(problem.level)}</b> {where}{text(problem.message)}{held}</li>')
    return section("problems", "Problems", f"<ul>{''.join(items)}</ul>") if items else ""


def _foot(report: Report) -> str:
    prices = report.prices
    dated = f"prices of {prices.as_of}, book {prices.digest}" if prices.as_of else "no price book"
    said = f"spendgate {report.run.spendgate}, {report.run.time}; {dated}; amounts in {report.currency} a month."
    return f"<footer><p>{text(said)}</p></footer>"


REPORTER = HtmlReporter()
