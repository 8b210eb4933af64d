"""Savings of the whole catalogue on whatever is planned: never below zero, never more than the cost, never made up."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some
from tests.policies.plans import Planned, plan
from tests.policies.plans import resource as r

from spendgate.api import check

NOW = datetime(2026, 11, 24, tzinfo=UTC)
TYPES = ("p3.2xlarge", "p4d.24xlarge", "g5.xlarge", "m5.4xlarge", "t3.micro", "p9.48xlarge", None)
"""Machines of every price; the last but one is in no price list, the last is known only after apply."""

disks = some.builds(
    lambda kind, size: [{"volume_type": kind, "volume_size": size}],
    some.sampled_from(["gp2", "gp3", "io1", "sc9"]),
    some.integers(8, 2000),
)
tags = some.fixed_dictionaries(
    {},
    optional={
        "environment": some.sampled_from(["dev", "prod"]),
        "workload": some.sampled_from(["train", "infer", "prepare", "notebook"]),
        "schedule": some.sampled_from(["office-hours", "always"]),
        "interruptible": some.just("true"),
        "data-gb": some.sampled_from(["10", "100000"]),
        "model-params": some.sampled_from(["7", "70"]),
    },
)


def machine(number: int, type_: str | None, disk: list[dict[str, Any]], labels: dict[str, str]) -> Planned:
    stated: dict[str, Any] = {"instance_type": type_} if type_ else {"unknown": {"instance_type": True}}
    return r(f"aws_instance.m{number}", root_block_device=disk, tags=labels, **stated)


def group(number: int, type_: str | None, sizes: tuple[int, int], labels: dict[str, str]) -> Planned:
    least, more = sizes
    scaling = [{"min_size": least, "desired_size": least + more, "max_size": 3 * (least + more)}]
    types = [type_ or "g5.xlarge"]
    return r(
        f"aws_eks_node_group.g{number}", cluster_name="c", instance_types=types, scaling_config=scaling, tags=labels
    )


planned = some.lists(
    some.one_of(
        some.tuples(some.just(machine), some.sampled_from(TYPES), disks, tags),
        some.tuples(
            some.just(group), some.sampled_from(TYPES), some.tuples(some.integers(0, 3), some.integers(0, 6)), tags
        ),
    ),
    min_size=1,
    max_size=6,
)


@given(planned)
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_savings_hold(tmp_path: Path, stacks: list[tuple[Any, ...]]) -> None:
    path = tmp_path / "plan.json"
    path.write_text(plan(*(make(number, *rest) for number, (make, *rest) in enumerate(stacks))), encoding="utf-8")
    report = check([path], now=NOW, packs=["all"])
    costs = {change.address: change.cost for change in report.changes}
    saving: set[str] = set()
    for finding in report.findings:
        amount = finding.savings_monthly
        assert (amount is None) == (finding.savings_by is None)
        if amount is None or not finding.address:
            continue
        cost = costs[finding.address]
        assert cost.state_after in ("priced", "partial"), "what has no price saves nothing that is known"
        assert cost.after_monthly.expected is not None
        assert 0 <= amount <= cost.after_monthly.expected + Decimal("0.01")
        saving.add(finding.address)
    if report.savings is not None:
        whole = sum((costs[address].after_monthly.expected or Decimal(0) for address in saving), Decimal(0))
        assert 0 <= report.savings.monthly <= min(whole, report.savings.stated_monthly) + Decimal("0.01") * len(saving)
