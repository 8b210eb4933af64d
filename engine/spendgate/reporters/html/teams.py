"""Who pays: the monthly cost after the change by team, as a treemap and as a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING

from spendgate.reporters.html.markup import Cell, Row, section, table, text
from spendgate.reporters.html.treemap import Box, squarify
from spendgate.reporters.money_text import money, plain, signed

if TYPE_CHECKING:
    from spendgate.wire.v1 import Change, Report

ZERO = Decimal(0)
_TAGS = ("team", "owner")
_NO_TEAM = "no team or owner tag"
_NOT_KNOWN = "team not known yet"
_MISSING = ("unpriced", "partial", "unsupported")
_TINTS = 8
_LABEL_HEIGHT, _LABEL_WIDTH = 18, 14
"""Of 100 and 200: smaller boxes have no room for a word."""
_SMALLEST = 0.004
"""Share of the whole below which a box would be a line; the table has them all."""


@dataclass(slots=True)
class _Team:
    name: str
    before: Decimal = ZERO
    after: Decimal = ZERO
    delta: Decimal = ZERO
    unknown: int = 0
    changes: int = 0
    kinds: dict[str, Decimal] = field(default_factory=dict)

    def add(self, change: Change) -> None:
        cost = change.cost
        self.changes += 1
        self.before += _known(cost.before_monthly.expected)
        self.after += _known(cost.after_monthly.expected)
        self.delta += _known(cost.delta_monthly.expected)
        self.unknown += cost.delta_monthly.expected is None and bool(
            {cost.state_before, cost.state_after} & set(_MISSING)
        )
        kind = change.kind or change.type
        self.kinds[kind] = self.kinds.get(kind, ZERO) + _known(cost.after_monthly.expected)


def teams_section(report: Report) -> str:
    """The treemap and its table; nothing when no change costs anything before or after."""
    by_name: dict[str, _Team] = {}
    for change in report.changes:
        name = _team_of(change)
        by_name.setdefault(name, _Team(name)).add(change)
    teams = sorted(by_name.values(), key=lambda team: (-team.after, team.name))
    costly = [team for team in teams if team.after or team.before or team.unknown]
    if not costly:
        return ""
    rows = [_row(team, report.currency) for team in costly]
    headings = ("Team", "Resources", "Before", "After", "Delta", "Not priced")
    return section(
        "teams",
        "Cost by team",
        _treemap([team for team in teams if team.after > 0], report.currency),
        table("teams-table", headings, rows, f"Monthly cost by team in {text(report.currency)}"),
    )


def _team_of(change: Change) -> str:
    for key in _TAGS:
        if key in change.tags:
            return change.tags[key] or _NOT_KNOWN
    return _NO_TEAM


def _row(team: _Team, currency: str) -> Row:
    bound = "≥" if team.unknown else ""
    return Row(
        (
            Cell(text(team.name)),
            Cell(f"{team.changes:,}", str(team.changes), True),
            Cell(bound + plain(team.before), str(team.before), True),
            Cell(bound + plain(team.after), str(team.after), True),
            Cell("not known" if team.unknown else signed(team.delta), str(team.delta), True),
            Cell(f"{team.unknown:,}" if team.unknown else "", str(team.unknown), True),
        )
    )


def _treemap(teams: Sequence[_Team], currency: str) -> str:
    total = float(sum((team.after for team in teams), ZERO))
    shown = [team for team in teams if float(team.after) >= total * _SMALLEST]
    if not shown:
        return ""
    boxes = squarify([float(team.after) for team in shown], Box(0, 0, 200, 100))
    inside = "".join(
        _team(team, box, place % _TINTS, currency) for place, (team, box) in enumerate(zip(shown, boxes, strict=True))
    )
    return f'<div class="treemap" role="img" aria-label="Monthly cost after the change by team; the table below has the numbers">{inside}</div>'


def _team(team: _Team, box: Box, tint: int, currency: str) -> str:
    kinds = sorted(
        ((amount, kind) for kind, amount in team.kinds.items() if amount > 0), key=lambda one: (-one[0], one[1])
    )
    parts = squarify([float(amount) for amount, _ in kinds], Box(0, 0, box.width, box.height))
    inside = "".join(
        f'<i title="{text(kind)}: {text(money(amount, currency))}" style="{_place(part, box.width, box.height)}">'
        f"{f'<small>{text(kind)}</small>' if part.height >= _LABEL_HEIGHT and part.width >= _LABEL_WIDTH else ''}</i>"
        for (amount, kind), part in zip(kinds, parts, strict=True)
    )
    said = f"{text(team.name)} <b>{text(money(team.after, currency))}</b>"
    label = f"<span>{said}</span>" if box.height >= _LABEL_HEIGHT / 2 and box.width >= _LABEL_WIDTH / 2 else ""
    return f'<div class="tint{tint}" title="{text(team.name)}" style="{_place(box, 200, 100)}">{inside}{label}</div>'


def _place(box: Box, width: float, height: float) -> str:
    def share(part: float, whole: float) -> str:
        return f"{part / whole * 100:.3f}%" if whole else "0"

    return (
        f"left:{share(box.left, width)};top:{share(box.top, height)};"
        f"width:{share(box.width, width)};height:{share(box.height, height)}"
    )


def _known(amount: Decimal | None) -> Decimal:
    return amount if amount is not None and amount.is_finite() else ZERO
