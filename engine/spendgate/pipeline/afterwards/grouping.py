"""Totals and findings of a report by a path: a tag, the module, the environment or any other facet."""

from __future__ import annotations

import difflib
import re
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

from spendgate.errors import SettingsError
from spendgate.model.case import FACET_ROOTS
from spendgate.pipeline.afterwards.compare import total
from spendgate.wire import v1

UNTAGGED = "untagged"
NOT_KNOWN = "not known"
_MODULE = re.compile(r"module\.[^.\[]+(?:\[[^\]]*\])?")
_FIELDS: dict[str, Callable[[v1.Change], Any]] = {
    "module": lambda change: module_of(change.address) or "(root module)",
    "provider": lambda change: change.provider,
    "type": lambda change: change.type,
    "kind": lambda change: change.kind,
    "region": lambda change: change.region,
    "action": lambda change: change.action,
    "address": lambda change: change.address,
}
_OFTEN_TAGS = ("team", "project", "model", "experiment", "owner", "application", "cost-center", "department", "run")


def grouped(report: v1.Report, paths: Sequence[str]) -> v1.Report:
    """The report with `groups` for each path. Raises SettingsError for a path that no resource could have."""
    if not paths:
        return report
    groups = [group for path in paths for group in groups_of(report.changes, path, report.findings)]
    return v1.revised(report, groups=groups)


def groups_of(changes: Sequence[v1.Change], path: str, findings: Sequence[v1.Finding] = ()) -> list[v1.Group]:
    """One group a value in the order of their names; resources without one stand in a group `untagged` of their own."""
    value_at = _reader(path)
    members: dict[str, list[v1.Change]] = {}
    for change in changes:
        if change.action == "read" or "data" in change.flags:
            continue
        members.setdefault(value_at(change), []).append(change)
    open_findings = [finding for finding in findings if not finding.waiver]
    failed = Counter(finding.address for finding in open_findings if finding.verdict == "fail")
    unsure = Counter(finding.address for finding in open_findings if finding.verdict in ("unknown", "error"))
    last = (UNTAGGED, NOT_KNOWN)
    names = sorted(members, key=lambda name: (name in last, name))
    return [_group(path, name, members[name], failed, unsure) for name in names]


def module_of(address: str) -> str:
    """The module part of an address (`module.a["x"].module.b`), empty in the root module."""
    found: list[str] = []
    rest = address
    while match := _MODULE.match(rest):
        found.append(match.group())
        rest = rest[match.end() :].removeprefix(".")
    return ".".join(found)


def _reader(path: str) -> Callable[[v1.Change], str]:
    if path in _FIELDS:
        field = _FIELDS[path]
        return lambda change: str(field(change) or NOT_KNOWN)
    root, _, rest = path.partition(".")
    if root == "tags" and rest:
        return lambda change: _tag(change, rest)
    if root in FACET_ROOTS and root not in ("tags", "pools", "disks", "notes"):
        keys = path.split(".")
        return lambda change: _facet(change, keys)
    known = [*_FIELDS, *sorted(FACET_ROOTS), *(f"tags.{name}" for name in _OFTEN_TAGS)]
    near = [f"tags.{root}"] if root in _OFTEN_TAGS else difflib.get_close_matches(path, known, n=1)
    hint = f"did you mean {near[0]}?" if near else f"a tag is tags.NAME; else one of {', '.join(_FIELDS)}, env"
    raise SettingsError(f"--group-by {path}: there is no such field", hint=hint)


def _tag(change: v1.Change, key: str) -> str:
    if key in change.tags:
        value = change.tags[key]
        return NOT_KNOWN if value is None else value or UNTAGGED
    return NOT_KNOWN if "tags" in change.unknown else UNTAGGED


def _facet(change: v1.Change, keys: Sequence[str]) -> str:
    value: Any = change.facets
    for depth, key in enumerate(keys):
        value = value.get(key) if isinstance(value, dict) else None
        if value is None:
            return NOT_KNOWN if ".".join(keys[: depth + 1]) in change.unknown else "(none)"
    if isinstance(value, (dict, list)):
        return ", ".join(str(each) for each in value) or "(none)"
    return str(value).lower() if isinstance(value, bool) else str(value)


def _group(path: str, value: str, members: list[v1.Change], failed: Counter[str], unsure: Counter[str]) -> v1.Group:
    cost = total(members)
    return v1.Group(
        by=path,
        value=value,
        resources=len(members),
        before_monthly=cost.before_monthly,
        after_monthly=cost.after_monthly,
        delta_monthly=cost.delta_monthly,
        delta_complete=cost.delta_complete,
        unpriced=len({part.address for part in cost.unpriced if part.kind == "unpriced"}),
        needs_usage=cost.needs_usage,
        addresses=[member.address for member in members],
        failed=sum(failed[member.address] for member in members),
        undetermined=sum(unsure[member.address] for member in members),
    )
