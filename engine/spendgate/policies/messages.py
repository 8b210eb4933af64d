"""Message templates compiled once: text with `{{ path }}` in it, where a path may have a stand-in for when it is not set."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, TypeAlias

from spendgate.model.case import Case, look_up, look_up_each
from spendgate.model.frozen import Frozen
from spendgate.model.values import ABSENT, Unknown, Value
from spendgate.policies.clues import Clue
from spendgate.policies.mistakes import Mistake, near
from spendgate.policies.operands import Expected, References
from spendgate.policies.paths import check_path, has_elements, unit_of
from spendgate.policies.wording import shown

Part: TypeAlias = Callable[[Case, Clue | None], str]

_SLOT = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)
_FILTER = re.compile(r"default\(\s*(?:'([^']*)'|\"([^\"]*)\"|([^'\"()\s]+))\s*\)")
_CURRENCY, _DOLLARS = "currency", "USD"
_FAILED = ("field", "actual", "expected", "missing", "extra")


class Template(Frozen):
    """A compiled message."""

    text: str
    parts: tuple[Part, ...]

    def render(self, case: Case, clue: Clue | None) -> str:
        """The message for a case; `clue` is the condition that failed."""
        return " ".join("".join(part(case, clue) for part in self.parts).split())


def compile_template(text: str, references: References) -> Template:
    """Raises Mistake for a field, a parameter or a filter that does not exist."""
    parts: list[Part] = []
    position = 0
    for slot in _SLOT.finditer(text):
        _literal(text[position : slot.start()], parts)
        parts.append(_slot(slot[1].strip(), references))
        position = slot.end()
    _literal(text[position:], parts)
    return Template(text, tuple(parts))


def _literal(text: str, parts: list[Part]) -> None:
    if "{{" in text or "}}" in text:
        raise Mistake("the message has a {{ or }} without its partner", "write {{ path }}")
    if text:
        parts.append(lambda case, clue: text)


def _slot(inner: str, references: References) -> Part:
    path, *filters = (piece.strip() for piece in inner.split("|"))
    if not path:
        raise Mistake("the message has an empty {{ }}", "write {{ address }}")
    fetch, unit = _field(path, references)
    if not filters:
        return lambda case, clue: shown(fetch(case, clue), unit=unit or _clue_unit(path, clue))
    found = _FILTER.fullmatch(filters[0]) if len(filters) == 1 else None
    if not found:
        raise Mistake(f"the message has the filter {' | '.join(filters)!r}", "there is one: default('text')")
    if found[3]:
        other, other_unit = _field(found[3], references)

        # NOTE: another field also stands in for an unknown one; a literal does not, it would state what nobody knows.
        def either(case: Case, clue: Clue | None) -> str:
            value = fetch(case, clue)
            if value is ABSENT or isinstance(value, Unknown):
                return shown(other(case, clue), unit=other_unit)
            return shown(value, unit=unit)

        return either
    literal = found[1] if found[1] is not None else found[2]

    def stated(case: Case, clue: Clue | None) -> str:
        value = fetch(case, clue)
        return literal if value is ABSENT else shown(value, unit=unit)

    return stated


def _field(path: str, references: References) -> tuple[Callable[[Case, Clue | None], Value], str]:
    """How a word of a message is asked, and its unit."""
    if path.startswith("failed.") or path == "failed":
        name = path.removeprefix("failed.")
        if name not in _FAILED:
            raise Mistake(f"failed has no {name!r}", near(name, _FAILED, whole="failed has"))
        return lambda case, clue: _of_clue(name, clue), ""
    if path == _CURRENCY and path not in references.parameters:
        return _currency, ""
    name, bracket, index = path.removesuffix("]").partition("[")
    if name in references.parameters:
        operand = references.operand(f"${{{name}[{index}]}}" if bracket else f"${{{name}}}", lambda raw: raw)

        def parameter(case: Case, clue: Clue | None) -> Value:
            expected = operand.of(case)
            return expected.shown if isinstance(expected, Expected) else expected

        return parameter, unit_of(name)
    try:
        keys = check_path(path)
    except Mistake as mistake:
        if references.parameters and "." not in path:
            raise Mistake(mistake.message, f"{mistake.hint} parameters: {', '.join(references.parameters)}") from None
        raise
    if has_elements(keys):
        return lambda case, clue: tuple(look_up_each(case, keys)), unit_of(path)
    return lambda case, clue: look_up(case, keys), unit_of(path)


def _currency(case: Case, clue: Clue | None) -> str:
    """The currency of the run's amounts: the case names it where it is not the one that prices are published in."""
    named = case.root(_CURRENCY)
    return named if isinstance(named, str) else _DOLLARS


def _of_clue(name: str, clue: Clue | None) -> Any:
    if clue is None:
        return ABSENT
    if name == "field":
        return clue.path
    value = getattr(clue, name)
    if name in ("missing", "extra"):
        return value or ABSENT
    if name == "expected" and clue.operator in ("exists", "empty"):
        wanted = bool(value) is not clue.is_denied
        return {"exists": ("not set", "set"), "empty": ("not empty", "empty")}[clue.operator][wanted]
    return value


def _clue_unit(path: str, clue: Clue | None) -> str:
    return clue.unit if clue is not None and path in ("failed.actual", "failed.expected") else ""
