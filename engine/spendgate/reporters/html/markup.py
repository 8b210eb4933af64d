"""The few pieces that the page is built from. Everything that comes from outside passes through `text`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from spendgate.model.frozen import Frozen
from spendgate.reporters.safe_text import one_line

_NUMBER = ' class="number"'


def text(value: str) -> str:
    """Text from outside, safe as content and inside a quoted attribute."""
    return escape(one_line(value), quote=True)


class Cell(Frozen):
    """A cell of a table: its markup, what it is sorted by (its text when empty), and whether it is a number."""

    markup: str
    order: str = ""
    number: bool = False


class Row(Frozen):
    """A row of a table; `group` is what the table's filter offers, `mark` a style."""

    cells: Sequence[Cell]
    group: str = ""
    mark: str = ""


def table(name: str, headings: Sequence[str], rows: Iterable[Row], caption: str, *, filterable: bool = False) -> str:
    """A table that a script can sort and filter, and that is complete without one.

    Each cell repeats its heading for narrow screens, where a row becomes a card.
    """
    rows = list(rows)
    numbers = [cell.number for cell in rows[0].cells] if rows else [False] * len(headings)
    head = "".join(
        f'<th scope="col"{_NUMBER if number else ""}>{heading}</th>'
        for heading, number in zip(headings, numbers, strict=True)
    )
    body = "".join(_row(row, headings) for row in rows)
    kind = ' data-filter="yes"' if filterable else ""
    return (
        f'<div class="scroll"><table id="{name}"{kind}><caption>{caption}</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _row(row: Row, headings: Sequence[str]) -> str:
    group = f' data-group="{row.group}"' if row.group else ""
    mark = f' class="{row.mark}"' if row.mark else ""
    cells = "".join(_cell(cell, heading) for cell, heading in zip(row.cells, headings, strict=True))
    return f"<tr{group}{mark}>{cells}</tr>"


def _cell(cell: Cell, heading: str) -> str:
    order = f' data-order="{cell.order}"' if cell.order else ""
    return f'<td data-label="{heading}"{order}{_NUMBER if cell.number else ""}>{cell.markup}</td>'


def section(name: str, title: str, *content: str) -> str:
    """A part of the page under its own heading; empty when it has no content."""
    inside = "".join(content)
    return f'<section id="{name}"><h2>{title}</h2>{inside}</section>' if inside else ""
