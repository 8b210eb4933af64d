"""From a YAML policy file to a policy: shape, metadata, parameters, and the body compiled with them."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from spendgate.documents import Document, decode_text, read_bytes, read_yaml_text
from spendgate.errors import InputError, PolicyError
from spendgate.model.finding import Enforcement, Severity
from spendgate.model.frozen import Frozen
from spendgate.model.policy import EnforcementRule, Parameter, Policy
from spendgate.policies.body import Body, Source, compile_body, scope_of
from spendgate.policies.enforcement import parse_enforcement
from spendgate.policies.mistakes import Mistake, Mistakes
from spendgate.policies.parameters import declare

LANGUAGE = "yaml"
SUFFIXES = (".yaml", ".yml", ".json")
_ID = re.compile(r"[A-Z0-9]{2,8}-[0-9]{3}")
_SIGNS = (
    (("resource_changes",), "a Terraform plan"),
    (("terraform_version", "resources"), "a Terraform state"),
    (("apiVersion", "kind"), "a Kubernetes object"),
    (("resource_usage",), "a usage file"),
    (("waivers",), "a waiver file"),
    (("packs",), "a spendgate configuration"),
    (("policies",), "a spendgate configuration, or a policy file of another tool"),
    (("metadata", "definition"), "a policy of another tool (checkov's format)"),
)


class Written(Frozen):
    """A policy file read and checked, its body not yet compiled: the configuration may still change parameters."""

    policy: Policy
    source: Source


def read_policy_file(path: Path, origin: str, *, built_in: bool = False) -> Written:
    """Read one file. Raises PolicyError or InputError with every mistake in it."""
    text = decode_text(read_bytes(path), origin)
    return read_policy_text(text, origin, built_in=built_in)


def read_policy_text(text: str, origin: str, *, built_in: bool = False) -> Written:
    """Read one policy from its text."""
    document = read_yaml_text(text, origin)
    _refuse_others(document)
    mistakes = Mistakes(document)
    if not built_in:
        # NOTE: late, since pydantic is slow to load; what ships with the program is checked by the tests.
        from spendgate.policies.schema import check_shape

        check_shape(document, mistakes)
        mistakes.raise_any()
    written = _written(document, mistakes, hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest(), built_in)
    mistakes.raise_any()
    return written


def compiled(written: Written, parameters: Mapping[str, Any] | None = None) -> Policy:
    """The policy with its body compiled, with these parameters or its own. Raises PolicyError."""
    from spendgate.model.frozen import replace

    merged = written.policy.parameters if parameters is None else parameters
    return replace(written.policy, parameters=merged, body=compile_body(written.source, merged))


def recompiled(policy: Policy, parameters: Mapping[str, Any]) -> Policy:
    """A compiled policy with other parameters."""
    body: Body = policy.body
    return compiled(Written(policy, body.source), parameters)


def _written(document: Document, mistakes: Mistakes, digest: str, built_in: bool) -> Written:
    data: Mapping[str, Any] = document.data
    if ("assert" in data) == ("cases" in data):
        what = "has both assert and cases" if "assert" in data else "has neither assert nor cases"
        mistakes.add(Mistake(f"the policy {what}", "assert for one strength, cases for several"), "cases")
    scope, group_by = "resource", None
    try:
        scope, group_by = scope_of(data)
    except Mistake as mistake:
        mistakes.add(mistake, "scope")
    declared = _parameters(data.get("parameters", {}), mistakes)
    policy = Policy(
        id=data["id"],
        title=data["title"],
        pack=data["pack"],
        severity=Severity[data["severity"].upper()],
        enforcement=_enforcement(data, mistakes),
        on_unknown=Enforcement.parse(data.get("on_unknown", "warn")),
        language=LANGUAGE,
        body=None,
        scope=scope,
        group_by=group_by,
        inputs=frozenset(data.get("inputs", ())),
        parameters={name: parameter.default for name, parameter in declared.items()},
        description=" ".join(data.get("description", "").split()),
        owner=data.get("owner"),
        references=_texts(data.get("references", ())),
        approvers=_texts(data.get("approvers", ())),
        remediation=_summary(data),
        origin=document.origin,
        digest=digest,
        built_in=built_in,
        declared=declared,
    )
    return Written(policy, Source(document, data, scope))


def _parameters(data: Mapping[str, Any], mistakes: Mistakes) -> dict[str, Parameter]:
    from spendgate.model.case import ROOTS

    found = {}
    for name, stated in data.items():
        try:
            if name in ROOTS or name in ("failed", "and", "or", "not", "min", "max", "len"):
                raise Mistake(f"parameter {name} has the name of a field", f"call it max_{name}, for instance")
            found[name] = declare(name, stated)
        except Mistake as mistake:
            mistakes.add(mistake, "parameters", name)
    return found


def _enforcement(data: Mapping[str, Any], mistakes: Mistakes) -> EnforcementRule:
    """The policy's own enforcement; that of its strictest case when only the cases have one."""
    try:
        if "enforcement" in data:
            return parse_enforcement(data["enforcement"])
    except Mistake as mistake:
        mistakes.add(mistake, "enforcement")
        return EnforcementRule()
    levels = []
    for case in data.get("cases", ()):
        try:
            levels.append(parse_enforcement(case["enforcement"]))
        except (Mistake, KeyError):
            continue  # said with its line when the case is compiled
    return max(levels, key=lambda rule: rule.strictest, default=EnforcementRule())


def _texts(value: Any) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value)


def _summary(data: Mapping[str, Any]) -> str | None:
    summary = data.get("remediation", {}).get("summary")
    return " ".join(summary.split()) if summary else None


def _refuse_others(document: Document) -> None:
    """Name a file that is no policy for what it seems to be."""
    data = document.data
    if not isinstance(data, Mapping):
        what = "a list" if isinstance(data, list) else "a single value"
        raise PolicyError(
            f"is no policy: it holds {what}",
            hint="one file holds one policy, a map of keys",
            file=document.origin,
            line=1,
        )
    if "id" in data or ("assert" in data or "cases" in data):
        return
    for keys, what in _SIGNS:
        if all(key in data for key in keys):
            raise PolicyError(
                f"is no policy: it seems to be {what}",
                hint="a policy starts with id, title, pack",
                file=document.origin,
            )


def is_policy_id(text: str) -> bool:
    """Whether a text has the form of a policy's id."""
    return _ID.fullmatch(text) is not None


__all__ = ["InputError", "Written", "compiled", "is_policy_id", "read_policy_file", "read_policy_text", "recompiled"]
