"""Terraform's functions: which there are, and how unknown arguments go through them.

A function that only moves parts about (`merge`, `concat`, `lookup`) keeps what is known beside what is not; any other has an
unknown answer when a part of an argument is unknown. A function that is not here has one too: see `second_evaluator`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from spendgate.inputs.terraform_source.collection_functions import MOVING, WHOLE
from spendgate.inputs.terraform_source.encoding_functions import ENCODING
from spendgate.inputs.terraform_source.network_functions import NETWORK
from spendgate.inputs.terraform_source.number_functions import NUMBERS
from spendgate.inputs.terraform_source.text_functions import TEXTS
from spendgate.inputs.terraform_source.values import EvaluationError, first_unknown
from spendgate.model.values import Unknown

Function = Callable[..., Any]

NOT_NOW = frozenset({"timestamp", "plantimestamp", "uuid", "bcrypt", "ephemeralasnull"})
"""Functions whose answer is another in each run."""
NOT_EVALUATED = "() is not evaluated here"

_STRICT: Mapping[str, Function] = {**TEXTS, **NUMBERS, **NETWORK, **ENCODING, **WHOLE}


def call(name: str, arguments: list[Any]) -> Any:
    """What a function answers. Raises EvaluationError for arguments that Terraform refuses."""
    name = name.removeprefix("core::")
    moving = MOVING.get(name)
    if moving is not None:
        return _apply(name, moving, arguments)
    for argument in arguments:
        unknown = first_unknown(argument)
        if unknown is not None:
            return Unknown(unknown.reason)
    if name in NOT_NOW:
        return Unknown(f"{name}() has another answer in each run")
    strict = _STRICT.get(name)
    if strict is None:
        return Unknown(f"{name}{NOT_EVALUATED}")
    return _apply(name, strict, arguments)


def _apply(name: str, function: Function, arguments: list[Any]) -> Any:
    try:
        return function(*arguments)
    except EvaluationError as error:
        raise EvaluationError(f"{name}(): {error}") from None
    except TypeError:
        raise EvaluationError(f"{name}() does not take {len(arguments)} such arguments") from None
    except (ValueError, ArithmeticError, LookupError, OverflowError) as error:
        raise EvaluationError(f"{name}(): {type(error).__name__}") from None
