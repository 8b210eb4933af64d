"""What a change of policies would change: old and new policies over recorded policy inputs, or over plans.

A recorded input is the document that policies see (`check -o input=PATH`), so years of runs can be replayed without their plans
and without prices. Policies in Rego are not replayed, nor those that ask what another machine would cost, and both are said.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from spendgate.documents import read_bytes
from spendgate.documents.machine import decode_any
from spendgate.errors import InputError
from spendgate.model.case import ASKED_ROOTS, Case, PlainCase
from spendgate.model.finding import Verdict
from spendgate.model.frozen import Frozen
from spendgate.model.policy import Policy
from spendgate.model.values import SENSITIVE, Bounded, Unknown
from spendgate.policies.body import Body
from spendgate.policies.judging import Judgement, judge
from spendgate.policies.literals import plain_number
from spendgate.policies.reading import LANGUAGE

_DECIDES = ("match", "exclude", "assert", "cases")
"""The keys of a policy on which its verdict hangs."""
_ROOTS_APART = ("unknown", "sensitive", "bounds")


class Recorded(Frozen):
    """The cases of one recorded input: resources, groups by path, the whole change; and the day of its run."""

    origin: str
    resources: tuple[PlainCase, ...]
    groups: Mapping[str, Mapping[str, PlainCase]]
    change: PlainCase
    today: date


class Difference(Frozen):
    """One verdict that is another under the new policies. `cost_monthly` is what the resource costs, in the record's currency."""

    origin: str
    policy: str
    address: str
    old: str
    new: str
    cost_monthly: Decimal | None


def recorded(path: str) -> Recorded:
    """Read a recorded input. Raises InputError for what is none."""
    data = _exact(decode_any(read_bytes(Path(path)), path))
    if not isinstance(data, Mapping) or not isinstance(data.get("resources"), list) or "change" not in data:
        hint = "spendgate check plan.json -o input=input.json writes one"
        raise InputError("is no recorded policy input", file=path, hint=hint)
    change = _values(data["change"], data["change"])
    groups = {
        by: {name: PlainCase("", {"group": _values(group, group)}) for name, group in named.items()}
        for by, named in (data.get("groups") or {}).items()
    }
    resources = tuple(_resource(each, change) for each in data["resources"])
    return Recorded(path, resources, groups, PlainCase("", {"change": change}), _day(data, path))


def _exact(node: Any) -> Any:
    """A tree with its floats as decimals: money is compared and summed as it was written."""
    if isinstance(node, float):
        return Decimal(str(node))
    if isinstance(node, list):
        return [_exact(child) for child in node]
    return {key: _exact(child) for key, child in node.items()} if isinstance(node, dict) else node


def _day(data: Mapping[str, Any], path: str) -> date:
    try:
        return datetime.fromisoformat(str(data["run"]["time"])).date()
    except (KeyError, TypeError, ValueError):
        raise InputError("does not say when it was recorded", file=path) from None


def _resource(document: Mapping[str, Any], change: Mapping[str, Any]) -> PlainCase:
    values = _values(document, document)
    return PlainCase(str(values.pop("address", "")), {**values, "change": change})


def _values(document: Mapping[str, Any], marks: Mapping[str, Any]) -> dict[str, Any]:
    """The values of a part of the document, with what is unknown, secret or bounded put back in its place."""
    values = {key: value for key, value in document.items() if key not in _ROOTS_APART}
    for path in marks.get("unknown") or ():
        values = _put(values, path.split("."), Unknown())
    for path in marks.get("sensitive") or ():
        values = _put(values, path.split("."), SENSITIVE)
    for path, known in (marks.get("bounds") or {}).items():
        bounded = Bounded(plain_number(known["lower"]), plain_number(known["upper"]), str(known["reason"]))
        values = _put(values, path.split("."), bounded)
    return values


def _put(node: Any, keys: Sequence[str], mark: Any) -> Any:
    """A tree with a mark at a place, copied only along the way; a place that is not there is left out."""
    if not keys:
        return mark
    key, rest = keys[0], keys[1:]
    if isinstance(node, list):
        index = int(key) if key.isdecimal() else len(node)
        return [_put(child, rest, mark) if place == index else child for place, child in enumerate(node)]
    if isinstance(node, Mapping) or node is None:
        node = node or {}
        return {**node, key: _put(node.get(key), rest, mark)}
    return node


def differences(old: Sequence[Policy], new: Sequence[Policy], records: Sequence[Recorded]) -> list[Difference]:
    """Every verdict that differs, in order of record, address and policy."""
    found = []
    for record in records:
        before, after = _verdicts(old, record), _verdicts(new, record)
        for key in sorted({*before, *after}, key=lambda each: (each[1], each[0])):
            was, now = before.get(key), after.get(key)
            if _said(was) != _said(now):
                policy, address = key
                found.append(Difference(record.origin, policy, address, _said(was), _said(now), _cost(was, now)))
    return found


def not_replayed(policies: Sequence[Policy]) -> list[str]:
    """The ids of policies in other languages, and of those whose verdict hangs on prices that no record holds."""
    return sorted({policy.id for policy in policies if not _is_replayed(policy)})


def _is_replayed(policy: Policy) -> bool:
    if policy.language != LANGUAGE:
        return False
    body: Body = policy.body
    said = str([body.source.data.get(key) for key in _DECIDES])
    return not any(f"{root}." in said for root in ASKED_ROOTS)


def _verdicts(policies: Sequence[Policy], record: Recorded) -> dict[tuple[str, str], Judgement]:
    found = {}
    for policy in policies:
        if not _is_replayed(policy):
            continue
        for address, case in _cases(policy, record):
            judgement = judge(policy, case, record.today)
            if judgement.verdict is not Verdict.SKIP:
                found[(policy.id, address)] = judgement
    return found


def _cases(policy: Policy, record: Recorded) -> Iterator[tuple[str, Case]]:
    if policy.scope == "change":
        yield "the whole change", record.change
    elif policy.scope == "group":
        for name, case in record.groups.get(policy.group_by or "", {}).items():
            yield f"{policy.group_by}={name}", case
    else:
        for case in record.resources:
            yield case.address, case


def _said(judgement: Judgement | None) -> str:
    if judgement is None:
        return "not judged"
    if judgement.verdict is Verdict.FAIL and judgement.finding is not None:
        return f"fail ({judgement.finding.enforcement.label})"
    return judgement.verdict.value


def _cost(*judgements: Judgement | None) -> Decimal | None:
    costs = [each.finding.cost_monthly for each in judgements if each is not None and each.finding is not None]
    return next((cost for cost in costs if cost is not None), None)
