"""Time and memory of Rego by engine: `python benchmarks/rego.py [COUNT ...]`, default 100, 1,000 and 10,000 resources.

Each row is a process of its own: embedded and binary judge GPU-001, SIZE-001 and BUD-001 through the evaluator (document made,
encoded, judged, findings read); `opa eval` runs the same three on the same document, and a rule over accelerators on a raw plan
of the same resources. Peak memory counts our process and, for OPA, its own.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "engine")]
COUNTS = (100, 1_000, 10_000)
WAYS = ("nothing judged", "embedded", "binary", "opa eval, same document", "opa eval, raw plan")
RAW_RULE = """package raw

import rego.v1

accelerated := ["p5.", "p4d.", "g5.", "g6."]

deny contains msg if {
	some change in input.resource_changes
	change.change.actions != ["delete"]
	some prefix in accelerated
	startswith(change.change.after.instance_type, prefix)
	not change.change.after.tags.env in {"prod", "staging"}
	msg := sprintf("%s may start %s", [change.address, change.change.after.instance_type])
}
"""


def attributes(number: int) -> dict[str, Any]:
    """The attributes of one machine, of the size that a provider gives them."""
    type_ = ("m5.large", "g5.xlarge", "p5.48xlarge", "c6i.2xlarge")[number % 4]
    disk = {"volume_size": 100 + number % 50, "volume_type": "gp3", "iops": 3000, "throughput": 125, "encrypted": True}
    return {
        "ami": f"ami-{number:017x}",
        "instance_type": type_,
        "availability_zone": "us-east-1a",
        "subnet_id": f"subnet-{number % 7:017x}",
        "vpc_security_group_ids": [f"sg-{index:017x}" for index in range(3)],
        "tags": {"owner": f"team-{number % 9}", "env": "dev", "application": "ranker", "cost-center": "CC-1"},
        "root_block_device": [disk],
        "ebs_block_device": [dict(disk, device_name=f"/dev/sd{letter}") for letter in "bcd"],
        "user_data": "#!/bin/sh\n" + "echo ready\n" * 20,
        "metadata_options": [{"http_tokens": "required", "http_endpoint": "enabled", "http_put_response_hop_limit": 1}],
        "monitoring": False,
        "ebs_optimized": True,
        "credit_specification": [],
        "timeouts": None,
    }


def docket(count: int) -> Any:
    """A docket of machines, one in four with accelerators that its environment does not allow."""
    from spendgate.model.attributes import Attributes
    from spendgate.model.case import PlainCase, ResourceCase
    from spendgate.model.facets import Accelerators, Disk, Facets, Pool
    from spendgate.model.resource import Action, Change, Resource
    from spendgate.ports import Docket

    models = ((), ("A10G",), ("H100",), ())
    cases = []
    for number in range(count):
        raw = attributes(number)
        held = Resource(
            f"aws_instance.a[{number}]", "aws_instance", "a", "aws", Attributes(raw, {"id": True, "arn": True})
        )
        names = models[number % 4]
        accel = Accelerators(8 if names else 0, names, names, Decimal(80), max_total=8 if names else 0)
        facets = Facets(
            kind="compute.vm",
            taggable=True,
            region="us-east-1",
            tags=raw["tags"],
            tags_source=dict.fromkeys(raw["tags"], "resource"),
            env="dev",
            env_source="tag",
            accel=accel,
            pools=(Pool((raw["instance_type"],), accelerators=accel, disks=(Disk("root", "gp3", Decimal(100)),)),),
        )
        sizes = dict.fromkeys(("low", "expected", "high"), Decimal("40150.25"))
        lines = ({"line": "machine", "monthly": Decimal(40150), "stops": True},)
        cost = {"hourly": Decimal(55), "monthly": sizes, "before_monthly": None, "delta_monthly": sizes, "lines": lines}
        cases.append(
            ResourceCase(held.address, Change(held.address, Action.CREATE, None, held), facets, "plan", {"cost": cost})
        )
    delta = dict.fromkeys(("low", "expected", "high"), Decimal(40150) * count)
    change = {"before_monthly": dict.fromkeys(delta, Decimal(0)), "delta_monthly": delta, "unpriced_share": Decimal(0)}
    return Docket(tuple(cases), datetime(2026, 11, 24, tzinfo=UTC), PlainCase("", {"change": change}))


def raw_plan(count: int) -> dict[str, Any]:
    """A plan in JSON of the same machines, as `terraform show -json` writes it: each thing in three places."""
    changes, planned, configured = [], [], []
    for number in range(count):
        name = f"aws_instance.a[{number}]"
        about = {"address": name, "mode": "managed", "type": "aws_instance", "name": "a", "index": number}
        after = attributes(number)
        change = {"actions": ["create"], "before": None, "after": after, "after_unknown": {"id": True, "arn": True}}
        changes.append({**about, "change": {**change, "before_sensitive": False, "after_sensitive": {"tags": {}}}})
        planned.append({**about, "schema_version": 1, "values": after, "sensitive_values": {"tags": {}}})
        configured.append({**about, "expressions": {"ami": {"constant_value": after["ami"]}}})
    return {
        "format_version": "1.2",
        "terraform_version": "1.9.0",
        "planned_values": {"root_module": {"resources": planned}},
        "resource_changes": changes,
        "configuration": {"root_module": {"resources": configured}},
    }


def measure(way: str, count: int, opa: str) -> dict[str, float]:
    """Seconds and peak MiB of one way, in this process."""
    if way.startswith("opa eval"):
        return opa_eval(way, count, opa)
    from spendgate.evaluators.rego import EngineSettings, RegoLanguage, load_rego

    policies = load_rego([ROOT / "rego"])
    over = docket(count)
    before = peak(resource.RUSAGE_SELF)
    began = time.perf_counter()
    found = count // 2 + 1
    if way != "nothing judged":
        program = opa if way == "binary" else None
        outcome = RegoLanguage(engine=EngineSettings(engine=way, program=program, timeout_seconds=600)).judge(
            policies, over
        )
        found = len(outcome.findings)
    seconds = time.perf_counter() - began
    assert found == count // 2 + 1, found
    ours, theirs = peak(resource.RUSAGE_SELF), peak(resource.RUSAGE_CHILDREN)
    return {"seconds": seconds, "mib": ours + theirs, "added": ours - before + theirs}


def opa_eval(way: str, count: int, opa: str) -> dict[str, float]:
    """`opa eval` as a person would run it."""
    from spendgate.wire.policy_input import encode, policy_input

    with tempfile.TemporaryDirectory() as folder:
        document, rules = Path(folder) / "input.json", Path(folder) / "raw.rego"
        raw = way.endswith("raw plan")
        document.write_bytes(encode(raw_plan(count) if raw else policy_input(docket(count))))
        rules.write_text(RAW_RULE)
        packages = "gpu.accelerator_not_allowed cluster_size.cluster_without_limit budget.cost_change_beyond_guardrail"
        query = (
            "data.raw.deny" if raw else "; ".join(f"x{i} := data.spendgate.{p}" for i, p in enumerate(packages.split()))
        )
        data = Path(folder) / "params.json"
        from spendgate.evaluators.rego import load_rego
        from spendgate.evaluators.rego.language import plain_parameters

        params = {policy.id: plain_parameters(policy) for policy in load_rego([ROOT / "rego"])}
        data.write_text(json.dumps({"spendgate": {"params": params, "names": {}}}))
        modules = [rules] if raw else [*sorted((ROOT / "rego").rglob("*.rego")), data]
        modules = [path for path in modules if not path.name.endswith("_test.rego")]
        command = [opa, "eval", "-f", "json", "-i", str(document), *(f"-d{path}" for path in modules), query]
        began = time.perf_counter()
        done = subprocess.run(command, check=True, capture_output=True)
        seconds = time.perf_counter() - began
        assert b"may start" in done.stdout, done.stdout[:500]
    return {"seconds": seconds, "mib": peak(resource.RUSAGE_CHILDREN), "added": peak(resource.RUSAGE_CHILDREN)}


def peak(whose: int) -> float:
    """Peak resident memory in MiB (Linux counts in KiB)."""
    return resource.getrusage(whose).ru_maxrss / 1024


def main() -> None:
    """Print one row a way and count."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("counts", nargs="*", type=int, default=COUNTS)
    parser.add_argument("--opa", default=os.environ.get("SPENDGATE_TEST_OPA") or "opa", help="path of an opa program")
    parser.add_argument("--one", help=argparse.SUPPRESS)
    said = parser.parse_args()
    if said.one:
        print(json.dumps(measure(said.one, said.counts[0], said.opa)))
        return
    print(f"{'way':28} {'resources':>9} {'seconds':>9} {'ms each':>9} {'peak MiB':>9} {'added MiB':>9} {'KiB each':>9}")
    for way in WAYS:
        for count in said.counts:
            command = [sys.executable, __file__, str(count), "--one", way, "--opa", said.opa]
            done = subprocess.run(command, check=True, capture_output=True, text=True)
            row = json.loads(done.stdout)
            each, kib = row["seconds"] / count * 1000, row["added"] / count * 1024
            numbers = f"{row['seconds']:9.2f} {each:9.3f} {row['mib']:9.0f} {row['added']:9.0f} {kib:9.1f}"
            print(f"{way:28} {count:9} {numbers}", flush=True)


if __name__ == "__main__":
    main()
