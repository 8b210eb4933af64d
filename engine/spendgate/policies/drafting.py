"""A first policy, written for somebody: one condition, a message, and tests that show both sides and the doubt."""

from __future__ import annotations

import json
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from spendgate.documents.handwritten import plain_scalar
from spendgate.errors import SettingsError
from spendgate.model.frozen import Frozen
from spendgate.policies.literals import amount, number_for
from spendgate.policies.mistakes import Mistake, near
from spendgate.policies.paths import check_path, has_elements

OPERATORS = ("lte", "lt", "gte", "gt", "equals", "not_equals", "in", "not_in", "exists", "has_keys", "subset_of")
"""The operators for which a draft can make up values on both sides."""


class Draft(Frozen):
    """What a new policy is to say. `value` is written as on a command line: `8`, `500 USD`, `T4,L4`."""

    id: str
    title: str
    field: str
    operator: str
    value: str
    pack: str = "own"
    severity: str = "medium"
    enforcement: str = "warn"
    kinds: Sequence[str] = ()
    approvers: Sequence[str] = ()


def written(draft: Draft) -> str:
    """The text of the policy file. Raises SettingsError for a field or an operator that does not exist."""
    try:
        keys = check_path(draft.field)
        if draft.operator not in OPERATORS:
            raise Mistake(
                f"no draft is made with {draft.operator!r}", near(draft.operator, OPERATORS, whole="it is one of")
            )
        if has_elements(keys):
            raise Mistake(f"{draft.field} stands for many values", "draft it with another field, and change it then")
        stated, good, bad = _values(draft)
    except Mistake as mistake:
        raise SettingsError(mistake.message, hint=mistake.hint) from None
    kinds = f"match:\n  kind: {_flow(list(draft.kinds))}\n" if draft.kinds else ""
    approvers = f"approvers: {_flow(list(draft.approvers))}\n" if draft.approvers else ""
    around = {"kind": draft.kinds[0].replace("*", "vm")} if draft.kinds else {}
    actual = f"{{{{ {draft.field} }}}}" if draft.operator != "exists" else "not as it must be"
    return f"""id: {draft.id}
title: {_flow(draft.title)}
pack: {draft.pack}
severity: {draft.severity}
enforcement: {draft.enforcement}
description: Say here why it matters, and to whom.
{approvers}{kinds}assert:
  - {{field: {_flow(draft.field)}, {draft.operator}: {_flow(stated)}}}
message: "{{{{ address }}}}: {draft.field} is {actual}."
remediation:
  summary: Say here what to do about it.
tests:
  - name: as it should be
    given: {_flow(_given(draft.field, good, around))}
    expect: pass
  - name: as it should not be
    given: {_flow(_given(draft.field, bad, around))}
    expect: fail
  - name: not known yet
    given: {_flow({**around, "action": "create", "unknown": [draft.field]})}
    expect: unknown
"""


def _values(draft: Draft) -> tuple[Any, Any, Any]:
    """The stated value, one that fits and one that does not."""
    parts = [plain_scalar(part.strip()) for part in draft.value.split(",")]
    single: Any = parts[0] if len(parts) == 1 else draft.value
    name = draft.operator
    if name in ("lte", "lt", "gte", "gt"):
        stated: Any = single if amount(str(single)) is None else draft.value
        number = number_for(stated, draft.field)
        step = Decimal(1)
        good, bad = (number - step, number + step) if name in ("lte", "lt") else (number + step, number - step)
        return stated, good, bad
    if name == "exists":
        if not isinstance(single, bool):
            raise Mistake("exists needs true or false")
        return single, *(("something", None) if single else (None, "something"))
    if name in ("equals", "not_equals"):
        other = (not single) if isinstance(single, bool) else _other(single)
        return single, *((single, other) if name == "equals" else (other, single))
    if name == "has_keys":
        return parts, dict.fromkeys(map(str, parts), "something"), {"another": "something"}
    outside = _other(parts[0])
    if name == "subset_of":
        return parts, parts[:1], [outside]
    return parts, *((parts[0], outside) if name == "in" else (outside, parts[0]))


def _other(value: Any) -> Any:
    return value + 1 if isinstance(value, (int, Decimal)) and not isinstance(value, bool) else f"not-{value}"


def _given(path: str, value: Any, around: dict[str, str]) -> dict[str, Any]:
    given: dict[str, Any] = {**around, "action": "create"}
    node = given
    *above, last = path.split(".")
    for key in above:
        node = node.setdefault(key, {})
    if value is not None:
        node[last] = value
    return given


def _flow(value: Any) -> str:
    """A value as YAML on one line; JSON is, but for numbers that are no floats."""
    return json.dumps(value, ensure_ascii=False, default=_number)


def _number(value: Any) -> Any:
    return int(value) if value == value.to_integral_value() else float(value)
