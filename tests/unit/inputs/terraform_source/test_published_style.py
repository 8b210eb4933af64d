"""A root written as published modules are: every block comes out, its values are known, and what is open says why."""

from __future__ import annotations

import base64
import re
import subprocess
import sys
from pathlib import Path

import pytest
from tests.unit.inputs.terraform_source.roots import by_address, value, why

from spendgate.inputs.terraform_source.source import TERRAFORM_SOURCE
from spendgate.model.resource import Workload

FOLDER = Path(__file__).parents[3] / "corpus" / "terraform" / "published-style"
INSTANCES = {
    "aws_eks_cluster.this": 1,
    "aws_security_group.node": 1,
    "aws_security_group_rule.node": 2,
    "aws_launch_template.this": 1,
    "aws_eks_node_group.this": 2,
}
"""Counted by hand."""


@pytest.fixture(scope="module")
def workload() -> Workload:
    return TERRAFORM_SOURCE.read(FOLDER, {"environment": {}})


def test_every_block_comes_out_as_often_as_it_should(workload: Workload) -> None:
    written = {
        f"{type_}.{name}"
        for path in FOLDER.rglob("*.tf")
        for type_, name in re.findall(r'^resource "(\w+)" "(\w+)"', path.read_text(), re.MULTILINE)
    }
    assert written == set(INSTANCES)
    found = [re.sub(r"\[[^]]*\]", "", change.address).split(".") for change in workload.changes]
    counts = {name: ["".join(parts[-2] + "." + parts[-1]) for parts in found].count(name) for name in INSTANCES}
    assert counts == INSTANCES


def test_tfparse_counts_the_same_resources(workload: Workload) -> None:
    program = (
        "import sys, tfparse\n"
        "found = tfparse.load_from_path(sys.argv[1])\n"
        "print('\\n'.join(b['__tfmeta']['path'] for k in found for b in found[k] if b['__tfmeta'].get('type') == 'resource'))"
    )
    done = subprocess.run([sys.executable, "-c", program, str(FOLDER)], capture_output=True, text=True, check=True)
    assert sorted(done.stdout.split()) == sorted(by_address(workload))


def test_values_go_through_modules_keys_and_dynamic_blocks(workload: Workload) -> None:
    group = 'module.node_group["gpu"].aws_eks_node_group.this'
    template = 'module.node_group["gpu"].aws_launch_template.this[0]'
    assert value(workload, group, "instance_types") == ["g5.12xlarge"]
    assert value(workload, group, "scaling_config.0.max_size") == 4
    assert value(workload, group, "taint.0.effect") == "NO_SCHEDULE"
    assert value(workload, template, "block_device_mappings.0.ebs.0.volume_size") == 200
    assert [value(workload, template, f"tag_specifications.{n}.resource_type") for n in (0, 1)] == [
        "instance",
        "volume",
    ]
    text = base64.b64decode(value(workload, template, "user_data")).decode()
    assert (
        text
        == '#!/bin/sh\ndnf install -y jq\ndnf install -y curl\n/etc/eks/bootstrap.sh training --extra "${HOSTNAME}"\n'
    )
    assert value(workload, 'aws_security_group_rule.node["high-1025"]', "to_port") == 1025


def test_what_the_provider_fills_in_is_unknown_and_not_null(workload: Workload) -> None:
    group = 'module.node_group["gpu"].aws_eks_node_group.this'
    assert why(value(workload, group, "launch_template.0.name"))
    assert why(value(workload, group, "launch_template.0.version"))
    assert why(value(workload, "aws_eks_cluster.this[0]", "role_arn"))
    assert "var.vpc_id is not set" in why(value(workload, "aws_security_group.node[0]", "vpc_id"))
    (problem,) = workload.problems
    assert problem.undetermined
    assert "terraform-aws-modules/vpc/aws" in problem.message


def test_a_group_points_at_its_template(workload: Workload) -> None:
    template = 'module.node_group["gpu"].aws_launch_template.this[0]'
    assert (
        'module.node_group["gpu"].aws_eks_node_group.this',
        "launch_template",
        template,
    ) in workload.references.edges()
