"""The estimate as rows in the shape of FOCUS, for the tools that read bills: one row for each priced part of each resource.

Columns are those of FOCUS 1.2 with the provider names of 1.4 beside them, or those of the version that was asked for
(focus.finops.org); own columns start with `x_`. An
estimate is no bill: every row says so in `x_RecordType`. A part without an amount has a row whose costs are null, with the reason.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from spendgate.ports import ReportOptions
from spendgate.reporters.csv import safe_cell
from spendgate.reporters.focus_words import pricing_unit, provider_name, service_of

if TYPE_CHECKING:
    from spendgate.wire.v1 import Change, Item, Report

COLUMNS = (
    "BilledCost", "ListCost", "ContractedCost", "EffectiveCost", "BillingCurrency", "BillingAccountId", "BillingAccountName",
    "BillingPeriodStart", "BillingPeriodEnd", "ChargePeriodStart", "ChargePeriodEnd", "ChargeCategory", "ChargeClass",
    "ChargeDescription", "ChargeFrequency", "ServiceCategory", "ServiceSubcategory", "ServiceName", "ProviderName",
    "PublisherName", "InvoiceIssuerName", "ServiceProviderName", "HostProviderName", "PricingQuantity", "PricingUnit",
    "ConsumedQuantity", "ConsumedUnit", "ListUnitPrice", "ContractedUnitPrice", "PricingCategory", "CommitmentDiscountId",
    "CommitmentDiscountStatus", "RegionId", "RegionName", "ResourceId", "ResourceName", "ResourceType", "SkuId",
    "SkuPriceDetails", "Tags", "x_RecordType", "x_State", "x_Reason", "x_Source", "x_Action", "x_CostLow", "x_CostHigh",
    "x_Basis", "x_PriceDate", "x_PriceSource", "x_Environment", "x_Workload", "x_Phase", "x_Model", "x_Experiment",
    "x_AcceleratorModel", "x_AcceleratorCount", "x_EnergyKwh", "x_CarbonKg", "x_PolicyIds",
)  # fmt: skip
"""Columns are added at the end, never renamed."""
_OLD_NAMES, _NEW_NAMES = (
    frozenset({"ProviderName", "PublisherName"}),
    frozenset({"ServiceProviderName", "HostProviderName"}),
)
_SINCE_1_1 = frozenset({"ServiceSubcategory", "SkuPriceDetails"})
_WITHOUT = {
    "1.0": _SINCE_1_1 | _NEW_NAMES,
    "1.1": _NEW_NAMES,
    "1.2": _NEW_NAMES,
    "1.3": frozenset[str](),
    "1.4": _OLD_NAMES,
}
"""Columns that a version does not have. 1.1 added the sub-category and the price details, 1.3 the new names of providers beside
the old ones, which 1.4 has no more (FOCUS specification, change log)."""


def columns_of(version: str) -> tuple[str, ...]:
    """The columns of a version of FOCUS, own ones included; all that are known for an empty one."""
    without = _WITHOUT.get(version, frozenset[str]())
    return tuple(column for column in COLUMNS if column not in without)


class FocusReporter:
    """Comma separated; nulls are empty cells, dates are UTC with an exclusive end, `Tags` is one JSON object."""

    name = "focus"
    media_type = "text/csv"
    shows_facets = True

    def render(self, report: Report, options: ReportOptions) -> str:
        """The rows of what there is after the change; what is deleted has none."""
        sheet = io.StringIO()
        writer = csv.DictWriter(
            sheet, columns_of(options.focus_version), restval="", extrasaction="ignore", lineterminator="\r\n"
        )
        writer.writeheader()
        writer.writerows(_rows(report))
        return sheet.getvalue()


def _rows(report: Report) -> Iterator[dict[str, str]]:
    policies: dict[str, dict[str, None]] = {}
    for finding in report.findings:
        policies.setdefault(finding.address, {})[finding.policy] = None
    start, end = month_of(report.run.time)
    source = report.run.sources[0] if len(report.run.sources) == 1 else ""
    for change in report.changes:
        if change.cost.state_after == "none" or change.action == "read":
            continue
        shared = {
            **_of_resource(change),
            "BillingCurrency": report.currency,
            "BillingAccountId": "estimate",
            "BillingPeriodStart": start,
            "BillingPeriodEnd": end,
            "ChargePeriodStart": start,
            "ChargePeriodEnd": end,
            "ChargeCategory": "Usage",
            "x_RecordType": "Estimate",
            "x_Source": source,
            "x_PolicyIds": ", ".join(policies.get(change.address, ())),
        }
        once = _carbon(change)
        for item in change.cost.items:
            yield _safe({**shared, **_of_item(item), **once})
            once = {}
        for part in change.cost.unpriced:
            state = "NeedsUsage" if part.kind == "needs-usage" else "Unpriced"
            yield _safe(
                {**shared, "ChargeDescription": part.component, "x_State": state, "x_Reason": part.reason, **once}
            )
            once = {}


def _of_resource(change: Change) -> dict[str, str]:
    category, subcategory = service_of(change.kind)
    facets: dict[str, Any] = change.facets
    accelerators = facets.get("accel") or {}
    provider = provider_name(change.provider)
    tags = {key: value for key, value in change.tags.items() if value is not None}
    return {
        "ServiceCategory": category,
        "ServiceSubcategory": subcategory,
        "ServiceName": change.kind,
        "ProviderName": provider,
        "PublisherName": provider,
        "InvoiceIssuerName": provider,
        "ServiceProviderName": provider,
        "HostProviderName": provider,
        "RegionId": change.region or "",
        "RegionName": change.region or "",
        "ResourceId": change.address,
        "ResourceName": str(facets.get("name") or change.address),
        "ResourceType": change.type,
        "SkuPriceDetails": _details(facets),
        "Tags": json.dumps(tags, ensure_ascii=False, sort_keys=True),
        "x_Action": change.action,
        "x_Environment": str(facets.get("env") or ""),
        "x_Workload": str((facets.get("workload") or {}).get("class") or ""),
        "x_Phase": str((facets.get("workload") or {}).get("phase") or ""),
        "x_Model": str(tags.get("model") or (facets.get("llm") or {}).get("model") or ""),
        "x_Experiment": tags.get("experiment", ""),
        "x_AcceleratorModel": ", ".join(accelerators.get("models") or ()),
        "x_AcceleratorCount": str(accelerators.get("count") or "") if accelerators else "",
    }


def _details(facets: dict[str, Any]) -> str:
    """What the price depends on, with the keys that FOCUS names; empty for what is no machine."""
    pools = facets.get("pools") or []
    types = pools[0].get("machine_types") if pools else None
    if not types:
        return ""
    found: dict[str, Any] = {"InstanceType": types[0], "OperatingSystem": pools[0].get("operating_system")}
    count = (pools[0].get("accel") or {}).get("count")
    if isinstance(count, (int, float)) and count:
        found["GpuCount"] = count
    return json.dumps(found, ensure_ascii=False, sort_keys=True)


def _of_item(item: Item) -> dict[str, str]:
    listed = item.list_unit_price if item.list_unit_price is not None else item.unit_price
    contracted = item.contracted_unit_price if item.contracted_unit_price is not None else item.unit_price
    quantity, unit = _text(item.monthly_quantity), pricing_unit(item.unit)
    dynamic = "(spot" in item.name.lower()
    return {
        "BilledCost": _text(item.monthly),
        "ListCost": _text(item.monthly_quantity * listed if item.list_unit_price is not None else item.monthly),
        "ContractedCost": _text(
            item.monthly_quantity * contracted if item.contracted_unit_price is not None else item.monthly
        ),
        "EffectiveCost": _text(item.monthly),
        "ChargeDescription": item.name,
        "ChargeFrequency": "Usage-Based" if item.basis == "usage" else "Recurring",
        "PricingQuantity": quantity,
        "PricingUnit": unit,
        "ConsumedQuantity": quantity,
        "ConsumedUnit": unit,
        "ListUnitPrice": _text(listed),
        "ContractedUnitPrice": _text(contracted),
        "PricingCategory": "Committed" if item.commitment else ("Dynamic" if dynamic else "Standard"),
        "CommitmentDiscountId": item.commitment,
        "CommitmentDiscountStatus": "Used" if item.commitment else "",
        "SkuId": item.name,
        "x_State": "Priced",
        "x_CostLow": _text(item.monthly_low if item.monthly_low is not None else item.monthly),
        "x_CostHigh": _text(item.monthly_high if item.monthly_high is not None else item.monthly),
        "x_Basis": item.basis,
        "x_PriceDate": item.as_of,
        "x_PriceSource": item.source,
    }


def _carbon(change: Change) -> dict[str, str]:
    """Energy and emissions of a resource, on the first of its rows alone so that sums are right."""
    carbon = change.carbon
    return {"x_EnergyKwh": _text(carbon.kwh_month), "x_CarbonKg": _text(carbon.kg_month)} if carbon else {}


def month_of(time: str) -> tuple[str, str]:
    """Start and exclusive end (UTC) of the calendar month in which an ISO time lies; empty for what is no time."""
    year, month = time[:4], time[5:7]
    if not (year.isdecimal() and month.isdecimal() and 1 <= int(month) <= 12):
        return "", ""
    number = int(year) * 12 + int(month)
    return f"{year}-{month}-01T00:00:00Z", f"{number // 12:04d}-{number % 12 + 1:02d}-01T00:00:00Z"


def _text(amount: Decimal | None) -> str:
    """A number as FOCUS wants it; null for what is not known or has no bound."""
    return "" if amount is None or not amount.is_finite() else format(amount, "f")


_TEXTS = ("ChargeDescription", "ResourceId", "ResourceName", "ResourceType", "RegionId", "RegionName", "SkuId", "x_Reason",
          "x_Model", "x_Experiment", "CommitmentDiscountId")  # fmt: skip


def _safe(row: dict[str, str]) -> dict[str, str]:
    return {key: safe_cell(value) if key in _TEXTS else value for key, value in row.items()}


REPORTER = FocusReporter()
