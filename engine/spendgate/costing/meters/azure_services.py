"""Services around applications on Azure: configuration, API management, messages to browsers, keys, reports."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal

from spendgate.costing.meters.azure_parts import (
    DAYS_PER_MONTH,
    MILLION,
    TEN_THOUSAND,
    Metered,
    hours_of,
    metered,
    sku,
    without_sku,
)
from spendgate.costing.meters.azure_usage_keys import KeysByType
from spendgate.costing.meters.machines import unpriced
from spendgate.costing.meters.parts import amount, used
from spendgate.model.cost import Component
from spendgate.model.values import Unknown
from spendgate.ports import Subject


def _app_configuration(subject: Subject) -> Iterator[Component]:
    attributes = subject.resource.attributes
    kind = sku(attributes, "sku", default="free")
    if isinstance(kind, Unknown):
        yield without_sku("Instance", "days", kind)
        return
    if kind == "free":
        return
    blocks = attributes.blocks("replica")
    if isinstance(blocks, Unknown):
        yield unpriced("Instance", "days", f"its replicas are {blocks.reason}")
        return
    count = len(blocks)
    title = "Instance" if not count else f"Instance ({count} replica{'s' if count > 1 else ''})"
    yield amount(subject, title, "days", ("app configuration", title.lower()), DAYS_PER_MONTH)
    rate = ("app configuration", "requests (over 200k/day per replica)")
    name, key = "Requests (over 200k/day per replica)", "monthly_additional_requests"
    yield used(subject, name, "10k requests", rate, key, per_unit=TEN_THOUSAND)


def _api_management(subject: Subject) -> Iterator[Component]:
    name = sku(subject.resource.attributes, "sku_name")
    if isinstance(name, Unknown):
        yield without_sku("API management", "units", name)
        return
    kind, _, units = name.lower().partition("_")
    title, service = f"API management ({kind})", "api management"
    if kind == "consumption":
        yield used(subject, title, "1M calls", (service, title), "monthly_api_calls", per_unit=MILLION)
    else:
        own = Decimal(units) if units.isdecimal() else Decimal(1)
        further = _units_elsewhere(subject)
        total = further if isinstance(further, Unknown) else own + further
        yield amount(subject, title, "units", (service, title), total)
    if kind == "premium":
        gateway = Metered("Self hosted gateway", "gateways", "self hosted gateway", "self_hosted_gateway_count")
        yield from metered(subject, service, (gateway,))


def _units_elsewhere(subject: Subject) -> Decimal | Unknown:
    """Units in further locations, one each unless told otherwise; they cost what those at home do."""
    blocks = subject.resource.attributes.blocks("additional_location")
    if isinstance(blocks, Unknown):
        return blocks
    stated = [block.number("capacity") for block in blocks]
    return sum((units if isinstance(units, Decimal) else Decimal(1) for units in stated), Decimal(0))


def _signalr(subject: Subject) -> Iterator[Component]:
    attributes = subject.resource.attributes
    name, units = sku(attributes, "sku.0.name"), attributes.number("sku.0.capacity")
    if isinstance(name, Unknown):
        yield without_sku("Service usage", "units", name)
    elif not name.startswith("Free"):
        kind, service = name.partition("_")[0], "signalr service"
        yield amount(subject, f"Service usage ({kind})", "units", (service, f"service usage ({kind})"), units)
        item, key = f"additional messages ({kind})", "monthly_additional_messages"
        yield used(subject, f"Additional messages ({kind})", "1M messages", (service, item), key, per_unit=MILLION)


def _static_site(subject: Subject) -> Iterator[Component]:
    kind = sku(subject.resource.attributes, "sku_tier", default="Free")
    if isinstance(kind, Unknown):
        yield without_sku("Static Web App", "months", kind)
    elif kind != "Free":
        title = f"Static Web App ({kind})"
        yield amount(subject, title, "months", ("static web app", title), Decimal(1))
        rate = ("static web app", "bandwidth (over 100gb)")
        yield used(subject, "Bandwidth (over 100GB)", "GB", rate, "monthly_bandwidth_gb")


def _key(subject: Subject) -> Iterator[Component]:
    kind = sku(subject.resource.attributes, "key_type", default="RSA")
    if isinstance(kind, Unknown):
        yield without_sku("Keys", "10K transactions", kind)
        return
    service = "key vault key"
    operations = ("monthly_protected_keys_operations", TEN_THOUSAND)
    size = subject.resource.attributes.number("key_size")
    advanced = kind.upper().startswith("EC") or (isinstance(size, Decimal) and size > _SIMPLE_KEY_BITS)
    parts = [
        Metered(
            "Secrets operations", "10K transactions", "secrets operations", "monthly_secrets_operations", TEN_THOUSAND
        ),
        Metered("Storage key rotations", "renewals", "storage key rotations", "monthly_key_rotation_renewals"),
    ]
    hsm = kind.upper().endswith("HSM")
    # NOTE: operations with simple keys cost what those on secrets do: they are one meter.
    advanced_item = "hsm-protected key operations" if hsm else "software-protected keys"
    item = advanced_item if advanced else "secrets operations"
    if hsm:
        held = "hsm-protected advanced keys" if advanced else "hsm-protected keys"
        parts.append(Metered("HSM-protected keys", "months", held, "hsm_protected_keys", tiered=advanced))
        parts.append(Metered("HSM-protected keys: operations", "10K transactions", item, *operations))
    else:
        parts.append(Metered("Software-protected keys", "10K transactions", item, *operations))
    yield from metered(subject, service, parts)


_SIMPLE_KEY_BITS = Decimal(2048)


def _certificate(subject: Subject) -> Iterator[Component]:
    renewals = Metered(
        "Certificate renewals", "requests", "certificate renewals", "monthly_certificate_renewal_requests"
    )
    rate, key = ("key vault certificate", "certificate operations"), "monthly_certificate_other_operations"
    yield from metered(subject, "key vault certificate", (renewals,))
    yield used(subject, "Certificate operations", "10K transactions", rate, key, per_unit=TEN_THOUSAND)


def _hsm(subject: Subject) -> Iterator[Component]:
    yield hours_of(subject, "HSM pools", ("key vault managed hardware security module", "hsm pools"), 1)


def _power_bi(subject: Subject) -> Iterator[Component]:
    name = sku(subject.resource.attributes, "sku_name")
    if isinstance(name, Unknown):
        yield without_sku("Node usage", "hours", name)
    else:
        yield hours_of(subject, f"Node usage ({name})", ("powerbi embedded", name), 1)


_PARTS: Mapping[str, Callable[[Subject], Iterator[Component]]] = {
    "azurerm_app_configuration": _app_configuration,
    "azurerm_api_management": _api_management,
    "azurerm_signalr_service": _signalr,
    "azurerm_static_web_app": _static_site,
    "azurerm_static_site": _static_site,
    "azurerm_key_vault_key": _key,
    "azurerm_key_vault_certificate": _certificate,
    "azurerm_key_vault_managed_hardware_security_module": _hsm,
    "azurerm_powerbi_embedded": _power_bi,
}


class Services(KeysByType):
    """Units by the month, calls and operations by use."""

    types = tuple(_PARTS)
    usage_keys = {
        "monthly_additional_requests": "requests above those included, a month",
        "monthly_api_calls": "calls a month",
        "self_hosted_gateway_count": "self-hosted gateways",
        "monthly_additional_messages": "messages above those included, a month",
        "monthly_bandwidth_gb": "gigabytes served above those included, a month",
        "monthly_secrets_operations": "operations on secrets a month",
        "monthly_key_rotation_renewals": "rotations of storage keys a month",
        "monthly_protected_keys_operations": "operations on keys a month",
        "hsm_protected_keys": "keys in use",
        "monthly_certificate_renewal_requests": "renewals of certificates a month",
        "monthly_certificate_other_operations": "other operations on certificates a month",
    }

    def components(self, subject: Subject) -> Iterable[Component]:
        """The parts of the type at hand."""
        yield from _PARTS[subject.resource.type](subject)


SERVICES = Services()
