"""Version 1 of the document that Rego policies see as `input`: the same facets, costs and groups that YAML sees.

Money and quantities are JSON numbers rounded to 6 places, so that a rule compares numbers with numbers. `null` means absent,
unless the path is listed in `unknown`. Where only bounds of a number are known, the number is `null`, its path is unknown
and `bounds` says what is known. Secrets are replaced by the text `(sensitive)`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from spendgate.model.attributes import Attributes
from spendgate.model.case import PlainCase, ResourceCase
from spendgate.model.facets import Facets
from spendgate.model.resource import Resource
from spendgate.model.values import Bounded
from spendgate.ports import Docket
from spendgate.wire.facets import Paths, number, plain, plain_facets

VERSION = 1
SECRET = "(sensitive)"

_ENCODER = msgspec.json.Encoder(decimal_format="number", enc_hook=str)


def policy_input(
    docket: Docket,
    *,
    run: Mapping[str, Any] | None = None,
    budgets: Sequence[Mapping[str, Any]] = (),
    raw: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """The document of a run as plain data. `raw` adds documents as given (`plan`, `objects`) for policies that ask for them."""
    document = _around(docket, run, budgets, raw)
    document["resources"] = [resource_document(case) for case in docket.resources]
    return document


def policy_input_json(
    docket: Docket,
    *,
    run: Mapping[str, Any] | None = None,
    budgets: Sequence[Mapping[str, Any]] = (),
    raw: Mapping[str, Any] | None = None,
) -> bytes:
    """The same document as JSON. NOTE: resource by resource, so that the plain data of ten thousand never stands together."""
    document = _around(docket, run, budgets, raw)
    resources = b",".join([_ENCODER.encode(resource_document(case)) for case in docket.resources])
    document["resources"] = msgspec.Raw(b"[" + resources + b"]")
    return _ENCODER.encode(document)


def _around(
    docket: Docket,
    run: Mapping[str, Any] | None,
    budgets: Sequence[Mapping[str, Any]],
    raw: Mapping[str, Any] | None,
) -> dict[str, Any]:
    """Everything in the document but the resources, which have their place."""
    document: dict[str, Any] = {
        "version": VERSION,
        "run": {"time": docket.now.isoformat().replace("+00:00", "Z"), **(run or {})},
        "resources": [],
        "change": {},
        "groups": {
            path: {name: _plain_case(case, "group") for name, case in named.items()}
            for path, named in docket.groups.items()
        },
        "budgets": [plain(budget, "budgets", []) for budget in budgets],
    }
    document["run"].setdefault("sources", sorted({case.source for case in docket.resources}))
    if docket.change is not None:
        document["change"] = _plain_case(docket.change, "change")
    return document | dict(raw or {})


def resource_document(case: ResourceCase) -> dict[str, Any]:
    """One resource of the document."""
    document, unknown = plain_facets(case.facets)
    change = case.change
    resource = change.resource
    sensitive: Paths = []
    bounds: dict[str, Any] = {}
    document["address"] = case.address
    document["source"] = case.source
    document["provider"] = resource.provider
    document["type"] = resource.type
    document["module"] = resource.module
    document["action"] = change.action.value
    document["flags"] = sorted(change.flags)
    if document["name"] is None and "name" not in unknown:
        document["name"] = resource.name
    for root, value in case.derived.items():
        if root not in ("change", "group", "budget", "currency"):
            known = len(unknown)
            document[root] = plain(value, root, unknown)
            if len(unknown) > known:
                bounds.update(_bounds(value, root))
    document["before"] = _side(change.before, "before", unknown, sensitive)
    document["after"] = _side(change.after, "after", unknown, sensitive)
    document["unknown"] = unknown
    document["sensitive"] = sensitive
    document["bounds"] = bounds
    return document


def encode(document: Any) -> bytes:
    """The document as JSON."""
    return _ENCODER.encode(document)


def masked(value: Any, marks: Any) -> Any:
    """A tree with every marked leaf replaced by `(sensitive)`; parts without marks are shared, not copied."""
    if marks is True:
        return SECRET
    if isinstance(marks, Mapping) and isinstance(value, Mapping):
        return {key: masked(child, marks.get(key, False)) for key, child in value.items()} if marks else value
    if _is_list(marks) and _is_list(value):
        rest = len(value) - len(marks)
        return [masked(child, mark) for child, mark in zip(value, [*marks, *[False] * rest], strict=False)]
    # NOTE: marks for a tree where a plain value stands: what is secret in it cannot be told, so all of it is.
    return SECRET if value is not None and _marks_something(marks) else value


def _marks_something(marks: Any) -> bool:
    if isinstance(marks, Mapping):
        return any(_marks_something(child) for child in marks.values())
    return any(_marks_something(child) for child in marks) if _is_list(marks) else marks is True


def _is_list(value: Any) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str)


def _side(resource: Resource | None, root: str, unknown: Paths, sensitive: Paths) -> Any:
    if resource is None:
        return None
    attributes: Attributes = resource.attributes
    if attributes.unknown:
        unknown += [f"{root}.{path}" if path else root for path in attributes.unknown_paths()]
    if not attributes.sensitive:
        return attributes.values
    sensitive += [f"{root}.{path}" if path else root for path in attributes.sensitive_paths()]
    return masked(attributes.values, attributes.sensitive)


def _plain_case(case: PlainCase, root: str) -> dict[str, Any]:
    """The values below a case's root; paths in `unknown` and `bounds` start below it (`delta_monthly.expected`)."""
    values = case.values.get(root, {})
    unknown: Paths = []
    document: dict[str, Any] = plain(values, root, unknown)
    document["unknown"] = [path.removeprefix(f"{root}.") for path in unknown]
    document["bounds"] = {path.removeprefix(f"{root}."): known for path, known in _bounds(values, root)}
    return document


def _bounds(value: Any, path: str) -> Iterator[tuple[str, dict[str, Any]]]:
    if isinstance(value, Bounded):
        lower = number(value.lower) if value.lower is not None else None
        upper = number(value.upper) if value.upper is not None else None
        yield path, {"lower": lower, "upper": upper, "reason": value.reason}
    elif isinstance(value, Mapping):
        for key, child in value.items():
            yield from _bounds(child, f"{path}.{key}")


def decode(data: bytes) -> Any:
    """Plain data from an engine's JSON. Raises ValueError (msgspec.DecodeError) when it is none."""
    return msgspec.json.decode(data)


def given_document(case: PlainCase) -> dict[str, Any]:
    """The resource of the document that a test's plain case stands for: what it does not give is as on an empty resource."""
    document, _ = plain_facets(Facets())
    document |= {
        "address": case.address,
        "source": "plan",
        "provider": "",
        "type": "",
        "module": "",
        "action": "create",
    }
    document |= {"flags": [], "cost": {}, "before": None, "after": {}, "sensitive": []}
    unknown: Paths = []
    bounds: dict[str, Any] = {}
    for root, value in case.values.items():
        if root not in ("change", "group"):
            given = plain(value, root, unknown)
            base = document.get(root)
            document[root] = base | given if isinstance(base, dict) and isinstance(given, dict) else given
            bounds.update(_bounds(value, root))
    return document | {"unknown": unknown, "bounds": bounds}


def given_input(case: PlainCase, now: datetime) -> dict[str, Any]:
    """The whole document of a test: one resource, or none beside a change or a group that is given."""
    whole = {"change", "group"} & case.values.keys()
    group = _plain_case(case, "group")
    return {
        "version": VERSION,
        "run": {"time": now.isoformat().replace("+00:00", "Z"), "currency": "USD"},
        "resources": [] if whole else [given_document(case)],
        "change": _plain_case(case, "change"),
        "groups": {str(group["by"]): {str(group["value"]): group}} if {"by", "value"} <= group.keys() else {},
        "budgets": case.values.get("budgets", []),
    }
