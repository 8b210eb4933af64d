"""From what a policy file says to conditions: fields checked, operators named, stated values made ready."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from spendgate.model.frozen import Frozen
from spendgate.policies.arithmetic import parse_condition
from spendgate.policies.conditions import ALWAYS, AllOf, AnyOf, Calculation, Comparison, Condition, EachComparison, Not
from spendgate.policies.mistakes import Mistake, Mistakes, near
from spendgate.policies.operands import Expected, References
from spendgate.policies.operators import OPERATORS, operator_named
from spendgate.policies.paths import check_path, each_fetcher, fetcher, has_elements, unit_of

_EACH = ("every", "any", "none")
_JOINTS = ("all", "any", "not", "expr")


class Compiler(Frozen):
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
            operand = self.references.operand(data[operator.name], lambda raw: operator.prepare(raw, path), path)
        except Mistake as mistake:
            raise mistake.within(operator.name) from None
        if operator.name == "has_keys" and operand.fixed == Expected((), ()):
            return ALWAYS
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
