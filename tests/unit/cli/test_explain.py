"""`spendgate explain` on an example: beside the conditions it says where the resource stands."""

from pathlib import Path

from click.testing import CliRunner

from spendgate_cli.explain import explain

PLAN = Path(__file__).resolve().parents[3] / "examples" / "gpu-training-aws" / "plan.json"


def said(policy: str, address: str) -> str:
    done = CliRunner().invoke(explain, [policy, address, str(PLAN), "--now", "2026-11-24T12:00:00Z"])
    assert done.exit_code == 0, done.output
    return done.output


def test_what_a_resource_refers_to_and_who_uses_it_is_said() -> None:
    text = said("TAG-001", "aws_launch_template.trainer")
    assert "refers to\n  aws_iam_instance_profile.trainer (iam_instance_profile)\n" in text
    assert "used by\n  aws_autoscaling_group.trainer (launch_template)\n" in text


def test_the_whole_change_stands_nowhere() -> None:
    assert "used by" not in said("BUD-001", "change")
