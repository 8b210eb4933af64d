"""Two states of the same objects: what is created, changed, deleted."""

from __future__ import annotations

from pathlib import Path

from spendgate.inputs.kubernetes import compare, read_manifests
from spendgate.model.resource import Action, Workload

SERVED = """
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {name}
  {extra}
spec:
  replicas: {replicas}
"""


def state(tmp_path: Path, side: str, *objects: str) -> Workload:
    folder = tmp_path / side
    folder.mkdir()
    (folder / "all.yaml").write_text("---\n".join(objects))
    return read_manifests([folder], {})


def test_each_object_gets_its_action(tmp_path: Path) -> None:
    base = state(
        tmp_path, "base",
        SERVED.format(name="same", extra="uid: 1", replicas=1),
        SERVED.format(name="grown", extra="", replicas=1),
        SERVED.format(name="gone", extra="", replicas=1),
    )  # fmt: skip
    head = state(
        tmp_path, "head",
        SERVED.format(name="same", extra="", replicas=1),
        SERVED.format(name="grown", extra="", replicas=4),
        SERVED.format(name="new", extra="", replicas=1),
    )  # fmt: skip
    changed = compare(base, head)
    assert {change.address: change.action for change in changed.changes} == {
        "Deployment/default/gone": Action.DELETE,
        "Deployment/default/grown": Action.UPDATE,
        "Deployment/default/new": Action.CREATE,
        "Deployment/default/same": Action.NO_OP,
    }
    grown = next(change for change in changed.changes if change.address.endswith("grown"))
    assert grown.before is not None
    assert grown.after is not None
    assert (grown.before.attributes.get("spec.replicas"), grown.after.attributes.get("spec.replicas")) == (1, 4)


def test_lines_are_those_of_the_head_and_of_the_base_for_what_is_gone(tmp_path: Path) -> None:
    base = state(tmp_path, "base", SERVED.format(name="gone", extra="", replicas=1))
    head = state(tmp_path, "head", SERVED.format(name="new", extra="", replicas=1))
    located = compare(base, head).locate
    gone, new = located("Deployment/default/gone"), located("Deployment/default/new", "spec.replicas")
    assert gone is not None
    assert new is not None
    assert gone.file.endswith("base/all.yaml")
    assert (new.file.endswith("head/all.yaml"), new.line) == (True, 8)


def test_problems_of_the_base_are_named_so(tmp_path: Path) -> None:
    base = state(tmp_path, "base", SERVED.format(name="a", extra="", replicas=1), "apiVersion: v1\nmetadata: {}\n")
    head = state(tmp_path, "head", SERVED.format(name="a", extra="", replicas=1))
    assert [problem.message for problem in compare(base, head).problems] == [
        "base: is no Kubernetes object: kind missing"
    ]


def test_live_objects_that_no_manifest_holds_go_on(tmp_path: Path) -> None:
    base = state(
        tmp_path, "base",
        SERVED.format(name="ours", extra="uid: 1", replicas=1),
        SERVED.format(name="theirs", extra="uid: 2", replicas=1),
    )  # fmt: skip
    head = state(tmp_path, "head", SERVED.format(name="ours", extra="", replicas=2))
    changed = compare(base, head)
    assert [change.action for change in changed.changes] == [Action.UPDATE, Action.NO_OP]
    assert changed.changes[1].after is changed.changes[1].before is not None
    assert [problem.message for problem in changed.problems] == [
        f"live objects of {base.origin} that stand in no manifest and go on as they are: 1"
    ]
