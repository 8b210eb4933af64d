"""Where the price book is: shipped in the wheel, or built beside its source tables in a checkout."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from spendgate.errors import PriceError

_HERE = Path(__file__).resolve().parent
SOURCES = _HERE / "sources"
SHIPPED = _HERE / "book.sqlite"


def ready_book() -> Path:
    """The path of a book that fits its source tables; a checkout without one builds it (a few seconds, once).

    `SPENDGATE_PRICE_BOOK` names another: one that was built from tables of one's own.
    """
    if own := os.environ.get("SPENDGATE_PRICE_BOOK"):
        if Path(own).is_file():
            return Path(own)
        raise PriceError(
            "SPENDGATE_PRICE_BOOK names no file", file=own, hint="build it: spendgate prices build --to FILE"
        )
    if not SOURCES.is_dir():
        if SHIPPED.is_file():
            return SHIPPED
        raise PriceError(
            "the price book is missing from this installation", file=str(SHIPPED), hint="install spendgate again"
        )
    for place in (SHIPPED, _spare()):
        if place.is_file() and _is_current(place):
            return place
    return _build_somewhere()


def _is_current(book: Path) -> bool:
    """Whether no source table is newer than the book: a look at the clock, not at eight megabytes."""
    built = book.stat().st_mtime
    return all(path.stat().st_mtime <= built for path in SOURCES.glob("*.csv"))


def _build_somewhere() -> Path:
    from spendgate.prices.build import build

    try:
        return build(SOURCES, SHIPPED).path
    except OSError:
        return build(SOURCES, _spare()).path


def _spare() -> Path:
    """A place of the user's own, for a checkout or installation that cannot be written to."""
    base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    folder = Path(base) if os.access(Path(base).parent, os.W_OK) else Path(tempfile.gettempdir())
    return folder / "spendgate" / "book.sqlite"
