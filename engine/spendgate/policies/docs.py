"""The table of built-in policies in `policies/README.md`, written from the policies themselves."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from spendgate.model.finding import Enforcement
from spendgate.model.policy import EnforcementRule, Parameter, Policy
from spendgate.policies.catalog import STARTER
from spendgate.policies.literals import Amount, plain_number
from spendgate.policies.wording import number

_INTRODUCTION = """# Built-in policies

One file a policy, its tests inside. This page is written by `spendgate.policies.docs.readme`; a test compares it.

How policies are written: [docs/policy-language.md](../docs/policy-language.md). What they can read:
[docs/facets.md](../docs/facets.md).

The **starter** pack is what runs when nothing else is asked for. Any other pack is the name in the column *pack*: `--pack gpu`.

Packs by role: **standard** (starter, tagging, gpu, cluster-size, schedule, budget, storage, kubernetes), **full** (all), **finance** (tagging,
budget, commitments, multi-cloud, sustainability), **research-lab** (gpu, schedule, experiment, utilisation, quotas).
"""


def readme(policies: Iterable[Policy], introduction: str = _INTRODUCTION) -> str:
    """The whole page: a table of all policies, then the parameters of each."""
    ordered = sorted(policies, key=lambda policy: (policy.pack, policy.id))
    lines = [introduction, *_table(ordered)]
    for policy in ordered:
        lines += ["", f"## {policy.id} · {policy.title}", "", policy.description]
        if policy.declared:
            lines += ["", "| parameter | type | default | what it is |", "| --- | --- | --- | --- |"]
            lines += [parameter_row(parameter) for parameter in policy.declared.values()]
        if policy.remediation:
            lines += ["", f"**What to do:** {policy.remediation}"]
    return "\n".join(lines) + "\n"


def _table(policies: Iterable[Policy]) -> list[str]:
    rows = [
        f"| [{policy.id}](#{_anchor(policy)}) | {policy.title} | {policy.pack} | {policy.severity.label} | "
        f"{enforcement_text(policy)} | {policy.on_unknown.label} | {'yes' if policy.id in STARTER else ''} |"
        for policy in policies
    ]
    return [
        "| id | what must be true | pack | severity | enforcement | when unknown | starter |",
        "| --- | --- | --- | --- | --- | --- | --- |",
        *rows,
    ]


def _anchor(policy: Policy) -> str:
    """The anchor that hosts make of a heading: lower case, blanks to hyphens, signs dropped."""
    heading = f"{policy.id} · {policy.title}".lower().replace(" ", "-")
    return "".join(sign for sign in heading if sign.isalnum() or sign in "-_")


def enforcement_text(policy: Policy) -> str:
    """The enforcement in a few words: `warn, block in prod`, or from the mildest case to the strictest."""
    rungs = getattr(policy.body, "rungs", ())
    stated = [rung.enforcement for rung in rungs if rung.enforcement is not None]
    levels = [level for rule in stated for level in _levels(rule)]
    if levels and len(stated) == len(rungs) and min(levels) != max(levels):
        return f"{min(levels).label} to {max(levels).label}"
    return rule_text(policy.enforcement)


def rule_text(rule: EnforcementRule) -> str:
    """One rule in a few words."""
    said = [rule.default.label, *(f"{level.label} in {env}" for env, level in rule.by_env.items())]
    if rule.until is not None and rule.then is not None:
        said.append(f"{rule.then.label} after {rule.until}")
    return ", ".join(said)


def _levels(rule: EnforcementRule) -> list[Enforcement]:
    return [rule.default, *rule.by_env.values(), *((rule.then,) if rule.then is not None else ())]


def parameter_row(parameter: Parameter) -> str:
    """A row of a table of parameters: name, type, default, what it is."""
    return f"| `{parameter.name}` | {parameter.type} | {default_text(parameter.default)} | {parameter.description} |"


def default_text(value: Any) -> str:
    """A default as it would be written in a configuration."""
    if isinstance(value, Mapping):
        return "`{" + ", ".join(f"{key}: {_bare(child)}" for key, child in value.items()) + "}`"
    return f"`{_bare(value)}`"


def _bare(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Amount):
        return value.text
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(map(_bare, value)) + "]"
    found = plain_number(value) if not isinstance(value, str) else None
    return number(found).replace(",", "") if found is not None else str(value)
