"""The command line as a newcomer meets it: exit codes, one-line errors with a cure, outputs where they belong."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest

from spendgate_cli.main import spendgate
from tests.e2e.stories import ROOT, run

STORY = ROOT / "examples" / "gpu-training-aws" / "plan.json"

INSTANCE: dict[str, Any] = {
    "address": "aws_instance.worker",
    "mode": "managed",
    "type": "aws_instance",
    "name": "worker",
    "provider_name": "registry.terraform.io/hashicorp/aws",
}
TAGS = {"owner": "ml", "environment": "dev", "application": "ranker", "cost-center": "CC-1", "schedule": "10x5"}


def plan(*changes: dict[str, Any], **more: Any) -> bytes:
    """A small plan of AWS resources in us-east-1."""
    entries = [{**INSTANCE, **change} for change in changes]
    provider = {"aws": {"name": "aws", "expressions": {"region": {"constant_value": "us-east-1"}}}}
    resources = [
        {"address": "aws_instance.worker", "type": "aws_instance", "name": "worker", "provider_config_key": "aws"}
    ]
    configuration = {"provider_config": provider, "root_module": {"resources": resources}}
    document = {
        "format_version": "1.2",
        "terraform_version": "1.11.4",
        "resource_changes": entries,
        "configuration": configuration,
    }
    return json.dumps({**document, **more}).encode()


def create(machine_type: str | None, *, tags: dict[str, str] | None = None, **more: Any) -> dict[str, Any]:
    """The creation of an instance; a type of `None` is known only after apply."""
    after: dict[str, Any] = {"tags_all": TAGS if tags is None else tags, "root_block_device": [{"volume_size": 20}]}
    unknown: dict[str, Any] = {"id": True}
    if machine_type is None:
        unknown["instance_type"] = True
    else:
        after["instance_type"] = machine_type
    return {"change": {"actions": ["create"], "before": None, "after": after, "after_unknown": unknown}, **more}


NO_OP = {
    "change": {"actions": ["no-op"], "before": {"instance_type": "t3.micro"}, "after": {"instance_type": "t3.micro"}}
}
UNKNOWN_TAGS = {
    "change": {
        "actions": ["create"],
        "before": None,
        "after": {"instance_type": "t3.micro"},
        "after_unknown": {"tags": True, "tags_all": True},
    }
}
DELETE = {"change": {"actions": ["delete"], "before": {"instance_type": "p4d.24xlarge"}, "after": None}}

EXIT_CODES = {
    "a small machine with tags and a schedule passes": (plan(create("t3.micro")), [], 0),
    "a GPU that dev does not allow fails": (plan(create("p5.48xlarge")), [], 1),
    "a type known only after apply is undetermined": (plan(create(None)), [], 3),
    "a type that no book knows is undetermined": (plan(create("zz9.99xlarge")), [], 3),
    "a plan without changes passes": (plan(NO_OP), [], 0),
    "a plan without resources passes": (plan(), [], 0),
    "a delete-only plan passes": (plan(DELETE), [], 0),
    "an errored plan is no pass": (plan(create("t3.micro"), errored=True), [], 3),
    "an incomplete plan is no pass": (plan(create("t3.micro"), complete=False), [], 3),
    "warnings count when asked to": (plan(create("t3.micro", tags={"environment": "dev"})), ["--fail-on", "warn"], 4),
    "warnings alone pass": (plan(create("t3.micro", tags={"environment": "dev"})), [], 0),
    "soft fail exits 0": (plan(create("p5.48xlarge")), ["--soft-fail"], 0),
    "a parameter loosens a policy": (
        plan(create("g5.xlarge")),
        ["--param", "GPU-001.allowed={dev: [A10G]}"],
        0,
    ),
    "unknowns can be taken more seriously": (
        plan(UNKNOWN_TAGS),
        ["--pack", "tagging", "--on-unknown", "block"],
        3,
    ),
    "truncated JSON is an error": (plan(create("t3.micro"))[:-40], [], 2),
    "an empty input is an error": (b"", [], 2),
    "a state is an error": (b'{"version": 4, "serial": 1, "lineage": "x", "resources": []}', [], 2),
}


@pytest.mark.parametrize("case", EXIT_CODES)
def test_exit_code(case: str) -> None:
    data, options, code = EXIT_CODES[case]
    done = run("check", "-", *options, data=data)
    assert done.exit_code == code, done.output + done.errors
    assert "Traceback" not in done.errors + done.output
    if code == 2:
        assert done.output == ""
        assert done.errors.startswith("error: ")


def test_one_unknown_type_among_twenty_known_is_undetermined() -> None:
    changes = [create("t3.micro", address=f"aws_instance.worker[{number}]", index=number) for number in range(20)]
    changes.append(create("zz9.99xlarge", address="aws_instance.worker[20]", index=20))
    done = run("check", "-", "-o", "json", data=plan(*changes))
    report = json.loads(done.output)
    assert done.exit_code == 3
    unknown = {finding["policy"] for finding in report["findings"] if finding["verdict"] == "unknown"}
    assert {"GPU-001", "BUD-005"} <= unknown
    assert report["cost"]["delta_complete"] is False


def test_residual_says_what_is_unknown_and_what_it_must_be() -> None:
    report = json.loads(run("check", "-", "-o", "json", data=plan(create(None))).output)
    finding = next(found for found in report["findings"] if found["policy"] == "GPU-001")
    assert finding["verdict"] == "unknown"
    assert "accel.models" in finding["residual"]
    assert "T4, L4" in finding["residual"]


def test_a_delete_only_plan_leads_with_a_negative_delta() -> None:
    done = run("check", "-", data=plan(DELETE))
    assert done.output.splitlines()[-1].split(" | ")[1].startswith("-$16,0")


MISTAKES = {
    "no input": (["check"], "nothing to read was named", "terraform show -json"),
    "a file that is not there": (["check", "gone.json"], "gone.json: no such file", "check the path"),
    "an unknown format": (["check", str(STORY), "-o", "sariff"], "unknown", "sarif"),
    "two formats on one screen": (
        ["check", str(STORY), "-o", "text", "-o", "json"],
        "both go to standard output",
        "-o json=",
    ),
    "a format without its file": (["check", str(STORY), "-o", "json="], "names no file", None),
    "an unknown pack": (["check", str(STORY), "--pack", "gpus"], "gpus", "gpu"),
    "an unknown policy parameter": (["check", str(STORY), "--param", "GPU-001.alowed=x"], "alowed", "allowed"),
    "a policy that is not loaded": (["check", str(STORY), "--param", "GPU-999.x=1"], "GPU-999", None),
    "a time that is none": (["check", str(STORY), "--now", "tomorrow"], "tomorrow", "2026"),
    "a usage file about nothing": (["check", str(STORY), "--usage-file", "usage.yaml"], "aws_instance.nobody", None),
    "settings with an unknown key": (
        ["check", str(STORY), "--config", "settings.yaml"],
        "settings.yaml:1",
        "did you mean packs?",
    ),
    "an environment that is none": (
        ["check", str(STORY), "--env", "prdo"],
        "'prdo' is no environment",
        "prod, staging",
    ),
    "an explanation of nothing": (["explain", "GPU-001", "plan.json"], "something to read", "ADDRESS plan.json"),
    "an output that cannot be written": (
        ["check", str(STORY), "-o", "json=usage.yaml/x.json"],
        "cannot be written",
        None,
    ),
}


@pytest.mark.parametrize("case", MISTAKES)
def test_mistakes_are_one_clear_error(case: str, tmp_path: Path) -> None:
    (tmp_path / "usage.yaml").write_text("resource_usage: {aws_instance.nobody: {monthly_hrs: 3}}\n", encoding="utf-8")
    (tmp_path / "settings.yaml").write_text("pakcs: [gpu]\n", encoding="utf-8")
    arguments, said, hint = MISTAKES[case]
    done = run(*arguments, cwd=tmp_path)
    assert done.exit_code == 2
    assert done.output == ""
    assert said in done.errors
    assert hint is None or hint in done.errors
    assert "Traceback" not in done.errors


@pytest.mark.parametrize("arguments", [["chekc"], ["check", "--packs", "gpu"]], ids=" ".join)
def test_misspelt_words_get_the_nearest_one(arguments: list[str]) -> None:
    done = run(*arguments)
    assert done.exit_code == 2
    assert "check" in done.errors or "--pack" in done.errors


def test_several_outputs_at_once(tmp_path: Path) -> None:
    done = run(
        "check", str(STORY), "-o", "text", "-o", "json=out/report.json", "-o", "markdown=out/comment.md", cwd=tmp_path
    )
    assert done.exit_code == 1
    assert done.output.startswith("spendgate ")
    assert json.loads((tmp_path / "out" / "report.json").read_text(encoding="utf-8"))["decision"] == "fail"
    assert (tmp_path / "out" / "comment.md").read_text(encoding="utf-8").startswith("<!-- spendgate -->")


def test_same_input_same_bytes() -> None:
    first, second = (
        run("check", str(STORY), "--now", "2026-11-24", "-o", "json", PYTHONHASHSEED=seed).output for seed in ("1", "2")
    )
    assert first == second


def test_standard_input_and_file_agree() -> None:
    by_name = run("check", str(STORY), "--now", "2026-11-24", "-q").output
    by_pipe = run("check", "-", "--now", "2026-11-24", "-q", data=STORY.read_bytes()).output
    # A named plan finds lines in the source beside it, a piped one has no folder to look in.
    assert _without_places(by_pipe) == _without_places(by_name)


def _without_places(text: str) -> list[str]:
    return [line for line in text.splitlines()[1:] if not line.strip().startswith("at ")]


def test_utf_16_as_powershell_writes_it(tmp_path: Path) -> None:
    path = tmp_path / "plan.json"
    path.write_bytes(plan(create("p5.48xlarge")).decode().encode("utf-16"))
    assert run("check", str(path)).exit_code == 1


def test_cost_alone_judges_nothing() -> None:
    done = run("cost", str(STORY), "-o", "json")
    report = json.loads(done.output)
    assert (done.exit_code, report["decision"], report["findings"]) == (0, "none", [])
    assert report["cost"]["delta_monthly"]["expected"] is not None


def test_show_config_names_origins(tmp_path: Path) -> None:
    (tmp_path / "spendgate.yaml").write_text("packs: [gpu]\n", encoding="utf-8")
    done = run("check", "--show-config", cwd=tmp_path, SPENDGATE_SCOPE="all")
    assert done.exit_code == 0
    assert "spendgate.yaml:1" in done.output
    assert "environment SPENDGATE_SCOPE" in done.output


def test_own_policy_beside_the_built_in_ones(tmp_path: Path) -> None:
    (tmp_path / "own.yaml").write_text(
        """
id: OWN-001
title: No t3 in this project
pack: own
severity: low
enforcement: block
match: {type: [aws_instance]}
assert: [{field: after.instance_type, not_matches: "^t3"}]
message: "{{ address }} is a {{ after.instance_type }}."
tests:
  - {name: a t3, given: {type: aws_instance, action: create, after: {instance_type: t3.micro}}, expect: fail}
""",
        encoding="utf-8",
    )
    done = run("check", "-", "-p", "own.yaml", "-o", "json", cwd=tmp_path, data=plan(create("t3.micro")))
    report = json.loads(done.output)
    assert done.exit_code == 1
    assert [finding["message"] for finding in report["findings"]] == ["aws_instance.worker is a t3.micro."]
    assert run("policy", "test", "own.yaml", cwd=tmp_path).exit_code == 0


def test_policy_tests_pass() -> None:
    done = run("policy", "test")
    assert done.exit_code == 0
    assert done.output.splitlines()[-1].endswith("0 failed")


@pytest.mark.parametrize(
    "arguments", [["doctor"], ["prices", "info"], ["policy", "list"], ["policy", "show", "GPU-001"]], ids=" ".join
)
def test_looks_around(arguments: list[str]) -> None:
    done = run(*arguments)
    assert done.exit_code == 0
    assert done.output
    assert done.errors == ""


@pytest.mark.parametrize(
    ("arguments", "near"),
    [(("p5.48xlage", "us-east-1"), "p5.48xlarge"), (("p5.48xlarge", "us-eas-1"), "us-east-1")],
    ids=["a machine", "a region"],
)
def test_a_misspelt_price_gets_the_nearest(arguments: tuple[str, str], near: str) -> None:
    done = run("prices", "show", "aws", *arguments)
    assert done.exit_code == 2
    assert f"did you mean {near}" in done.errors


def test_price_of_a_machine_names_rate_source_and_date() -> None:
    done = run("prices", "show", "aws", "p4d.24xlarge", "us-east-1")
    assert "21.957642 USD" in done.output
    assert "2026-07-20" in done.output


def test_no_option_of_a_command_has_two_meanings() -> None:
    def commands(command: click.Command, name: str) -> Iterator[tuple[str, click.Command]]:
        yield name, command
        if isinstance(command, click.Group):
            context = click.Context(command)
            for word in command.list_commands(context):
                found = command.get_command(context, word)
                assert found is not None
                yield from commands(found, f"{name} {word}")

    for name, command in commands(spendgate, "spendgate"):
        words = [word for parameter in command.params for word in (*parameter.opts, *parameter.secondary_opts)]
        assert len(words) == len(set(words)), name


def test_a_policy_that_matches_nothing_is_no_success(tmp_path: Path) -> None:
    (tmp_path / "own.yaml").write_text(
        "{id: OWN-001, title: t, pack: own, severity: low, enforcement: block, match: {type: [aws_nothing]}, "
        "assert: [{field: accel.count, lte: 0}], message: m}",
        encoding="utf-8",
    )
    done = run("check", "-", "-p", "own.yaml", cwd=tmp_path, data=plan(create("t3.micro")))
    assert "NOTHING JUDGED" in done.output
    assert "PASS" not in done.output
