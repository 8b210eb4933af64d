"""Why a policy says what it says about one case: every condition with what was expected, what is there, and the answer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from spendgate.model.case import Case
from spendgate.model.frozen import Frozen
from spendgate.model.policy import Policy
from spendgate.model.values import Truth, Unknown, Value
from spendgate.policies.body import Body
from spendgate.policies.conditions import AllOf, AnyOf, Calculation, Comparison, Condition, EachComparison, Not
from spendgate.policies.instead import InsteadCase
from spendgate.policies.judging import Judgement, environment, judge
from spendgate.policies.operands import Operand
from spendgate.policies.selection import Selector, signature
from spendgate.policies.wording import listed, shown

_OWN = ("env", "address", "taggable")
"""Keys of a match object that look at the case itself, in the order in which they are compiled."""


class Row(Frozen):
    """One line of an explanation. `path` and `actual` are set where a field is asked; `parameter` where one says what is expected."""

    depth: int
    said: str
    truth: Truth
    path: str | None = None
    actual: str | None = None
    parameter: str | None = None


class Explanation(Frozen):
    """The rows of one policy on one case, by part (`match`, `exclude`, `assert`, `case 2: block`), and the verdict."""

    parts: tuple[tuple[str, tuple[Row, ...]], ...]
    judgement: Judgement


def explain(policy: Policy, case: Case, today: date) -> Explanation:
    """Everything that a YAML policy asks of a case, whether the answer mattered or not."""
    body: Body = policy.body
    data = body.source.data
    if body.allowance is not None:
        case = InsteadCase(case, body.allowance, None)
    parts = [("match", tuple(_selector(body.selection.match, case, data.get("match", {}))))]
    parts += [
        (f"exclude {number}" if len(body.selection.exclude) > 1 else "exclude", tuple(_selector(each, case, stated)))
        for number, (each, stated) in enumerate(zip(body.selection.exclude, data.get("exclude", ()), strict=True), 1)
    ]
    several = len(body.rungs) > 1 or body.rungs[0].enforcement is not None
    for number, rung in enumerate(body.rungs, 1):
        rule = rung.enforcement or policy.enforcement
        name = f"case {number}: {rule.at(environment(case), today).label}" if several else "assert"
        if rung.when is not None:
            parts.append((f"{name}, when", tuple(_rows(rung.when, case, 0))))
        parts.append((name, tuple(_rows(rung.check, case, 0))))
    parts += [
        (f"exception {each.id} until {each.expires}", tuple(_selector(each.match, case, stated["match"])))
        for each, stated in zip(body.exceptions, data.get("exceptions", ()), strict=True)
    ]
    return Explanation(tuple((name, rows) for name, rows in parts if rows), judge(policy, case, today))


def _selector(selector: Selector, case: Case, stated: Mapping[str, Any]) -> Iterator[Row]:
    found = signature(case)
    for key, words in selector.shared:
        wanted = [*sorted(words.exact), *(pattern.pattern for pattern in words.patterns)]
        value = getattr(found, key)
        yield Row(0, f"{key} is one of {_short(wanted)}", words.fits(value), key, shown(value))
    for key, test in zip([key for key in _OWN if key in stated], selector.own, strict=True):
        wanted = stated[key] if isinstance(stated[key], list) else [stated[key]]
        yield Row(
            0, f"{key} is one of {listed([shown(value) for value in wanted])}", test(case), key, shown(case.root(key))
        )
    if selector.where is not None:
        yield from _rows(selector.where, case, 0)


def _short(stated: Sequence[str]) -> str:
    return listed([text.replace("\\.", ".").replace(".*", "*") for text in stated])


def _rows(condition: Condition, case: Case, depth: int) -> Iterator[Row]:
    truth = condition.truth(case)
    if isinstance(condition, (AllOf, AnyOf)):
        inner = depth
        if depth or isinstance(condition, AnyOf):
            yield Row(depth, "all of" if isinstance(condition, AllOf) else "any of", truth)
            inner = depth + 1
        for part in condition.parts:
            yield from _rows(part, case, inner)
    elif isinstance(condition, Not):
        yield Row(depth, "not", truth)
        yield from _rows(condition.part, case, depth + 1)
    elif isinstance(condition, Calculation):
        values = condition.formula.values(case)
        actual = listed([f"{path}={shown(value)}" for path, value in values.items()])
        yield Row(depth, condition.text, truth, next(iter(values), None), actual)
    elif isinstance(condition, EachComparison):
        said = f"{condition.each} of {condition.path} {condition.operator.name} {_expected(condition.operand, case)}"
        actual = listed([shown(value, unit=condition.unit) for value in condition.fetch(case)])
        yield Row(depth, said, truth, condition.path, actual, condition.operand.name or None)
    elif isinstance(condition, Comparison):
        said = f"{condition.path} {condition.operator.name} {_expected(condition.operand, case)}"
        value: Value = condition.fetch(case)
        yield Row(depth, said, truth, condition.path, shown(value, unit=condition.unit), condition.operand.name or None)


def _expected(operand: Operand, case: Case) -> str:
    expected = operand.of(case)
    return shown(expected) if isinstance(expected, Unknown) else shown(expected.shown)
