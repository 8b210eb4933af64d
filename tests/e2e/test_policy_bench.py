"""The author's bench: write a policy, find its mistakes, try its conditions, see what it would have changed."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree as Xml

import jsonschema
import pytest

from tests.e2e.stories import Outcome, run
from tests.e2e.test_command_line import create, plan

OWN = """id: OWN-001
title: Workers are small
pack: own
severity: low
enforcement: block
match: {type: [aws_instance]}
assert: [{field: after.instance_type, equals: t3.micro}]
message: "{{ address }} is no t3.micro."
tests:
  - {name: a, given: {type: aws_instance, action: create, after: {instance_type: t3.micro}}, expect: pass}
  - {name: b, given: {type: aws_instance, action: create, after: {instance_type: p5.48xlarge}}, expect: fail}
  - {name: c, given: {type: aws_instance, action: create, unknown: [after.instance_type]}, expect: unknown}
"""


def bench(folder: Path, *arguments: str, data: str = "") -> Outcome:
    done = run("policy", *arguments, cwd=folder, data=data.encode())
    assert "Traceback" not in done.errors
    return done


DRAFTS = {
    "a count": ["--field", "accel.count", "--operator", "lte", "--value", "8", "--kind", "compute.*"],
    "money": ["--field", "cost.monthly.expected", "--operator", "lt", "--value", "500 USD"],
    "a duration": ["--field", "limits.idle_minutes", "--operator", "lte", "--value", "2h"],
    "a list": ["--field", "accel.models", "--operator", "subset_of", "--value", "T4,L4", "--kind", "ai.endpoint"],
    "a tag": ["--field", "tags.owner", "--operator", "exists", "--value", "true"],
    "keys": ["--field", "tags", "--operator", "has_keys", "--value", "owner,cost-center"],
    "an attribute": ["--field", "after.instance_type", "--operator", "not_in", "--value", "p5.48xlarge,p4d.24xlarge"],
    "a word": ["--field", "env", "--operator", "equals", "--value", "dev"],
}


@pytest.mark.parametrize("name", DRAFTS)
def test_new_writes_a_policy_that_loads_and_passes_its_tests_and_lint(name: str, tmp_path: Path) -> None:
    done = bench(tmp_path, "new", "OWN-001", "--title", "What must: be", *DRAFTS[name])
    assert done.exit_code == 0, done.errors
    assert (tmp_path / "policies" / "OWN-001-what-must-be.yaml").is_file()
    tested = bench(tmp_path, "test", "policies", "--coverage")
    assert tested.exit_code == 0, tested.output
    assert "1 of 1 conditions were seen both true and false (100 %)" in tested.output
    linted = bench(tmp_path, "lint", "policies", "--strict")
    assert (linted.exit_code, linted.output) == (0, "1 policy: 0 errors, 0 warnings\n")


NO_DRAFTS = {
    "a field that is none": (["--field", "acel.count", "--operator", "lte", "--value", "8"], "did you mean accel"),
    "an operator that is none": (["--field", "accel.count", "--operator", "under", "--value", "8"], "it is one of"),
    "a value that does not fit": (["--field", "accel.count", "--operator", "lte", "--value", "many"], "is no number"),
    "nothing said where nobody can be asked": (["--field", "accel.count"], "--operator is needed"),
    "an id that is none": (["--field", "env", "--operator", "equals", "--value", "dev"], "is no name for it"),
}


@pytest.mark.parametrize("name", NO_DRAFTS)
def test_new_refuses(name: str, tmp_path: Path) -> None:
    arguments, said = NO_DRAFTS[name]
    policy_id = "OWN" if name == "an id that is none" else "OWN-001"
    done = bench(tmp_path, "new", policy_id, "--title", "t", *arguments)
    assert done.exit_code == 2
    assert said in done.errors
    assert not (tmp_path / "policies").exists()


def test_lint_goes_on_after_a_file_that_does_not_load(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(OWN.replace("severity", "severty"), encoding="utf-8")
    (tmp_path / "b.yaml").write_text(OWN.replace("expect: fail", "expect: skip"), encoding="utf-8")
    (tmp_path / "c.yaml").write_text(OWN, encoding="utf-8")
    done = bench(tmp_path, "lint", ".")
    assert done.exit_code == 1
    assert "a.yaml" in done.output
    assert "did you mean severity?" in done.output
    assert "b.yaml:9: error: OWN-001: no test shows that it can fail" in done.output
    assert "c.yaml:1: error: OWN-001: exists twice, first in b.yaml" in done.output


def test_lint_of_nothing_is_an_error(tmp_path: Path) -> None:
    assert bench(tmp_path, "lint", ".").exit_code == 2


def test_schema_accepts_a_policy_and_refuses_a_wrong_one(tmp_path: Path) -> None:
    schema = json.loads(bench(tmp_path, "schema").output)
    jsonschema.Draft202012Validator.check_schema(schema)
    good = {"id": "OWN-001", "title": "t", "pack": "own", "severity": "low", "message": "m", "assert": []}
    jsonschema.validate(good, schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**good, "asert": []}, schema)


def test_docs_describe_own_policies(tmp_path: Path) -> None:
    (tmp_path / "own.yaml").write_text(OWN, encoding="utf-8")
    done = bench(tmp_path, "docs", "-p", "own.yaml", "--title", "Our rules")
    assert done.output.startswith("# Our rules\n")
    assert "| [OWN-001](#own-001--workers-are-small) | Workers are small | own | low | block | warn |  |" in done.output


def test_docs_write_a_page_for_each_pack_and_each_policy(tmp_path: Path) -> None:
    (tmp_path / "own.yaml").write_text(OWN, encoding="utf-8")
    done = bench(tmp_path, "docs", "-p", "own.yaml", "--to", "site", "--title", "Our rules")
    assert (done.exit_code, done.errors) == (0, "")
    found = {str(path.relative_to(tmp_path / "site")): path.read_text() for path in (tmp_path / "site").rglob("*.md")}
    assert {"README.md", "own/README.md", "own/OWN-001.md"} <= found.keys()
    assert done.output.startswith(f"site: {len(found)} pages about ")
    assert "# Our rules" in found["README.md"]
    assert "| [own](own/README.md) | 1 |" in found["README.md"]
    assert "| [OWN-001](OWN-001.md) | Workers are small | low | block | warn |" in found["own/README.md"]
    assert (
        "- fail: b: `{type: aws_instance, action: create, after: {instance_type: p5.48xlarge}}`"
        in found["own/OWN-001.md"]
    )


def test_docs_say_when_the_folder_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "own.yaml").write_text(OWN, encoding="utf-8")
    (tmp_path / "site").write_text("", encoding="utf-8")
    done = bench(tmp_path, "docs", "-p", "own.yaml", "--to", "site")
    assert done.exit_code == 2
    assert "cannot be written" in done.errors


def test_results_as_junit(tmp_path: Path) -> None:
    (tmp_path / "own.yaml").write_text(OWN.replace("expect: unknown", "expect: pass"), encoding="utf-8")
    done = bench(tmp_path, "test", "own.yaml", "--junit", "out/results.xml")
    assert done.exit_code == 1
    suite = Xml.parse(tmp_path / "out" / "results.xml").getroot()
    assert (suite.tag, suite.get("tests"), suite.get("failures")) == ("testsuite", "3", "1")
    assert suite.findall("testcase/failure")[0].get("message") == "expected pass, got unknown"


def test_coverage_names_what_no_test_has_seen(tmp_path: Path) -> None:
    text = OWN.replace(
        "assert: [{field: after.instance_type, equals: t3.micro}]",
        "assert: [{field: after.instance_type, equals: t3.micro}, {field: env, not_equals: prod}]",
    )
    (tmp_path / "own.yaml").write_text(text, encoding="utf-8")
    done = bench(tmp_path, "test", "own.yaml", "--coverage")
    assert "OWN-001  env not_equals prod: never false" in done.output
    assert "1 of 2 conditions were seen both true and false (50 %)" in done.output


@pytest.fixture
def recorded(tmp_path: Path) -> Path:
    (tmp_path / "plan.json").write_bytes(plan(create("p5.48xlarge")))
    done = run("check", "plan.json", "-o", "input=inputs/one.json", "--now", "2026-11-24", cwd=tmp_path)
    assert done.exit_code == 1, done.errors
    (tmp_path / "old.yaml").write_text(OWN, encoding="utf-8")
    return tmp_path


def test_diff_over_recorded_inputs(recorded: Path) -> None:
    (recorded / "new.yaml").write_text(OWN.replace("equals: t3.micro}]", "exists: true}]"), encoding="utf-8")
    same = bench(recorded, "diff", "old.yaml", "old.yaml", "--replay", "inputs")
    assert (same.exit_code, same.output.splitlines()[-1]) == (
        0,
        "0 verdicts of 1 recorded input would change: 0 would fail, 0 would no longer fail",
    )
    other = bench(recorded, "diff", "old.yaml", "new.yaml", "--replay", "inputs")
    assert other.exit_code == 1
    first, last = other.output.splitlines()
    assert first.startswith("inputs/one.json  OWN-001  aws_instance.worker: fail (block) -> pass  ")
    assert "1 would no longer fail (" in last
    assert bench(recorded, "diff", "old.yaml", "new.yaml", "--replay", "plan.json").exit_code == 2


def test_a_replay_gives_the_verdicts_of_the_gate(recorded: Path) -> None:
    from datetime import date

    from spendgate.pipeline.bench.replaying import _verdicts, not_replayed
    from spendgate.pipeline.bench.replaying import recorded as read
    from spendgate.policies.catalog import load

    report = json.loads(
        run("check", "plan.json", "--pack", "all", "-o", "json", "--now", "2026-11-24", cwd=recorded).output
    )
    spend = run(
        "check", "plan.json", "--pack", "all", "-o", "input=all.json", "-q", "--now", "2026-11-24", cwd=recorded
    )
    assert spend.exit_code == 1
    record = read(str(recorded / "all.json"))
    assert record.today == date(2026, 11, 24)
    policies = load((), ("all",), readers={".rego": lambda *_: ()})
    again = {
        (policy, "" if address == "the whole change" else address): judgement.verdict.value
        for (policy, address), judgement in _verdicts(policies, record).items()
        if judgement.finding is not None
    }
    left_out = not_replayed(policies)
    assert {"GPU-002", "MC-002", "SUS-001"} <= set(left_out), "they ask for prices that no record holds"
    assert "GPU-001" not in left_out, "only its saving does"
    gate = {
        (found["policy"], found["address"]): found["verdict"]
        for found in report["findings"]
        if found["policy"] not in left_out
    }
    assert again == gate


def test_try_answers_line_by_line(recorded: Path) -> None:
    lines = [
        "accel.count",
        "{field: accel.count, lte: 4}",
        "accel.count * 2 <= 16",
        "use aws_instance.wrker",
        "use aws_instance.worker",
        "acel.count",
        "{field: accel.count, under: 4}",
        "list",
        "{broken",
    ]
    done = bench(recorded, "try", "plan.json", data="\n".join([*lines, "quit", "never asked"]))
    assert done.exit_code == 0, done.errors
    assert done.output.splitlines()[:6] == [
        "aws_instance.worker: 8",
        "change: (not set)",
        "does not hold for 2: aws_instance.worker, change",
        "holds for 1: aws_instance.worker",
        "does not hold for 1: change",
        "no resource aws_instance.wrker; did you mean aws_instance.worker?",
    ]
    assert "did you mean accel?" in done.output
    assert "is not valid YAML" in done.output
