"""The decision record: what was judged with what, and how it came out, for whoever applies the plan later.

An in-toto statement (version 1): its subjects are the inputs with their digests, its predicate is the decision.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from spendgate.documents import read_bytes
from spendgate.documents.machine import decode_any
from spendgate.errors import SettingsError
from spendgate.governance.digests import digest_of
from spendgate.governance.envelope import is_signed_by, opened, sealed
from spendgate.model.frozen import Frozen
from spendgate.wire.v1 import Finding, Report

STATEMENT = "https://in-toto.io/Statement/v1"
PREDICATE = "urn:spendgate:decision:v1"
_ALGORITHM = "sha256"


def record(report: Report, key: str | None) -> str:
    """The record of a report as text, signed with the private key in a PEM file if there is one.

    Raises SettingsError for a report that does not say what was judged.
    """
    evidence = report.evidence
    if evidence is None:
        raise SettingsError(
            "a decision record needs inputs whose digest can be told", hint="save the plan to a file, and check that"
        )
    statement = {
        "_type": STATEMENT,
        "subject": [
            {"name": root or ".", "digest": {_ALGORITHM: digest.removeprefix(f"{_ALGORITHM}:")}}
            for root, digest in evidence.inputs.items()
        ],
        "predicateType": PREDICATE,
        "predicate": {
            "decision": report.decision,
            "exit_code": report.exit_code,
            "reason": report.reason,
            "time": report.run.time,
            "spendgate": report.run.spendgate,
            "scope": report.run.scope,
            "plan": evidence.plan,
            "policies": dict(sorted(evidence.policies.items())),
            "prices": evidence.prices,
            "files": dict(sorted(evidence.files.items())),
            "findings": [_finding(finding) for finding in report.findings],
        },
    }
    payload = json.dumps(statement, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "backslashreplace")
    return json.dumps(sealed(payload, key), indent=2) + "\n"


def _finding(finding: Finding) -> Mapping[str, Any]:
    said = {
        "policy": finding.policy,
        "address": finding.address,
        "verdict": finding.verdict,
        "enforcement": finding.enforcement,
        "fingerprint": finding.fingerprint,
        "cleared": finding.waiver,
    }
    return {name: value for name, value in said.items() if value is not None}


class Verification(Frozen):
    """Whether a record stands for what is about to be applied: everything that speaks against it."""

    objections: tuple[str, ...]
    decision: str
    time: str
    signed: bool


def verify(
    path: str, inputs: Sequence[str], *, key: str | None, now: datetime, max_age: timedelta | None = None
) -> Verification:
    """Compare a record with the inputs at hand. Raises SettingsError or InputError for what is no record."""
    envelope = decode_any(read_bytes(Path(path)), path)
    statement = decode_any(opened(envelope, path), path)
    predicate = _predicate(statement, path)
    signed = key is not None and is_signed_by(envelope, key)
    objections = [] if signed or key is None else ["it is not signed with this key"]
    if predicate["decision"] != "pass":
        objections.append(f"its decision is {predicate['decision']}: {predicate.get('reason', '')}".rstrip(": "))
    objections += _differences(statement, inputs)
    if max_age is not None and (old := _age(predicate, now)) is not None:
        objections += [f"it is older than it may be ({predicate['time']})"] if old > max_age else []
    elif max_age is not None:
        objections.append("it does not say when it was made")
    return Verification(tuple(objections), predicate["decision"], str(predicate.get("time", "")), signed)


def _predicate(statement: Any, path: str) -> Mapping[str, Any]:
    if isinstance(statement, Mapping) and statement.get("predicateType") == PREDICATE:
        predicate = statement.get("predicate")
        if isinstance(predicate, Mapping) and isinstance(predicate.get("decision"), str):
            return predicate
    raise SettingsError("is no decision record of spendgate", file=path)


def _differences(statement: Mapping[str, Any], inputs: Sequence[str]) -> list[str]:
    judged = {_digest(subject) for subject in statement.get("subject") or ()}
    given = {digest_of(path): path for path in inputs}
    other = [f"{path} is not what was judged" for digest, path in given.items() if digest not in judged]
    missing = len(judged - set(given))
    if missing and not other:
        other.append(f"{missing} of the inputs that were judged {'is' if missing == 1 else 'are'} not here")
    return other


def _digest(subject: Any) -> str:
    digest = subject.get("digest") if isinstance(subject, Mapping) else None
    return f"{_ALGORITHM}:{digest.get(_ALGORITHM)}" if isinstance(digest, Mapping) else ""


def _age(predicate: Mapping[str, Any], now: datetime) -> timedelta | None:
    try:
        made = datetime.fromisoformat(str(predicate.get("time", "")))
    except ValueError:
        return None
    return now - made if made.tzinfo else None
