"""The decision record: written by the gate, asked for again right before the plan is applied."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest

from tests.e2e.stories import run
from tests.e2e.test_command_line import create, plan
from tests.unit.governance.test_envelope import key_pair

NOW = "2026-11-24T09:00:00Z"


@pytest.fixture
def judged(tmp_path: Path) -> Path:
    """A folder with a plan that passes and its signed record."""
    key_pair(tmp_path, "ed25519")
    (tmp_path / "plan.json").write_bytes(plan(create("t3.micro")))
    done = run(
        "check", "plan.json", "-o", "record=decision.json", "--sign-key", "ed25519.pem", "--now", NOW, cwd=tmp_path
    )
    assert done.exit_code == 0, done.output + done.errors
    return tmp_path


def test_the_record_says_what_was_judged_with_what(judged: Path) -> None:
    envelope = json.loads((judged / "decision.json").read_text(encoding="utf-8"))
    statement = json.loads(base64.b64decode(envelope["payload"]))
    assert statement["subject"][0]["name"] == "plan.json"
    predicate = statement["predicate"]
    assert (predicate["decision"], predicate["time"]) == ("pass", NOW)
    assert len(predicate["policies"]) == 8
    assert set(predicate["policies"]) >= {"GPU-001", "BUD-001"}
    assert predicate["prices"]


def test_the_plan_that_was_judged_holds(judged: Path) -> None:
    done = run(
        "verify", "decision.json", "plan.json", "--key", "ed25519.pub", "--max-age", "1h", "--now", NOW, cwd=judged
    )
    assert (done.exit_code, done.output) == (0, f"decision.json holds: pass at {NOW}, signed\n")


def test_another_plan_does_not(judged: Path) -> None:
    (judged / "plan.json").write_bytes(plan(create("t3.small")))
    done = run("verify", "decision.json", "plan.json", "--key", "ed25519.pub", cwd=judged)
    assert (done.exit_code, "plan.json is not what was judged" in done.output) == (1, True)


def test_an_old_one_does_not(judged: Path) -> None:
    done = run(
        "verify", "decision.json", "plan.json", "--key", "ed25519.pub", "--max-age", "1h", "--now", "2026-11-24T11:00:00Z",
        cwd=judged,
    )  # fmt: skip
    assert (done.exit_code, "it is older than it may be" in done.output) == (1, True)


def test_one_that_somebody_changed_does_not(judged: Path) -> None:
    path = judged / "decision.json"
    envelope = json.loads(path.read_text(encoding="utf-8"))
    payload = base64.b64decode(envelope["payload"]).replace(b'"exit_code":0', b'"exit_code":1')
    path.write_text(json.dumps({**envelope, "payload": base64.b64encode(payload).decode()}), encoding="utf-8")
    done = run("verify", "decision.json", "plan.json", "--key", "ed25519.pub", cwd=judged)
    assert (done.exit_code, "it is not signed with this key" in done.output) == (1, True)


def test_a_failure_does_not_even_when_it_did_not_fail_the_run(tmp_path: Path) -> None:
    (tmp_path / "plan.json").write_bytes(plan(create("p5.48xlarge")))
    done = run("check", "plan.json", "-o", "record=decision.json", "--soft-fail", cwd=tmp_path)
    assert done.exit_code == 0
    done = run("verify", "decision.json", "plan.json", "--unsigned", cwd=tmp_path)
    assert (done.exit_code, "its decision is fail" in done.output) == (1, True)


MISTAKES = {
    "a record that is none": (["verify", "plan.json", "plan.json", "--unsigned"], "is no decision record"),
    "no word on the signature": (["verify", "decision.json", "plan.json"], "which key must have signed"),
    "a key that is none": (["verify", "decision.json", "plan.json", "--key", "plan.json"], "is no public key"),
    "a pipe": (["check", "-", "-o", "record=d.json"], "inputs whose digest can be told"),
    "no file for it": (["check", "plan.json", "-o", "record"], "goes to one file"),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_mistakes_are_one_clear_error(name: str, judged: Path) -> None:
    arguments, said = MISTAKES[name]
    done = run(*arguments, cwd=judged, data=plan(create("t3.micro")))
    assert done.exit_code == 2
    assert said in done.errors
    assert "Traceback" not in done.errors
