"""Reads a plan's JSON into a workload."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec

from spendgate.documents.encoding import read_bytes, to_utf8
from spendgate.documents.machine import decode_json
from spendgate.errors import InputError
from spendgate.inputs.terraform.changes import to_change
from spendgate.inputs.terraform.format import NEWEST_MINOR, READ_MAJORS, Plan, ResourceChange
from spendgate.inputs.terraform.providers import ProviderBlocks
from spendgate.inputs.terraform.recognise import looks_like_events, refuse_bytes, refuse_shape, unwrap
from spendgate.inputs.terraform.references import PlanReferences
from spendgate.model.resource import Change, Level, Problem, Workload


class TerraformPlan:
    """A plan as `terraform show -json` or `tofu show -json` prints it; implements `ports.Input`."""

    name = "terraform-plan"

    def claims(self, path: Path, head: bytes) -> bool:
        """Anything that starts like a plan, or is named `.json`: what is wrong with it is then said by name."""
        return (
            b'"format_version"' in head or b'"resource_changes"' in head or path.suffix == ".json" or str(path) == "-"
        )

    def read(self, path: Path, options: Mapping[str, Any]) -> Workload:
        """Read the file, or standard input for `-`. Raises InputError."""
        return read_plan(read_bytes(path), "standard input" if str(path) == "-" else str(path), options)


def read_plan(data: bytes, origin: str, options: Mapping[str, Any]) -> Workload:
    """The workload of a plan given as bytes. `options["workspace"]` names the workspace, which no plan tells."""
    plan, problems = _decode(data, origin)
    entries = plan.resource_changes or []
    blocks = ProviderBlocks(plan.configuration, plan.variables or {})
    changes = _changes(entries, blocks, origin)
    deferred = [entry.resource_change for entry in plan.deferred_changes or []]
    problems += _plan_problems(plan, origin)
    sensitive = _sensitive_variables(plan)
    return Workload(
        origin=origin,
        source="plan",
        changes=changes,
        problems=tuple(problems),
        references=PlanReferences(plan.configuration, entries),
        variables={name: variable.value for name, variable in (plan.variables or {}).items() if name not in sensitive},
        workspace=options.get("workspace"),
        complete=plan.complete is not False,
        errored=plan.errored is True,
        drift=_changes(plan.resource_drift or [], blocks, origin),
        deferred=_changes(deferred, blocks, origin),
        facts={
            "format_version": plan.format_version,
            "terraform_version": plan.terraform_version,
            "timestamp": plan.timestamp,
        },
    )


def _decode(data: bytes, origin: str) -> tuple[Plan, list[Problem]]:
    data = to_utf8(data, origin)
    refuse_bytes(data, origin)
    if looks_like_events(data):
        refuse_shape(data, origin)
    problems = []
    try:
        plan = decode_json(data, Plan, origin)
    except InputError as error:
        if data.lstrip().startswith(b"{") and "trailing" not in error.message:
            _refuse_or(error, data, origin)
        body, before, behind = unwrap(data, origin)
        if not before and not behind:
            _refuse_or(error, body, origin)
        plan = decode_json(body, Plan, origin)
        problems.append(
            Problem(Level.WARNING, f"{before} bytes before and {behind} behind the JSON were left out", file=origin)
        )
    if plan.format_version is None or (plan.resource_changes is None and plan.planned_values is msgspec.UNSET):
        refuse_shape(data if not problems else unwrap(data, origin)[0], origin)
    return plan, problems + _version_problems(plan, origin)


def _refuse_or(error: InputError, body: bytes, origin: str) -> None:
    """Raise a better error than the decoder's when the document is something else altogether."""
    if "expected shape" in error.message:
        refuse_shape(body, origin)
    raise error


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


def _changes(entries: list[ResourceChange], blocks: ProviderBlocks, origin: str) -> tuple[Change, ...]:
    return tuple(to_change(entry, blocks.settings, origin) for entry in entries)


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
            yield Problem(Level.WARNING, f"{name}: the plan's own check says {check.status}", file=origin)
    if plan.resource_drift:
        count = len(plan.resource_drift)
        yield Problem(Level.INFO, f"{count} resource{'s' if count > 1 else ''} changed outside Terraform", file=origin)


def _sensitive_variables(plan: Plan) -> frozenset[str]:
    if plan.configuration is None:
        return frozenset()
    declared = plan.configuration.root_module.variables
    return frozenset(name for name, variable in declared.items() if variable.sensitive)


TERRAFORM_PLAN = TerraformPlan()
