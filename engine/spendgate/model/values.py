"""Values that may not be known: the ground on which every three-valued judgement stands.

A looked-up value is one of: a plain value, `ABSENT` (the field is not there) or an `Unknown` (the field is there, or may
be, but its value is not to be known now). `Unknown` is never falsy-by-accident: truth testing it raises.
"""

from __future__ import annotations

from decimal import Decimal
from enum import Enum
from typing import Any, Final, NoReturn, TypeAlias

from spendgate.model.frozen import Frozen


class Unknown(Frozen):
    """A value that exists but cannot be known now, with the reason why."""

    reason: str = "known only after apply"

    def __bool__(self) -> NoReturn:
        raise TypeError(f"an unknown value ({self.reason}) has no truth value; test it with isinstance(value, Unknown)")


class _Absent(Enum):
    ABSENT = "absent"

    def __repr__(self) -> str:
        return "ABSENT"

    def __bool__(self) -> bool:
        return False


ABSENT: Final = _Absent.ABSENT
"""The field is not there. Not equal to anything; fails every comparison except the negative ones."""

Absent: TypeAlias = _Absent

AFTER_APPLY: Final = Unknown()
SENSITIVE: Final = Unknown("sensitive")


class Bounded(Frozen):
    """A number of which only bounds are known, for example a total with an unpriced part (`lower` known, `upper` open).

    `lower`/`upper` are inclusive; `None` means open on that side. Comparisons against it are three-valued.
    """

    lower: Decimal | None
    upper: Decimal | None
    reason: str = "a part has no price"


Value: TypeAlias = Any
"""A plain value, `ABSENT`, an `Unknown` or a `Bounded`."""

Text: TypeAlias = str | Unknown | None
Number: TypeAlias = Decimal | Unknown | None
Whole: TypeAlias = int | Unknown | None
Flag: TypeAlias = bool | Unknown | None


class Truth(Enum):
    """Kleene's three truth values."""

    TRUE = "true"
    FALSE = "false"
    UNKNOWN = "unknown"

    def __invert__(self) -> Truth:
        if self is Truth.UNKNOWN:
            return self
        return Truth.FALSE if self is Truth.TRUE else Truth.TRUE

    @classmethod
    def of(cls, value: bool) -> Truth:
        """The truth value of a plain bool."""
        return cls.TRUE if value else cls.FALSE
