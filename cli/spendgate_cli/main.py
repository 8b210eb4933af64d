"""The entry point: commands by name, loaded when they are called; errors as one line and exit code 2."""

from __future__ import annotations

import os
import sys
from typing import Any

import click

from spendgate import __version__
from spendgate.errors import SpendgateError

_COMMANDS = {
    "check": ("spendgate_cli.check:check", "Judge and price what is about to be deployed: the gate."),
    "cost": ("spendgate_cli.cost:cost", "Estimate the cost of what is about to be deployed."),
    "diff": ("spendgate_cli.diff:diff", "Compare what two inputs or two saved reports cost."),
    "drift": ("spendgate_cli.drift:drift", "Say where what runs differs from what was approved."),
    "inventory": ("spendgate_cli.inventory:inventory", "Collect what runs, to be judged like a plan."),
    "report": ("spendgate_cli.report:report", "Render a saved JSON report in another format."),
    "waive": ("spendgate_cli.waive:waive", "Write waivers for findings of a saved report."),
    "baseline": ("spendgate_cli.baseline:baseline", "Record what is known, so that only new findings fail."),
    "approve": ("spendgate_cli.approve:approve", "Approve findings of a saved report, for exactly that plan."),
    "verify": ("spendgate_cli.verify:verify", "Say whether a decision record stands for the plan to be applied."),
    "fix": ("spendgate_cli.fix:fix", "Show, and write, changes of Terraform source that mend findings."),
    "comment": ("spendgate_cli.comment:comment", "Write, or bring up to date, one comment on a pull request."),
    "import": ("spendgate_cli.import_:import_", "Take over waivers and policies of other tools, as far as it goes."),
    "explain": ("spendgate_cli.explain:explain", "Say why a policy says what it says, or show what it sees."),
    "policy": ("spendgate_cli.policy:policy", "Write, list, show, test, lint and compare policies."),
    "prices": ("spendgate_cli.prices:prices", "Look into the price book, or build it."),
    "doctor": ("spendgate_cli.doctor:doctor", "Say what is installed and how old the prices are."),
}
"""Name to where the command is and its line in the help: nothing is imported before it is called."""


class LazyGroup(click.Group):
    """A group whose commands are imported on first use."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names, in the order of the table."""
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name, or None."""
        if cmd_name not in _COMMANDS:
            return None
        from importlib import import_module

        module, _, attribute = _COMMANDS[cmd_name][0].partition(":")
        command: click.Command = getattr(import_module(module), attribute)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As click does, with the nearest name when there is no such command."""
        if args and args[0] not in _COMMANDS and not args[0].startswith("-"):
            import difflib

            near = difflib.get_close_matches(args[0], _COMMANDS, n=1)
            hint = f" Did you mean {near[0]!r}?" if near else f" Commands: {', '.join(_COMMANDS)}."
            ctx.fail(f"No such command {args[0]!r}.{hint}")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The table of commands, without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in _COMMANDS.items()])


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, "--version", prog_name="spendgate")
def spendgate() -> None:
    """Judge what AI and cloud infrastructure will cost, before it is deployed.

    Exit codes: 0 pass, 1 fail, 2 error, 3 undetermined, 4 warnings (only with --fail-on warn).
    """


def main() -> None:
    """Run the command line; ends the process."""
    try:
        code: Any = spendgate(standalone_mode=False)
    except click.exceptions.Abort:
        sys.exit(130)
    except click.ClickException as error:
        error.show()
        sys.exit(2)
    except click.exceptions.Exit as error:
        sys.exit(error.exit_code)
    except SpendgateError as error:
        _say(error)
        sys.exit(error.exit_code)
    except BrokenPipeError:
        # NOTE: the reader went away (`| head`): point standard output elsewhere, or Python complains while it ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except KeyboardInterrupt:
        sys.exit(130)
    except Exception as error:
        if os.environ.get("SPENDGATE_DEBUG"):
            raise
        click.echo(f"error: spendgate has a defect: {type(error).__name__}: {error}", err=True)
        click.echo("  hint: nothing was judged; SPENDGATE_DEBUG=1 shows where it happened", err=True)
        sys.exit(2)
    sys.exit(code if isinstance(code, int) else 0)


def _say(error: SpendgateError) -> None:
    place = f"{error.place}: " if error.place else ""
    click.echo(f"error: {place}{error.message}", err=True)
    for note in getattr(error, "__notes__", ()):
        click.echo(f"  {note}", err=True)
    if error.hint:
        click.echo(f"  hint: {error.hint}", err=True)
