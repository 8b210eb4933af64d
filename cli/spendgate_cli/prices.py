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
        # NOTE: a machine that has a price elsewhere is spelt right: the region is what to mend.
        elsewhere = book.machine_regions(provider, item)
        if elsewhere:
            near, otherwise = (
                _near(region or "", elsewhere),
                f"spendgate prices show {provider} {item} lists its regions",
            )
        else:
            near, otherwise = _near(item, book.machine_types(provider)), "spendgate prices info lists what there is"
        raise PriceError(
            reasons[0] if reasons else f"no price of {provider} {item} is known",
            hint=f"did you mean {', '.join(near)}?" if near else otherwise,
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


@prices.command(name="import")
@click.argument("form", metavar="FORM")
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option(
    "--to", "target", required=True, metavar="FOLDER", help="Source tables to put the prices into; made when absent."
)
@click.option("--provider", metavar="NAME", help="The cloud of a list that does not name it.")
@click.option("--as-of", "as_of", metavar="DATE", help="The day of a list that does not say it (ISO).")
def import_(form: str, files: Sequence[str], target: str, provider: str | None, as_of: str | None) -> None:
    """Put price lists as their publishers write them into source tables, from which `prices build` makes a book.

    FORM: aws-offer, azure-retail, google-skus, skypilot or own-csv.
    """
    from datetime import date

    from spendgate.errors import PriceError
    from spendgate.prices.import_lists import import_lists, known_shapes
    from spendgate.prices.importers.rows import ImportOptions
    from spendgate.prices.location import SOURCES

    if as_of is not None:
        try:
            date.fromisoformat(as_of)
        except ValueError:
            raise PriceError(f"--as-of {as_of!r} is no date", hint="for example 2026-11-24") from None
    folder = Path(target)
    shapes = {**known_shapes(SOURCES), **known_shapes(folder)}
    options = ImportOptions(provider, as_of, lambda name: shapes.get(name, {}))
    made = import_lists(form, [Path(file) for file in files], folder, options)
    click.echo(f"{folder}: {made.machines:,} machine prices, {made.rates:,} other rates read")
    for name, (new, replaced) in made.tables.items():
        click.echo(f"  {name}: {new:,} new, {replaced:,} replaced")
    click.echo(
        f"next: spendgate prices build --from {folder} --to book.sqlite; SPENDGATE_PRICE_BOOK=book.sqlite uses it"
    )


@prices.command()
@click.option("--types", is_flag=True, help="Name every type that is priced.")
def coverage(types: bool) -> None:
    """Which resource types are priced and which are known to be free, by provider."""
    from spendgate.costing.free_types import free_patterns
    from spendgate.costing.meters import METERS, meters_for

    rows = [("provider", "types priced", "known to be free")]
    named = []
    for provider in sorted({name.partition(".")[0] for name in METERS.names()}):
        found = sorted(meters_for(provider))
        rows.append((provider, f"{len(found):,}", f"{len(free_patterns(provider)):,}"))
        named += [(provider, type_) for type_ in found]
    _table(rows, right=(1, 2))
    click.echo("Every other type is unsupported: counted and listed in each report, never taken for free.")
    if types:
        click.echo("")
        _table([("provider", "type"), *named])


def _near(said: str, known: Sequence[str]) -> list[str]:
    import difflib

    return difflib.get_close_matches(said, known, n=3)


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
