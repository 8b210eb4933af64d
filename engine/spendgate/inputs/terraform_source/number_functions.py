"""Functions over numbers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Any

from spendgate.inputs.terraform_source.values import EvaluationError, as_number, as_whole, tidy


def _log(value: Any, base: Any) -> int | Decimal:
    number, to = Decimal(as_number(value)), Decimal(as_number(base))
    exact = number.ln() / to.ln()
    rounded = exact.quantize(Decimal("1e-20"))
    # NOTE: a logarithm that is whole must not miss it by the last digit: log(8, 2) is 3.
    return tidy(rounded.quantize(Decimal("1e-12")) if rounded == rounded.quantize(Decimal("1e-12")) else exact)


def _pow(value: Any, exponent: Any) -> int | Decimal:
    number, power = Decimal(as_number(value)), Decimal(as_number(exponent))
    if abs(power) > 1000:
        raise EvaluationError("the exponent is absurd")
    return tidy(number**power)


def _least(*values: Any) -> int | Decimal:
    return min(as_number(value) for value in values)


def _most(*values: Any) -> int | Decimal:
    return max(as_number(value) for value in values)


def _signum(value: Any) -> int:
    number = as_whole(value)
    return (number > 0) - (number < 0)


NUMBERS: Mapping[str, Callable[..., Any]] = {
    "abs": lambda value: abs(as_number(value)),
    "ceil": lambda value: int(Decimal(as_number(value)).to_integral_value(ROUND_CEILING)),
    "floor": lambda value: int(Decimal(as_number(value)).to_integral_value(ROUND_FLOOR)),
    "log": _log,
    "max": _most,
    "min": _least,
    "pow": _pow,
    "signum": _signum,
}
"""By name; each needs to know all of its arguments."""
