"""The stated side of a condition made ready once: what each operator compares a field with."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from spendgate.model.accelerator_names import expand
from spendgate.model.frozen import Frozen
from spendgate.policies import literals
from spendgate.policies.literals import Amount
from spendgate.policies.mistakes import Mistake
from spendgate.policies.paths import is_accelerator_model
from spendgate.policies.patterns import Pattern, compile_pattern


class Scalar(Frozen):
    """One value to be equal to: `texts` are its spellings, `number` its size when it is a number or an amount."""

    raw: Any
    texts: tuple[str, ...]
    number: Decimal | None
    accelerators: bool = False


class Choices(Frozen):
    """Several values to be among; the plain texts are looked up, the others compared one by one."""

    texts: frozenset[str]
    others: tuple[Scalar, ...]
    accelerators: bool = False


def scalar(raw: Any, path: str) -> Scalar:
    """Any value. Lists and maps are compared whole."""
    accelerators = is_accelerator_model(tuple(path.split(".")))
    if isinstance(raw, Amount):
        return Scalar(raw, (raw.text,), literals.number_for(raw, path))
    if isinstance(raw, str):
        number_ = literals.plain_number(raw)
        if number_ is None and literals.amount(raw) is not None and _is_numeric(path, raw):
            number_ = literals.number_for(raw, path)
        return Scalar(raw, expand(raw) if accelerators else (raw,), number_, accelerators)
    return Scalar(raw, (), literals.plain_number(raw), accelerators)


def _is_numeric(path: str, raw: str) -> bool:
    """Whether an amount can be counted in this field's unit; tags such as `2h` beside a field without one stay text."""
    try:
        literals.number_for(raw, path)
    except Mistake:
        return False
    return True


def choices(raw: Any, path: str) -> Choices:
    """A list of values; one value stands for a list of one."""
    if isinstance(raw, Mapping):
        raise Mistake("a map stands where a list is needed", "name an entry: ${name[env]}")
    items = raw if isinstance(raw, (list, tuple)) else (raw,)
    scalars = [scalar(item, path) for item in items]
    texts = frozenset(text for item in scalars for text in item.texts)
    others = tuple(item for item in scalars if item.number is not None or not item.texts)
    return Choices(texts, others, is_accelerator_model(tuple(path.split("."))))


def pattern(raw: Any, path: str) -> Pattern:
    """A regular expression."""
    if not isinstance(raw, str):
        raise Mistake(f"{raw!r} is no regular expression", "put it in quotes")
    return compile_pattern(raw)


def text(raw: Any, path: str) -> str:
    """A text."""
    if not isinstance(raw, str) or not raw:
        raise Mistake(f"{raw!r} is no text", "put it in quotes")
    return raw


def number(raw: Any, path: str) -> Decimal:
    """A number in the field's own unit."""
    return literals.number_for(raw, path)


def span(raw: Any, path: str) -> tuple[Decimal, Decimal]:
    """Two numbers, the smaller one first."""
    if not isinstance(raw, (list, tuple)) or len(raw) != 2:
        raise Mistake("between needs two numbers", "write [1, 10]")
    low, high = (literals.number_for(item, path) for item in raw)
    if low > high:
        raise Mistake(f"nothing is between {low} and {high}", "write the smaller number first")
    return low, high


def flag(raw: Any, path: str) -> bool:
    """true or false."""
    if not isinstance(raw, bool):
        raise Mistake(f"{raw!r} is neither true nor false")
    return raw


def names(raw: Any, path: str) -> tuple[str, ...]:
    """Keys of a map."""
    items = raw if isinstance(raw, (list, tuple)) else (raw,)
    if not all(isinstance(item, str) for item in items):
        raise Mistake("a list of keys is needed", "write [owner, cost-center]")
    return tuple(items)


def day(raw: Any, path: str) -> date:
    """A date."""
    found = literals.as_date(raw)
    if found is None:
        raise Mistake(f"{raw!r} is no date", "write it like 2026-12-31")
    return found
