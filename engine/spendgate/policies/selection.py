"""Which cases a policy judges: `match`, `exclude`, and where exceptions hold. Three-valued, like every other condition.

What depends only on a resource's kind, type, provider, action and source is asked once for each combination that a run has, so
that a policy visits only what it can match.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from spendgate.model.case import Case
from spendgate.model.frozen import Frozen
from spendgate.model.kinds import KINDS
from spendgate.model.resource import Action
from spendgate.model.values import ABSENT, Truth, Unknown, Value
from spendgate.policies.compiler import Compiler
from spendgate.policies.conditions import Condition
from spendgate.policies.mistakes import Mistake, near
from spendgate.policies.needs import Doubt, Need, Needs
from spendgate.policies.operators import every

DEFAULT_ACTIONS = ("create", "update", "replace", "import", "declare", "exists")

_ACTIONS = frozenset(action.value for action in Action)
_NEW = frozenset({"create", "declare"})
_SOURCES = {"source": "plan"}


class Signature(NamedTuple):
    """What many resources share; a policy's choice is made once for each."""

    kind: Value
    type: Value
    provider: Value
    action: Value
    source: Value


_SHARED = Signature._fields


def signature(case: Case) -> Signature:
    """The signature of a case."""
    root = case.root
    return Signature(root("kind"), root("type"), root("provider"), root("action"), root("source"))


class Words(Frozen):
    """A list of words, some of them with `*` or `?`."""

    exact: frozenset[str]
    patterns: tuple[re.Pattern[str], ...]

    def fits(self, value: Value) -> Truth:
        """Whether a value is one of them."""
        if isinstance(value, Unknown):
            return Truth.UNKNOWN
        if not isinstance(value, str):
            return Truth.FALSE
        return Truth.of(value in self.exact or any(pattern.fullmatch(value) for pattern in self.patterns))


def words(texts: Sequence[str]) -> Words:
    """Words with globs compiled. NOTE: brackets stand for themselves, since addresses have indexes in them."""
    globs = [text for text in texts if "*" in text or "?" in text]
    return Words(frozenset(texts) - frozenset(globs), tuple(_glob(text) for text in globs))


def _glob(text: str) -> re.Pattern[str]:
    # NOTE: each star takes as little as it can and never gives it back, else many stars over a long address take for ever.
    first, *others = (re.escape(part).replace(r"\?", ".") for part in re.split(r"\*+", text))
    if not others:
        return re.compile(first, re.DOTALL)
    middle = "".join(f"(?>.*?{part})" for part in others[:-1])
    return re.compile(f"{first}{middle}.*{others[-1]}", re.DOTALL)


class Selector(Frozen):
    """One match object: `shared` looks at the signature, `own` at the case itself."""

    shared: tuple[tuple[str, Words], ...]
    own: tuple[Callable[[Case], Truth], ...]
    where: Condition | None

    def fits_signature(self, shared: Signature) -> Truth:
        """The part that the signature decides."""
        return every(each.fits(getattr(shared, name)) for name, each in self.shared)

    def fits_case(self, case: Case) -> Truth:
        """The part that looks at the case itself."""
        result = every(test(case) for test in self.own)
        if self.where is None or result is Truth.FALSE:
            return result
        return every((result, self.where.truth(case)))

    def fits(self, case: Case) -> Truth:
        """Whether the whole match object fits."""
        result = self.fits_signature(signature(case))
        return result if result is Truth.FALSE else every((result, self.fits_case(case)))


EVERYTHING = Selector((), (), None)


class Selection(Frozen):
    """What a policy judges: everything that fits `match` and no `exclude`."""

    match: Selector
    exclude: tuple[Selector, ...]

    def applies(self, case: Case, shared: Truth) -> Truth:
        """Whether the policy applies; `shared` is what the signature has decided already."""
        result = every((shared, self.match.fits_case(case)))
        for selector in self.exclude:
            if result is Truth.FALSE:
                return result
            result = every((result, ~selector.fits(case)))
        return result

    def need(self, case: Case) -> Need:
        """What is unknown about whether the policy applies."""
        unsure = [(self.match, True), *((selector, False) for selector in self.exclude)]
        parts = [
            selector.where.need(case, wanted=wanted)
            for selector, wanted in unsure
            if selector.where is not None and selector.where.truth(case) is Truth.UNKNOWN
        ]
        return Needs("and", tuple(parts)) if parts else Doubt("", "what it is cannot be told yet", "")


def compile_selector(
    data: Mapping[str, Any], compiler: Compiler, *route: str | int, actions: Sequence[str] | None, inputs: Sequence[str]
) -> Selector:
    """A match object. `actions` are those of a match that names none; mistakes are noted with their lines."""
    shared: list[tuple[str, Words]] = []
    own: list[Callable[[Case], Truth]] = []
    stated: dict[str, Any] = {**({"action": list(actions)} if actions else {}), **data}
    for key in (*_SHARED[:4], "env", "address"):
        if key not in stated:
            continue
        texts = _texts(stated[key])
        if key == "action":
            _check_actions(texts, compiler, route)
        if key == "kind":
            _check_kinds(texts, compiler, route)
        if key in _SHARED:
            shared.append((key, words(texts)))
        else:
            own.append(_root_fits(key, words(texts)))
    if inputs:
        shared.append(("source", _any_source(inputs)))
    if data.get("new_only"):
        shared.append(("action", words(sorted(_NEW))))
    if "taggable" in data:
        own.append(_flag_is("taggable", data["taggable"]))
    where = compiler.conditions(data["where"], *route, "where") if "where" in data else None
    return Selector(tuple(shared), tuple(own), where)


def _texts(value: Any) -> list[str]:
    return [str(item) for item in value] if isinstance(value, list) else [str(value)]


def _check_actions(texts: Sequence[str], compiler: Compiler, route: tuple[str | int, ...]) -> None:
    for text in texts:
        if "*" not in text and text not in _ACTIONS:
            mistake = Mistake(f"no action is named {text!r}", near(text, _ACTIONS, whole="actions"))
            compiler.mistakes.add(mistake, *route, "action")


def _check_kinds(texts: Sequence[str], compiler: Compiler, route: tuple[str | int, ...]) -> None:
    # A slip here would leave a policy that matches nothing for ever, which reads like one that everything passes.
    for text in texts:
        pattern = words([text])
        if not any(pattern.fits(kind) is Truth.TRUE for kind in KINDS):
            compiler.mistakes.add(Mistake(f"no resource is of the kind {text!r}", near(text, KINDS)), *route, "kind")


def _root_fits(key: str, each: Words) -> Callable[[Case], Truth]:
    stand_in = "unknown" if key == "env" else ABSENT

    def test(case: Case) -> Truth:
        value = case.root(key)
        return each.fits(stand_in if value is ABSENT else value)

    return test


def _flag_is(key: str, wanted: bool) -> Callable[[Case], Truth]:
    def test(case: Case) -> Truth:
        value = case.root(key)
        return Truth.UNKNOWN if isinstance(value, Unknown) else Truth.of((value is True) is wanted)

    return test


class _Sources(Words):
    """Words for the source, where a case that names none (a policy's test) always fits."""

    def fits(self, value: Value) -> Truth:
        """Whether the source is one of them; Terraform source counts as plan."""
        if value is ABSENT:
            return Truth.TRUE
        return Words.fits(self, _SOURCES.get(value, value) if isinstance(value, str) else value)


def _any_source(inputs: Sequence[str]) -> Words:
    return _Sources(frozenset(inputs), ())
