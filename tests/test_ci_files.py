"""The files for CI: well-formed, and every command in them is one that the command line has."""

from __future__ import annotations

import importlib
import re
import shlex
from pathlib import Path
from typing import Any

import click
import pytest

from spendgate_cli.main import spendgate

ROOT = Path(__file__).resolve().parents[1]
FILES = [ROOT / "action.yml", ROOT / ".pre-commit-hooks.yaml", ROOT / "Containerfile", *sorted((ROOT / "ci").iterdir())]
PAGES = [ROOT / "docs" / name for name in ("ci.md", "governance.md")]
_COMMAND = re.compile(r"(?:^|[\s;&`/])spendgate ((?:[a-z]+)(?: [^\n;|&`#]*)?)")


def commands(text: str) -> list[list[str]]:
    """Every call of spendgate in a text, as words; lines that go on are joined."""
    joined = re.sub(r"\\\n\s*", " ", text)
    joined = re.sub(r"\n\s+(?=-o |--[a-z])", " ", joined)
    found = []
    for match in _COMMAND.finditer(joined):
        try:
            words = shlex.split(match[1])
        except ValueError:
            continue
        if words and words[0] in spendgate.list_commands(click.Context(spendgate)):
            found.append(words)
    return found


def options_of(words: list[str]) -> tuple[list[str], set[str]]:
    """The options that a call uses, and those that its command has."""
    context = click.Context(spendgate)
    command: Any = spendgate.get_command(context, words[0])
    rest = words[1:]
    while isinstance(command, click.Group) and rest and command.get_command(context, rest[0]):
        command = command.get_command(context, rest[0])
        rest = rest[1:]
    known = {name for parameter in command.params for name in (*parameter.opts, *parameter.secondary_opts)}
    return [word.partition("=")[0] for word in rest if re.fullmatch(r"--?[a-z][a-z-]*(=.*)?", word)], known | {"--help"}


@pytest.mark.parametrize("path", [*FILES, *PAGES], ids=lambda path: path.name)
def test_every_command_is_one(path: Path) -> None:
    for words in commands(path.read_text(encoding="utf-8")):
        used, known = options_of(words)
        assert set(used) <= known, f"{path.name}: spendgate {' '.join(words)}"


def test_commands_are_found_at_all() -> None:
    counts = {path.name: len(commands(path.read_text(encoding="utf-8"))) for path in (*FILES, *PAGES)}
    assert counts["gitlab.yml"] >= 2
    assert counts["governance.md"] >= 10


@pytest.mark.parametrize(
    "path", [path for path in FILES if path.suffix in (".yml", ".yaml")], ids=lambda path: path.name
)
def test_is_well_formed(path: Path) -> None:
    yaml = importlib.import_module("yaml")
    assert yaml.safe_load(path.read_text(encoding="utf-8"))


def test_nothing_that_others_write_gets_into_a_script_of_the_action() -> None:
    yaml = importlib.import_module("yaml")
    for step in yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))["runs"]["steps"]:
        assert "${{" not in step["run"]
