"""Writes `docs/commands.md`, every command with its options as its help has them: `python -m tests.e2e.commands_page`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import click

from spendgate_cli.main import spendgate
from tests.e2e.stories import ROOT

PAGE = ROOT / "docs" / "commands.md"
_SHARED_BY = 3
"""Commands with the same option in the same words from which on it stands in the table of shared ones."""
_HEAD = """# Commands and options

What `spendgate COMMAND --help` says, on one page. It is written by `python -m tests.e2e.commands_page`, and a test holds it to the program.

Where no option says otherwise, the environment (`SPENDGATE_SCOPE`) and then `spendgate.yaml` hold. *several* marks an option that may be given
more than once.
"""


def commands(group: click.Group = spendgate, path: str = "spendgate") -> Iterator[tuple[str, click.Command]]:
    """Every command with what is typed to call it, in the order of the help."""
    context = click.Context(group)
    for name in group.list_commands(context):
        found = group.get_command(context, name)
        if isinstance(found, click.Group):
            yield from commands(found, f"{path} {name}")
        elif found is not None:
            yield f"{path} {name}", found


def page() -> str:
    """The page as it should be."""
    every = list(commands())
    met = Counter(row for _, command in every for row in _rows(command))
    shared = [row for row in dict.fromkeys(row for _, each in every for row in _rows(each)) if met[row] >= _SHARED_BY]
    parts = [_HEAD, "## Options that several commands share\n", _table(shared)]
    for typed, command in every:
        rows = _rows(command)
        arguments = " ".join(each.make_metavar(click.Context(command)) for each in _arguments(command))
        parts += [f"## {typed}\n", f"`{' '.join(part for part in (typed, arguments) if part)}`\n", _said(command)]
        own = [row for row in rows if row not in shared]
        if own:
            parts.append(_table(own))
        if taken := [_names(row) for row in rows if row in shared]:
            parts.append(f"Shared: {', '.join(taken)}.\n")
    return "\n".join(parts)


def _arguments(command: click.Command) -> list[click.Argument]:
    return [each for each in command.params if isinstance(each, click.Argument)]


def _said(command: click.Command) -> str:
    """The text of the help, a paragraph a line."""
    paragraphs = (command.help or "").replace("\b", "").strip().split("\n\n")
    return "\n\n".join(" ".join(each.split()) for each in paragraphs) + "\n"


def _rows(command: click.Command) -> list[str]:
    context = click.Context(command)
    options = [each for each in command.params if isinstance(each, click.Option)]
    return [_row(option, context) for option in options]


def _row(option: click.Option, context: click.Context) -> str:
    record = option.get_help_record(context)
    assert record is not None, option.name
    names, text = record
    text = text.replace("; several allowed", "").replace("Several allowed. ", "")
    several = " *several*" if option.multiple else ""
    return f"| `{_in_a_cell(names)}`{several} | {_in_a_cell(text)} |"


def _in_a_cell(text: str) -> str:
    return text.replace("|", "\\|")


def _names(row: str) -> str:
    """The long name of an option, as a table has it."""
    return f"`{next(word for word in row.split('`')[1].replace(',', ' ').split() if word.startswith('--'))}`"


def _table(rows: list[str]) -> str:
    return "\n".join(["| option | what it does |", "| --- | --- |", *rows]) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
