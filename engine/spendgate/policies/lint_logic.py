"""What follows from conditions without any resource: which fields they fix or bound, and what is then certain.

Only plain comparisons under `all` count: about everything else nothing is claimed. A comparison that is true also says that
its field is there and known, since what is absent or unknown makes none true.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from spendgate.model.frozen import Frozen, replace
from spendgate.policies.conditions import ALWAYS, AllOf, AnyOf, Comparison, Condition
from spendgate.policies.operands import Expected
from spendgate.policies.prepared import Choices, Scalar

_ABSENT_HOLDS = frozenset({"not_equals", "not_in", "not_matches"})


class Known(Frozen):
    """What conditions say of one field: bounds (`open` ones excluded), the texts it may be, whether it is there."""

    low: Decimal | None = None
    high: Decimal | None = None
    low_open: bool = False
    high_open: bool = False
    texts: frozenset[str] | None = None
    there: bool | None = None
    clash: bool = False


Premises = Mapping[str, Known]


def premises(condition: Condition, given: Premises | None = None) -> Premises:
    """What is certain of each field where a condition is true, on top of what is given."""
    found = dict(given or {})
    for leaf in _leaves(condition):
        said = _said_by(leaf)
        if said is not None:
            found[leaf.path] = _both(found.get(leaf.path, Known()), said)
    return found


def contradiction(given: Premises) -> str | None:
    """The first field of which two things are said that cannot both be true, in words."""
    for path, known in given.items():
        if known.clash:
            return f"{path} cannot be there and not be there, or two things at once"
        if known.texts is not None and not known.texts:
            return f"{path} cannot be two things at once"
        if known.low is not None and known.high is not None:
            if known.low > known.high:
                return f"{path} cannot be over {known.low} and under {known.high}"
            if known.low == known.high and (known.low_open or known.high_open):
                return f"{path} cannot be both over and under {known.low}"
    return None


def is_implied(condition: Condition, given: Premises) -> bool:
    """Whether a condition is certain to be true where the premises are."""
    if isinstance(condition, AllOf):
        return all(is_implied(part, given) for part in condition.parts)
    if isinstance(condition, AnyOf):
        return any(is_implied(part, given) for part in condition.parts)
    if condition == ALWAYS:
        return True
    if not isinstance(condition, Comparison):
        return False
    demanded, known = _said_by(condition), given.get(condition.path)
    return demanded is not None and known is not None and _within(known, demanded)


def _leaves(condition: Condition) -> list[Comparison]:
    if isinstance(condition, AllOf):
        return [leaf for part in condition.parts for leaf in _leaves(part)]
    return [condition] if isinstance(condition, Comparison) else []


def _said_by(leaf: Comparison) -> Known | None:
    """What one comparison says of its field when it is true, as far as this can be put in bounds and texts."""
    fixed = leaf.operand.fixed
    if not isinstance(fixed, Expected):
        return Known(there=True) if leaf.operator.name not in (*_ABSENT_HOLDS, "exists", "empty") else None
    name, value = leaf.operator.name, fixed.value
    if name == "exists":
        return Known(there=bool(value))
    if name in ("lt", "lte") and isinstance(value, Decimal):
        return Known(high=value, high_open=name == "lt", there=True)
    if name in ("gt", "gte") and isinstance(value, Decimal):
        return Known(low=value, low_open=name == "gt", there=True)
    if name == "between":
        low, high = value
        return Known(low=low, high=high, there=True)
    if name == "equals" and isinstance(value, Scalar) and not value.accelerators:
        if value.number is not None and not isinstance(value.raw, str):
            return Known(low=value.number, high=value.number, there=True)
        return Known(texts=frozenset(value.texts), there=True) if value.texts and value.number is None else None
    if name == "in" and isinstance(value, Choices) and not value.others and not value.accelerators:
        return Known(texts=value.texts, there=True)
    return None if name in (*_ABSENT_HOLDS, "empty") else Known(there=True)


def _both(one: Known, other: Known) -> Known:
    clash = one.clash or other.clash or (one.there is not None and other.there not in (None, one.there))
    texts = one.texts if other.texts is None else other.texts if one.texts is None else one.texts & other.texts
    known = replace(one, texts=texts, there=one.there if other.there is None else other.there, clash=clash)
    if other.low is not None and (known.low is None or (other.low, other.low_open) > (known.low, known.low_open)):
        known = replace(known, low=other.low, low_open=other.low_open)
    if other.high is not None and (
        known.high is None or (other.high, not other.high_open) < (known.high, not known.high_open)
    ):
        known = replace(known, high=other.high, high_open=other.high_open)
    return known


def _within(known: Known, demanded: Known) -> bool:
    """Whether everything demanded of a field is certain. NOTE: only a demand that is put fully in bounds or texts counts."""
    if demanded == Known(there=True) or demanded.there is False:
        return False
    if demanded.texts is not None and (known.texts is None or not known.texts <= demanded.texts):
        return False
    if demanded.low is not None and (
        known.low is None or (known.low, known.low_open) < (demanded.low, demanded.low_open)
    ):
        return False
    return demanded.high is None or (
        known.high is not None and (known.high, not known.high_open) <= (demanded.high, not demanded.high_open)
    )
