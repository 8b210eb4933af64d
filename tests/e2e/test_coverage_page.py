"""The page about what is covered: what it names is there, and each example does what the page says."""

from __future__ import annotations

import re
import shlex

import click
import pytest
from click.testing import CliRunner

from spendgate.policies import catalog
from spendgate_cli.main import spendgate
from tests.e2e.stories import NOW, ROOT

PAGE = (ROOT / "docs/coverage.md").read_text(encoding="utf-8")
OPEN = (ROOT / "docs/policies/open.md").read_text(encoding="utf-8")
ROWS = [
    tuple(cell.strip() for cell in line.strip("|").split(" | "))
    for line in PAGE.splitlines()
    if line.startswith("| ") and not line.startswith(("| item |", "| --- |"))
]
SHIPPED = {policy.id for policy in catalog.load(packs=["all"], readers={".rego": lambda files, built_in: ()})}
LEFT_OUT = set(re.findall(r"^\| ([A-Z0-9]+-\d{3}) \|", OPEN.split("## Parts that are not judged")[0], re.MULTILINE))
EXAMPLES = sorted({row[3].strip("`") for row in ROWS if row[3] != "-"})
COMMANDS = [example for example in EXAMPLES if example.startswith("spendgate ")]
CODES = {"check": 1}
"""How the examples of a command end; all others with 0. The stories that are checked fail, as they should."""


@pytest.mark.parametrize("row", ROWS, ids=[row[0] for row in ROWS])
def test_a_row_says_how_far_it_is_done(row: tuple[str, ...]) -> None:
    assert len(row) == 4
    _, done, by, example = row
    assert done in {"yes", "partly", "not yet"}
    assert by
    assert (example == "-") == (done == "not yet")


def test_there_is_a_row_for_each_item_of_the_practice() -> None:
    assert len(ROWS) == 102
    assert len({row[0] for row in ROWS}) == len(ROWS)


@pytest.mark.parametrize("policy_id", sorted(set(re.findall(r"\b[A-Z][A-Z0-9]+-\d{3}\b", PAGE))))
def test_a_named_policy_ships_or_is_said_to_be_left_out(policy_id: str) -> None:
    assert (policy_id in SHIPPED) != (policy_id in LEFT_OUT)


def test_a_row_that_is_done_relies_on_no_policy_that_is_left_out() -> None:
    for item, done, by, _ in ROWS:
        left_out = set(re.findall(r"\b[A-Z][A-Z0-9]+-\d{3}\b", by)) & LEFT_OUT
        assert done != "yes" or not left_out, item
        assert not left_out or "left out" in by, item


@pytest.mark.parametrize("name", sorted(set(re.findall(r"`spendgate ([a-z]+)", PAGE))))
def test_a_named_command_exists(name: str) -> None:
    assert spendgate.get_command(click.Context(spendgate), name) is not None


@pytest.mark.parametrize("path", [example for example in EXAMPLES if example not in COMMANDS])
def test_a_named_file_exists(path: str) -> None:
    assert (ROOT / path).exists()


@pytest.mark.parametrize("command", COMMANDS)
def test_an_example_runs(command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    words = shlex.split(command)[1:]
    clock = ["--now", NOW] if words[0] in ("check", "cost") else []
    done = CliRunner().invoke(spendgate, [*words, *clock], standalone_mode=False)
    assert done.exception is None
    assert (done.return_value or 0) == CODES.get(words[0], 0)
    assert done.output
    if "--group-by" in words:
        assert words[words.index("--group-by") + 1] in done.output
