"""Policies written for Conftest and Gatekeeper: what their results mean here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from spendgate.errors import PolicyError
from spendgate.evaluators.rego.constraint_match import matches, review_of
from spendgate.evaluators.rego.contract import RegoBody
from spendgate.evaluators.rego.raw_documents import RawDocument, objects
from spendgate.evaluators.rego.results import read_results
from spendgate.evaluators.rego.verdicts import Bench, certain_first, finding_of, tally
from spendgate.model.finding import Finding, PolicyTally, Verdict
from spendgate.model.frozen import Frozen, replace
from spendgate.model.policy import Policy
from spendgate.model.values import Truth
from spendgate.ports import Docket

_OPERATIONS = {"delete": "DELETE", "update": "UPDATE", "replace": "UPDATE"}


def judge_conftest(
    policy: Policy, sheets: Sequence[Mapping[str, Any]], documents: Sequence[RawDocument], bench: Bench
) -> tuple[list[Finding], PolicyTally]:
    """Findings over all documents. A finding about a whole document stands at the run; `details` name the document."""
    body: RegoBody = policy.body
    found = []
    for answers, document in zip(sheets, documents, strict=True):
        excepted = _excepted_rules(policy, answers) if "exception" in body.rules else frozenset()
        for result in read_results(policy, answers):
            finding = finding_of(policy, result, bench)
            details = finding.details if document.address else {**finding.details, "document": document.origin}
            finding = replace(finding, address=finding.address or document.address, details=details)
            if _plain_name(result.rule) in excepted:
                said = f"{finding.message} (the policy excepts rule {result.rule})"
                finding = replace(finding, verdict=Verdict.EXCEPTED, message=said)
            found.append(finding)
    subjects = {document.address for document in documents}
    found = certain_first(found)
    return found, tally(policy.id, found, subjects, len(subjects))


def _excepted_rules(policy: Policy, answers: Mapping[str, Any]) -> frozenset[str]:
    """The rules that `exception` names, without their prefix; `""` is plain `deny`."""
    names: set[str] = set()
    for element in answers.get("exception") or ():
        if not isinstance(element, list) or not all(isinstance(name, str) for name in element):
            raise PolicyError(
                f"{policy.id}: rule exception holds {element!r}",
                file=policy.origin,
                hint="it holds lists of rule names, as in Conftest",
            )
        names.update(element)
    return frozenset(names)


def _plain_name(rule: str) -> str:
    return rule.partition("_")[2]


class Reviews(Frozen):
    """The objects that a Constraint takes in, with what its template sees of each."""

    addresses: tuple[str, ...]
    inputs: tuple[dict[str, Any], ...]
    unsure: frozenset[str]


def reviews(policy: Policy, docket: Docket) -> Reviews:
    """The reviews of a Constraint, in order of address."""
    body: RegoBody = policy.body
    spec = _map(body.constraint.get("spec"))
    match, parameters = _map(spec.get("match")), spec.get("parameters")
    actions = {case.address: case.change.action.value for case in docket.resources}
    held = objects(docket)
    namespaces = {
        str(_map(found.data.get("metadata")).get("name")): _map(_map(found.data.get("metadata")).get("labels"))
        for found in held
        if found.data.get("kind") == "Namespace"
    }
    addresses, inputs, unsure = [], [], set()
    for found in held:
        truth = matches(match, found.data, namespaces)
        if truth is Truth.FALSE:
            continue
        if truth is Truth.UNKNOWN:
            unsure.add(found.address)
        addresses.append(found.address)
        inputs.append(review_of(found.data, parameters, _OPERATIONS.get(actions[found.address], "CREATE")))
    return Reviews(tuple(addresses), tuple(inputs), frozenset(unsure))


def judge_gatekeeper(
    policy: Policy, sheets: Sequence[Mapping[str, Any]], taken: Reviews, bench: Bench
) -> tuple[list[Finding], PolicyTally]:
    """Findings of a Constraint. A violation of an object that may not be meant is unknown."""
    found = []
    for answers, address in zip(sheets, taken.addresses, strict=True):
        for result in read_results(policy, answers):
            finding = replace(finding_of(policy, replace(result, address=address), bench), address=address)
            if address in taken.unsure:
                residual = (
                    "the labels of its namespace are not in this run, so whether the constraint applies is unknown"
                )
                finding = replace(finding, verdict=Verdict.UNKNOWN, residual=residual)
            found.append(finding)
    found = certain_first(found)
    return found, tally(policy.id, found, taken.addresses, len(bench.cases))


def _map(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
