"""The METADATA block above `package`: plain YAML in comments, read by us, so that no engine feature is needed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from spendgate.documents import Document, read_yaml_text
from spendgate.errors import InputError, PolicyError
from spendgate.evaluators.rego.contract import Module
from spendgate.model.finding import Enforcement, Severity
from spendgate.model.frozen import Frozen
from spendgate.model.policy import EnforcementRule, Parameter
from spendgate.policies.enforcement import parse_enforcement, parse_level
from spendgate.policies.mistakes import Mistake, Mistakes, near
from spendgate.policies.parameters import declare

_REQUIRED = ("id", "severity", "enforcement")
_KEYS = (
    *_REQUIRED,
    *("pack", "on_unknown", "inputs", "kinds", "actions", "scope", "group_by"),
    *("parameters", "remediation", "owner", "approvers"),
)
_MARKS = frozenset(("id", "pack", "severity", "enforcement", "on_unknown"))
"""A `custom` map with one of these means our contract; others leave the block to whoever it was written for."""
_SEVERITIES = {level.label: level for level in Severity}


class Metadata(Frozen):
    """The checked block of a policy."""

    id: str
    title: str
    pack: str
    severity: Severity
    enforcement: EnforcementRule
    on_unknown: Enforcement
    description: str = ""
    inputs: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    actions: tuple[str, ...] = ()
    scope: str = "resource"
    group_by: str | None = None
    parameters: Mapping[str, Parameter] | None = None
    remediation: str | None = None
    owner: str | None = None
    approvers: tuple[str, ...] = ()
    references: tuple[str, ...] = ()


def read_metadata(module: Module) -> Metadata | None:
    """The metadata of a module, or None when it has none that is meant for us.

    Raises PolicyError with file and line for a block that is malformed, indented or parted from `package` by a blank line.
    """
    document = _block(module)
    if document is None or not isinstance(document.data, Mapping):
        return None
    custom = document.data.get("custom")
    if not isinstance(custom, Mapping) or not _MARKS & custom.keys():
        return None
    mistakes = Mistakes(document)
    _check_keys(document.data, custom, mistakes)
    mistakes.raise_any()
    metadata = _metadata(document.data, custom, mistakes)
    mistakes.raise_any()
    return metadata


def _block(module: Module) -> Document | None:
    lines = module.text.split("\n")[: module.scan.package_line - 1]
    starts = [number for number, line in enumerate(lines) if line.strip().rstrip("\r") == "# METADATA"]
    if not starts:
        return None
    start = starts[-1]
    if lines[start][0] != "#":
        raise PolicyError(
            "has an indented METADATA block", file=module.origin, line=start + 1, hint="start it in column 1"
        )
    for number, line in enumerate(lines[start:], start + 1):
        if not line.startswith("#"):
            raise PolicyError(
                "has a METADATA block that does not stand directly above `package`",
                file=module.origin,
                line=number,
                hint="remove what stands between the block and `package`",
            )
    # NOTE: blank lines in front keep the lines of the YAML those of the file.
    inside = (line[2:] if line.startswith("# ") else line[1:] for line in lines[start + 1 :])
    text = "\n" * (start + 1 + module.line_offset) + "\n".join(inside)
    if not text.strip():
        return None
    try:
        return read_yaml_text(text, module.origin)
    except InputError as error:
        raise PolicyError(
            f"has a METADATA block that {error.message}", file=error.file, line=error.line, hint=error.hint
        ) from None


def _check_keys(data: Mapping[str, Any], custom: Mapping[str, Any], mistakes: Mistakes) -> None:
    for key in custom:
        if key not in _KEYS:
            mistakes.add(Mistake(f"unknown key {key!r}", near(key, _KEYS)), "custom", key)
    missing = [key for key in _REQUIRED if not custom.get(key)] + ([] if data.get("title") else ["title"])
    for key in missing:
        place = "title" if key == "title" else f"custom.{key}"
        mistakes.add(Mistake(f"METADATA lacks {key}", f"add {place}"), "custom")


def _metadata(data: Mapping[str, Any], custom: Mapping[str, Any], mistakes: Mistakes) -> Metadata | None:
    def checked(key: str, read: Any, default: Any) -> Any:
        if key not in custom:
            return default
        try:
            return read(custom[key])
        except Mistake as mistake:
            mistakes.add(mistake, "custom", key)
            return default

    parameters = checked("parameters", _parameters, {})
    scope = checked("scope", lambda value: _choice(value, ("resource", "change", "group"), "scope"), "resource")
    pack = str(custom.get("pack", str(custom["id"]).split("-")[0].lower()))
    return Metadata(
        id=str(custom["id"]),
        title=str(data["title"]),
        description=str(data.get("description") or "").strip(),
        pack=pack,
        severity=_SEVERITIES[
            checked("severity", lambda value: _choice(value, tuple(_SEVERITIES), "severity"), "medium")
        ],
        enforcement=checked("enforcement", parse_enforcement, EnforcementRule()),
        on_unknown=checked("on_unknown", parse_level, Enforcement.WARN),
        inputs=checked("inputs", _texts, ()),
        kinds=checked("kinds", _texts, ()),
        actions=checked("actions", _texts, ()),
        scope=scope,
        group_by=custom.get("group_by"),
        parameters=parameters,
        remediation=checked("remediation", _remediation, None),
        owner=custom.get("owner"),
        approvers=checked("approvers", _texts, ()),
        references=_references(data),
    )


def _choice(value: Any, choices: tuple[str, ...], what: str) -> str:
    if value not in choices:
        raise Mistake(f"{what} is {value!r}", near(str(value), choices, whole="choices"))
    return str(value)


def _texts(value: Any) -> tuple[str, ...]:
    values = [value] if isinstance(value, str) else value
    if not isinstance(values, list) or not all(isinstance(item, str) for item in values):
        raise Mistake("is no list of texts", 'write ["compute.*", "ai.*"]')
    return tuple(values)


def _parameters(value: Any) -> dict[str, Parameter]:
    if not isinstance(value, Mapping):
        raise Mistake("parameters is no map")
    found = {}
    for name, declared in value.items():
        try:
            found[name] = declare(name, declared)
        except Mistake as mistake:
            raise mistake.within(name) from None
    return found


def _remediation(value: Any) -> str | None:
    if isinstance(value, Mapping):
        value = value.get("summary")
    return str(value).strip() if value else None


def _references(data: Mapping[str, Any]) -> tuple[str, ...]:
    related = data.get("related_resources") or ()
    if not isinstance(related, list):
        return ()
    return tuple(str(item.get("ref") if isinstance(item, Mapping) else item) for item in related)
