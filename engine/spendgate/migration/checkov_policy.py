"""Checkov's custom policies in YAML: conditions on attributes are said here, joins between resources are not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from spendgate.documents import Document
from spendgate.errors import InputError
from spendgate.migration import CannotSay, Imported, PolicyDraft, as_field, several

_SAME = {
    "equals": "equals",
    "not_equals": "not_equals",
    "contains": "contains",
    "starting_with": "starts_with",
    "ending_with": "ends_with",
    "within": "in",
    "not_within": "not_in",
    "regex_match": "matches",
    "not_regex_match": "not_matches",
    "greater_than": "gt",
    "greater_than_or_equal": "gte",
    "less_than": "lt",
    "less_than_or_equal": "lte",
    "subset": "subset_of",
    "intersects": "intersects",
}
_DENIED = {"not_contains": "contains", "not_starting_with": "starts_with", "not_ending_with": "ends_with"}
_FIXED = {
    "exists": ("exists", True),
    "not_exists": ("exists", False),
    "is_empty": ("empty", True),
    "is_not_empty": ("empty", False),
    "is_true": ("equals", True),
    "is_false": ("equals", False),
}
_SEVERITIES = ("info", "low", "medium", "high", "critical")


class CheckovPolicy:
    """A policy becomes a policy: `attribute` conditions, `and`, `or`, `not`, and the filter on resource types."""

    name = "checkov-policy"
    what = "custom policies of checkov in YAML: those that look at attributes"

    def read(self, documents: Sequence[Document], names: Mapping[str, str]) -> Imported:
        """One policy a document, or why there is none. Raises InputError for another file."""
        found = Imported()
        for document in documents:
            data = document.data
            if (
                not isinstance(data, Mapping)
                or not isinstance(data.get("metadata"), Mapping)
                or "definition" not in data
            ):
                raise InputError("is no custom policy of checkov", file=document.origin)
            meta = data["metadata"]
            origin = str(meta.get("id") or meta.get("name") or document.origin)
            try:
                found.policies.append(PolicyDraft(origin, _policy(meta, data["definition"])))
            except CannotSay as reason:
                found.left_out.append(f"{document.origin}: {origin}: {reason}")
        return found


def _policy(meta: Mapping[str, Any], definition: Any) -> dict[str, Any]:
    types: set[str] = set()
    conditions = [_condition(each, types) for each in several(definition)]
    stated = [each for each in conditions if each is not None]
    if not stated:
        raise CannotSay("it looks at no attribute")
    severity = str(meta.get("severity", "medium")).lower()
    match = {"type": sorted(types)} if types and "all" not in types else {}
    return {
        "title": str(meta.get("name") or "An imported policy"),
        "severity": severity if severity in _SEVERITIES else "medium",
        **({"match": match} if match else {}),
        "assert": stated,
        **({"remediation": {"summary": str(meta["guideline"])}} if meta.get("guideline") else {}),
    }


def _condition(stated: Any, types: set[str]) -> dict[str, Any] | None:
    """One condition; None for a filter, whose types are noted instead."""
    if not isinstance(stated, Mapping):
        raise CannotSay(f"{stated!r} is no condition")
    for joint, ours in (("and", "all"), ("or", "any")):
        if joint in stated:
            inside = [_condition(each, types) for each in several(stated[joint])]
            parts = [part for part in inside if part is not None]
            return {ours: parts} if parts else None
    if "not" in stated:
        inner = stated["not"]
        denied = [_condition(each, types) for each in several(inner)]
        return {"not": {"all": [part for part in denied if part is not None]}}
    kind = stated.get("cond_type")
    if kind == "filter" and stated.get("attribute") == "resource_type" and stated.get("operator") == "within":
        types.update(map(str, several(stated.get("value"))))
        return None
    if kind != "attribute":
        raise CannotSay(f"it has a condition of the type {kind!r}, which joins resources or reads modules")
    types.update(map(str, several(stated.get("resource_types"))))
    return _comparison(as_field(str(stated.get("attribute", ""))), str(stated.get("operator", "")), stated.get("value"))


def _comparison(field: str, operator: str, value: Any) -> dict[str, Any]:
    if operator in _FIXED:
        name, fixed = _FIXED[operator]
        return {"field": field, name: fixed}
    if operator in _SAME:
        return {"field": field, _SAME[operator]: value}
    if operator in _DENIED:
        return {"not": {"field": field, _DENIED[operator]: value}}
    raise CannotSay(f"the operator {operator!r} has no counterpart")


CHECKOV_POLICY = CheckovPolicy()
