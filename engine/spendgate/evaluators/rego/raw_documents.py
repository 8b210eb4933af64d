"""Documents as they were given, for policies that read those and not ours: plans and objects, their secrets replaced."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeAlias

from spendgate.documents import read_bytes
from spendgate.documents.encoding import to_utf8
from spendgate.documents.machine import decode_any
from spendgate.model.frozen import Frozen, replace
from spendgate.ports import Docket
from spendgate.wire.policy_input import masked

_KUBERNETES = "kubernetes"


class RawDocument(Frozen):
    """An input as it was given: a plan in JSON, or an object. `address` is empty for what holds many resources."""

    origin: str
    data: Any
    address: str = ""


Documents: TypeAlias = Callable[[], Iterable[RawDocument]]


def no_documents() -> Iterable[RawDocument]:
    """A run that keeps no raw documents."""
    return ()


def plans_in(paths: Sequence[str]) -> list[RawDocument]:
    """The plans in JSON among a run's inputs, read again as they are; other inputs are passed over. Raises InputError."""
    found = []
    for path in paths:
        if path == "-" or not Path(path).is_file():
            continue
        data = to_utf8(read_bytes(path), path)
        if (
            data.lstrip()[:1] == b"{"
            and isinstance(plan := decode_any(data, path), Mapping)
            and "format_version" in plan
        ):
            found.append(RawDocument(path, plan))
    return found


def conftest_documents(docket: Docket, documents: Documents) -> list[RawDocument]:
    """The documents of a run, one input each: plans as given without their secrets, and each Kubernetes object."""
    given = [replace(document, data=without_secrets(document.data)) for document in documents()]
    known = {document.address for document in given}
    return given + [document for document in objects(docket) if document.address not in known]


def objects(docket: Docket) -> list[RawDocument]:
    """The Kubernetes objects of a run as they will be, secrets replaced."""
    found = []
    for case in docket.resources:
        resource = case.change.after
        if resource is not None and resource.provider == _KUBERNETES and "apiVersion" in resource.attributes.values:
            attributes = resource.attributes
            found.append(RawDocument(case.address, masked(attributes.values, attributes.sensitive), case.address))
    return found


def without_secrets(plan: Any) -> Any:
    """A raw plan whose sensitive values are replaced, as the plan itself marks them. Anything else comes back as it is."""
    if not isinstance(plan, Mapping) or "format_version" not in plan:
        return plan
    cleaned = dict(plan)
    secret = {
        name
        for name, said in _map(_map(_map(plan.get("configuration")).get("root_module")).get("variables")).items()
        if _map(said).get("sensitive")
    }
    if "variables" in plan:
        cleaned["variables"] = {
            name: masked(value, {"value": True}) if name in secret else value
            for name, value in _map(plan["variables"]).items()
        }
    for key in ("resource_changes", "resource_drift"):
        if isinstance(plan.get(key), list):
            cleaned[key] = [_clean_change(entry) for entry in plan[key]]
    if isinstance(plan.get("output_changes"), Mapping):
        cleaned["output_changes"] = {name: _clean_sides(said) for name, said in plan["output_changes"].items()}
    for key, below in (("planned_values", ()), ("prior_state", ("values",))):
        if isinstance(plan.get(key), Mapping):
            cleaned[key] = _clean_values(plan[key], below)
    return cleaned


def _map(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _clean_change(entry: Any) -> Any:
    return {**entry, "change": _clean_sides(entry.get("change"))} if isinstance(entry, Mapping) else entry


def _clean_sides(change: Any) -> Any:
    if not isinstance(change, Mapping):
        return change
    sides = {
        side: masked(change[side], change.get(f"{side}_sensitive", False))
        for side in ("before", "after")
        if change.get(side) is not None
    }
    return {**change, **sides}


def _clean_values(state: Mapping[str, Any], below: tuple[str, ...]) -> dict[str, Any]:
    if below:
        return {**state, below[0]: _clean_values(_map(state.get(below[0])), below[1:])}
    cleaned = dict(state)
    if isinstance(state.get("outputs"), Mapping):
        cleaned["outputs"] = {
            name: masked(said, {"value": True}) if _map(said).get("sensitive") else said
            for name, said in state["outputs"].items()
        }
    if isinstance(state.get("root_module"), Mapping):
        cleaned["root_module"] = _clean_module(state["root_module"])
    return cleaned


def _clean_module(module: Mapping[str, Any]) -> dict[str, Any]:
    cleaned = dict(module)
    if "resources" in module:
        cleaned["resources"] = list(_clean_resources(module["resources"]))
    if "child_modules" in module:
        cleaned["child_modules"] = [_clean_module(child) for child in module["child_modules"]]
    return cleaned


def _clean_resources(resources: Any) -> Iterator[Any]:
    for resource in resources:
        marks = _map(resource).get("sensitive_values", False)
        yield {**resource, "values": masked(resource.get("values"), marks)} if marks else resource
