"""Azure services that are paid by use and are met beside others: build tasks, device applications, older lakes and bots."""

from __future__ import annotations

from collections.abc import Iterator

from spendgate.costing.meters.azure_parts import TEN_THOUSAND
from spendgate.costing.meters.azure_platform import BOT_MESSAGES
from spendgate.costing.meters.parts import ByType, Service, Use, by_use, keys_of, text_of, unknown_of, use_of
from spendgate.costing.usage import stated
from spendgate.model.cost import Component
from spendgate.ports import Subject

_DEVICES = Use("Devices", "devices", ("iot central", "device"), "devices")


def _central(subject: Subject) -> Iterator[Component]:
    """An application of IoT Central: each device a month, at the price of its plan."""
    plan = text_of(subject, "sku", "ST1")
    if (missing := unknown_of(plan, "its plan", _DEVICES.name, _DEVICES.unit)) is not None:
        yield missing
        return
    rate = ("iot central", f"{str(plan).lower()} device")
    devices = stated(subject.usage, _DEVICES.key)
    yield use_of(subject, f"{_DEVICES.name} ({plan})", _DEVICES.unit, rate, devices, _DEVICES.key)


USED = ByType(
    {
        "azurerm_iotcentral_application": Service(_central, keys_of(_DEVICES)),
        "azurerm_container_registry_task": by_use(
            Use("Build time", "seconds", ("container registry", "build vcpu"), "monthly_build_vcpu_seconds")
        ),
        "azurerm_data_lake_store": by_use(
            Use("Storage", "GB-month", ("data lake store", "storage"), "storage_gb", tiered=True),
            Use("Writes", "10k operations", ("data lake store", "writes"), "monthly_write_operations", TEN_THOUSAND),
            Use("Reads", "10k operations", ("data lake store", "reads"), "monthly_read_operations", TEN_THOUSAND),
        ),
        "azurerm_bot_web_app": by_use(BOT_MESSAGES),
    }
)
