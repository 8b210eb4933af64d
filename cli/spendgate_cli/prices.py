"""`spendgate prices`: look into the price book, or build it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click


@click.group(short_help="Look into the price book, or build it.")
def prices() -> None:
    """The price book: dated prices and machine shapes, each with its source."""


@prices.command()
def info() -> None:
    """Date, digest and coverage of the book in use."""
    from spendgate.prices.book import PriceBook

    book = PriceBook.open()
    click.echo(f"prices of   {book.as_of} (the oldest is of {book.oldest})")
    click.echo(f"digest      {book.digest}")
    click.echo(f"file        {book.path}")
    click.echo("")
    rows = [("provider", "what", "prices", "regions", "newest")]
    rows += [
        (provider, what, f"{count:,}", str(regions), newest)
        for provider, what, count, regions, newest in book.coverage()
    ]
    _table(rows, right=(2, 3))


@prices.command()
@click.argument("provider")
@click.argument("item")
@click.argument("region", required=False)
def show(provider: str, item: str, region: str | None) -> None:
    """The rates of a machine type, with source and date.

    For example: spendgate prices show aws p5.48xlarge us-east-1
    """
    from spendgate.errors import PriceError
    from spendgate.model.cost import Rate, RateQuery
    from spendgate.prices.book import PriceBook

    book = PriceBook.open()
    spec = book.machine(provider, item)
    regions = [region] if region else book.machine_regions(provider, item)
    if spec is not None:
        gpus = f", {spec.accelerator_count:g} × {spec.accelerator}" if spec.accelerator else ""
        click.echo(f"{item}: {_number(spec.vcpu)} vCPU, {_number(spec.memory_gib)} GiB{gpus}")
    rows = [("region", "how", "price an hour", "as of", "source")]
    reasons = []
    for place in regions:
        for purchase in ("on-demand", "spot"):
            found = book.rate(RateQuery(provider, place, "machine", item, purchase))
            if isinstance(found, Rate):
                note = f"  ({found.note})" if found.note else ""
                rows.append(
                    (place, purchase, f"{found.price.normalize():f} {found.currency}", found.as_of, found.source + note)
                )
            else:
                reasons.append(found)
    if len(rows) == 1:
        near = _near(book, provider, item)
        raise PriceError(
            reasons[0] if reasons else f"no price of {provider} {item} is known",
            hint=f"did you mean {', '.join(near)}?" if near else "spendgate prices info lists what there is",
        )
    _table(rows, right=(2,))


@prices.command()
@click.option("--to", "target", metavar="FILE", help="Where to write the book; default: beside its source tables.")
@click.option("--from", "sources", metavar="FOLDER", help="Source tables; default: those of this checkout.")
def build(target: str | None, sources: str | None) -> None:
    """Build the book from its source tables."""
    from spendgate.errors import PriceError
    from spendgate.prices import build as builder
    from spendgate.prices.location import SHIPPED, SOURCES

    folder = Path(sources) if sources else SOURCES
    if not folder.is_dir():
        raise PriceError(
            "there are no source tables here", file=str(folder), hint="build from a checkout, or name --from"
        )
    made = builder.build(folder, Path(target) if target else SHIPPED)
    click.echo(
        f"{made.path}: {sum(made.rows.values()):,} rows, prices of {made.oldest} to {made.as_of}, digest {made.digest}"
    )


def _near(book: Any, provider: str, item: str) -> list[str]:
    import difflib

    return difflib.get_close_matches(item, book.machine_types(provider), n=3)


def _number(value: Any) -> str:
    return f"{value.normalize():f}" if value is not None else "unknown"


def _table(rows: Sequence[tuple[str, ...]], *, right: tuple[int, ...] = ()) -> None:
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        cells = [
            cell.rjust(width) if column in right else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        click.echo("  ".join(cells).rstrip())
