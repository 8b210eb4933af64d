"""What load balancers, instances that are kept ready, local SSDs and growing disks of Google cost."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from tests.unit.google_run import Run, estimate_of, google, item, quantities, unpriced

from spendgate.model.cost import Basis

H = 730
SECONDS = 3600 * H


@pytest.mark.parametrize("type_", ["google_compute_forwarding_rule", "google_compute_global_forwarding_rule"])
def test_a_rule_is_priced_as_a_further_one_up_to_what_the_first_costs_alone(type_: str) -> None:
    line = item(estimate_of(type_), "Forwarding rule")
    assert (line.quantity.expected, line.monthly.expected, line.basis) == (H, Decimal("7.30"), Basis.ASSUMED)
    assert (line.monthly.low, line.monthly.high) == (0, Decimal("0.025") * H)


@pytest.mark.parametrize(
    "target", ["projects/p/regions/us-central1/serviceAttachments/database", "all-apis"], ids=["a service", "all APIs"]
)
def test_an_endpoint_of_a_private_service_is_not_priced_as_a_balancer(target: str) -> None:
    found = estimate_of("google_compute_forwarding_rule", {"target": target})
    assert set(unpriced(found)) == {"Private Service Connect endpoint"}


def test_instances_of_a_proxy_are_paid_every_hour() -> None:
    found = estimate_of("google_compute_target_http_proxy", monthly_proxy_instances=Decimal("10.2"))
    assert round(item(found, "Proxy instance").quantity.expected, 6) == Decimal("10.2") * H


def service(least: int, **limits: str) -> dict[str, Any]:
    resources = [{"limits": limits}] if limits else []
    scaling = [{"min_instance_count": least}]
    return {"template": [{"containers": [{"resources": resources}], "scaling": scaling}]}


@pytest.mark.parametrize(
    ("least", "usage", "seconds"),
    [
        pytest.param(0, {}, None, id="none is kept ready"),
        pytest.param(2, {}, 2 * SECONDS, id="idle all month"),
        pytest.param(
            1,
            {"monthly_requests": 1_000_000, "average_request_duration_ms": 100},
            SECONDS - 100_000,
            id="idle but for what it serves",
        ),
        pytest.param(
            1, {"monthly_requests": 100_000_000, "average_request_duration_ms": 100}, 0, id="busy all the time"
        ),
    ],
)
def test_instances_that_are_kept_ready_are_paid_while_idle(least: int, usage: Any, seconds: int | None) -> None:
    found = quantities(estimate_of("google_cloud_run_v2_service", service(least, cpu="2", memory="1Gi"), **usage))
    idle = {name: quantity for name, (quantity, _) in found.items() if "idle" in name}
    expected = {"CPU (kept ready, idle)": 2 * (seconds or 0), "Memory (kept ready, idle)": seconds or 0}
    assert idle == ({} if seconds is None else expected)


@pytest.mark.parametrize(("size", "gigabytes"), [(None, 375), (20, 375), (375, 375), (3000, 3000)])
def test_a_local_ssd_comes_in_whole_devices(size: int | None, gigabytes: int) -> None:
    disk = {"type": "SCRATCH", "disk_type": "local-ssd", **({"disk_size_gb": size} if size else {})}
    template = google("google_compute_instance_template", {"machine_type": "n1-standard-1", "disk": [disk]})
    group = google("google_compute_instance_group_manager", {"target_size": 2, "zone": "us-central1-a"})
    found = Run(group, template, refs=[(group.address, "version", template.address)]).estimate()
    assert item(found, "local SSD").quantity.expected == 2 * gigabytes


@pytest.mark.parametrize(
    ("more", "high"),
    [({}, 100), ({"disk_autoresize_limit": 500}, 500), ({"disk_autoresize_limit": 500, "disk_autoresize": False}, 100)],
    ids=["no limit", "a limit", "a limit, but it does not grow"],
)
def test_storage_of_a_database_that_grows_costs_up_to_its_limit(more: dict[str, Any], high: int) -> None:
    settings = {"tier": "db-custom-2-7680", "disk_size": 100, **more}
    found = estimate_of("google_sql_database_instance", {"database_version": "POSTGRES_14", "settings": [settings]})
    line = item(found, "Storage")
    assert (line.quantity.expected, line.quantity.high) == (100, high)
