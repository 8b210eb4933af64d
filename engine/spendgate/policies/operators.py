"""The 22 operators: what each compares, what an absent field means to it, and how it is put into words.

Every operator answers with one of three truth values. An unknown field is unknown to all of them; an absent one fails all but
`exists: false`, `empty: true`, `not_in`, `not_equals` and `not_matches`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from spendgate.model.frozen import Frozen
from spendgate.model.values import ABSENT, Bounded, Truth, Unknown, Value
from spendgate.policies import comparisons, containment, prepared
from spendgate.policies.mistakes import Mistake, near

Test = Callable[[Any, Any], Truth]


class Operator(Frozen):
    """One operator: how its value is made ready (`prepare(raw, path)`), tested, and said (`it must <phrase>`).

    `absent` is the truth of an absent field, or None when the value decides. `bounded` tests a number of which only bounds
    are known. `whole` operators take a list or a map as one value; the others test each element of a list.
    """

    name: str
    prepare: Callable[[Any, str], Any]
    test: Test
    phrase: str
    absent: Truth | None = Truth.FALSE
    bounded: Test | None = None
    whole: bool = False
    negative: bool = False

    def judge(self, actual: Value, expected: Any) -> Truth:
        """The truth of the comparison."""
        if isinstance(actual, Unknown):
            return Truth.UNKNOWN
        if actual is ABSENT:
            return self.absent if self.absent is not None else self.test(actual, expected)
        if isinstance(actual, Bounded):
            return self.bounded(actual, expected) if self.bounded is not None else Truth.UNKNOWN
        if not self.whole and isinstance(actual, Sequence) and not isinstance(actual, str):
            return self._each(actual, expected)
        return self.test(actual, expected)

    def _each(self, actual: Sequence[Value], expected: Any) -> Truth:
        """A list where one value was expected: every element must hold; an empty one holds only for a negative operator."""
        if not actual:
            return Truth.of(self.negative)
        return every(self.judge(element, expected) for element in actual)


def every(truths: Any) -> Truth:
    """Kleene's *and* over truth values: true when there are none."""
    result = Truth.TRUE
    for truth in truths:
        if truth is Truth.FALSE:
            return truth
        if truth is Truth.UNKNOWN:
            result = truth
    return result


def some(truths: Any) -> Truth:
    """Kleene's *or* over truth values: false when there are none."""
    result = Truth.FALSE
    for truth in truths:
        if truth is Truth.TRUE:
            return truth
        if truth is Truth.UNKNOWN:
            result = truth
    return result


def _not(test: Test) -> Test:
    return lambda actual, expected: ~test(actual, expected)


_TRUE = Truth.TRUE

_ALL = (
    Operator("equals", prepared.scalar, comparisons.equal, "be {}", bounded=comparisons.bounded_equal, whole=True),
    Operator(
        "not_equals",
        prepared.scalar,
        _not(comparisons.equal),
        "not be {}",
        absent=_TRUE,
        bounded=_not(comparisons.bounded_equal),
        whole=True,
        negative=True,
    ),
    Operator("in", prepared.choices, comparisons.one_of, "be one of {}", bounded=comparisons.bounded_one_of),
    Operator(
        "not_in",
        prepared.choices,
        _not(comparisons.one_of),
        "be none of {}",
        absent=_TRUE,
        bounded=_not(comparisons.bounded_one_of),
        negative=True,
    ),
    Operator("matches", prepared.pattern, comparisons.matches, "match {}"),
    Operator(
        "not_matches",
        prepared.pattern,
        _not(comparisons.matches),
        "not match {}",
        absent=_TRUE,
        negative=True,
    ),
    Operator("starts_with", prepared.text, comparisons.starts, "start with {}"),
    Operator("ends_with", prepared.text, comparisons.ends, "end with {}"),
    Operator("contains", prepared.scalar, containment.contains, "contain {}", whole=True),
    Operator("lt", prepared.number, comparisons.less, "be less than {}", bounded=comparisons.bounded_less),
    Operator("lte", prepared.number, comparisons.at_most, "be at most {}", bounded=comparisons.bounded_at_most),
    Operator(
        "gt",
        prepared.number,
        comparisons.more,
        "be more than {}",
        bounded=_not(comparisons.bounded_at_most),
    ),
    Operator("gte", prepared.number, comparisons.at_least, "be at least {}", bounded=_not(comparisons.bounded_less)),
    Operator(
        "between",
        prepared.span,
        comparisons.between,
        "be between {}",
        bounded=lambda actual, span: every(
            (~comparisons.bounded_less(actual, span[0]), comparisons.bounded_at_most(actual, span[1]))
        ),
    ),
    Operator(
        "exists",
        prepared.flag,
        containment.exists,
        "be set",
        absent=None,
        bounded=containment.exists,
        whole=True,
    ),
    Operator(
        "empty",
        prepared.flag,
        containment.empty,
        "be empty",
        absent=None,
        bounded=containment.empty,
        whole=True,
    ),
    Operator("has_keys", prepared.names, containment.has_keys, "have {}", whole=True),
    Operator("has_any_key", prepared.names, containment.has_any_key, "have one of {}", whole=True),
    Operator("subset_of", prepared.choices, containment.subset, "be within {}", whole=True),
    Operator("intersects", prepared.choices, containment.intersects, "share something with {}", whole=True),
    Operator("before", prepared.day, comparisons.before, "be before {}"),
    Operator("after", prepared.day, comparisons.after, "be after {}"),
)
OPERATORS: Mapping[str, Operator] = {operator.name: operator for operator in _ALL}


def operator_named(name: str) -> Operator:
    """The operator of that name. Raises Mistake with the nearest one."""
    if name not in OPERATORS:
        raise Mistake(f"unknown operator {name!r}", near(name, OPERATORS, whole="operators"))
    return OPERATORS[name]
