"""What a rule's value says: results with a message, checked one by one, so that nothing odd can pass for `nothing found`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from spendgate.errors import PolicyError
from spendgate.evaluators.rego.contract import Contract, RegoBody
from spendgate.model.finding import Enforcement, Severity
from spendgate.model.frozen import Frozen
from spendgate.model.policy import Policy
from spendgate.model.resource import Location

_CENT = Decimal("0.01")
_SEVERITIES = {level.label: level for level in Severity}
_LEVELS = {level.label: level for level in Enforcement}
_KNOWN = frozenset(
    ("msg", "resource", "path", "actual", "expected", "enforcement", "severity", "savings", "cost", "remediation")
) | {"_loc", "failed", "residual"}
_FREE = frozenset({Contract.CONFTEST, Contract.GATEKEEPER})
"""Contracts whose results may hold anything beside the message: only what is well formed is taken, the rest is kept."""


class Result(Frozen):
    """One result of one rule. `role` is deny, warn or unknown. Money is monthly."""

    role: str
    rule: str
    message: str
    address: str = ""
    path: str | None = None
    actual: Any = None
    expected: Any = None
    enforcement: Enforcement | None = None
    severity: Severity | None = None
    savings: Decimal | None = None
    savings_formula: str | None = None
    cost: Decimal | None = None
    remediation: str | None = None
    location: Location | None = None
    passed: bool = False
    details: Mapping[str, Any] = {}


def read_results(policy: Policy, answers: Mapping[str, Any]) -> Iterator[Result]:
    """The results of a policy's rules. `answers` maps rule names to values. Raises PolicyError for any other shape."""
    body: RegoBody = policy.body
    for rule, role in body.rules.items():
        if role in ("deny", "warn", "unknown"):
            for element in _collection(policy, rule, answers):
                yield _result(policy, rule, role, element)


def read_addresses(policy: Policy, rule: str, answers: Mapping[str, Any]) -> dict[str, str]:
    """The addresses that a set of them holds, each with the reason if the element gives one."""
    found = {}
    for element in _collection(policy, rule, answers):
        if isinstance(element, str):
            found[element] = ""
        elif isinstance(element, Mapping) and isinstance(element.get("resource"), str):
            found[element["resource"]] = str(element.get("msg") or "")
        else:
            raise _wrong(policy, rule, f"holds {_shown(element)}", "an element is an address, or has a `resource`")
    return found


def read_savings(policy: Policy, rule: str, answers: Mapping[str, Any]) -> dict[str, Decimal]:
    """Money a month by address."""
    value = _value(policy, rule, answers)
    if not isinstance(value, Mapping):
        raise _wrong(policy, rule, f"is {_shown(value)}", "it maps addresses to money a month")
    return {address: _money(policy, rule, amount) for address, amount in value.items()}


def _value(policy: Policy, rule: str, answers: Mapping[str, Any]) -> Any:
    if rule not in answers:
        raise _wrong(policy, rule, "is undefined", f"write it as a set: `{rule} contains ... if`")
    return answers[rule]


def _collection(policy: Policy, rule: str, answers: Mapping[str, Any]) -> list[Any]:
    value = _value(policy, rule, answers)
    if isinstance(value, list):
        return value
    raise _wrong(policy, rule, f"is {_shown(value)}, not a set", f"write `{rule} contains ... if`")


def _result(policy: Policy, rule: str, role: str, element: Any) -> Result:
    if isinstance(element, str) and element:
        element = {"msg": element}
    message = element.get("msg") if isinstance(element, Mapping) else None
    if not isinstance(message, str) or not message:
        raise _wrong(policy, rule, f"holds {_shown(element)}", "a result is a message, or an object with `msg`")
    if policy.body.contract in _FREE:
        return _free_result(rule, role, message, element)
    savings, formula = _savings(policy, rule, element.get("savings"))
    passed = element.get("failed")
    if passed not in (None, True, False):
        raise _wrong(policy, rule, f"holds a result whose `failed` is {_shown(passed)}", "true or false")
    return Result(
        role=role,
        rule=rule,
        message=message,
        address=_address(policy, rule, element),
        path=_text(policy, rule, element, "path"),
        actual=_tidy(element.get("actual")),
        expected=_tidy(element.get("expected")),
        enforcement=_word(policy, rule, element, "enforcement", _LEVELS),
        severity=_word(policy, rule, element, "severity", _SEVERITIES),
        savings=savings,
        savings_formula=formula,
        cost=_cost(policy, rule, element.get("cost")),
        remediation=_text(policy, rule, element, "remediation"),
        location=_location(element.get("_loc")),
        passed=passed is False,
        details={key: _tidy(value) for key, value in element.items() if key not in _KNOWN},
    )


def _free_result(rule: str, role: str, message: str, element: Mapping[str, Any]) -> Result:
    details = {key: _tidy(value) for key, value in element.items() if key not in ("msg", "_loc")}
    address = element.get("resource")
    return Result(
        role=role,
        rule=rule,
        message=message,
        address=address if isinstance(address, str) else "",
        location=_location(element.get("_loc")),
        details=details,
    )


def _address(policy: Policy, rule: str, element: Mapping[str, Any]) -> str:
    address = element.get("resource")
    if isinstance(address, str) and address:
        return address
    if policy.scope == "resource" and policy.body.contract is Contract.OWN:
        raise _wrong(policy, rule, f"holds {_shown(element)}", "a result needs `resource`, or `custom.scope: change`")
    if address is not None:
        raise _wrong(policy, rule, f"holds a result whose `resource` is {_shown(address)}", "it is an address")
    return ""


def _text(policy: Policy, rule: str, element: Mapping[str, Any], key: str) -> str | None:
    value = element.get(key)
    if value is None or isinstance(value, str):
        return value
    raise _wrong(policy, rule, f"holds a result whose `{key}` is {_shown(value)}", "it is a text")


def _word(policy: Policy, rule: str, element: Mapping[str, Any], key: str, words: Mapping[str, Any]) -> Any:
    value = element.get(key)
    if value is None:
        return None
    if isinstance(value, str) and value in words:
        return words[value]
    raise _wrong(policy, rule, f"holds a result whose `{key}` is {_shown(value)}", f"one of {', '.join(words)}")


def _savings(policy: Policy, rule: str, value: Any) -> tuple[Decimal | None, str | None]:
    if value is None:
        return None, None
    if not isinstance(value, Mapping):
        raise _wrong(policy, rule, f"holds savings of {_shown(value)}", 'write {"monthly": 120, "formula": "..."}')
    formula = value.get("formula")
    return _optional_money(policy, rule, value.get("monthly")), str(formula) if formula is not None else None


def _cost(policy: Policy, rule: str, value: Any) -> Decimal | None:
    if value is None:
        return None
    if not isinstance(value, Mapping):
        raise _wrong(policy, rule, f"holds a cost of {_shown(value)}", 'write {"monthly": 120}')
    return _optional_money(policy, rule, value.get("monthly"))


def _optional_money(policy: Policy, rule: str, value: Any) -> Decimal | None:
    return None if value is None else _money(policy, rule, value)


def _money(policy: Policy, rule: str, value: Any) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise _wrong(policy, rule, f"holds an amount of {_shown(value)}", "money is a number")
    return Decimal(str(value)).quantize(_CENT)


def _tidy(value: Any) -> Any:
    """Fractions in 12 digits. NOTE: OPA adds them exactly and regorus in binary: 0.1 + 0.2 would be two findings."""
    if isinstance(value, float):
        return float(f"{value:.12g}")
    if isinstance(value, list):
        return [_tidy(child) for child in value]
    if isinstance(value, dict):
        return {key: _tidy(child) for key, child in value.items()}
    return value


def _location(value: Any) -> Location | None:
    """NOTE: Conftest's `_loc` may hold anything; what names no file is no place."""
    if not isinstance(value, Mapping) or not isinstance(value.get("file"), str):
        return None
    line = value.get("line")
    return Location(value["file"], line if isinstance(line, int) and not isinstance(line, bool) else None)


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:80]}..."


def _wrong(policy: Policy, rule: str, message: str, hint: str) -> PolicyError:
    body: RegoBody = policy.body
    module = body.module
    line = next((held.scan.rules[rule] for held in (module,) if rule in held.scan.rules), None)
    return PolicyError(
        f"{policy.id}: rule {rule} {message}",
        file=module.origin,
        line=line + module.line_offset if line is not None else None,
        hint=hint,
    )
