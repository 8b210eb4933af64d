"""What a policy says of other machines and of its fix, compiled: `cheapest_allowed` and `savings.reprice`.

Both are worked out for a case only when a condition, a message or a saving asks for them; see `InsteadCase`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, TypeAlias

from spendgate.model.accelerator_names import expand
from spendgate.model.alternative import MEASURES, SAME, Sizes, Terms, Wanted, WhatIf
from spendgate.model.case import Case
from spendgate.model.frozen import Frozen
from spendgate.model.values import ABSENT, Unknown, Value
from spendgate.policies.arithmetic import Formula, parse_number
from spendgate.policies.compiler import Compiler
from spendgate.policies.mistakes import Mistake, near
from spendgate.policies.operands import Operand, reference

CHEAPEST, REPRICED = "cheapest_allowed", "repriced"
_NOBODY = Unknown("prices of other machines are not at hand here")
_LISTS = ("accelerators", "families", "providers", "models")
_NUMBERS = ("max_grid_g_per_kwh", "max_price_ratio", "egress_gb")
_MAPS = ("at_least", "like")
ALLOWED_KEYS = (*_LISTS, "machine", "regions", *_MAPS, *_NUMBERS, "work", "shown")
REPRICE_KEYS = ("hours_per_week", "spot_share", "rework", "min", "desired", "max", "disks", "machine")
_TERMS = {"min": "minimum", "max": "maximum"}

Ask: TypeAlias = Callable[[Case], Any]


class Allowance(Frozen):
    """Which machines (or models) a policy takes for allowed, each part ready to be asked of a case."""

    parts: Mapping[str, Ask]

    def of(self, case: Case) -> Wanted | Unknown:
        """The question for a case; unknown when a part of it is not known."""
        found: dict[str, Any] = {}
        for name, ask in self.parts.items():
            value = ask(case)
            if isinstance(value, Unknown) and name != "egress_gb":
                return value
            found[name] = value
        return Wanted(**found)


class Reprice(Frozen):
    """The fix that a saving is worked out with. `machine`: the machine of `cheapest_allowed` takes the place of the present one."""

    parts: Mapping[str, Ask]
    machine: bool

    def of(self, case: Case) -> Terms | Unknown:
        """The fix for a case; unknown when a part of it is not known."""
        found = {name: ask(case) for name, ask in self.parts.items()}
        gap = next((value for value in found.values() if isinstance(value, Unknown)), None)
        return gap if gap is not None else Terms(**found)


class InsteadCase:
    """A case with the roots `cheapest_allowed` and `repriced` of one policy beside its own; each is worked out once, when asked.

    What a case holds of that name itself (the test of a policy gives it) comes first.
    """

    __slots__ = ("_allowance", "_case", "_found", "_reprice", "address", "origin")

    def __init__(self, case: Case, allowance: Allowance | None, reprice: Reprice | None) -> None:
        self._case, self._allowance, self._reprice = case, allowance, reprice
        self._found: dict[str, Value] = {}
        self.address = case.address
        self.origin: str = getattr(case, "origin", "")

    def root(self, key: str) -> Value:
        """The value of a path's first word."""
        if key not in (CHEAPEST, REPRICED):
            return self._case.root(key)
        if key not in self._found:
            given = self._case.root(key)
            self._found[key] = given if given is not ABSENT else self._worked_out(key)
        return self._found[key]

    def _worked_out(self, key: str) -> Value:
        question = self._allowance if key == CHEAPEST else self._reprice
        if question is None:
            return ABSENT
        what_if: Callable[[], WhatIf | None] | None = getattr(self._case, "what_if", None)
        answers = what_if() if what_if is not None else None
        if answers is None:
            return _NOBODY
        asked = question.of(self._case)
        if isinstance(asked, Unknown):
            return asked
        found = answers.cheapest(asked) if isinstance(asked, Wanted) else answers.repriced(asked)
        return ABSENT if found is None else found


def allowance_of(stated: Any, compiler: Compiler) -> Allowance | None:
    """The key `cheapest_allowed` of a policy. Mistakes are noted with their lines."""
    if stated is None:
        return None
    parts: dict[str, Ask] = {}
    for name, raw in _entries(stated, ALLOWED_KEYS, compiler, CHEAPEST):
        try:
            parts[name] = _part(name, raw, compiler)
        except Mistake as mistake:
            compiler.mistakes.add(mistake, CHEAPEST, name)
    return Allowance(parts)


def reprice_of(stated: Any, compiler: Compiler) -> Reprice | None:
    """The key `savings.reprice` of a policy. Mistakes are noted with their lines."""
    if stated is None:
        return None
    parts: dict[str, Ask] = {}
    machine = False
    for name, raw in _entries(stated, REPRICE_KEYS, compiler, "savings", "reprice"):
        try:
            if name == "machine":
                if raw != CHEAPEST:
                    raise Mistake(f"machine is {raw!r}", f"write {CHEAPEST}: the policy's key of that name says which")
                machine = True
            elif name == "disks":
                parts["disks"] = _exchange(raw, compiler)
            else:
                parts[_TERMS.get(name, name)] = _number(raw, compiler)
        except Mistake as mistake:
            compiler.mistakes.add(mistake, "savings", "reprice", name)
    if machine and parts:
        clash = Mistake("machine stands beside other changes", "a fix is either another machine or other terms")
        compiler.mistakes.add(clash, "savings", "reprice")
    return Reprice(parts, machine)


def _entries(stated: Any, known: tuple[str, ...], compiler: Compiler, *route: str) -> list[tuple[str, Any]]:
    if not isinstance(stated, Mapping) or not stated:
        compiler.mistakes.add(Mistake(f"{route[-1]} needs a map", f"it may have {', '.join(known)}"), *route)
        return []
    entries = []
    for name, raw in stated.items():
        if name in known:
            entries.append((name, raw))
        else:
            compiler.mistakes.add(Mistake(f"{route[-1]} has no {name!r}", near(str(name), known)), *route, str(name))
    return entries


def _part(name: str, raw: Any, compiler: Compiler) -> Ask:
    if name in _LISTS:
        return _names(raw, compiler, accelerators=name == "accelerators")
    if name == "machine":
        if raw != SAME:
            raise Mistake(
                f"machine is {raw!r}", "write same: the very type, in other places; families and at_least choose others"
            )
        return lambda case: SAME
    if name == "regions":
        return _text(raw, compiler)
    if name in _MAPS:
        return _sizes(raw, compiler)
    if name == "work":
        return _figures(raw, compiler)
    if name == "shown":
        ask = _number(raw, compiler)
        return lambda case: value if isinstance(value := ask(case), Unknown) else max(int(value), 1)
    return _number(raw, compiler)


def _number(raw: Any, compiler: Compiler) -> Ask:
    """A calculation, or a list of them of which the first counts whose fields are all there."""
    stated = raw if isinstance(raw, list) else [raw]
    if not stated or any(isinstance(each, (list, Mapping)) for each in stated):
        raise Mistake(
            f"{raw!r} is no calculation", "write one, or a list of them: the first that can be worked out counts"
        )
    asks = [_calculation(each, compiler) for each in stated]

    def ask(case: Case) -> Decimal | Unknown:
        found: Any = ABSENT
        for each in asks:
            found = each(case)
            if isinstance(found, (Decimal, Unknown)):
                return found
        # NOTE: what is absent is as good as unknown here, since nothing can be asked without it.
        return _lacking(asks[-1], case)

    return ask


class _Calculation:
    """One calculation: a number, ABSENT where a field of it is not there, or an Unknown."""

    def __init__(self, formula: Formula) -> None:
        self.formula = formula

    def __call__(self, case: Case) -> Any:
        value = self.formula.of(case)
        return (
            value
            if value is ABSENT or isinstance(value, (Decimal, Unknown))
            else Unknown(f"only bounds of {self.formula.text} are known")
        )


def _calculation(raw: Any, compiler: Compiler) -> _Calculation:
    return _Calculation(parse_number(" ".join(str(raw).split()), compiler.references))


def _lacking(calculation: _Calculation, case: Case) -> Unknown:
    missing = [name for name, found in calculation.formula.values(case).items() if found is ABSENT]
    return Unknown(
        f"{' and '.join(missing) or calculation.formula.text} {'are' if len(missing) > 1 else 'is'} not stated"
    )


def _sizes(raw: Any, compiler: Compiler) -> Ask:
    if not isinstance(raw, Mapping) or not raw:
        raise Mistake("a map of measures is needed", f"it may have {', '.join(MEASURES)}")
    asks = []
    for name, stated in raw.items():
        if name not in MEASURES:
            raise Mistake(f"no machine is measured by {name!r}", near(str(name), MEASURES, whole="measures"))
        asks.append((name, _number(stated, compiler)))

    def ask(case: Case) -> Sizes | Unknown:
        found = [(name, each(case)) for name, each in asks]
        gap = next((value for _, value in found if isinstance(value, Unknown)), None)
        return gap if gap is not None else tuple(found)

    return ask


def _operand(raw: Any, compiler: Compiler, prepare: Callable[[Any], Any]) -> Ask:
    operand: Operand = compiler.references.operand(raw, prepare)

    def ask(case: Case) -> Any:
        expected = operand.of(case)
        return expected if isinstance(expected, Unknown) else expected.value

    return ask


def _names(raw: Any, compiler: Compiler, *, accelerators: bool) -> Ask:
    def prepare(value: Any) -> tuple[str, ...]:
        names = [value] if isinstance(value, str) else value
        if value == "none" and accelerators:
            return ()
        if not isinstance(names, (list, tuple)) or not all(isinstance(each, str) for each in names):
            raise Mistake(f"{value!r} is no list of names", "write [L4, L40S], same, or a parameter: ${allowed[env]}")
        return tuple(model for each in names for model in (expand(each) if accelerators and each != SAME else (each,)))

    return _operand(raw, compiler, prepare)


def _text(raw: Any, compiler: Compiler) -> Ask:
    from spendgate.policies.patterns import compile_pattern

    def prepare(value: Any) -> str:
        if not isinstance(value, str):
            raise Mistake(f"{value!r} is no pattern", "write a regular expression, or a parameter that holds one")
        compile_pattern(value)
        return value

    return _operand(raw, compiler, prepare)


def _figures(raw: Any, compiler: Compiler) -> Ask:
    def prepare(value: Any) -> Sizes:
        if not isinstance(value, Mapping):
            raise Mistake(f"{value!r} is no map", "write {L4: 121, L40S: 362}: accelerators and the work of an hour")
        return tuple((model, Decimal(str(number))) for name, number in value.items() for model in expand(str(name)))

    return _operand(raw, compiler, prepare)


def _exchange(raw: Any, compiler: Compiler) -> Ask:
    if reference(str(raw)) is None and not isinstance(raw, Mapping):
        raise Mistake(f"{raw!r} is no map", "write {gp2: gp3}: the kinds of disks, and what takes their place")

    def prepare(value: Any) -> tuple[tuple[str, str], ...]:
        if not isinstance(value, Mapping):
            raise Mistake(f"{value!r} is no map", "write {gp2: gp3}")
        return tuple(sorted((str(old), str(new)) for old, new in value.items()))

    return _operand(raw, compiler, prepare)
