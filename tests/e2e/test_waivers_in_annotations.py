"""Waivers in annotations: on the object or on its Namespace, and never new ones under a pinned ref."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.e2e.stories import Outcome, run
from tests.e2e.test_governance import git

WAIVER = 'GPU-001 until=2026-12-24 owner=ml reason="no L4 yet"'
SPACE = """apiVersion: v1
kind: Namespace
metadata:
  name: ml
{note}
---
"""
POD = """apiVersion: v1
kind: Pod
metadata:
  name: train
  namespace: {space}
  labels: {{environment: dev}}
{note}
spec:
  nodeSelector: {{nvidia.com/gpu.product: NVIDIA-A10G}}
  containers: [{{name: a, image: b, resources: {{limits: {{nvidia.com/gpu: 1}}}}}}]
"""
NONE = "  # nothing"


def note(*waivers: str) -> str:
    return "\n".join(("  annotations:", "    spendgate.io/waive: |", *(f"      {each}" for each in waivers)))


def write(folder: Path, on_pod: str = NONE, on_space: str = NONE, space: str = "ml") -> None:
    text = SPACE.format(note=on_space) + POD.format(note=on_pod, space=space)
    (folder / "pod.yaml").write_text(text, encoding="utf-8")


def check(folder: Path, *arguments: str, now: str = "2026-11-24") -> Outcome:
    return run("check", "pod.yaml", *arguments, "--pack", "gpu", "--now", now, cwd=folder)


def said(done: Outcome) -> str:
    return " ".join((done.output + done.errors).split())


CASES = {
    "on the object": ({"on_pod": note(WAIVER)}, "2026-12-24", "ml until 2026-12-24: no L4 yet"),
    "on its namespace": ({"on_space": note(WAIVER)}, "2026-12-24", "ml until 2026-12-24: no L4 yet"),
    "the second of two lines": (
        {"on_pod": note("TAG-001 until=2026-12-24 owner=x reason=y", WAIVER)},
        "2026-11-24",
        "ml until",
    ),
    "with the word of comments": ({"on_pod": note(WAIVER.replace("until", "expires"))}, "2026-11-24", "ml until"),
}


@pytest.mark.parametrize("name", CASES)
def test_one_that_holds_clears_the_finding(name: str, tmp_path: Path) -> None:
    written, now, words = CASES[name]
    write(tmp_path, **written)
    done = check(tmp_path, now=now)
    assert words in said(done)
    assert "1 failed" not in done.output.splitlines()[-1]


FAILING = {
    "none at all": ({}, "2026-11-24", "GPU-001"),
    "one that ended": ({"on_pod": note(WAIVER)}, "2026-12-25", "The waiver of ml ended on 2026-12-24, 1 day ago"),
    "one that ended on the namespace": (
        {"on_space": note(WAIVER)},
        "2026-12-25",
        "The waiver of ml ended on 2026-12-24, 1 day ago",
    ),
    "one of another policy": ({"on_pod": note(WAIVER.replace("GPU-001", "TAG-001"))}, "2026-11-24", "GPU-001"),
    "one on another namespace": ({"on_space": note(WAIVER), "space": "web"}, "2026-11-24", "GPU-001"),
    "a ceiling where the money is not known": (
        {"on_pod": note(f"{WAIVER} up_to='900 USD'")},
        "2026-11-24",
        "reaches up to 900.00 USD a month, and what would be added is not known",
    ),
}


@pytest.mark.parametrize("name", FAILING)
def test_one_that_does_not_hold_changes_nothing(name: str, tmp_path: Path) -> None:
    written, now, words = FAILING[name]
    write(tmp_path, **written)
    done = check(tmp_path, now=now)
    assert words in said(done)
    assert "1 failed" in done.output.splitlines()[-1]


SLIPS = {
    "no end": (WAIVER.replace("until=2026-12-24 ", ""), "pod.yaml:14: a waiver lacks expires"),
    "a slip": (WAIVER.replace("owner", "ownr"), "did you mean owner?"),
    "a reason without quotes": (WAIVER.replace('"', ""), "a waiver says 'L4'"),
}


@pytest.mark.parametrize("name", SLIPS)
def test_one_that_cannot_be_read_is_an_error_with_its_place(name: str, tmp_path: Path) -> None:
    waiver, words = SLIPS[name]
    write(tmp_path, on_pod=note(waiver))
    done = check(tmp_path)
    assert done.exit_code == 2
    assert words in said(done)


@pytest.mark.parametrize("where", ["on_pod", "on_space"], ids=["on the object", "on its namespace"])
def test_a_new_one_is_shown_and_not_honoured_under_a_pinned_ref(where: str, tmp_path: Path) -> None:
    git(tmp_path, "init", "-q", "-b", "main")
    write(tmp_path)
    (tmp_path / "spendgate.yaml").write_text("packs: [gpu]\n", encoding="utf-8")
    git(tmp_path, "add", "-A")
    git(tmp_path, "commit", "-qm", "first")
    write(tmp_path, **{where: note(WAIVER)})
    done = check(tmp_path, "--config-ref", "main")
    assert "is new in this change, so it is shown and not honoured." in said(done)
    assert "1 failed" in done.output.splitlines()[-1]
    git(tmp_path, "commit", "-qam", "agreed")
    assert "1 failed" not in check(tmp_path, "--config-ref", "main").output.splitlines()[-1]
    moved = (tmp_path / "pod.yaml").read_text(encoding="utf-8").replace("name: train", "name: other")
    (tmp_path / "pod.yaml").write_text(moved, encoding="utf-8")
    held = "1 failed" not in check(tmp_path, "--config-ref", "main").output.splitlines()[-1]
    assert held is (where == "on_space"), "an object's waiver is for that object alone"
