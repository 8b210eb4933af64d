"""The report for a terminal: the decision first, what to do about it, what it costs, and one line to remember."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spendgate.ports import ReportOptions
from spendgate.reporters.headline import (
    changes_by_action,
    counted,
    decision_word,
    inputs,
    reason,
    summary,
)
from spendgate.reporters.ink import Ink
from spendgate.reporters.money_text import total_delta
from spendgate.reporters.node_text import node_lines
from spendgate.reporters.safe_text import hanging, one_line, without_commands, wrap
from spendgate.reporters.text_costs import cost_lines, not_priced_lines, usage_lines
from spendgate.reporters.text_findings import finding_lines
from spendgate.reporters.text_sums import carbon_lines, group_lines, savings_lines, unit_lines

if TYPE_CHECKING:
    from spendgate.wire.v1 import Report

NARROWEST = 50
"""A terminal with fewer columns gets lines of this width."""


class TextReporter:
    """Plain lines that fit the terminal. Only the last line may be wider: it is made to be searched for."""

    name = "text"
    media_type = "text/plain"
    shows_facets = False

    def render(self, report: Report, options: ReportOptions) -> str:
        """The whole text. With verbosity -1 the decision, the findings and the last line; with 1 every row and source."""
        ink = Ink(options.colour)
        width = max(options.width, NARROWEST)
        parts = [_decision(report, ink, width), finding_lines(report, ink, width, options.verbosity)]
        if options.verbosity >= 0:
            parts = [_header(report, ink, width), *parts]
            parts += [
                savings_lines(report, width),
                cost_lines(report, ink, width, options.verbosity),
                node_lines(report, ink, width, options.verbosity),
                group_lines(report, ink, width, options.verbosity),
                unit_lines(report, ink, width, options.verbosity),
                carbon_lines(report, ink, width),
                not_priced_lines(report, ink, width, options.verbosity),
                usage_lines(report, ink, width, options.verbosity),
                _problems(report, ink, width, options.verbosity),
                _idle_policies(report, ink, width),
            ]
        parts.append([ink("bold", summary(report))])
        return without_commands("\n\n".join("\n".join(part) for part in parts if part)) + "\n"


def _header(report: Report, ink: Ink, width: int) -> list[str]:
    version = f"spendgate {one_line(report.run.spendgate)}"
    lines = wrap(f"{version}: {inputs(report)}", width)
    return [ink("dim", line) for line in [*lines, *wrap(changes_by_action(report), width)]]


def _decision(report: Report, ink: Ink, width: int) -> list[str]:
    word = decision_word(report)
    first, *more = wrap(f"{word}: {reason(report)} | {total_delta(report.cost, report.currency)}", width)
    return [ink.decision(word) + first[len(word) :], *more] if first.startswith(word) else [first, *more]


def _problems(report: Report, ink: Ink, width: int, verbosity: int) -> list[str]:
    shown = [one for one in report.problems if verbosity > 0 or one.level != "info" or one.undetermined]
    if not shown:
        return []
    lines = [ink("bold", "Problems")]
    for problem in shown:
        place = one_line(problem.file or "") + (f":{problem.line}" if problem.file and problem.line else "")
        said = f"{one_line(problem.level)}: {place + ': ' if place else ''}{one_line(problem.message)}"
        lines += hanging(said + (" (no plain pass with this)" if problem.undetermined else ""), width, 2)
    return lines


def _idle_policies(report: Report, ink: Ink, width: int) -> list[str]:
    idle = [one_line(policy.id) for policy in report.policies if not policy.matched]
    if not idle:
        return []
    said = f"Matched nothing: {', '.join(idle)} ({len(idle)} of {counted(len(report.policies), 'policy', 'policies')})"
    return [ink("dim", line) for line in hanging(said, width, 0)]


REPORTER = TextReporter()
