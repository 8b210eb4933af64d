"""Dockets and policies made by hand, for the tests of Rego."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from spendgate.evaluators.rego.loading import policies_of
from spendgate.evaluators.rego.modules import module_of
from spendgate.model.attributes import Attributes
from spendgate.model.case import PlainCase, ResourceCase
from spendgate.model.facets import Accelerators, Capacity, Facets
from spendgate.model.policy import Policy
from spendgate.model.resource import Action, Change, Resource
from spendgate.ports import Docket

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


def case(
    address: str = "aws_instance.a",
    *,
    kind: str = "compute.vm",
    env: str = "dev",
    action: Action = Action.CREATE,
    accel: Accelerators | None = None,
    capacity: Capacity | None = None,
    cost: Mapping[str, Any] | None = None,
    attributes: Attributes | None = None,
    provider: str = "aws",
    source: str = "plan",
    **facets: Any,
) -> ResourceCase:
    """A resource as the pipeline hands it over."""
    type_, _, name = address.partition(".")
    resource = Resource(address, type_, name, provider, attributes or Attributes({"instance_type": "t3.micro"}))
    change = Change(address, action, None, resource)
    described = Facets(kind=kind, env=env, accel=accel or Accelerators(), capacity=capacity or Capacity(), **facets)
    money = cost if cost is not None else {"monthly": dict.fromkeys(("low", "expected", "high"), Decimal(100))}
    return ResourceCase(address, change, described, source, {"cost": money})


def object_case(values: Mapping[str, Any], address: str, action: Action = Action.DECLARE) -> ResourceCase:
    """A Kubernetes object as the pipeline hands it over."""
    resource = Resource(address, str(values["kind"]), address.split("/")[-1], "kubernetes", Attributes(values))
    return ResourceCase(address, Change(address, action, None, resource), Facets(kind="k8s.workload"), "k8s", {})


def docket(*cases: ResourceCase, change: Mapping[str, Any] | None = None, groups: Any = None) -> Docket:
    """A docket at a fixed time."""
    whole = PlainCase("", {"change": change if change is not None else {}})
    return Docket(tuple(cases), NOW, whole, groups or {})


def policies(*texts: str, origin: str = "policy{}.rego", data: dict[str, Any] | None = None) -> list[Policy]:
    """Policies of module texts."""
    return policies_of([module_of(text, origin.format(number)) for number, text in enumerate(texts)], data=data)


def own(
    rules: str, *, policy_id: str = "TEST-001", scope: str = "resource", enforcement: str = "block", more: str = ""
) -> str:
    """A module that keeps our contract."""
    return f"""# METADATA
# title: A policy of the tests
# custom:
#   id: {policy_id}
#   severity: high
#   enforcement: {enforcement}
#   scope: {scope}
{more}package spendgate.tests.{policy_id.lower().replace("-", "_")}

import data.spendgate.lib
import rego.v1

{rules}
"""
