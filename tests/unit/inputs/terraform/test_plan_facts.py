"""Versions, completeness, checks, drift and deferral: what a plan says about itself reaches the run."""

from typing import Any

import pytest
from tests.unit.inputs.terraform.plans import entry, plan, read

from spendgate.errors import InputError
from spendgate.model.resource import Action, Level


@pytest.mark.parametrize("version", ["0.1", "0.2", "1.0", "1.1", "1.2"])
def test_every_format_until_now_is_read_without_a_word(version: str) -> None:
    workload = read(plan(entry("aws_x.a"), format_version=version))
    assert len(workload.changes) == 1
    assert workload.problems == ()
    assert workload.facts["format_version"] == version


def test_a_newer_minor_format_is_read_and_mentioned() -> None:
    workload = read(plan(entry("aws_x.a"), format_version="1.9", something_new={"a": [1]}))
    assert len(workload.changes) == 1
    assert [(problem.level, problem.undetermined) for problem in workload.problems] == [(Level.INFO, False)]
    assert "1.9" in workload.problems[0].message


@pytest.mark.parametrize("version", ["2.0", "3", "x", ""])
def test_a_newer_major_format_is_refused(version: str) -> None:
    with pytest.raises(InputError, match=r"format_version.*known are 0.1 to 1.2.*update spendgate"):
        read(plan(entry("aws_x.a"), format_version=version))


def test_a_plan_without_a_version_is_read_with_a_warning() -> None:
    document = plan(entry("aws_x.a"))
    del document["format_version"]
    assert [problem.message for problem in read(document).problems] == ["the plan names no format_version"]


@pytest.mark.parametrize(
    ("more", "said"),
    [
        pytest.param({"errored": True, "complete": False}, ["errored", "not complete"], id="errored"),
        pytest.param({"complete": False}, ["not complete"], id="incomplete"),
        pytest.param(
            {"deferred_changes": [{"reason": "instance_count_unknown", "resource_change": entry("aws_x.late")}]},
            [r"aws_x.late is deferred (instance_count_unknown)"],
            id="deferred",
        ),
        pytest.param(
            {"resource_changes": None, "planned_values": {"root_module": {"resources": [{"address": "aws_x.a"}]}}},
            ["no resource_changes"],
            id="cut to its planned values",
        ),
    ],
)
def test_such_a_plan_is_never_a_plain_pass(more: dict[str, Any], said: list[str]) -> None:
    problems = [problem for problem in read({**plan(entry("aws_x.a")), **more}).problems if problem.undetermined]
    assert len(problems) == len(said)
    for problem, words in zip(problems, said, strict=True):
        assert words in problem.message
        assert problem.level is Level.WARNING
        assert problem.file == "plan.json"


@pytest.mark.parametrize(
    ("more", "complete", "errored"),
    [
        pytest.param({}, True, False, id="complete"),
        pytest.param({"complete": None, "errored": None}, True, False, id="from a version that does not say"),
        pytest.param({"complete": False}, False, False, id="targeted"),
        pytest.param({"errored": True, "complete": False}, False, True, id="errored"),
    ],
)
def test_completeness_is_handed_on(more: dict[str, Any], complete: bool, errored: bool) -> None:
    workload = read({**plan(entry("aws_x.a")), **more})
    assert (workload.complete, workload.errored) == (complete, errored)


def test_deferred_changes_are_kept_apart_from_changes() -> None:
    late = entry("aws_x.late[*]", ["create"], index_unknown=True, type="aws_x", name="late", module_address="")
    workload = read(plan(entry("aws_x.a"), deferred_changes=[{"reason": "unknown", "resource_change": late}]))
    assert [change.address for change in workload.changes] == ["aws_x.a"]
    (deferred,) = workload.deferred
    assert (deferred.address, deferred.action) == ("aws_x.late[*]", Action.CREATE)
    assert deferred.flags == {"deferred", "index-unknown"}


def test_drift_is_kept_apart_from_changes_and_mentioned() -> None:
    drifted = entry("aws_x.a", ["update"], before={"size": "small"}, after={"size": "big"})
    workload = read(plan(entry("aws_x.a", ["no-op"]), resource_drift=[drifted]))
    assert [change.action for change in workload.changes] == [Action.NO_OP]
    assert [(change.action, change.flags) for change in workload.drift] == [(Action.UPDATE, {"drift"})]
    assert [problem.message for problem in workload.problems] == ["1 resource changed outside Terraform"]


@pytest.mark.parametrize(
    ("status", "said"),
    [("pass", []), ("unknown", []), ("fail", ["check.size: the plan's own check says fail: too large"]),
     ("error", ["check.size: the plan's own check says error: too large"])],
)  # fmt: skip
def test_a_check_of_the_plan_is_told_when_it_fails(status: str, said: list[str]) -> None:
    check = {
        "address": {"kind": "check", "name": "size", "to_display": "check.size"},
        "status": status,
        "instances": [
            {"address": {"to_display": "check.size"}, "status": status, "problems": [{"message": "too large"}]}
        ],
    }
    problems = read(plan(entry("aws_x.a"), checks=[check])).problems
    assert [problem.message for problem in problems] == said
    assert not any(problem.undetermined for problem in problems)


def test_a_plan_without_changes_is_a_plan() -> None:
    document = plan()
    del document["resource_changes"]
    workload = read(document)
    assert workload.changes == ()
    assert workload.problems == ()


def test_the_workspace_comes_from_the_caller() -> None:
    assert read(plan(), workspace="prod").workspace == "prod"
    assert read(plan()).workspace is None
