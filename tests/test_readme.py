"""The README: its commands are real, its links lead somewhere, what it says of commands and exit codes holds."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.e2e.stories import ROOT, run

README = (ROOT / "README.md").read_text(encoding="utf-8")


def block(marker: str) -> str:
    found = re.search(rf"<!-- {marker} -->\s*```sh\n(.+?)\n```", README, re.DOTALL)
    assert found, f"no block is marked {marker}"
    return found[1]


@pytest.mark.parametrize("marker", ["run-command", "test-command"])
def test_each_command_is_one_line(marker: str) -> None:
    assert "\n" not in block(marker)


def test_the_main_job_does_what_the_readme_says() -> None:
    command = block("run-command").split("spendgate ")[-1].split()
    done = run(*command)
    assert done.exit_code == 1
    assert "FAIL" in done.output


@pytest.mark.parametrize("target", sorted(set(re.findall(r"\]\(([^)#]+)\)", README))))
def test_links_lead_somewhere(target: str) -> None:
    assert (ROOT / target).exists()


def test_the_commands_of_the_table_exist() -> None:
    table = re.findall(r"^\| `spendgate (\w+)", README, re.MULTILINE)
    assert table
    for name in table:
        assert run(name, "--help").exit_code == 0, name


def test_every_command_is_in_the_table() -> None:
    listed = run("--help").output.partition("Commands:")[2]
    commands = set(re.findall(r"^  ([a-z]\S*)", listed, re.MULTILINE))
    assert len(commands) > 10
    assert commands == set(re.findall(r"^\| `spendgate (\w+)", README, re.MULTILINE))


def test_settings_of_the_readme_are_accepted(tmp_path: Path) -> None:
    found = re.search(r"```yaml\n(.+?)\n```", README, re.DOTALL)
    assert found
    (tmp_path / "spendgate.yaml").write_text(found[1], encoding="utf-8")
    done = run("check", "--show-config", cwd=tmp_path)
    assert done.exit_code == 0, done.errors
    assert "spendgate.yaml:1" in done.output


def test_the_picture_names_no_place_to_fetch_from() -> None:
    picture = (ROOT / "docs" / "check.svg").read_text(encoding="utf-8")
    assert set(re.findall(r"https?://[^\"' ]+", picture)) == {"http://www.w3.org/2000/svg"}
