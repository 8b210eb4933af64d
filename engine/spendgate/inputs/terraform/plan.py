"""Reads a plan's JSON into a workload."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec

from spendgate.documents.encoding import read_bytes, to_utf8
from spendgate.documents.machine import ShapeError, decode_first
from spendgate.errors import InputError
from spendgate.inputs.terraform.changes import refuse_twins, to_change
from spendgate.inputs.terraform.format import NEWEST_MINOR, READ_MAJORS, Plan, ResourceChange
from spendgate.inputs.terraform.providers import ProviderBlocks
from spendgate.inputs.terraform.recognise import (
    PLAN_KEYS,
    SHOW,
    begins_like_plan,
    find_start,
    refuse_bytes,
    refuse_rest,
    refuse_shape,
)
from spendgate.inputs.terraform.references import PlanReferences
from spendgate.model.resource import Change, Level, Problem, Workload

_TELLING = tuple(f'"{key}"'.encode() for key in PLAN_KEYS[:5])


class TerraformPlan:
    """A plan as `terraform show -json` or `tofu show -json` prints it; implements `ports.Input`."""

    name = "terraform-plan"

    def claims(self, path: Path, head: bytes) -> bool:
        """A document that begins like a plan, or holds a plan's keys near its beginning (CI text around it)."""
        return begins_like_plan(head) or any(key in head for key in _TELLING)

    def read(self, path: Path, options: Mapping[str, Any]) -> Workload:
        """Read the file, or standard input for `-`. Raises InputError."""
        return read_plan(read_bytes(path), "standard input" if str(path) == "-" else str(path), options)


def read_plan(data: bytes, origin: str, options: Mapping[str, Any]) -> Workload:
    """The workload of a plan given as bytes. `options["workspace"]` names the workspace, which no plan tells."""
    plan, problems = _decode(data, origin)
    del data  # NOTE: so that the text of a large plan is gone before its changes are made
    entries = plan.resource_changes or []
    blocks = ProviderBlocks(plan.configuration, plan.variables or {})
    changes = _changes(entries, blocks, origin)
    deferred = [entry.resource_change for entry in plan.deferred_changes or []]
    refuse_twins(changes, origin)
    problems += _plan_problems(plan, origin)
    return Workload(
        origin=origin,
        source="plan",
        changes=changes,
        problems=tuple(problems),
        references=PlanReferences(plan.configuration, plan.variables or {}, entries),
        variables=_open_variables(plan),
        workspace=options.get("workspace"),
        complete=plan.complete is not False,
        errored=plan.errored is True,
        drift=_changes(plan.resource_drift or [], blocks, origin, "drift"),
        deferred=_changes(deferred, blocks, origin, "deferred"),
        facts={
            "format_version": plan.format_version,
            "terraform_version": plan.terraform_version,
            "timestamp": plan.timestamp,
        },
    )


def _decode(data: bytes, origin: str) -> tuple[Plan, list[Problem]]:
    data = to_utf8(data, origin)
    refuse_bytes(data, origin)
    start = find_start(data, origin)
    try:
        plan, end = decode_first(data, Plan, origin, start)
    except ShapeError as error:
        refuse_shape(data, start, origin)
        raise InputError(error.message, file=origin, hint=SHOW) from None
    if plan.format_version is None or (plan.resource_changes is None and plan.planned_values is msgspec.UNSET):
        refuse_shape(data, start, origin)
    refuse_rest(data, start, end, origin)
    rest = data[end:]
    problems = [
        *_wrapping(data[:start], rest, origin),
        *_version_problems(plan, origin),
        *_cut_problems(plan, origin),
    ]
    plan.planned_values = msgspec.UNSET  # NOTE: a raw value keeps the whole document alive
    return plan, problems


def _wrapping(before: bytes, behind: bytes, origin: str) -> Iterator[Problem]:
    lengths = len(before.strip()), len(behind.strip())
    if any(lengths):
        message = f"{lengths[0]} bytes of text before the plan and {lengths[1]} behind it were left out"
        yield Problem(Level.WARNING, message, file=origin)


def _cut_problems(plan: Plan, origin: str) -> Iterator[Problem]:
    """A plan that somebody cut (with jq, say) to the planned values alone: deletes and replaces are not in those."""
    if plan.resource_changes or not isinstance(plan.planned_values, msgspec.Raw):
        return
    if b'"resources"' in bytes(plan.planned_values):
        yield Problem(
            Level.WARNING,
            "the plan lists planned values but no resource_changes: what it changes is not known",
            file=origin,
            undetermined=True,
        )


def _version_problems(plan: Plan, origin: str) -> list[Problem]:
    version = plan.format_version
    if version is None:
        return [Problem(Level.WARNING, "the plan names no format_version", file=origin)]
    major, _, minor = version.partition(".")
    if major not in READ_MAJORS:
        raise InputError(
            f"has format_version {version}, known are 0.1 to 1.{NEWEST_MINOR}", file=origin, hint="update spendgate"
        )
    if major == "1" and minor.isdecimal() and int(minor) > NEWEST_MINOR:
        return [Problem(Level.INFO, f"format_version {version} is newer than 1.{NEWEST_MINOR}", file=origin)]
    return []


def _changes(entries: list[ResourceChange], blocks: ProviderBlocks, origin: str, *flags: str) -> tuple[Change, ...]:
    return tuple(to_change(entry, blocks.settings, origin, frozenset(flags)) for entry in entries)


def _plan_problems(plan: Plan, origin: str) -> Iterator[Problem]:
    if plan.errored:
        yield Problem(
            Level.WARNING, "the plan is errored: it does not show all changes", file=origin, undetermined=True
        )
    if plan.complete is False:
        yield Problem(
            Level.WARNING,
            "the plan is not complete (targets or deferred changes): another one has to follow",
            file=origin,
            undetermined=True,
        )
    for entry in plan.deferred_changes or []:
        address, why = entry.resource_change.address, entry.reason or "no reason given"
        yield Problem(
            Level.WARNING,
            f"{address} is deferred ({why}): its cost and verdict are not known",
            file=origin,
            undetermined=True,
        )
    for check in plan.checks or []:
        if check.status in ("fail", "error"):
            name = check.address.get("to_display") or "a check"
            said = [problem.message for instance in check.instances or [] for problem in instance.problems or []]
            why = f": {'; '.join(dict.fromkeys(said))}" if said else ""
            yield Problem(Level.WARNING, f"{name}: the plan's own check says {check.status}{why}", file=origin)
    if plan.resource_drift:
        count = len(plan.resource_drift)
        yield Problem(Level.INFO, f"{count} resource{'s' if count > 1 else ''} changed outside Terraform", file=origin)


def _open_variables(plan: Plan) -> Mapping[str, Any]:
    """Values of the root module's variables that are no secrets; without a configuration nothing tells, so none."""
    declared = plan.configuration.root_module.variables if plan.configuration else {}
    given = plan.variables or {}
    return {name: given[name].value for name, variable in declared.items() if name in given and not variable.sensitive}


TERRAFORM_PLAN = TerraformPlan()
