"""Native budgets of a run that tell somebody in time: whether one watches actual cost, one the forecast, and who is told."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from spendgate.model.attributes import Attributes
from spendgate.model.resource import Resource
from spendgate.model.values import Flag, Unknown

_FULL = Decimal(100)
Watch = tuple[bool, bool]
"""Whether a threshold is for the forecast, and whether somebody is told."""


def _aws(attributes: Attributes) -> Iterator[Watch | Unknown]:
    for block in _blocks(attributes, "notification"):
        if isinstance(block, Unknown):
            yield block
            continue
        forecast = block.text("notification_type") == "FORECASTED"
        told = any(_some(block, name) for name in ("subscriber_email_addresses", "subscriber_sns_topic_arns"))
        # NOTE: a threshold in money (ABSOLUTE_VALUE) cannot be compared with the budget here; it counts as one in time.
        if block.text("threshold_type") != "PERCENTAGE" or forecast or _within(block.number("threshold"), _FULL):
            yield forecast, told


def _google(attributes: Attributes) -> Iterator[Watch | Unknown]:
    """Thresholds count from 1.0. Billing administrators are told unless that is switched off."""
    told = attributes.flag("all_updates_rule.0.disable_default_iam_recipients") is not True or any(
        _some(attributes, f"all_updates_rule.0.{name}") for name in ("pubsub_topic", "monitoring_notification_channels")
    )
    for block in _blocks(attributes, "threshold_rules"):
        if isinstance(block, Unknown):
            yield block
            continue
        forecast = block.text("spend_basis") == "FORECASTED_SPEND"
        if forecast or _within(block.number("threshold_percent"), Decimal(1)):
            yield forecast, told


def _azure(attributes: Attributes) -> Iterator[Watch | Unknown]:
    for block in _blocks(attributes, "notification"):
        if isinstance(block, Unknown):
            yield block
            continue
        forecast = block.text("threshold_type") == "Forecasted"
        told = any(_some(block, name) for name in ("contact_emails", "contact_groups", "contact_roles"))
        if block.flag("enabled") is not False and (forecast or _within(block.number("threshold"), _FULL)):
            yield forecast, told


_READERS: Mapping[str, Callable[[Attributes], Iterator[Watch | Unknown]]] = {
    "aws_budgets_budget": _aws,
    "google_billing_budget": _google,
    "azurerm_consumption_budget_subscription": _azure,
    "azurerm_consumption_budget_resource_group": _azure,
    "azurerm_consumption_budget_management_group": _azure,
}


def alerts(resources: Iterable[Resource]) -> Mapping[str, Any]:
    """`actual` (a threshold at 100 % of the budget or below), `forecast`, and `told`: both reach somebody."""
    found: list[Watch] = []
    unsure: Unknown | None = None
    for resource in resources:
        reader = _READERS.get(resource.type)
        for watch in reader(resource.attributes) if reader is not None else ():
            if isinstance(watch, Unknown):
                unsure = watch
            else:
                found.append(watch)
    return {
        "actual": _any((not forecast for forecast, _ in found), unsure),
        "forecast": _any((forecast for forecast, _ in found), unsure),
        "told": _any((told for _, told in found), unsure),
    }


def _any(answers: Iterable[bool], unsure: Unknown | None) -> Flag:
    return True if any(answers) else unsure if unsure is not None else False


def _blocks(attributes: Attributes, name: str) -> Iterator[Attributes | Unknown]:
    blocks = attributes.blocks(name)
    if isinstance(blocks, Unknown):
        yield blocks
    else:
        yield from blocks


def _some(block: Attributes, name: str) -> bool:
    """Whether somebody is named; a name that is known only after apply is one."""
    value = block.get(name)
    return isinstance(value, Unknown) or bool(value if isinstance(value, (str, list, tuple)) else False)


def _within(threshold: Any, most: Decimal) -> bool:
    return isinstance(threshold, Decimal) and threshold <= most
