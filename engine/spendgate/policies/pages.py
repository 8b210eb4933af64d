"""Pages about policies for a site: one for each pack and one for each policy, with its condition, an example, the fix and the saving."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from spendgate.model.policy import Policy
from spendgate.policies.body import Body
from spendgate.policies.docs import enforcement_text, parameter_row

_CONDITION = ("scope", "match", "exclude", "cheapest_allowed", "cases", "assert")
"""The keys of a policy file that say whom it judges and what must be true, in the order of reading."""
_PLAIN = re.compile(r"[A-Za-z_*$][\w.*$-]*")
_WORDS = frozenset({"true", "false", "yes", "no", "on", "off", "null", "y", "n"})


def pages(policies: Iterable[Policy], title: str) -> Mapping[str, str]:
    """The text of each page by its path: `README.md`, `<pack>/README.md`, `<pack>/<id>.md`; all links are between them."""
    packs: dict[str, list[Policy]] = {}
    for policy in sorted(policies, key=lambda each: (each.pack, each.id)):
        packs.setdefault(policy.pack, []).append(policy)
    found = {"README.md": _front(packs, title)}
    for pack, members in packs.items():
        found[f"{pack}/README.md"] = _pack_page(pack, members)
        for policy in members:
            found[f"{pack}/{policy.id}.md"] = policy_page(policy)
    return found


def _front(packs: Mapping[str, list[Policy]], title: str) -> str:
    rows = [f"| [{pack}]({pack}/README.md) | {len(members)} |" for pack, members in packs.items()]
    return "\n".join([f"# {title}", "", "| pack | policies |", "| --- | --- |", *rows]) + "\n"


def _pack_page(pack: str, members: Iterable[Policy]) -> str:
    rows = [
        f"| [{policy.id}]({policy.id}.md) | {_cell(policy.title)} | {policy.severity.label} | {enforcement_text(policy)} | "
        f"{policy.on_unknown.label} |"
        for policy in members
    ]
    head = ["| id | what must be true | severity | enforcement | when unknown |", "| --- | --- | --- | --- | --- |"]
    return "\n".join([f"# Pack {pack}", "", *head, *rows]) + "\n"


def policy_page(policy: Policy) -> str:
    """The page of one policy; what a policy does not state has no section."""
    level = f"Severity {policy.severity.label}, {enforcement_text(policy)}; what is unknown: {policy.on_unknown.label}."
    lines = [f"# {policy.id} · {policy.title}", "", level]
    if policy.description:
        lines += ["", "## Why", "", policy.description.strip()]
    stated = policy.body.source.data if isinstance(policy.body, Body) else {}
    if condition := [line for key in _CONDITION if key in stated for line in _entry(key, stated[key])]:
        lines += ["", "## Condition", "", "```yaml", *condition, "```"]
    if policy.declared:
        lines += ["", "## Parameters", "", "| parameter | type | default | what it is |", "| --- | --- | --- | --- |"]
        lines += [parameter_row(parameter) for parameter in policy.declared.values()]
    lines += _examples(stated.get("tests", ()))
    lines += _fix(policy)
    if savings := stated.get("savings"):
        lines += ["", "## Savings", *_savings(savings)]
    return "\n".join([*lines, "", f"From `{policy.origin}`."]) + "\n"


def _savings(stated: Mapping[str, Any]) -> list[str]:
    """How the saving is worked out: the fix that is priced again, the formula where it cannot be, and the note."""
    lines: list[str] = []
    if "when" in stated:
        lines += ["", f"Where `{_flow(stated['when'])}`."]
    if "reprice" in stated:
        otherwise = ", or else by the formula below" if "formula" in stated else ""
        lines += ["", f"By pricing it again with `{_flow(stated['reprice'])}`{otherwise}."]
    if "formula" in stated:
        lines += ["", f"`{' '.join(str(stated['formula']).split())}`"]
    note = " ".join(stated.get("note", "").split())
    return [*lines, *(["", note] if note else [])]


def _examples(tests: Iterable[Mapping[str, Any]]) -> list[str]:
    """The first test that fails and the first that passes: what each was given."""
    by_verdict: dict[str, Mapping[str, Any]] = {}
    for test in tests:
        by_verdict.setdefault(str(test.get("expect")), test)
    shown = [by_verdict[verdict] for verdict in ("fail", "pass") if verdict in by_verdict]
    lines = ["", "## Example", ""] if shown else []
    lines += [f"- {test['expect']}: {test['name']}: `{_flow(test.get('given', {}))}`" for test in shown]
    return lines


def _fix(policy: Policy) -> list[str]:
    if not policy.remediation:
        return []
    snippet = policy.body.snippet if isinstance(policy.body, Body) else None
    block = ["", "```", *snippet.strip("\n").splitlines(), "```"] if snippet else []
    return ["", "## What to do", "", policy.remediation.strip(), *block]


def _entry(key: str, value: Any) -> list[str]:
    """One key of a policy file, each element of a list or entry of a map on a line of its own."""
    if isinstance(value, list):
        return [f"{key}:", *(f"  - {_flow(each)}" for each in value)]
    if isinstance(value, Mapping):
        return [f"{key}:", *(f"  {name}: {_flow(each)}" for name, each in value.items())]
    return [f"{key}: {_flow(value)}"]


def _flow(value: Any) -> str:
    """A value in YAML on one line, which reads back as the same value."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_flow(key)}: {_flow(each)}" for key, each in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(map(_flow, value)) + "]"
    if isinstance(value, bool) or value is None:
        return json.dumps(value)
    if isinstance(value, (int, float, Decimal)):
        return str(value)
    text = str(value)
    return text if _PLAIN.fullmatch(text) and text.lower() not in _WORDS else json.dumps(text, ensure_ascii=False)


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
