"""Where the price book is found, and when it is built again."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from tests.unit.prices.tables import TABLES, write

from spendgate.errors import PriceError
from spendgate.prices import location
from spendgate.prices.book import PriceBook


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(location, "SOURCES", tmp_path / "sources")
    monkeypatch.setattr(location, "SHIPPED", tmp_path / "book.sqlite")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path


def test_an_installation_without_a_book_says_what_to_do(place: Path) -> None:
    with pytest.raises(PriceError, match="install spendgate again"):
        location.ready_book()


def test_an_installation_takes_the_book_that_it_ships(place: Path) -> None:
    (place / "book.sqlite").write_bytes(b"")
    assert location.ready_book() == place / "book.sqlite"


def test_a_checkout_builds_the_book_once_and_again_when_a_table_changes(place: Path) -> None:
    write(place / "sources")
    book = location.ready_book()
    built = book.stat().st_mtime_ns
    assert location.ready_book().stat().st_mtime_ns == built
    changed = place / "sources" / "rates_aws.csv"
    changed.write_text(TABLES["rates_aws.csv"].replace("0.045", "0.046"), encoding="utf-8")
    os.utime(changed, (book.stat().st_atime, book.stat().st_mtime + 5))
    digest = PriceBook.open(book).digest
    assert PriceBook.open(location.ready_book()).digest != digest


def test_a_checkout_that_cannot_be_written_to_keeps_its_book_with_the_user(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(place / "sources")
    monkeypatch.setattr(location, "SHIPPED", place / "sources" / "rates_aws.csv" / "book.sqlite")
    assert location.ready_book() == place / "cache" / "spendgate" / "book.sqlite"
