"""The right-hand side of a condition: a literal, a parameter, or the entry of a parameter for this resource."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from spendgate.model.case import Case, Keys, look_up
from spendgate.model.frozen import Frozen
from spendgate.model.values import Unknown
from spendgate.policies.currency import Money, as_stated, money_in
from spendgate.policies.mistakes import Mistake, near
from spendgate.policies.paths import check_path

_REFERENCE = re.compile(r"\$\{\s*([A-Za-z_][A-Za-z0-9_]*)\s*(?:\[\s*([A-Za-z_][A-Za-z0-9_.-]*)\s*\])?\s*\}")
_FALLBACK = "unknown"


class Expected(Frozen):
    """A value made ready for one operator, and the value as a person reads it."""

    value: Any
    shown: Any


class Operand(Frozen):
    """What a field is compared with: `fixed` for all cases, or by the value at `index` (`env`)."""

    fixed: Expected | Unknown | None
    index: Keys = ()
    entries: Mapping[str, Expected] = {}
    name: str = ""

    def of(self, case: Case) -> Expected | Unknown:
        """The value for a case; unknown when the parameter says nothing for it."""
        if self.fixed is not None:
            return self.fixed
        key = look_up(case, self.index)
        if isinstance(key, Unknown):
            return Unknown(f"{'.'.join(self.index)} is {key.reason}, and it decides what {self.name} says")
        found = self.entries.get(key) if isinstance(key, str) else None
        if found is None:
            found = self.entries.get(_FALLBACK)
        if found is not None:
            return found
        shown = key if isinstance(key, str) else _FALLBACK
        return Unknown(f"parameter {self.name} has no entry for {shown}, and none for {_FALLBACK}")

    def possible(self, case: Case) -> tuple[Expected, ...]:
        """All the entries that may be meant while what chooses among them is unknown; none when it is known."""
        return tuple(self.entries.values()) if isinstance(look_up(case, self.index), Unknown) else ()


@dataclass(slots=True)
class References:
    """The parameters that conditions may name, by their merged values; `used` collects those that some condition names.

    `money` gives an amount in the currency of the run.
    """

    parameters: Mapping[str, Any]
    money: Money = as_stated
    used: set[str] = field(default_factory=set)

    def value(self, name: str) -> Any:
        """The value of a parameter. Raises Mistake with the nearest name."""
        if name not in self.parameters:
            hint = near(name, self.parameters, whole="parameters") if self.parameters else "this policy declares none"
            raise Mistake(f"no parameter is named {name!r}", hint)
        self.used.add(name)
        return self.parameters[name]

    def operand(self, raw: Any, prepare: Callable[[Any], Any], path: str = "") -> Operand:
        """A stated value ready for an operator; `prepare` turns it into what the operator compares. Raises Mistake.

        Where the field at `path` is money, amounts come in the currency of the run.
        """
        found = _REFERENCE.fullmatch(raw.strip()) if isinstance(raw, str) else None
        if found and found[2]:
            return self._by_entry(found[1], found[2], prepare, path)
        plain = money_in(self.value(found[1]) if found else self._inside(raw), path, self.money)
        return Operand(Expected(prepare(plain), plain))

    def _by_entry(self, name: str, index: str, prepare: Callable[[Any], Any], path: str) -> Operand:
        entries = self.value(name)
        if not isinstance(entries, Mapping):
            raise Mistake(f"parameter {name} is no map, so it has no entries", f"write ${{{name}}}")
        ready = {}
        for key, entry in entries.items():
            try:
                plain = money_in(entry, path, self.money)
                ready[str(key)] = Expected(prepare(plain), plain)
            except Mistake as mistake:
                raise Mistake(f"entry {key} of parameter {name}: {mistake.message}", mistake.hint) from None
        return Operand(None, check_path(index), ready, name)

    def _inside(self, raw: Any) -> Any:
        """A literal in which single elements may be parameters."""
        if isinstance(raw, list):
            return tuple(self._element(item) for item in raw)
        if isinstance(raw, str) and "${" in raw:
            raise Mistake(f"{raw!r} mixes a parameter with text", "a parameter stands alone: ${name} or ${name[env]}")
        return raw

    def _element(self, item: Any) -> Any:
        found = _REFERENCE.fullmatch(item.strip()) if isinstance(item, str) else None
        if found and found[2]:
            raise Mistake(f"{item!r} cannot stand in a list", "compare with the whole entry: ${name[env]}")
        return self.value(found[1]) if found else self._inside(item)


def reference(text: str) -> tuple[str, str | None] | None:
    """The parameter and the index path that a text such as `${allowed[env]}` names, or None for any other text."""
    found = _REFERENCE.fullmatch(text.strip())
    return (found[1], found[2]) if found else None
