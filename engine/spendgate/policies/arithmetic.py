"""The small arithmetic of `expr` and of savings formulas: + - * / comparisons, and, or, not, min, max, len. Nothing else runs.

Names are parameters (`max_nodes[env]`) or paths (`cost.hourly`). A duration counts in hours and a percentage as a share. What
is unknown stays unknown, what is absent stays absent: neither becomes zero.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, TypeAlias

from spendgate.model.case import Case, Keys, look_up, look_up_each
from spendgate.model.frozen import Frozen
from spendgate.model.values import ABSENT, Bounded, Truth, Unknown, Value
from spendgate.policies.calculation import COMPARE, COMPUTE, extreme, length, negated, numeric
from spendgate.policies.literals import Amount
from spendgate.policies.mistakes import Mistake, near
from spendgate.policies.operands import References
from spendgate.policies.operators import every, some
from spendgate.policies.paths import check_path, has_elements

Evaluate: TypeAlias = Callable[[Case], Any]

_TOKEN = re.compile(
    r"\s*(?:(?P<number>\d+(?:\.\d+)?|\.\d+)"
    r"|(?P<name>\$\{[^}]*\}|[A-Za-z_][A-Za-z0-9_]*(?:\[[A-Za-z_.]*\])?(?:\.[A-Za-z0-9_]+(?:-[A-Za-z][A-Za-z0-9_]*)*(?:\[\])?)*)"
    r"|(?P<sign><=|>=|==|!=|[-+*/()<>,]))"
)
_ENTRY = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)\[([A-Za-z_][A-Za-z0-9_.]*)\]")
_WORDS = ("and", "or", "not")
_FUNCTIONS = ("min", "max", "len")
_DEEPEST = 40


class Formula(Frozen):
    """A calculation ready to be asked: a number (or what stands for one), or a truth value for a condition."""

    text: str
    evaluate: Evaluate
    names: Mapping[str, Evaluate]

    def of(self, case: Case) -> Any:
        """The result for a case."""
        return self.evaluate(case)

    def values(self, case: Case) -> dict[str, Value]:
        """Every name in it with its value, in the order of the text."""
        return {name: fetch(case) for name, fetch in self.names.items()}

    @staticmethod
    def is_open(value: Value) -> bool:
        """Whether a value leaves a calculation open."""
        return isinstance(value, (Unknown, Bounded))


def parse_condition(text: str, references: References) -> Formula:
    """A calculation that is true or false. Raises Mistake."""
    formula, is_truth = _parse(text, references)
    if not is_truth:
        raise Mistake(f"{text!r} compares nothing", "write a comparison such as a <= b")
    return formula


def parse_number(text: str, references: References) -> Formula:
    """A calculation that gives a number. Raises Mistake."""
    formula, is_truth = _parse(text, references)
    if is_truth:
        raise Mistake(f"{text!r} is a comparison, a number is needed")
    return formula


def _parse(text: str, references: References) -> tuple[Formula, bool]:
    if len(text) > 1000:
        raise Mistake("the calculation has more than 1,000 characters")
    parser = _Parser(text, _tokens(text), references)
    evaluate, is_truth = parser.either(0)
    if parser.position < len(parser.tokens):
        raise Mistake(f"{text!r} goes on after it ends, at {parser.tokens[parser.position][1]!r}")
    return Formula(text, evaluate, parser.names), is_truth


def _tokens(text: str) -> list[tuple[str, str]]:
    found = []
    position = 0
    while position < len(text.rstrip()):
        match = _TOKEN.match(text, position)
        if not match or match.lastgroup is None:
            raise Mistake(f"{text!r} cannot be read at {text[position:].strip()[:12]!r}")
        found.append((match.lastgroup, match[match.lastgroup]))
        position = match.end()
    return found


Part: TypeAlias = tuple[Evaluate, bool]
"""What to evaluate, and whether it gives a truth value."""


@dataclass(slots=True)
class _Parser:
    """Recursive descent: either > both > denied > compared > sum > product > single."""

    text: str
    tokens: list[tuple[str, str]]
    references: References
    names: dict[str, Evaluate] = field(default_factory=dict)
    position: int = 0

    def either(self, depth: int) -> Part:
        return self._joined(depth, "or", self._both, some)

    def _both(self, depth: int) -> Part:
        return self._joined(depth, "and", self._denied, every)

    def _joined(self, depth: int, word: str, inner: Callable[[int], Part], join: Callable[[Any], Truth]) -> Part:
        if depth > _DEEPEST:
            raise Mistake(f"{self.text!r} is nested too deeply")
        first = inner(depth)
        if not self._next_is(word):
            return first
        parts = [self._truth(first)]
        while self._take(word):
            parts.append(self._truth(inner(depth)))
        return lambda case: join(part(case) for part in parts), True

    def _denied(self, depth: int) -> Part:
        if depth <= _DEEPEST and self._take("not"):
            part = self._truth(self._denied(depth + 1))
            return lambda case: ~part(case), True
        return self._compared(depth)

    def _compared(self, depth: int) -> Part:
        left = self._sum(depth)
        sign = self._peek()
        if sign not in COMPARE:
            return left
        self.position += 1
        compare = COMPARE[sign]
        one, other = self._number(left), self._number(self._sum(depth))
        return lambda case: compare(one(case), other(case)), True

    def _sum(self, depth: int) -> Part:
        return self._chain(depth, ("+", "-"), self._product)

    def _product(self, depth: int) -> Part:
        return self._chain(depth, ("*", "/"), self._single)

    def _chain(self, depth: int, signs: tuple[str, ...], inner: Callable[[int], Part]) -> Part:
        part = inner(depth)
        while (sign := self._peek()) in signs:
            self.position += 1
            part = _computed(COMPUTE[sign], self._number(part), self._number(inner(depth))), False
        return part

    def _single(self, depth: int) -> Part:
        if depth > _DEEPEST:
            raise Mistake(f"{self.text!r} is nested too deeply")
        if self.position >= len(self.tokens):
            raise Mistake(f"{self.text!r} ends too early")
        kind, word = self.tokens[self.position]
        self.position += 1
        if kind == "number":
            constant = Decimal(word)
            return lambda case: constant, False
        if word == "-":
            part = self._number(self._single(depth + 1))
            return lambda case: negated(part(case)), False
        if word == "(":
            inner = self.either(depth + 1)
            self._expect(")")
            return inner
        if kind == "name" and word not in _WORDS:
            return (self._call(word, depth) if self._peek() == "(" else self._name(word)), False
        raise Mistake(f"{self.text!r} has {word!r} where a number or a field is needed")

    def _call(self, word: str, depth: int) -> Evaluate:
        if word not in _FUNCTIONS:
            raise Mistake(f"no function is named {word!r}", near(word, _FUNCTIONS, whole="functions"))
        self._expect("(")
        if word == "len":
            kind, name = self.tokens[self.position] if self.position < len(self.tokens) else ("", "")
            if kind != "name":
                raise Mistake("len needs one field")
            self.position += 1
            fetch = self._fetch(name)
            self._expect(")")
            return lambda case: length(fetch(case))
        parts = [self._number(self._sum(depth + 1))]
        while self._take(","):
            parts.append(self._number(self._sum(depth + 1)))
        self._expect(")")
        largest = word == "max"
        return lambda case: extreme([part(case) for part in parts], largest=largest)

    def _name(self, word: str) -> Evaluate:
        fetch = self._fetch(word)
        return lambda case: numeric(fetch(case))

    def _fetch(self, word: str) -> Evaluate:
        plain = word[2:-1].strip() if word.startswith("${") else word
        entry = _ENTRY.fullmatch(plain)
        if plain in self.references.parameters or entry or word.startswith("${"):
            fetch = self._parameter(*(entry.groups() if entry else (plain, None)))
        else:
            fetch = _field(check_path(plain))
        self.names[plain] = fetch
        return fetch

    def _parameter(self, name: str, index: str | None) -> Evaluate:
        raw = f"${{{name}[{index}]}}" if index else f"${{{name}}}"
        operand = self.references.operand(raw, _countable)

        def fetch(case: Case) -> Value:
            expected = operand.of(case)
            return expected if isinstance(expected, Unknown) else expected.value

        return fetch

    def _number(self, part: Part) -> Evaluate:
        if part[1]:
            raise Mistake(f"{self.text!r} calculates with a comparison")
        return part[0]

    def _truth(self, part: Part) -> Evaluate:
        if not part[1]:
            raise Mistake(f"{self.text!r} joins something that compares nothing")
        return part[0]

    def _peek(self) -> str:
        return self.tokens[self.position][1] if self.position < len(self.tokens) else ""

    def _next_is(self, word: str) -> bool:
        return self._peek() == word

    def _take(self, word: str) -> bool:
        if self._peek() != word:
            return False
        self.position += 1
        return True

    def _expect(self, sign: str) -> None:
        if not self._take(sign):
            raise Mistake(f"{self.text!r} lacks a {sign!r}")


def _computed(compute: Callable[[Any, Any], Any], left: Evaluate, right: Evaluate) -> Evaluate:
    return lambda case: compute(left(case), right(case))


def _field(keys: Keys) -> Evaluate:
    if has_elements(keys):
        return lambda case: tuple(value for value in look_up_each(case, keys) if value is not ABSENT)
    return lambda case: look_up(case, keys)


def _countable(raw: Any) -> Any:
    """A parameter as a number; lists and maps stay as they are, for `len`."""
    if isinstance(raw, Amount):
        if raw.unit == "duration":
            return raw.number / 3600
        return raw.number / 100 if raw.unit == "percent" else raw.number
    return raw
