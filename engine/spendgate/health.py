"""What is installed and how old the prices are: what `spendgate doctor` says."""

from __future__ import annotations

import platform
import shutil
import sys
from collections.abc import Iterator
from datetime import date, datetime
from enum import Enum
from importlib.metadata import PackageNotFoundError, version

from spendgate import __version__
from spendgate.errors import SpendgateError
from spendgate.model.frozen import Frozen

OLD_AFTER_DAYS = 180
"""Prices older than this are worth a word; the machine price lists of the big providers move a few times a year."""
_PACKAGES = ("click", "msgspec", "networkx", "pydantic", "pyyaml")


class State(Enum):
    """How it is with one thing."""

    GOOD = "good"
    NOTE = "note"
    BAD = "bad"


class Examined(Frozen):
    """One thing that was looked at."""

    subject: str
    state: State
    said: str


def examine(now: datetime) -> tuple[Examined, ...]:
    """Everything that matters for a run, in order of need."""
    return (
        Examined("spendgate", State.GOOD, __version__),
        _python(),
        *_packages(),
        _prices(now.date()),
        _policies(),
        *_programs(),
    )


def _python() -> Examined:
    enough = sys.version_info >= (3, 11)
    return Examined("python", State.GOOD if enough else State.BAD, platform.python_version())


def _packages() -> Iterator[Examined]:
    for name in _PACKAGES:
        try:
            yield Examined(name, State.GOOD, version(name))
        except PackageNotFoundError:
            yield Examined(name, State.BAD, "is not installed: pip install spendgate")


def _prices(today: date) -> Examined:
    from spendgate.prices.book import PriceBook

    try:
        book = PriceBook.open()
        days = (today - date.fromisoformat(book.as_of)).days
    except (SpendgateError, ValueError) as error:
        return Examined("price book", State.BAD, str(error))
    age = f"prices of {book.as_of}, {days} days old; digest {book.digest[:12]}"
    if days > OLD_AFTER_DAYS:
        return Examined("price book", State.NOTE, f"{age}: look for a newer release")
    return Examined("price book", State.GOOD, age)


def _policies() -> Examined:
    from spendgate.policies.catalog import load

    try:
        count = len(load((), ("all",)))
    except SpendgateError as error:
        return Examined("policies", State.BAD, str(error))
    return Examined("policies", State.GOOD if count else State.BAD, f"{count} built in")


def _programs() -> Iterator[Examined]:
    for name in ("terraform", "tofu"):
        found = shutil.which(name)
        yield Examined(name, State.GOOD if found else State.NOTE, found or "not on the PATH; it reads binary plans")
    yield from _rego_engines()


def _rego_engines() -> Iterator[Examined]:
    from spendgate.evaluators.rego import ENGINES, EngineSettings, choose

    settings = EngineSettings()
    for name, engine in ENGINES:
        if name == "server":
            continue
        try:
            yield Examined(f"rego {name}", State.GOOD, engine.version(settings))
        except SpendgateError as error:
            yield Examined(f"rego {name}", State.NOTE, error.message)
    try:
        yield Examined("rego auto", State.GOOD, f"the {choose(settings).name} engine answers")
    except SpendgateError as error:
        yield Examined("rego auto", State.NOTE, str(error))
