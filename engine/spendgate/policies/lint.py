"""What is wrong with a policy that loads: it can never match, never fail, proves nothing, or waives too much.

What keeps a file from loading (unknown keys and fields with the nearest name, wrong types) is said by the loader.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from spendgate.documents import Document
from spendgate.model.expiry import LONGEST_DAYS, Term
from spendgate.model.finding import Enforcement
from spendgate.model.frozen import Frozen
from spendgate.model.policy import Policy
from spendgate.model.resource import Level
from spendgate.model.values import Truth
from spendgate.policies.body import Body
from spendgate.policies.instead import CHEAPEST
from spendgate.policies.lint_logic import contradiction, is_implied, premises
from spendgate.policies.selection import words

_NEW_ACTIONS = frozenset({"create", "declare"})
_PREFIXES = {"aws_": "aws", "google_": "google", "azurerm_": "azure", "azuread_": "azure", "azapi_": "azure"}


class Lint(Frozen):
    """One thing that is wrong. An error makes `policy lint` exit 1, a warning does not."""

    policy: str
    level: Level
    message: str
    hint: str | None = None
    file: str | None = None
    line: int | None = None


@dataclass(slots=True)
class _Notes:
    """Collects what is wrong with one policy, with lines."""

    policy: Policy
    document: Document
    found: list[Lint]

    def add(self, level: Level, message: str, *route: str | int, hint: str | None = None) -> None:
        line = self.document.line_of(route) if route else 1
        self.found.append(Lint(self.policy.id, level, message, hint, self.document.origin, line))


def lint(policy: Policy, today: date) -> list[Lint]:
    """Everything that is wrong with one YAML policy, in the order of its lines."""
    body: Body = policy.body
    notes = _Notes(policy, body.source.document, [])
    data = body.source.data
    _parameters(policy, body, notes)
    _tests(data, notes)
    _exceptions(body, data, notes, today)
    _match(data.get("match", {}), notes, "match")
    _logic(body, data, notes)
    _instead(data, notes)
    _enforcement(policy, body, notes, today)
    return sorted(notes.found, key=lambda each: (each.line or 0, each.message))


def _parameters(policy: Policy, body: Body, notes: _Notes) -> None:
    for name in policy.declared:
        if name not in body.used:
            notes.add(Level.ERROR, f"parameter {name} is used nowhere", "parameters", name, hint="use it, or remove it")


def _tests(data: Mapping[str, Any], notes: _Notes) -> None:
    tests = data.get("tests") or ()
    expected = {test["expect"] for test in tests}
    if not tests:
        notes.add(Level.ERROR, "it has no test", hint="show at least what fails and what passes")
    elif "fail" not in expected:
        notes.add(Level.ERROR, "no test shows that it can fail", "tests", hint="add a case with expect: fail")
    if tests and "pass" not in expected:
        notes.add(Level.WARNING, "no test shows that it can pass", "tests", hint="add a case with expect: pass")
    if tests and "unknown" not in expected:
        notes.add(
            Level.WARNING,
            "no test shows what it says when it cannot tell",
            "tests",
            hint="add a case with unknown: [the field] and expect: unknown",
        )


def _exceptions(body: Body, data: Mapping[str, Any], notes: _Notes, today: date) -> None:
    for number, each in enumerate(body.exceptions):
        term, route = Term(each.expires), ("exceptions", number, "expires")
        if not term.holds(today):
            notes.add(Level.ERROR, f"exception {each.id} {term.ended(today)}", *route, hint="remove it, or renew it")
        elif term.is_long(today):
            days = term.days_left(today)
            notes.add(
                Level.ERROR, f"exception {each.id} runs for {days} more days, {LONGEST_DAYS} are the most", *route
            )
        if not data["exceptions"][number]["match"]:
            notes.add(Level.ERROR, f"exception {each.id} is for everything", "exceptions", number, "match")


def _match(match: Mapping[str, Any], notes: _Notes, *route: str | int) -> None:
    actions = _texts(match.get("action"))
    if match.get("new_only") and actions and not any(words(actions).fits(new) is Truth.TRUE for new in _NEW_ACTIONS):
        notes.add(Level.ERROR, "it can never match: new_only, but no action makes anything new", *route, "new_only")
    providers = _texts(match.get("provider"))
    for text in _texts(match.get("type")):
        owner = next((name for prefix, name in _PREFIXES.items() if text.startswith(prefix)), None)
        if owner and providers and words(providers).fits(owner) is not Truth.TRUE:
            said = f"it can never match {text}: the provider is {' or '.join(providers)}"
            notes.add(Level.ERROR, said, *route, "type")


def _instead(data: Mapping[str, Any], notes: _Notes) -> None:
    """Fields that nothing fills: `cheapest_allowed` without the key that says what is allowed, and the key without a reader."""
    said = {name: value for name, value in data.items() if name not in (CHEAPEST, "tests")}
    is_read = CHEAPEST in str(said)
    if is_read and CHEAPEST not in data:
        message = f"it reads {CHEAPEST}, which is always absent: no key of that name says what is allowed"
        notes.add(Level.ERROR, message, hint=f"add {CHEAPEST}: {{accelerators: [...]}}, or leave it out")
    elif CHEAPEST in data and not is_read:
        notes.add(Level.ERROR, f"nothing reads {CHEAPEST}", CHEAPEST, hint="read one of its fields, or remove it")


def _texts(value: Any) -> list[str]:
    if value is None:
        return []
    return [str(item) for item in value] if isinstance(value, list) else [str(value)]


def _logic(body: Body, data: Mapping[str, Any], notes: _Notes) -> None:
    """Conditions that contradict each other, or that are certain where the policy applies."""
    where = body.selection.match.where
    given = premises(where) if where is not None else {}
    if said := contradiction(given):
        notes.add(Level.ERROR, f"it can never match: {said}", "match", "where")
        return
    certain = []
    for number, rung in enumerate(body.rungs):
        route: tuple[str | int, ...] = ("cases", number) if "cases" in data else ()
        ready = premises(rung.when, given) if rung.when is not None else given
        if said := contradiction(ready):
            notes.add(Level.ERROR, f"this case can never apply: {said}", *route, "when")
        elif not _is_configurable(data, route) and is_implied(rung.check, ready):
            certain.append(rung)
            if len(body.rungs) > 1:
                notes.add(Level.ERROR, "this case can never fail: what it demands is certain", *route, "assert")
    if certain and len(certain) == len(body.rungs) == 1:
        notes.add(Level.ERROR, "it can never fail: what it demands is certain wherever it applies", "assert")


def _is_configurable(data: Mapping[str, Any], route: tuple[str | int, ...]) -> bool:
    """Whether what a rung demands hangs on a parameter, which a project may set so that it is no longer certain."""
    stated: Any = data
    for key in route:
        stated = stated[key]
    return "${" in str(stated["assert"])


def _enforcement(policy: Policy, body: Body, notes: _Notes, today: date) -> None:
    rules = [rung.enforcement or policy.enforcement for rung in body.rungs]
    for rule in rules:
        if rule.until is not None and rule.then is not None and not Term(rule.until).holds(today):
            said = f"warn_until {Term(rule.until).ended(today)}: it is {rule.then.label} already"
            notes.add(Level.WARNING, said, "enforcement", hint=f"write {rule.then.label}")
    asks = any(Enforcement.REQUIRE_APPROVAL in (rule.default, rule.then, *rule.by_env.values()) for rule in rules)
    if asks and not policy.approvers and not policy.built_in:
        hint = "name approvers here, or in spendgate.yaml: approvers: [...]"
        notes.add(Level.WARNING, "it asks for an approval and names nobody who may give one", "enforcement", hint=hint)
