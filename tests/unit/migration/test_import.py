"""Importing: what other tools' files say is said here and means the same; the rest is listed, never guessed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.e2e.stories import Outcome, run
from tests.unit.governance.matters import TODAY

from spendgate.documents import Document, read_yaml_text
from spendgate.errors import SpendgateError
from spendgate.governance.waivers import load_waivers
from spendgate.migration import MIGRATIONS
from spendgate.policies.catalog import load
from spendgate.policies.judging import judge
from spendgate.policies.testing import given_case


def taken(folder: Path, format_: str, text: str, *arguments: str) -> Outcome:
    (folder / "theirs").write_text(text, encoding="utf-8")
    done = run("import", format_, "theirs", *arguments, "--now", "2026-11-24", cwd=folder)
    assert "Traceback" not in done.errors
    return done


CHECKOV_BASELINE = json.dumps(
    {
        "failed_checks": [
            {
                "file": "/envs/prod/main.tf",
                "findings": [
                    {"resource": "aws_s3_bucket.a", "check_ids": ["CKV2_AWS_61", "CKV_AWS_18", "CKV_AWS_300"]}
                ],
            },
            {"file": "/main.tf", "findings": [{"resource": "module.x.aws_s3_bucket.b", "check_ids": ["CKV2_AWS_61"]}]},
        ]
    }
)


def test_a_baseline_of_checkov(tmp_path: Path) -> None:
    done = taken(tmp_path, "checkov-baseline", CHECKOV_BASELINE, "--owner", "platform", "--expires", "90d")
    assert done.exit_code == 1
    assert "left out  theirs: CKV_AWS_18 (1 findings) asks what no policy here does" in done.output
    waivers = load_waivers(str(tmp_path / "waivers.yaml"))
    assert [(each.policy, each.address, each.root) for each in waivers] == [
        ("STO-001", "aws_s3_bucket.a", "envs/prod/*"),
        ("STO-001", "module.x.aws_s3_bucket.b", None),
    ]
    assert {str(each.term.last_day) for each in waivers} == {"2027-02-22"}


TRIVY = """
misconfigurations:
  - id: AVD-AWS-0089
    paths: [envs/dev/s3.tf]
    expired_at: 2026-12-31
    statement: agreed with finance
  - id: AVD-AWS-0001
vulnerabilities:
  - id: CVE-2024-0001
"""


def test_an_ignore_file_of_trivy(tmp_path: Path) -> None:
    done = taken(tmp_path, "trivy-ignore", TRIVY, "--owner", "platform", "--map", "AVD-AWS-0089=STO-001")
    assert done.exit_code == 1
    (waiver,) = load_waivers(str(tmp_path / "waivers.yaml"))
    assert (waiver.policy, waiver.root, waiver.reason) == ("STO-001", "envs/dev/*", "agreed with finance")
    assert str(waiver.term.last_day) == "2026-12-31"
    assert (
        "theirs:7: AVD-AWS-0001 asks what no policy here is known to: --map AVD-AWS-0001=POLICY says which"
        in done.output
    )
    assert "theirs:9: CVE-2024-0001 is about vulnerabilities, which are not judged here" in done.output


CHECKOV = """
metadata: {id: CKV2_OWN_1, name: Machines are small, severity: HIGH, guideline: Take a smaller one}
definition:
  and:
    - {cond_type: filter, attribute: resource_type, operator: within, value: [aws_instance]}
    - or:
        - {cond_type: attribute, resource_types: [aws_instance], attribute: instance_type, operator: regex_match, value: "^t3"}
        - {cond_type: attribute, resource_types: [aws_instance], attribute: tags.CostCenter, operator: exists}
    - not: {cond_type: attribute, resource_types: [aws_instance], attribute: monitoring, operator: is_true}
"""
C7N = """
policies:
  - name: small-disks
    resource: [terraform.aws_ebs_volume]
    metadata: {severity: high}
    filters:
      - {type: value, key: size, op: gt, value: 100}
      - {"tag:Owner": absent}
  - name: no-old-types
    resource: terraform.aws_instance
    filters: [taggable, {or: [{instance_type: m1.small}, {key: instance_type, op: in, value: [t1.micro, m3.large]}]}]
  - name: joined
    resource: terraform.aws_s3_bucket
    filters: [{type: traverse, resources: x}]
  - name: elsewhere
    resource: aws.ec2
    filters: [{a: b}]
"""
MEANS: dict[str, tuple[str, str, str, dict[str, Any], str]] = {
    "checkov, all is well": (
        "checkov-policy", CHECKOV, "IMP-001", {"type": "aws_instance", "after": {"instance_type": "t3.micro"}}, "pass"
    ),
    "checkov, the other branch": (
        "checkov-policy", CHECKOV, "IMP-001",
        {"type": "aws_instance", "tags": {"cost-center": "1"}, "after": {"instance_type": "p5"}}, "pass",
    ),
    "checkov, neither branch": (
        "checkov-policy", CHECKOV, "IMP-001", {"type": "aws_instance", "after": {"instance_type": "p5"}}, "fail"
    ),
    "checkov, what must not be": (
        "checkov-policy", CHECKOV, "IMP-001",
        {"type": "aws_instance", "after": {"instance_type": "t3.a", "monitoring": True}}, "fail",
    ),
    "checkov, another type": ("checkov-policy", CHECKOV, "IMP-001", {"type": "aws_ebs_volume"}, "skip"),
    "c7n, both filters fit": ("c7n-left", C7N, "IMP-001", {"type": "aws_ebs_volume", "after": {"size": 200}, "tags": {}}, "fail"),
    "c7n, one does not": (
        "c7n-left", C7N, "IMP-001", {"type": "aws_ebs_volume", "after": {"size": 200}, "tags": {"owner": "a"}}, "pass"
    ),
    "c7n, either of two": (
        "c7n-left", C7N, "IMP-002", {"type": "aws_instance", "taggable": True, "after": {"instance_type": "t1.micro"}}, "fail"
    ),
    "c7n, neither of two": (
        "c7n-left", C7N, "IMP-002", {"type": "aws_instance", "taggable": True, "after": {"instance_type": "t3.micro"}}, "pass"
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", MEANS)
def test_an_imported_policy_means_the_same(name: str, tmp_path: Path) -> None:
    format_, text, policy_id, given, verdict = MEANS[name]
    taken(tmp_path, format_, text)
    policies = {policy.id: policy for policy in load((tmp_path / "policies",), ())}
    found = judge(policies[policy_id], given_case({"action": "create", **given}, address="a.b"), TODAY)
    assert found.verdict.value == verdict


def test_what_c7n_says_and_this_cannot_is_listed(tmp_path: Path) -> None:
    done = taken(tmp_path, "c7n-left", C7N)
    assert done.exit_code == 1
    assert "theirs:12: joined: the filter of the type 'traverse' has no counterpart" in done.output
    assert "theirs:15: elsewhere: it judges aws.ec2, which is no Terraform" in done.output
    assert done.output.endswith("0 waivers in waivers.yaml, 2 policies in policies, 2 left out\n")


LEFT_OUT = {
    "a join": (
        "{cond_type: connection, resource_types: [a], connected_resource_types: [b], operator: exists}",
        "'connection'",
    ),
    "an unknown operator": (
        "{cond_type: attribute, resource_types: [a], attribute: b, operator: length_equals, value: 1}",
        "'length_equals' has no counterpart",
    ),
    "a wildcard": (
        "{cond_type: attribute, resource_types: [a], attribute: b.*.c, operator: exists}",
        "is no plain one",
    ),
}


@pytest.mark.parametrize("name", LEFT_OUT)
def test_what_checkov_says_and_this_cannot_is_listed(name: str) -> None:
    definition, said = LEFT_OUT[name]
    document = read_yaml_text(f"metadata: {{id: X}}\ndefinition: {definition}\n", "x.yaml")
    found = MIGRATIONS.get("checkov-policy").read([document], {})
    assert found.policies == []
    assert said in found.left_out[0]


def test_ids_go_on_where_an_earlier_import_ended(tmp_path: Path) -> None:
    taken(tmp_path, "checkov-policy", CHECKOV)
    taken(tmp_path, "checkov-policy", CHECKOV)
    assert sorted(path.name for path in (tmp_path / "policies").iterdir()) == ["IMP-001.yaml", "IMP-002.yaml"]


@pytest.mark.parametrize("format_", MIGRATIONS.names())
@pytest.mark.parametrize("text", ["[]", "a: 1", "x", "policies: {}"])
def test_another_file_is_named(format_: str, text: str) -> None:
    with pytest.raises(SpendgateError):
        MIGRATIONS.get(format_).read([read_yaml_text(text, "x.yaml")], {})


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.sampled_from(["a", "equals", "attribute", "tag:x", "terraform.a", "absent"]),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from([
            "policies", "failed_checks", "findings", "check_ids", "resource", "filters", "type", "value", "key", "op", "and", "or",
            "not", "metadata", "definition", "cond_type", "attribute", "operator", "resource_types", "misconfigurations", "id", "paths",
        ]),
        inner,
        max_size=5,
    ),
    max_leaves=12,
)  # fmt: skip


@given(_JSON, st.sampled_from(MIGRATIONS.names()))
def test_odd_files_are_read_or_refused(data: Any, format_: str) -> None:
    try:
        MIGRATIONS.get(format_).read([Document(data, "x.yaml")], {})
    except SpendgateError as error:
        assert error.file == "x.yaml"  # noqa: PT017 - most are refused, the rest are read


MISTAKES = {
    "nobody to answer": (["--expires", "90d"], "need somebody who answers for them"),
    "no last day": (["--owner", "a"], "waivers need a last day"),
    "a map that is none": (["--map", "STO-001"], "names no two rules"),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_mistakes(name: str, tmp_path: Path) -> None:
    arguments, said = MISTAKES[name]
    done = taken(tmp_path, "checkov-baseline", CHECKOV_BASELINE, *arguments)
    assert done.exit_code == 2
    assert said in done.errors
    assert not (tmp_path / "waivers.yaml").exists()
