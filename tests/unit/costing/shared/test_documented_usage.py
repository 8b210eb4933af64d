"""Usage files as they are published for cost estimators: every documented key is known and moves the estimate of its type."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from benchmarks.score_costs import estimate, load
from tests.unit.aws_run import book

from spendgate.costing.meters import meters_for, usage_keys
from spendgate.costing.usage import UsageFile, UsageValueError, stated
from spendgate.errors import SettingsError

DOCUMENTED = json.loads((Path(__file__).parent / "documented_usage.json").read_text(encoding="utf-8"))
KEYS: dict[str, list[str]] = {type_: group["keys"] for group in DOCUMENTED["keys"] for type_ in group["types"]}
VAULT = "azurerm_recovery_services_vault"
CLOUDS = {"aws": ("aws", "us-east-1"), "google": ("google", "us-central1"), "azurerm": ("azure", "eastus")}
WORDS: dict[str, object] = {
    "operating_system": "windows", "reserved_instance_type": "standard", "reserved_instance_term": "1_year",
    "reserved_instance_payment_option": "all_upfront", "region": "us-east-1", "architecture": "arm64",
    "endpoint_type": "non_aws", "api_throughput_limit": "advanced", "instance_tier": "advanced",
    "dx_virtual_interface_type": "public", "dx_connection_type": "hosted", "sku": "WS2", "capture_enabled": True,
    "disaster_recovery_enabled": False,
}  # fmt: skip
WITHOUT_EFFECT = {
    ("aws_dx_connection", "dx_virtual_interface_type"): "the price of data out hangs on the location alone",
    ("aws_elastic_beanstalk_environment", "db.monthly_standard_io_requests"): "its databases have no magnetic volumes",
    ("aws_elastic_beanstalk_environment", "db.monthly_additional_performance_insights_requests"): "it has no insights",
    ("aws_rds_cluster_instance", "vcpu_count"): "deprecated: the class tells",
    ("aws_wafv2_web_acl", "managed_rule_group_rules"): "AWS charges for the group",
    ("google_container_registry", "monthly_data_retrieval_gb"): "it stores in the standard class",
    ("azurerm_app_service_environment", "operating_system"): "its plans state theirs",
}


@pytest.fixture(scope="module")
def facts() -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for fact in load():
        cloud = {"gcp": "google"}.get(fact["cloud"], fact["cloud"])
        found.setdefault(fact["type"], []).append({**fact, "cloud": cloud})
    return found


@pytest.mark.parametrize("type_", sorted(KEYS.keys() - {VAULT}))
def test_every_documented_key_is_known(type_: str) -> None:
    provider = CLOUDS[type_.split("_", 1)[0]][0]
    known = usage_keys(type_, meters_for(provider)[type_])
    use: dict[str, Any] = {}
    for key in KEYS[type_]:
        _put(use, key, WORDS.get(key, 1))
    UsageFile({f"{type_}.it": use}).check([(f"{type_}.it", type_)], {type_: known})


@pytest.mark.parametrize("type_", sorted(KEYS.keys() - {VAULT}))
def test_every_documented_key_moves_the_estimate(type_: str, facts: dict[str, list[dict[str, Any]]]) -> None:
    samples = [*_samples(type_), *facts.get(type_, [])]
    still = [key for key in KEYS[type_] if (type_, key) not in WITHOUT_EFFECT and not _moves(type_, key, samples)]
    assert not still


def _samples(type_: str) -> Iterator[dict[str, Any]]:
    cloud, region = CLOUDS[type_.split("_", 1)[0]]
    for stated_ in ({"attributes": {}}, *DOCUMENTED["samples"].get(type_, ())):
        yield {"cloud": cloud, "region": region, "type": type_, "id": type_, **stated_}


def _moves(type_: str, key: str, samples: list[dict[str, Any]]) -> bool:
    """Whether some resource of the type costs otherwise, or lacks something else, with the key than without it."""
    for sample in samples:
        for beside in (None, 40, 5_000_000):
            use: dict[str, Any] = {}
            for other in KEYS[type_] if beside is not None else ():
                if other != key:
                    _put(use, other, WORDS.get(other, beside))
            for value in [WORDS[key]] if key in WORDS else (37, 1_500, 3_000_000_000):
                more = copy.deepcopy(use)
                _put(more, key, value)
                try:
                    if estimate({**sample, "usage": use}, book()) != estimate({**sample, "usage": more}, book()):
                        return True
                except UsageValueError:
                    continue
    return False


def _put(use: dict[str, Any], key: str, value: object) -> None:
    *blocks, last = key.split(".")
    for block in blocks:
        use = use.setdefault(block, {})
    use[last] = value


def test_use_of_a_machine_under_its_vault_is_that_of_the_machine(tmp_path: Path) -> None:
    path = tmp_path / "usage.yml"
    path.write_text(
        "resource_usage:\n"
        "  module.a.azurerm_recovery_services_vault.v:\n"
        "    azurerm_backup_protected_vm.vm:\n"
        "      disk_utilization_gb: 300\n"
        "  azurerm_recovery_services_vault.w:\n"
        "    azurerm_backup_protected_vm.other:\n"
        "      disk_utilisation_gb: 5\n"
    )
    usage = UsageFile.load(path)
    assert list(usage.by_address) == ["module.a.azurerm_backup_protected_vm.vm", "azurerm_backup_protected_vm.other"]
    assert stated(usage.of("module.a.azurerm_backup_protected_vm.vm", ""), "disk_utilization_gb") == 300
    kind = "azurerm_backup_protected_vm"
    known = usage_keys(kind, meters_for("azure")[kind])
    run = [(address, kind) for address in usage.by_address]
    with pytest.raises(SettingsError, match="unknown usage key 'disk_utilisation_gb'"):
        usage.check(run, {kind: known})
