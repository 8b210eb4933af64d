"""Conditions compiled once: what a policy's `assert`, `when` and `where` say, ready to be asked of thousands of cases.

A condition answers `truth(case)`. Only when the answer matters to somebody is it asked again for `clues` (which field, what
was expected, what is there) and for the `residual` (what is unknown, and what it must turn out to be).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from spendgate.model.case import Case
from spendgate.model.values import Truth, Unknown, Value
from spendgate.policies.arithmetic import Formula, parse_condition
from spendgate.policies.clues import Clue, clue_of, demand
from spendgate.policies.mistakes import Mistake, Mistakes, near
from spendgate.policies.operands import Expected, Operand, References
from spendgate.policies.operators import OPERATORS, Operator, every, operator_named, some
from spendgate.policies.paths import check_path, each_fetcher, fetcher, has_elements, unit_of
from spendgate.policies.wording import why_unknown

_EACH = ("every", "any", "none")
_MUST = "; it must "
_JOINTS = ("all", "any", "not", "expr")


class Condition(Protocol):
    """Something that is true, false or unknown of a case."""

    def truth(self, case: Case) -> Truth:
        """The answer."""
        ...

    def clues(self, case: Case, truth: Truth) -> list[Clue]:
        """The fields that make the answer what it is, the most telling one first."""
        ...

    def residual(self, case: Case, *, wanted: bool = True) -> str:
        """Of an unknown answer: what is not known, and what it must turn out to be for the answer to be as wanted."""
        ...


@dataclass(frozen=True, slots=True)
class Comparison:
    """One field, one operator, one stated value."""

    path: str
    fetch: Callable[[Case], Value]
    operator: Operator
    operand: Operand
    unit: str

    def truth(self, case: Case) -> Truth:
        """The operator's answer; when the stated value is unknown, the answer that all its entries agree on."""
        expected = self.operand.of(case)
        actual = self.fetch(case)
        if isinstance(expected, Unknown):
            return _agreed(self.operator, actual, self.operand.possible(case))
        return self.operator.judge(actual, expected.value)

    def clues(self, case: Case, truth: Truth) -> list[Clue]:
        """The one field with what was expected and what is there."""
        expected = self.operand.of(case)
        actual = self.fetch(case)
        if isinstance(expected, Unknown):
            return [Clue(self.path, self.operator.name, expected, actual, unit=self.unit)]
        return [clue_of(self.path, self.operator, expected, actual, unit=self.unit)]

    def residual(self, case: Case, *, wanted: bool = True) -> str:
        """Why the field is unknown, and what it must be."""
        expected = self.operand.of(case)
        if isinstance(expected, Unknown):
            return expected.reason
        reason = why_unknown(self.path, self.fetch(case), unit=self.unit)
        return f"{reason}{_MUST}{demand(self.operator, expected, wanted=wanted, unit=self.unit)}"


@dataclass(frozen=True, slots=True)
class EachComparison:
    """One operator on each element of a list: for every one, any one, or none."""

    path: str
    fetch: Callable[[Case], list[Value]]
    each: str
    operator: Operator
    operand: Operand
    unit: str

    def truth(self, case: Case) -> Truth:
        """Kleene's answer over the elements."""
        expected = self.operand.of(case)
        if isinstance(expected, Unknown):
            return Truth.UNKNOWN
        truths = (self.operator.judge(value, expected.value) for value in self.fetch(case))
        if self.each == "every":
            return every(truths)
        return some(truths) if self.each == "any" else ~some(truths)

    def clues(self, case: Case, truth: Truth) -> list[Clue]:
        """The offending elements as one clue."""
        expected = self.operand.of(case)
        values = self.fetch(case)
        if isinstance(expected, Unknown):
            return [Clue(self.path, self.operator.name, expected, tuple(values), unit=self.unit)]
        sought = Truth.TRUE if self.each == "none" and truth is Truth.FALSE else truth
        telling = tuple(value for value in values if self.operator.judge(value, expected.value) is sought)
        shown = telling[0] if len(telling) == 1 else telling or tuple(values)
        return [clue_of(self.path, self.operator, expected, shown, unit=self.unit)]

    def residual(self, case: Case, *, wanted: bool = True) -> str:
        """Which element is unknown, and what it must be."""
        expected = self.operand.of(case)
        if isinstance(expected, Unknown):
            return expected.reason
        unsure = [v for v in self.fetch(case) if self.operator.judge(v, expected.value) is Truth.UNKNOWN]
        reason = why_unknown(self.path, unsure[0] if unsure else Unknown(), unit=self.unit)
        said = demand(self.operator, expected, wanted=wanted != (self.each == "none"), unit=self.unit)
        return f"{reason}; {'one' if self.each == 'any' else 'each'} must {said}"


@dataclass(frozen=True, slots=True)
class AllOf:
    """True when every part is; false as soon as one is."""

    parts: tuple[Condition, ...]

    def truth(self, case: Case) -> Truth:
        """Kleene's *and*: a false part wins over an unknown one."""
        result = Truth.TRUE
        for part in self.parts:
            truth = part.truth(case)
            if truth is Truth.FALSE:
                return truth
            if truth is Truth.UNKNOWN:
                result = truth
        return result

    def clues(self, case: Case, truth: Truth) -> list[Clue]:
        """The clues of the parts that have the same answer."""
        return _clues(self.parts, case, truth)

    def residual(self, case: Case, *, wanted: bool = True) -> str:
        """What the unknown parts wait for."""
        return _joined(self.parts, case, " and " if wanted else " or ", wanted)


@dataclass(frozen=True, slots=True)
class AnyOf:
    """True as soon as one part is; false when none is."""

    parts: tuple[Condition, ...]

    def truth(self, case: Case) -> Truth:
        """Kleene's *or*: a true part wins over an unknown one."""
        result = Truth.FALSE
        for part in self.parts:
            truth = part.truth(case)
            if truth is Truth.TRUE:
                return truth
            if truth is Truth.UNKNOWN:
                result = truth
        return result

    def clues(self, case: Case, truth: Truth) -> list[Clue]:
        """The clues of the parts that have the same answer."""
        return _clues(self.parts, case, truth)

    def residual(self, case: Case, *, wanted: bool = True) -> str:
        """What the unknown parts wait for: one of them is enough."""
        return _joined(self.parts, case, " or " if wanted else " and ", wanted)


@dataclass(frozen=True, slots=True)
class Not:
    """True when its part is false."""

    part: Condition

    def truth(self, case: Case) -> Truth:
        """The opposite; the opposite of unknown is unknown."""
        return ~self.part.truth(case)

    def clues(self, case: Case, truth: Truth) -> list[Clue]:
        """The clues of the part, which has the opposite answer."""
        return [clue.denied() for clue in self.part.clues(case, ~truth)]

    def residual(self, case: Case, *, wanted: bool = True) -> str:
        """What the part waits for, turned round."""
        return self.part.residual(case, wanted=not wanted)


@dataclass(frozen=True, slots=True)
class Calculation:
    """A small calculation that compares numbers: `accel.count * 2 <= capacity.max`."""

    text: str
    formula: Formula

    def truth(self, case: Case) -> Truth:
        """The comparison's answer."""
        result = self.formula.of(case)
        assert isinstance(result, Truth)
        return result

    def clues(self, case: Case, truth: Truth) -> list[Clue]:
        """The fields that take part, with their values."""
        values = self.formula.values(case)
        first = next(iter(values), self.text)
        actual = values.get(first) if len(values) == 1 else values
        return [Clue(first, "expr", self.text, actual)]

    def residual(self, case: Case, *, wanted: bool = True) -> str:
        """Which field is unknown, and the calculation that must hold."""
        values = self.formula.values(case)
        reasons = [why_unknown(path, value) for path, value in values.items() if self.formula.is_open(value)]
        said = "must hold" if wanted else "must not hold"
        return f"{'; '.join(reasons) or 'it cannot be calculated'}; {self.text} {said}"


def _agreed(operator: Operator, actual: Value, possible: Sequence[Expected]) -> Truth:
    answers = {operator.judge(actual, expected.value) for expected in possible}
    return answers.pop() if len(answers) == 1 else Truth.UNKNOWN


def _clues(parts: Sequence[Condition], case: Case, truth: Truth) -> list[Clue]:
    return [clue for part in parts if part.truth(case) is truth for clue in part.clues(case, truth)]


def _joined(parts: Sequence[Condition], case: Case, word: str, wanted: bool) -> str:
    """What several parts wait for; demands on one field are said together."""
    demands: dict[str, list[str]] = {}
    for part in parts:
        if part.truth(case) is Truth.UNKNOWN:
            reason, _, said = part.residual(case, wanted=wanted).partition(_MUST)
            if said not in demands.setdefault(reason, []):
                demands[reason].append(said)
    return f",{word}".join(reason + (_MUST + word.join(said) if any(said) else "") for reason, said in demands.items())


ALWAYS = AllOf(())
"""The condition that holds of everything."""


@dataclass(frozen=True, slots=True)
class Compiler:
    """Turns what a file says into conditions. A mistake is noted with its line, and its place taken by `ALWAYS`."""

    references: References
    mistakes: Mistakes

    def conditions(self, data: Any, *route: str | int) -> Condition:
        """A list (all must hold) or a single condition."""
        if isinstance(data, list):
            if not data:
                self.mistakes.add(Mistake("an empty list of conditions says nothing"), *route)
            parts = tuple(self.conditions(item, *route, index) for index, item in enumerate(data))
            return parts[0] if len(parts) == 1 else AllOf(parts)
        try:
            return self._condition(data, route)
        except Mistake as mistake:
            self.mistakes.add(mistake, *route)
            return ALWAYS

    def _condition(self, data: Any, route: tuple[str | int, ...]) -> Condition:
        if not isinstance(data, Mapping):
            raise Mistake(f"{data!r} is no condition", "write {field: accel.count, lte: 8}")
        if "field" in data:
            return self._comparison(data)
        if len(data) != 1 or next(iter(data)) not in _JOINTS:
            wrong = next((key for key in data if key not in _JOINTS), None)
            if wrong is None:
                raise Mistake(f"{' and '.join(data)} stand in one condition", "write each as an entry of its own")
            hint = "a comparison names its field" if wrong in OPERATORS else near(wrong, (*_JOINTS, "field"))
            raise Mistake(f"a condition with {wrong!r} and no field", hint, (wrong,))
        joint, inner = next(iter(data.items()))
        if joint == "expr":
            return self._calculation(inner)
        if joint == "not":
            return Not(self.conditions(inner, *route, joint))
        if not isinstance(inner, list) or not inner:
            raise Mistake(f"{joint} needs a list of conditions", inner=(joint,))
        parts = tuple(self.conditions(item, *route, joint, index) for index, item in enumerate(inner))
        return AllOf(parts) if joint == "all" else AnyOf(parts)

    def _comparison(self, data: Mapping[str, Any]) -> Condition:
        keys = check_path(data["field"])
        path = str(data["field"])
        others = [key for key in data if key not in ("field", "each")]
        if len(others) != 1:
            for name in others:
                operator_named(name)
            what = "no operator" if not others else f"{len(others)} operators ({', '.join(others)})"
            raise Mistake(f"the condition on {path} has {what}, one is needed", inner=("field",))
        operator = operator_named(others[0])
        try:
            operand = self.references.operand(data[operator.name], lambda raw: operator.prepare(raw, path))
        except Mistake as mistake:
            raise mistake.within(operator.name) from None
        unit = unit_of(path)
        each = data.get("each")
        if not has_elements(keys):
            if each is not None:
                raise Mistake(f"each needs a path with [], {path} has none", f"write {path}[]", ("each",))
            return Comparison(path, fetcher(keys), operator, operand, unit)
        if each is not None and each not in _EACH:
            raise Mistake(f"each is {each!r}", near(str(each), _EACH, whole="it is one of"), ("each",))
        return EachComparison(path, each_fetcher(keys), each or "every", operator, operand, unit)

    def _calculation(self, text: Any) -> Condition:
        if not isinstance(text, str):
            raise Mistake("expr needs a text", 'write expr: "accel.count * 2 <= capacity.max"', ("expr",))
        try:
            return Calculation(text, parse_condition(text, self.references))
        except Mistake as mistake:
            raise mistake.within("expr") from None
