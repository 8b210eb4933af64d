"""Conditions compiled once: what a policy's `assert`, `when` and `where` say, ready to be asked of thousands of cases.

A condition answers `truth(case)`. Only when the answer matters to somebody is it asked again for `clues` (which field, what
was expected, what is there) and for the `need` (what is unknown, and what it must turn out to be).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from spendgate.model.case import Case
from spendgate.model.frozen import Frozen
from spendgate.model.values import Truth, Unknown, Value
from spendgate.policies.arithmetic import Formula
from spendgate.policies.clues import Clue, clue_of, demand
from spendgate.policies.needs import Doubt, Need, Needs, ceiling_of
from spendgate.policies.operands import Expected, Operand
from spendgate.policies.operators import Operator, every, some
from spendgate.policies.wording import why_unknown


class Condition(Protocol):
    """Something that is true, false or unknown of a case."""

    def truth(self, case: Case) -> Truth:
        """The answer."""
        ...

    def clues(self, case: Case, truth: Truth) -> list[Clue]:
        """The fields that make the answer what it is, the most telling one first."""
        ...

    def need(self, case: Case, *, wanted: bool = True) -> Need:
        """Of an unknown answer: what is not known, and what it must turn out to be for the answer to be as wanted."""
        ...


class Comparison(Frozen):
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

    def need(self, case: Case, *, wanted: bool = True) -> Need:
        """Why the field is unknown, and what it must be."""
        expected = self.operand.of(case)
        if isinstance(expected, Unknown):
            return Doubt("", expected.reason, "")
        reason = why_unknown(self.fetch(case), unit=self.unit)
        said = demand(self.operator, expected, wanted=wanted, unit=self.unit)
        return Doubt(self.path, reason, f"must {said}", ceiling_of(self.operator.name, expected.value, wanted=wanted))


class EachComparison(Frozen):
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

    def need(self, case: Case, *, wanted: bool = True) -> Need:
        """Which element is unknown, and what it must be."""
        expected = self.operand.of(case)
        if isinstance(expected, Unknown):
            return Doubt("", expected.reason, "")
        unsure = [v for v in self.fetch(case) if self.operator.judge(v, expected.value) is Truth.UNKNOWN]
        reason = why_unknown(unsure[0] if unsure else Unknown(), unit=self.unit)
        said = demand(self.operator, expected, wanted=wanted != (self.each == "none"), unit=self.unit)
        return Doubt(self.path, reason, f"must {said}")


class AllOf(Frozen):
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

    def need(self, case: Case, *, wanted: bool = True) -> Need:
        """What the unknown parts wait for."""
        return _needs(self.parts, case, "and" if wanted else "or", wanted)


class AnyOf(Frozen):
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

    def need(self, case: Case, *, wanted: bool = True) -> Need:
        """What the unknown parts wait for: one of them is enough."""
        return _needs(self.parts, case, "or" if wanted else "and", wanted)


class Not(Frozen):
    """True when its part is false."""

    part: Condition

    def truth(self, case: Case) -> Truth:
        """The opposite; the opposite of unknown is unknown."""
        return ~self.part.truth(case)

    def clues(self, case: Case, truth: Truth) -> list[Clue]:
        """The clues of the part, which has the opposite answer."""
        return [clue.denied() for clue in self.part.clues(case, ~truth)]

    def need(self, case: Case, *, wanted: bool = True) -> Need:
        """What the part waits for, turned round."""
        return self.part.need(case, wanted=not wanted)


class Calculation(Frozen):
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

    def need(self, case: Case, *, wanted: bool = True) -> Need:
        """Which fields are unknown, and the calculation that must hold."""
        said = f"must {'' if wanted else 'not '}be such that {self.text}"
        values = self.formula.values(case)
        doubts = [
            Doubt(path, why_unknown(value), said) for path, value in values.items() if self.formula.is_open(value)
        ]
        return Needs("and", tuple(doubts) or (Doubt(self.text, "cannot be calculated", said),))


def _agreed(operator: Operator, actual: Value, possible: Sequence[Expected]) -> Truth:
    answers = {operator.judge(actual, expected.value) for expected in possible}
    return answers.pop() if len(answers) == 1 else Truth.UNKNOWN


def _clues(parts: Sequence[Condition], case: Case, truth: Truth) -> list[Clue]:
    return [clue for part in parts if part.truth(case) is truth for clue in part.clues(case, truth)]


def _needs(parts: Sequence[Condition], case: Case, joint: str, wanted: bool) -> Needs:
    unsure = [part for part in parts if part.truth(case) is Truth.UNKNOWN]
    return Needs(joint, tuple(part.need(case, wanted=wanted) for part in unsure))


ALWAYS = AllOf(())
"""The condition that holds of everything."""
