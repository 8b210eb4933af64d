"""Policies of Cloud Custodian's c7n-left: filters that select what is bad become what must not be true."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from spendgate.documents import Document
from spendgate.errors import InputError
from spendgate.migration import CannotSay, Imported, PolicyDraft, as_field, maps, several

_OPERATORS = {
    **dict.fromkeys(("eq", "equal"), "equals"),
    **dict.fromkeys(("ne", "not-equal"), "not_equals"),
    **dict.fromkeys(("gt", "greater-than"), "gt"),
    **dict.fromkeys(("ge", "gte"), "gte"),
    **dict.fromkeys(("lt", "less-than"), "lt"),
    **dict.fromkeys(("le", "lte"), "lte"),
    "in": "in",
    **dict.fromkeys(("ni", "not-in"), "not_in"),
    "regex": "matches",
    "contains": "contains",
}
_WORDS = ("absent", "present", "not-null", "empty")
_PREFIX = "terraform."
_SEVERITIES = {"unknown": "medium"}
_KNOWN_SEVERITIES = ("info", "low", "medium", "high", "critical")


class C7nLeft:
    """A policy becomes a policy: value filters and tags, `and`, `or`, `not`; traversals and related resources do not."""

    name = "c7n-left"
    what = "policies of c7n-left: those that filter by values and tags"

    def read(self, documents: Sequence[Document], names: Mapping[str, str]) -> Imported:
        """One policy for each, or why there is none. Raises InputError for another file."""
        found = Imported()
        for document in documents:
            data = document.data
            if not isinstance(data, Mapping) or not isinstance(data.get("policies"), list):
                raise InputError("holds no policies of c7n-left", file=document.origin)
            for number, stated in enumerate(maps(data["policies"])):
                place = f"{document.origin}:{document.line_of(('policies', number))}"
                try:
                    found.policies.append(PolicyDraft(str(stated.get("name", place)), _policy(stated)))
                except CannotSay as reason:
                    found.left_out.append(f"{place}: {stated.get('name', '')}: {reason}")
        return found


def _policy(stated: Mapping[str, Any]) -> dict[str, Any]:
    resource = stated.get("resource") or stated.get("resources")
    types = [str(each) for each in several(resource)]
    if not types or any(not each.startswith(_PREFIX) for each in types):
        raise CannotSay(f"it judges {', '.join(types) or 'nothing'}, which is no Terraform")
    match: dict[str, Any] = {"type": [each.removeprefix(_PREFIX) for each in types]}
    bad = []
    for each in several(stated.get("filters")):
        if each == "taggable":
            match["taggable"] = True
        else:
            bad.append(_filter(each))
    if not bad:
        raise CannotSay("it has no filter, so there is nothing that must not be")
    meta = next(iter(maps([stated.get("metadata")])), {})
    severity = str(meta.get("severity", "medium")).lower()
    return {
        "title": str(stated.get("description") or stated.get("name") or "An imported policy").strip(),
        "severity": severity if severity in _KNOWN_SEVERITIES else _SEVERITIES.get(severity, "medium"),
        "match": match,
        "assert": [{"not": bad[0] if len(bad) == 1 else {"all": bad}}],
    }


def _filter(stated: Any) -> dict[str, Any]:
    if not isinstance(stated, Mapping):
        raise CannotSay(f"the filter {stated!r} has no counterpart")
    if len(stated) == 1:
        key, value = next(iter(stated.items()))
        if key in ("and", "or"):
            return {"all" if key == "and" else "any": [_filter(each) for each in several(value)]}
        if key == "not":
            parts = [_filter(each) for each in several(value)]
            return {"not": parts[0] if len(parts) == 1 else {"all": parts}}
        if key != "type":
            return _compared(key, "eq", value)
    if stated.get("type", "value") != "value":
        raise CannotSay(f"the filter of the type {stated['type']!r} has no counterpart")
    if others := set(stated) - {"type", "key", "op", "value"}:
        raise CannotSay(f"the filter's {', '.join(sorted(others))} has no counterpart")
    return _compared(str(stated.get("key", "")), str(stated.get("op", "eq")), stated.get("value"))


def _compared(key: str, operator: str, value: Any) -> dict[str, Any]:
    field = as_field(f"tags.{key.removeprefix('tag:')}" if key.startswith("tag:") else key)
    if operator in ("eq", "equal") and isinstance(value, str) and value in _WORDS:
        name, fixed = ("empty", True) if value == "empty" else ("exists", value != "absent")
        return {"field": field, name: fixed}
    if operator not in _OPERATORS:
        raise CannotSay(f"the operator {operator!r} has no counterpart")
    return {"field": field, _OPERATORS[operator]: value}


C7N_LEFT = C7nLeft()
