"""Inventories and plans of what is measured (`metrics.csv` in the folder of each policy), for the pack utilisation."""

from tests.policies.manifests import deployment, manifest, pod
from tests.policies.plans import plan
from tests.policies.plans import resource as r

DEV = {"environment": "dev"}


def _there(*resources: str) -> str:
    return "inventory: 1\nresources:\n" + "".join(f"  - {{{each}}}\n" for each in resources)


def _machine(name: str, type_: str = "p4d.24xlarge", tags: str = "{workload: train}", more: str = "") -> str:
    return _there(
        f"type: aws_instance, name: {name}, region: us-east-1, created: 2026-06-01, tags: {tags}, "
        f"attributes: {{instance_type: {type_}}}{more}"
    )


def _grows(name: str, most: int = 4) -> str:
    pools = [
        {"cluster_name": "ml", "node_group_name": name, "instance_types": ["p4d.24xlarge"],
         "scaling_config": [{"min_size": size, "desired_size": size, "max_size": 8}]}
        for size in (2, most)
    ]  # fmt: skip
    return plan(r(f"aws_eks_node_group.{name}", before=pools[0], tags=DEV, **pools[1]))


def _beside(name: str, type_: str = "p4d.24xlarge", there_: str = "p4d.24xlarge") -> str:
    """A new pool of a team beside one that it has, which does not change."""
    there, new = (
        {"cluster_name": "ml", "node_group_name": each, "instance_types": [kind],
         "scaling_config": [{"min_size": 2, "desired_size": 2, "max_size": 8}]}
        for each, kind in ((name, there_), ("new", type_))
    )  # fmt: skip
    tags = {**DEV, "team": "vision"}
    return plan(
        r(f"aws_eks_node_group.{name}", actions=["no-op"], before={**there, "tags": tags}, tags=tags, **there),
        r("aws_eks_node_group.new", tags=tags, **new),
    )


CASES = {
    "UTIL-001": {
        "pass.busy": _machine("busy"),
        "fail.waits-most-of-the-time": _machine("waiting"),
        "fail.neither-busy-nor-full": _machine("half", tags="{workload: infer}"),
        "unknown.not-in-the-metrics": _machine("unseen"),
        "unknown.measured-twice-a-day": _machine("seldom"),
        "skip.no-accelerators": _machine("busy", "m6i.xlarge"),
        "skip.stopped": _machine("waiting", more=", state: stopped"),
    },
    "UTIL-002": {
        "pass.works": _machine("works"),
        "fail.idle-for-a-week": _machine("idle"),
        "pass.stands-by": _there(
            "type: aws_ebs_volume, name: new, region: us-east-1, state: unattached, last_used: 2026-11-23, attributes: {size: 100, type: gp3}"
        ),
        "fail.disk-that-nothing-uses": _there(
            "type: aws_ebs_volume, name: old, region: us-east-1, state: unattached, last_used: 2026-09-01, attributes: {size: 100, type: gp3}"
        ),
        "unknown.not-in-the-metrics": _machine("unseen"),
        "skip.kept-for-a-failover": _machine("idle", tags='{standby: "true"}'),
    },
    "UTIL-003": {
        "pass.busy-pool-grows": _grows("busy"),
        "pass.peaks-need-all-of-it": _grows("peaks"),
        "fail.idle-pool-grows": _grows("idle"),
        "unknown.not-in-the-metrics": _grows("unseen"),
        "pass.new-pool-beside-a-busy-one": _beside("busy"),
        "pass.new-pool-of-another-model": _beside("idle", "g5.12xlarge"),
        "fail.new-pool-beside-an-idle-one": _beside("idle"),
        "unknown.new-pool-beside-one-not-in-the-metrics": _beside("unseen"),
        "unknown.new-pool-beside-one-of-a-type-that-nobody-knows": _beside("busy", there_="p99.huge"),
        "skip.idle-pool-shrinks": _grows("idle", 1),
    },
    "UTIL-004": {
        "pass.uses-what-it-has": _machine("used", "m6i.16xlarge"),
        "fail.a-fifth-of-sixty-four": _machine("large", "m6i.16xlarge"),
        "pass.too-cheap-to-mind": _machine("large", "t3.micro"),
        "unknown.memory-is-not-measured": _machine("no-memory", "m6i.16xlarge"),
        "skip.accelerators": _machine("large", "p4d.24xlarge"),
        "skip.not-there-yet": manifest(deployment(pod(node="cpu"), labels=DEV)),
    },
}
